-- What the picture in the README shows: a descriptor, its finding, and the hover over its hash. Loaded by ../picture.py.
vim.diagnostic.config({ virtual_lines = true, virtual_text = false })

vim.cmd.edit('harbour/tides/object.json')
vim.wait(10000, function()
  return #vim.diagnostic.get(0) > 0
end, 10)
local finding = vim.diagnostic.get(0)[1]
vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col + 12 })

-- once the screen has been drawn: a window that floats goes away when the cursor moves
vim.defer_fn(function()
  vim.lsp.buf.hover({ silent = true, border = 'rounded', max_width = 96, offset_x = 4, offset_y = 2 })
end, 500)
