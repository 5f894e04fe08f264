-- `:checkhealth mx2lm`: is there a server, does it start, and is it attached?
local M = {}

local health = vim.health

local function editor()
  health.start('mx2lm: editor')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. version)
  else
    health.error('Neovim ' .. version .. ' is too old', 'Use Neovim 0.11 or newer')
  end
  for _, name in ipairs(require('mx2lm').unknown_options()) do
    health.warn(('`vim.g.mx2lm` has no option `%s`'):format(name), 'See :help mx2lm-options')
  end
end

local function server()
  health.start('mx2lm: server')
  local command = vim.lsp.config.mx2lm.cmd
  if type(command) ~= 'table' then
    health.info('the server is started by a function of your own configuration')
    return
  end
  local name = command[1]
  local path = vim.fn.exepath(name)
  if path == '' then
    health.error(('`%s` is not a program'):format(name), {
      'Put `mx2lm-lsp` on PATH (`cargo install --path lsp` in a checkout of mx2lm)',
      'Or say where it is: `vim.g.mx2lm = { path = "/path/to/mx2lm-lsp" }` before the plugin is loaded',
    })
    return
  end
  local ran, result = pcall(function()
    return vim.system({ path, '--version' }, { text = true }):wait(3000)
  end)
  if ran and result.code == 0 then
    health.ok(('%s is %s'):format(path, vim.trim(result.stdout)))
  else
    local told = ran and vim.trim(result.stderr or '') or result
    health.error(('`%s --version` failed: %s'):format(path, told), 'Is this the mx2lm language server?')
  end
end

local function attached()
  health.start('mx2lm: attached')
  if not vim.lsp.is_enabled('mx2lm') then
    health.warn('the server is not enabled', 'Remove `enabled = false` from `vim.g.mx2lm`, or call `vim.lsp.enable("mx2lm")`')
  end
  local clients = vim.lsp.get_clients({ name = 'mx2lm' })
  if #clients == 0 then
    health.info('no buffer uses it now: open a JSON, SVG, XML, TOML, KHL or PowerShell file')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    local root = client.root_dir and ('`' .. client.root_dir .. '`') or 'no root: each file is judged alone'
    health.ok(('client %d, %d buffer%s, %s'):format(client.id, buffers, buffers == 1 and '' or 's', root))
    if client.root_dir and not vim.uv.fs_stat(vim.fs.joinpath(client.root_dir, 'mx2lm.toml')) then
      health.info('the root has no `mx2lm.toml`; `mx2lm-lint init` writes one')
    end
  end
end

function M.check()
  editor()
  server()
  attached()
end

return M
