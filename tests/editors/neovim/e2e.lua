-- Neovim as a user has it: the plugin folder on the runtime path, a workspace with one wrong hash, the real server.
-- Run by tests/editors/run.sh; the workspace is a copy and may be written to.
--   MX2LM_SERVER     the server to start        MX2LM_WORKSPACE  the copy of tests/workspaces/editor
--   MX2LM_LINT       the linter                 MX2LM_DEMO       the copy of tests/workspaces/demo
--                                               MX2LM_SAVED      another, for the linter's eyes
local workspace = vim.fs.normalize(assert(vim.env.MX2LM_WORKSPACE, 'MX2LM_WORKSPACE is not set'))
local demo = vim.fs.normalize(assert(vim.env.MX2LM_DEMO, 'MX2LM_DEMO is not set'))
local saved = vim.fs.normalize(assert(vim.env.MX2LM_SAVED, 'MX2LM_SAVED is not set'))
local exit_code

local function check(held, what)
  io.stdout:write(held and 'ok    ' or 'FAIL  ', what, '\n')
  if not held then
    error(what, 0)
  end
end

local function wait(what, held)
  check(vim.wait(10000, held, 10), what)
end

local function open(name)
  vim.cmd.edit(vim.fn.fnameescape(vim.fs.joinpath(workspace, name)))
  return vim.api.nvim_get_current_buf()
end

local function on_disk(name)
  local file = assert(io.open(vim.fs.joinpath(workspace, name), 'rb'))
  local bytes = file:read('*a')
  file:close()
  return bytes
end

--- Errors and warnings of the server; what is merely worth knowing does not count.
local function findings(buffer)
  return vim.diagnostic.get(buffer, { severity = { min = vim.diagnostic.severity.WARN } })
end

local function told(buffer)
  return vim.inspect(vim.tbl_map(function(d)
    return ('%d:%d %s %s'):format(d.lnum, d.col, d.code, d.message)
  end, vim.diagnostic.get(buffer)))
end

local function cursor_on(buffer, text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { number, column })
      return
    end
  end
  error('no `' .. text .. '` in the buffer', 0)
end

local function float()
  local window = vim.b.lsp_floating_preview
  if not (window and vim.api.nvim_win_is_valid(window)) then
    return ''
  end
  return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
end

local function text_of(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
end

--- Opens a file of the demo that is no text; the buffer is the page the server makes of it.
local function open_page(name, form)
  vim.cmd.edit(vim.fn.fnameescape(vim.fs.joinpath(demo, name)))
  local buffer = vim.api.nvim_get_current_buf()
  check(vim.uri_from_bufnr(buffer) == ('mxlm:///%s%s/%s'):format(form, demo, name), name .. ' opens as ' .. vim.uri_from_bufnr(buffer))
  check(vim.bo.readonly and not vim.bo.modifiable and vim.bo.buftype == 'nofile', 'it can only be read')
  return buffer
end

local function shows(buffer, ...)
  local text = text_of(buffer)
  for _, wanted in ipairs({ ... }) do
    check(text:find(wanted, 1, true), 'it shows `' .. wanted .. '`')
  end
end

--- A copy of a file of the demo with one bit of a byte turned, counted from 0.
local function damage(name, copy, at)
  local from = assert(io.open(vim.fs.joinpath(demo, name), 'rb'))
  local bytes = from:read('*a')
  from:close()
  local to = assert(io.open(vim.fs.joinpath(demo, copy), 'wb'))
  to:write(bytes:sub(1, at), string.char(bit.bxor(bytes:byte(at + 1), 1)), bytes:sub(at + 2))
  to:close()
end

--- One finding on the line that shows the damaged bytes.
local function found_on(buffer, code, wanted)
  local marked
  wait(('`%s` stands on the line of `%s`'):format(code, wanted), function()
    local all = findings(buffer)
    marked = #all == 1 and vim.api.nvim_buf_get_lines(buffer, all[1].lnum, all[1].lnum + 1, false)[1]
    return marked and all[1].code == code and marked:find(wanted, 1, true)
  end)
end

local function hover_on(buffer, text, wanted)
  cursor_on(buffer, text)
  vim.lsp.buf.hover({ silent = true })
  wait(('hover on `%s` says `%s`'):format(text, wanted), function()
    return float():find(wanted, 1, true)
  end)
  vim.api.nvim_win_close(vim.b.lsp_floating_preview, true)
end

--- Files that are no text, and a drawing that is a tensor.
local function pages()
  damage('ai/brain/brain.weights.v2c-bin', 'damaged.v2c-bin', 1500)
  damage('ai/brain/brain.scxq2', 'damaged.scxq2', 617)

  local weights = open_page('ai/brain/brain.weights.v2c-bin', 'pack')
  shows(weights, 'of 5120 bytes', 'sections', 'policy@early', 'leaf hash', 'QSCALE', 'SIGNATURE')
  hover_on(weights, 'policy@early  ', 'class policy')
  check(#findings(weights) == 0, 'a lawful pack has no finding: ' .. told(weights))
  found_on(open_page('damaged.v2c-bin', 'pack'), 'pack/leaf-hash', '@D')

  local lanes = open_page('ai/brain/brain.scxq2', 'lanes')
  shows(lanes, 'lawful: 5 elements', 'Merkle root', 'table of contents', '/W/1/curvature')
  hover_on(lanes, '/W/1/length', 'length')
  check(#findings(lanes) == 0, 'lawful lanes have no finding: ' .. told(lanes))
  found_on(open_page('damaged.scxq2', 'lanes'), 'scxq2/pack-integrity', '/W/1/curvature')
  vim.cmd.edit(vim.fn.fnameescape(vim.fs.joinpath(demo, 'ai/brain/brain.scxq2')))
  wait('a page that is open already is shown again', function()
    return vim.api.nvim_get_current_buf() == lanes
  end)

  vim.cmd.edit(vim.fn.fnameescape(vim.fs.joinpath(demo, 'ai/brain/brain.svg')))
  local drawing = vim.api.nvim_get_current_buf()
  wait('attached to a drawing', function()
    local client = vim.lsp.get_clients({ bufnr = drawing, name = 'mx2lm' })[1]
    return client and client.initialized
  end)
  hover_on(drawing, 'h00000001', 'element 1 of 5')
  local canonical = text_of(drawing)
  vim.cmd('Mx2lm view')
  local view = vim.api.nvim_get_current_buf()
  check(vim.api.nvim_buf_get_name(view):find('^mxlm:///canonical/'), '`:Mx2lm view` opens the canonical form')
  shows(view, 'one line of ' .. #canonical .. ' bytes', '<path id="h00000001"')
  vim.api.nvim_set_current_buf(drawing)
  vim.api.nvim_buf_set_lines(drawing, 0, -1, false, vim.split((canonical:gsub('><path', '>\n  <path')), '\n'))
  vim.lsp.buf.format({ name = 'mx2lm', timeout_ms = 10000 })
  check(text_of(drawing) == canonical, 'formatting brings a canonical text back to its one spelling')
  vim.cmd('edit!')
end

--- What the linter says of a text of the profile: scores as JSON spells them, by the name of the test vector.
local function collapsed(text)
  local file = vim.fs.joinpath(saved, 'profiles/demo_hybrid.pi-profile.json')
  local out = assert(io.open(file, 'wb'))
  out:write(text)
  out:close()
  local run = vim.system({ vim.env.MX2LM_LINT, 'collapse', '--format', 'json', file }, { text = true }):wait()
  check(run.code == 0, 'the linter collapses the same text: ' .. run.stderr)
  local told = {}
  for _, result in ipairs(vim.json.decode(run.stdout).results) do
    told[result.id] = result.score
  end
  return told
end

--- The window's numbers by the name of the test vector: `name  ████····  0.5  = …`.
local function shown_scores()
  local told = {}
  for _, line in ipairs(require('mx2lm.preview').lines()) do
    local name, score = line:match('^  (.-)  +[^%w%s]+ +(%-?[%d.]+)')
    if name and not line:find('weight', 1, true) then
      told[name] = tonumber(score)
    end
  end
  return told
end

--- A profile's score follows its weights, typed and not saved, and is what the linter says of the same text.
local function scores()
  vim.cmd.edit(vim.fn.fnameescape(vim.fs.joinpath(demo, 'profiles/demo_hybrid.pi-profile.json')))
  local profile = vim.api.nvim_get_current_buf()
  wait('attached to a profile', function()
    local client = vim.lsp.get_clients({ bufnr = profile, name = 'mx2lm' })[1]
    return client and client.initialized
  end)
  local preview = require('mx2lm.preview')
  local function mark()
    return table.concat(preview.lines(), '\n')
  end
  local before = collapsed(text_of(profile) .. '\n')
  check(vim.tbl_count(before) == 3, 'it scores three test vectors')
  vim.cmd('Mx2lm preview')
  wait('the window shows the scores of the linter', function()
    return vim.deep_equal(shown_scores(), before)
  end)
  check(mark():find('fingerprint ✓', 1, true), 'and that the fingerprint is true')
  for number, line in ipairs(vim.api.nvim_buf_get_lines(profile, 0, -1, false)) do
    local changed = line:gsub('"weight": 0.75', '"weight": 0.125'):gsub('"weight": 0.25', '"weight": 0.875')
    if changed ~= line then
      vim.api.nvim_buf_set_lines(profile, number - 1, number, false, { changed })
    end
  end
  local after = collapsed(text_of(profile) .. '\n')
  check(after['turned by 0.29'] ~= before['turned by 0.29'], ('another score: %.16g, and it was %.16g'):format(after['turned by 0.29'], before['turned by 0.29']))
  wait('the window follows the typing to the scores of the linter', function()
    return vim.deep_equal(shown_scores(), after)
  end)
  check(vim.bo[profile].modified, 'nothing is saved')
  check(mark():find('fingerprint ✗', 1, true), 'and the fingerprint is stale')
  vim.cmd('Mx2lm preview')
  check(#preview.lines() == 0, 'the same command closes the window')
  vim.cmd('edit!')
end

local function journey()
  vim.lsp.config('mx2lm', {
    on_exit = function(code)
      exit_code = code
    end,
  })

  -- the folder attaches its server and finds the root
  local descriptor = open('tides/object.json')
  wait('attached', function()
    local client = vim.lsp.get_clients({ bufnr = descriptor, name = 'mx2lm' })[1]
    return client and client.initialized
  end)
  local client = vim.lsp.get_clients({ bufnr = descriptor, name = 'mx2lm' })[1]
  check(vim.fs.normalize(client.root_dir or '') == workspace, 'the root is the folder with mx2lm.toml')

  -- one finding, on the hash, behind letters of two and four bytes
  local declared = on_disk('tides/object.json'):match('"hash": "(sha256:%x+)"')
  local computed = 'sha256:' .. vim.fn.sha256(on_disk('tides/tides.json'))
  check(declared ~= computed, 'the workspace begins with a wrong hash')
  wait('a diagnostic', function()
    return #findings(descriptor) > 0
  end)
  check(#findings(descriptor) == 1, 'one finding a cause: ' .. told(descriptor))
  local finding = findings(descriptor)[1]
  check(finding.source == 'mx2lm' and finding.severity == vim.diagnostic.severity.ERROR, 'an error of mx2lm: ' .. tostring(finding.code))
  local marked = vim.api.nvim_buf_get_text(descriptor, finding.lnum, finding.col, finding.end_lnum, finding.end_col, {})[1]
  check(marked:find(declared, 1, true) and #marked <= #declared + 2, 'it marks the hash: ' .. marked)

  -- hover tells both values
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col + 12 })
  vim.lsp.buf.hover({ silent = true })
  wait('hover shows the declared hash', function()
    return float():find(declared, 1, true)
  end)
  check(float():find(computed, 1, true), 'hover shows the computed hash')
  check(float():find('line ends', 1, true), 'and what the declared one is the hash of')
  vim.api.nvim_win_close(vim.b.lsp_floating_preview, true)

  -- the named quick fix for the hash, chosen by what it writes, then saved
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { 'quickfix' }, diagnostics = { finding.user_data.lsp } },
    filter = function(action)
      local edit = vim.json.encode(action.edit or {})
      return edit:find(computed, 1, true) and not edit:find('mx2lm.toml', 1, true)
    end,
  })
  wait('quick fix applied', function()
    local text = table.concat(vim.api.nvim_buf_get_lines(descriptor, 0, -1, false), '\n')
    return text:find(computed, 1, true) and not text:find(declared, 1, true)
  end)
  vim.cmd('silent write')
  check(vim.json.decode(on_disk('tides/object.json')).hash == computed, 'the true hash is on disk')
  wait('the diagnostic is gone', function()
    return #findings(descriptor) == 0
  end)

  -- an edit that is not saved counts in the file that names it, and taking it back counts too
  local payload = open('tides/tides.json')
  vim.api.nvim_buf_set_lines(payload, 2, 3, false, { '  "unit": "dm",' })
  wait('an unsaved payload makes the saved descriptor untrue', function()
    return #findings(descriptor) == 1
  end)
  vim.cmd('silent undo')
  wait('taking the edit back makes it true again', function()
    return #findings(descriptor) == 0
  end)
  vim.cmd('edit!')

  -- from a reference to its object
  local tokenizer = open('tokenizer/object.json')
  wait('attached to a second descriptor', function()
    return #vim.lsp.get_clients({ bufnr = tokenizer, name = 'mx2lm' }) == 1
  end)
  cursor_on(tokenizer, 'object://ai/vocab/base-en')
  vim.lsp.buf.definition()
  wait('go to definition opens the vocabulary', function()
    return vim.api.nvim_buf_get_name(0):match('vocab/object%.json$')
  end)
  check(vim.api.nvim_get_current_line():find('object://ai/vocab/base-en', 1, true), 'at the line of its id')

  scores()
  pages()
  vim.api.nvim_set_current_buf(tokenizer)

  -- the health check agrees
  vim.cmd.checkhealth('mx2lm')
  local health = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  check(health:find('attached', 1, true) and not health:find('ERROR', 1, true), 'checkhealth finds nothing wrong')
  check(health:find('mx2lm%-lsp %d+%.%d+') ~= nil, 'checkhealth names the server version')

  -- both ways to end it end it in order
  for _, action in ipairs({ 'restart', 'stop' }) do
    exit_code = nil
    vim.cmd('Mx2lm ' .. action)
    wait(('`:Mx2lm %s`: the server ends'):format(action), function()
      return exit_code ~= nil
    end)
    check(exit_code == 0, 'it ends with 0, it said ' .. tostring(exit_code))
    if action == 'restart' then
      wait('another one is attached', function()
        local new = vim.lsp.get_clients({ bufnr = tokenizer, name = 'mx2lm' })[1]
        return new and new.id ~= client.id and new.initialized
      end)
    end
  end
end

local function run()
  local held, why = xpcall(journey, function(message)
    return debug.traceback(tostring(message))
  end)
  if not held then
    io.stdout:write(why, '\n')
    vim.cmd('cquit 1')
  end
  vim.cmd('qall!')
end

-- as from the keyboard: when all that happens at start has happened
vim.api.nvim_create_autocmd('VimEnter', {
  callback = function()
    vim.schedule(run)
  end,
})
