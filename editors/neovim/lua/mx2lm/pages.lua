-- Files that are no text, shown as the read-only pages the server makes of them.
--
-- A page is a buffer named by its URI, attached to the server: findings, hovers and the outline work as in any other buffer. The server
-- says `mx2lm:/<form>/<path>`; Neovim would take that for the name of a file, because of the digit, and the server understands
-- `mxlm:///<form>/<path>` as well. The bytes themselves are never loaded into a buffer, so they can never be written back.
local M = {}

local WAIT = 10000

--- The client for a file: the one that runs for its workspace, or a new one.
local function client_for(file)
  local config = vim.deepcopy(vim.lsp.config.mx2lm)
  config.name = 'mx2lm'
  config.root_dir = vim.fs.root(file, { 'mx2lm.toml', '.git' }) or vim.fs.dirname(file)
  if type(config.cmd) ~= 'table' then
    config.cmd = require('mx2lm').command()
  end
  local id = vim.lsp.start(config, { attach = false, silent = true })
  local client = id and vim.lsp.get_client_by_id(id)
  if client and vim.wait(WAIT, function()
    return client.initialized
  end, 10) then
    return client
  end
end

--- The name of a buffer for a page.
local function name_of(page)
  return (page:gsub('^mx2lm:/+', 'mxlm:///'))
end

local function ask(client, method, uri)
  local answer = client:request_sync(method, { uri = uri }, WAIT)
  return answer and answer.result
end

local function fill(buffer, text)
  vim.bo[buffer].modifiable = true
  vim.bo[buffer].readonly = false
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split((text:gsub('\n$', '')), '\n', { plain = true }))
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].readonly = true
  vim.bo[buffer].modified = false
end

--- Shows a message where the page would stand: an empty buffer would look like an empty file.
local function refuse(buffer, why)
  fill(buffer, 'mx2lm: ' .. why)
  vim.bo[buffer].buftype = 'nofile'
end

--- Makes a buffer the page `uri`.
local function become(buffer, client, uri)
  local text = ask(client, 'mx2lm/content', uri)
  if type(text) ~= 'string' then
    return refuse(buffer, 'the server has no such page')
  end
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].swapfile = false
  fill(buffer, text)
  vim.bo[buffer].filetype = 'mx2lm-page'
  vim.lsp.buf_attach_client(buffer, client.id)
end

--- Reads a file that is text after all, whatever its name says.
local function as_text(buffer, file)
  if vim.fn.filereadable(file) == 1 then
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd('noautocmd keepalt silent edit')
    end)
  end
end

--- Shows a page that a buffer already has, in place of the one that was to become it.
local function instead(buffer, shown)
  vim.schedule(function()
    for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
      vim.api.nvim_win_set_buf(window, shown)
    end
    vim.api.nvim_buf_delete(buffer, { force = true })
  end)
end

--- Reads a file as the first page the server has of it.
function M.read_file(buffer, file)
  file = vim.fs.normalize(vim.fn.fnamemodify(file, ':p'))
  local client = client_for(file)
  if not client then
    return refuse(buffer, 'the server does not run; see `:Mx2lm health`')
  end
  local offers = ask(client, 'mx2lm/views', vim.uri_from_fname(file))
  local page = type(offers) == 'table' and offers[1] and offers[1].uri
  if not page then
    return as_text(buffer, file)
  end
  page = name_of(page)
  local shown = vim.fn.bufnr('^' .. vim.fn.escape(page, '*?[]{},\\') .. '$')
  if shown > 0 and shown ~= buffer then
    return instead(buffer, shown)
  end
  vim.api.nvim_buf_set_name(buffer, page)
  -- the old name stays behind as another buffer, and may have brought along what was found in the file as a whole
  local left = vim.fn.bufnr('#')
  if left > 0 and left ~= buffer and not vim.api.nvim_buf_is_loaded(left) then
    vim.api.nvim_buf_delete(left, { force = true })
  end
  vim.diagnostic.reset(nil, buffer)
  become(buffer, client, page)
end

--- Reads a page by its URI, as when the server asks to show one.
function M.read_page(buffer, uri)
  local path = uri:match('^mxlm:///[^/]+(/.*)$')
  -- what the server says of its rules is the same in every workspace
  local client = vim.startswith(uri, 'mxlm:///rules/') and vim.lsp.get_clients({ name = 'mx2lm' })[1]
    or path and client_for(vim.uri_to_fname('file://' .. path))
  if client then
    become(buffer, client, uri)
  else
    refuse(buffer, 'the server does not run; see `:Mx2lm health`')
  end
end

--- Opens a page of the file in this buffer; of several the one that is chosen.
function M.choose()
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'mx2lm' })[1]
  local offers = client and ask(client, 'mx2lm/views', vim.uri_from_bufnr(0))
  if type(offers) ~= 'table' or #offers == 0 then
    return vim.notify('mx2lm: the server has no other view of this file', vim.log.levels.WARN)
  end
  local function open(offer)
    if offer then
      vim.cmd.edit(vim.fn.fnameescape(name_of(offer.uri)))
    end
  end
  if #offers == 1 then
    return open(offers[1])
  end
  vim.ui.select(offers, {
    prompt = 'Show this file as',
    format_item = function(offer)
      return offer.title
    end,
  }, open)
end

--- The server asks to show a document: one of its own under the name it has here.
function M.show(failure, params, context, config)
  if params and params.uri then
    params = vim.tbl_extend('force', params, { uri = name_of(params.uri) })
  end
  return vim.lsp.handlers['window/showDocument'](failure, params, context, config)
end

--- The server says that the text of a page is out of date.
function M.changed(_, params, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if client and vim.api.nvim_buf_is_loaded(buffer) and vim.api.nvim_buf_get_name(buffer) == params.uri then
      client:request('mx2lm/content', { uri = params.uri }, function(_, text)
        if type(text) == 'string' and vim.api.nvim_buf_is_valid(buffer) then
          fill(buffer, text)
        end
      end)
    end
  end
end

return M
