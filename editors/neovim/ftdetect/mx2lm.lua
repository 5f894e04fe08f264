vim.filetype.add({ extension = { khl = 'khl' } })
