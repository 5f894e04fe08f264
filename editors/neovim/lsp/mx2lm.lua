-- What `vim.lsp.enable('mx2lm')` starts. Anything here can be changed with `vim.lsp.config('mx2lm', { … })`.
return {
  cmd = require('mx2lm').command(),
  filetypes = { 'json', 'jsonl', 'svg', 'xml', 'toml', 'khl', 'ps1' },
  -- the nearest folder upwards with a configuration, else the repository: as `mx2lm-lint` decides it
  root_markers = { 'mx2lm.toml', '.git' },
  -- a file outside every workspace is judged alone
  workspace_required = false,
  handlers = {
    ['window/showDocument'] = function(...)
      return require('mx2lm.pages').show(...)
    end,
  },
}
