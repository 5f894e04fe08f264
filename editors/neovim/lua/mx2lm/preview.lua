-- What the profile in a buffer scores, in a floating window that follows the typing.
--
-- The text is the server's document `mx2lm:/scores/…`. One question is under way at a time; what is typed meanwhile asks
-- once more when it is answered, so typing never waits and no answer for an older text is shown.
local M = {}

local shown -- { source, buffer, window, uri, asking, again }

local function client_of(buffer)
  return vim.lsp.get_clients({ bufnr = buffer, name = 'mx2lm' })[1]
end

local function close()
  local old = shown
  shown = nil
  if old and vim.api.nvim_win_is_valid(old.window) then
    vim.api.nvim_win_close(old.window, true)
  end
end

--- Whether a window of this height at the top would lie over the line that is being typed in.
local function hides_cursor(state, height)
  local window = state and vim.fn.bufwinid(state.source) or -1
  if window == -1 then
    return false
  end
  local at = vim.api.nvim_win_get_cursor(window)
  return vim.fn.screenpos(window, at[1], 1).row <= height + 3
end

local function place(lines, state)
  local width = 20
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  local height = math.max(1, math.min(#lines, vim.o.lines - 5))
  local low = hides_cursor(state, height)
  return {
    relative = 'editor',
    anchor = low and 'SE' or 'NE',
    row = low and vim.o.lines - vim.o.cmdheight - (vim.o.laststatus > 0 and 1 or 0) or 1,
    col = vim.o.columns - 1,
    width = math.min(width, math.max(20, vim.o.columns - 4)),
    height = height,
    style = 'minimal',
    border = 'rounded',
    title = ' mx2lm ',
    focusable = true,
  }
end

local function show(state, text)
  if shown ~= state or not vim.api.nvim_win_is_valid(state.window) then
    return
  end
  local lines = vim.split(vim.trim(text), '\n')
  vim.bo[state.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(state.buffer, 0, -1, false, lines)
  vim.bo[state.buffer].modifiable = false
  vim.api.nvim_win_set_config(state.window, place(lines, state))
end

local function refresh(state)
  if shown ~= state then
    return
  end
  if state.asking then
    state.again = true
    return
  end
  local client = client_of(state.source)
  if not client then
    return close()
  end
  state.asking = true
  client:request('mx2lm/content', { uri = state.uri }, function(err, text)
    state.asking = false
    if state.again then
      state.again = false
      return refresh(state)
    end
    -- a text that is no profile for the moment leaves the last scores standing
    if not err and type(text) == 'string' then
      show(state, text)
    end
  end, state.source)
end

local function start(source, uri)
  close()
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].modifiable = false
  local window = vim.api.nvim_open_win(buffer, false, place({ '' }))
  local state = { source = source, buffer = buffer, window = window, uri = uri }
  shown = state
  vim.api.nvim_buf_attach(source, false, {
    on_lines = function()
      if shown ~= state then
        return true
      end
      vim.schedule(function()
        refresh(state)
      end)
    end,
    on_detach = function()
      vim.schedule(function()
        if shown == state then
          close()
        end
      end)
    end,
  })
  vim.api.nvim_create_autocmd('WinClosed', {
    pattern = tostring(window),
    once = true,
    callback = function()
      if shown == state then
        shown = nil
      end
    end,
  })
  refresh(state)
end

--- Opens the window for the current buffer, or closes the one there is.
function M.toggle()
  if shown then
    return close()
  end
  local source = vim.api.nvim_get_current_buf()
  local client = client_of(source)
  if not client then
    return vim.notify('mx2lm: no server is attached to this buffer', vim.log.levels.WARN)
  end
  client:request('mx2lm/views', { uri = vim.uri_from_bufnr(source) }, function(err, offers)
    for _, offer in ipairs(not err and offers or {}) do
      if vim.startswith(offer.uri, 'mx2lm:/scores/') then
        return start(source, offer.uri)
      end
    end
    vim.notify('mx2lm: this file is no profile', vim.log.levels.WARN)
  end, source)
end

--- The lines shown, for tests.
function M.lines()
  return shown and vim.api.nvim_buf_get_lines(shown.buffer, 0, -1, false) or {}
end

return M
