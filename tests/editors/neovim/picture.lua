-- What the picture in the README shows: the descriptor, its finding, and the hover over its hash. Loaded by ../picture.py.
vim.o.number = true
vim.o.signcolumn = 'yes'
vim.o.laststatus = 0
vim.o.ruler = false
vim.o.showmode = false
vim.o.wrap = false
vim.o.termguicolors = true
vim.o.background = 'dark'
vim.cmd.colorscheme('habamax')
vim.diagnostic.config({ virtual_lines = true, virtual_text = false })

vim.cmd.edit('tides/object.json')
vim.wait(10000, function()
  return #vim.diagnostic.get(0) > 0
end, 10)
local finding = vim.diagnostic.get(0)[1]
vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col + 2 })
vim.lsp.buf.hover({ silent = true, border = 'rounded', max_width = 96 })
vim.wait(10000, function()
  return vim.b.lsp_floating_preview ~= nil
end, 10)
-- hints are asked for on their own; the script waits for the screen to come to rest
