-- Options, the command that starts the server, and what `:Mx2lm` does.
--
-- Options stand in `vim.g.mx2lm` and are read when they are needed. What is lawful is not an editor's setting: it
-- stands in the workspace's `mx2lm.toml`, where the linter reads it too.
local M = {}

local defaults = {
  path = 'mx2lm-lsp', -- the server: a name on PATH, or a path
  enabled = true, -- start it for the file types it knows
  inlay_hints = true, -- ✓ and ✗ beside hashes
}

function M.option(name)
  local given = vim.g.mx2lm
  if type(given) == 'table' and given[name] ~= nil then
    return given[name]
  end
  return defaults[name]
end

--- Names in `vim.g.mx2lm` that mean nothing, for the health check.
function M.unknown_options()
  local unknown = {}
  for name in pairs(type(vim.g.mx2lm) == 'table' and vim.g.mx2lm or {}) do
    if defaults[name] == nil then
      table.insert(unknown, name)
    end
  end
  table.sort(unknown)
  return unknown
end

function M.command()
  return { vim.fn.expand(M.option('path')), '--stdio' }
end

--- Stops every client, and none starts until the server is enabled again. Returns those that were running.
local function stop()
  local running = vim.lsp.get_clients({ name = 'mx2lm' })
  vim.lsp.enable('mx2lm', false)
  for _, client in ipairs(running) do
    client:stop()
  end
  return running
end

--- Asks for code actions of one kind on the whole buffer and applies the one there is.
local function apply(kind)
  local last = vim.api.nvim_buf_line_count(0)
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { kind }, diagnostics = {} },
    range = { start = { 1, 0 }, ['end'] = { last, #vim.fn.getline(last) } },
  })
end

M.actions = {
  --- Every safe fix of this file. Hashes are not among them: which side is true is the author's to say.
  fix = function()
    apply('source.fixAll.mx2lm')
  end,
  health = function()
    vim.cmd.checkhealth('mx2lm')
  end,
  log = function()
    vim.cmd.tabnew(vim.fn.fnameescape(vim.lsp.log.get_filename()))
  end,
  --- What the profile in this buffer scores, in a window that follows the typing; again closes it.
  preview = function()
    require('mx2lm.preview').toggle()
  end,
  restart = function()
    local old = stop()
    vim.wait(3000, function()
      return vim.iter(old):all(function(client)
        return client:is_stopped()
      end)
    end, 20)
    vim.lsp.enable('mx2lm')
  end,
  stop = function()
    stop()
  end,
  --- The file in this buffer as the server shows it: a drawing in canonical form, say.
  view = function()
    require('mx2lm.pages').choose()
  end,
}

function M.action_names()
  local names = vim.tbl_keys(M.actions)
  table.sort(names)
  return names
end

return M
