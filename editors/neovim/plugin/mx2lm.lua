-- Starts the server for the file types of `lsp/mx2lm.lua` and adds the command `:Mx2lm`.
if vim.g.loaded_mx2lm then
  return
end
vim.g.loaded_mx2lm = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('mx2lm needs Neovim 0.11 or newer', vim.log.levels.ERROR)
  return
end

local mx2lm = require('mx2lm')

if mx2lm.option('enabled') then
  vim.lsp.enable('mx2lm')
end

vim.api.nvim_create_autocmd('LspAttach', {
  group = vim.api.nvim_create_augroup('mx2lm', {}),
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'mx2lm' and mx2lm.option('inlay_hints') then
      vim.lsp.inlay_hint.enable(true, { bufnr = event.buf })
    end
  end,
})

local pages = vim.api.nvim_create_augroup('mx2lm.pages', {})
vim.api.nvim_create_autocmd('BufReadCmd', {
  group = pages,
  pattern = { '*.v2c-bin', '*.scxq2' },
  callback = function(event)
    require('mx2lm.pages').read_file(event.buf, event.file)
  end,
})
vim.api.nvim_create_autocmd('BufReadCmd', {
  group = pages,
  pattern = 'mxlm:///*',
  callback = function(event)
    require('mx2lm.pages').read_page(event.buf, event.file)
  end,
})
vim.lsp.handlers['mx2lm/contentChanged'] = function(...)
  return require('mx2lm.pages').changed(...)
end

vim.api.nvim_create_user_command('Mx2lm', function(call)
  local action = mx2lm.actions[call.args]
  if action then
    action()
  else
    vim.notify(('mx2lm: no action `%s`; there are %s'):format(call.args, table.concat(mx2lm.action_names(), ', ')), vim.log.levels.ERROR)
  end
end, {
  nargs = 1,
  desc = 'Talk to the mx2lm language server',
  complete = function(lead)
    return vim.tbl_filter(function(name)
      return vim.startswith(name, lead)
    end, mx2lm.action_names())
  end,
})
