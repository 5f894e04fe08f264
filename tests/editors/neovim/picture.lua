-- How Neovim looks in the pictures of the README. Loaded by ../picture.py before a scene, `picture-<scene>.lua`.
vim.o.number = true
vim.o.signcolumn = 'yes'
vim.o.laststatus = 0
vim.o.ruler = false
vim.o.showmode = false
vim.o.showcmd = false
vim.o.wrap = false
vim.o.termguicolors = true
vim.o.background = 'dark'
