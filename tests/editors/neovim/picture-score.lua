-- A picture of the README: a profile whose weight was just changed, and what it scores now. Loaded by ../picture.py.
vim.diagnostic.config({ virtual_lines = false, virtual_text = false })

vim.cmd.edit('profiles/demo_hybrid.pi-profile.json')
vim.wait(10000, function()
  return #vim.lsp.get_clients({ bufnr = 0, method = 'textDocument/inlayHint' }) > 0
end, 10)
vim.lsp.inlay_hint.enable(true)

local from = vim.fn.search([["superposition"]], 'w')
vim.cmd.Mx2lm('preview')
vim.defer_fn(function()
  vim.fn.search([["weight": 0.75]], 'w')
  vim.cmd.substitute([[/0\.75/0.5/]])
  vim.fn.search([["weight": 0.25]], 'w')
  vim.cmd.substitute([[/0\.25/0.5/]])
  vim.fn.winrestview({ topline = math.max(1, from - 3) })
  vim.cmd.nohlsearch()
  vim.cmd.echo()
end, 700)
