-- Does in Neovim what docs/howto/edit-in-an-editor.md shows: presses the keys of its session, with `sqrt lsp` behind them, and
-- prints the blocks of the page as they come out. The status is 1 where the page has something else.
--
-- scripts/editor_session.sh starts it, in an empty folder and with the settings of docs/editors.md. cli/tests/lsp/session.rs does
-- the same over the protocol, without an editor.

local page = os.getenv("SESSION_PAGE")
local file = "mail/policy.sqrt"

-- The page: files to write, and blocks of commands with what they show.
local function read_page()
  local files, blocks, block = {}, {}, nil
  for line in io.lines(page) do
    local info = line:match("^```(.*)$")
    if info and block then
      block = nil
    elseif info then
      block = { lines = {} }
      local name = info:match(" scratch=(.+)$")
      if name then
        files[name] = block.lines
      elseif info == "text session" then
        blocks[#blocks + 1] = block.lines
      end
    elseif block then
      table.insert(block.lines, line)
    end
  end
  return files, blocks
end

-- Lets the editor go on until something is so.
local function wait(what, is_so)
  local running = coroutine.running()
  local left = 500
  local function look()
    left = left - 1
    if is_so() or left == 0 then
      coroutine.resume(running)
    else
      vim.defer_fn(look, 20)
    end
  end
  vim.defer_fn(look, 20)
  coroutine.yield()
  assert(left > 0, "waited in vain: " .. what)
end

local function keys(text)
  vim.api.nvim_input(text)
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, true)
end

local function in_normal_mode()
  return vim.api.nvim_get_mode().mode == "n"
end

-- The version of the document, as the server gets it.
local function version()
  return vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()]
end

-- The version that the server has spoken of.
local told
local publish = vim.lsp.handlers["textDocument/publishDiagnostics"]
vim.lsp.handlers["textDocument/publishDiagnostics"] = function(err, result, context)
  publish(err, result, context)
  told = result.version
end

local function diagnostics()
  wait("problems", function() return told == version() end)
  local found = vim.diagnostic.get(0)
  table.sort(found, function(a, b) return a.lnum < b.lnum or a.lnum == b.lnum and a.col < b.col end)
  return found
end

-- Which lines have changed, where their number has not.
local function changes(before)
  local shown = {}
  for number, line in ipairs(lines()) do
    if line ~= before[number] then
      table.insert(shown, ("%d - %s"):format(number, before[number]))
      table.insert(shown, ("%d + %s"):format(number, line))
    end
  end
  return shown
end

local function go_to(line, text)
  local column = lines()[line]:find(text, 1, true)
  vim.api.nvim_win_set_cursor(0, { line, assert(column, text) - 1 })
end

local severities = { "error", "warning", "information", "hint" }
local commands = {}

function commands.problems()
  local shown = {}
  for _, found in ipairs(diagnostics()) do
    local message = vim.split(found.message, "\n")
    local severity = severities[found.severity]
    table.insert(shown, ("%d:%d %s %s: %s"):format(found.lnum + 1, found.col + 1, severity, found.code, message[1]))
    for number = 2, #message do
      table.insert(shown, "    " .. message[number])
    end
  end
  return #shown > 0 and shown or { "none" }
end

-- `gra` on the first problem of a line, and the first of what is offered.
function commands.fix(line)
  line = tonumber(line)
  for _, found in ipairs(diagnostics()) do
    if found.lnum + 1 == line then
      vim.api.nvim_win_set_cursor(0, { line, found.col })
      break
    end
  end
  local before, changed_at, shown = lines(), version(), {}
  vim.ui.select = function(items, options, choose)
    for number, item in ipairs(items) do
      table.insert(shown, ("%d. %s"):format(number, options.format_item(item)))
    end
    choose(items[1], 1)
  end
  keys("gra")
  wait("fix", function() return version() > changed_at end)
  return vim.list_extend(shown, changes(before))
end

-- `K` on a word.
function commands.hover(line, text)
  go_to(tonumber(line), text)
  keys("K")
  local window
  wait("hover", function()
    for _, candidate in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(candidate).relative ~= "" then
        window = candidate
      end
    end
    return window
  end)
  local shown = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true)
  vim.api.nvim_win_close(window, true)
  -- Neovim hides the fences around code.
  return vim.tbl_filter(function(text_line) return text_line ~= "" and not vim.startswith(text_line, "```") end, shown)
end

-- `o`, a text and a space, `CTRL-X CTRL-O`, and the first of what is offered.
function commands.complete(line, text)
  line = tonumber(line)
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  keys("o" .. text .. " ")
  wait("typing", function() return vim.endswith(vim.api.nvim_get_current_line(), text .. " ") end)
  keys("<C-x><C-o>")
  local items
  wait("completion", function()
    items = vim.fn.complete_info({ "items" }).items
    return #items > 0
  end)
  local shown = {}
  for _, item in ipairs(items) do
    table.insert(shown, vim.trim(item.abbr .. "  " .. item.menu))
  end
  keys("<C-y><Esc>")
  wait("end of insertion", in_normal_mode)
  table.insert(shown, ("%d + %s"):format(line + 1, lines()[line + 1]))
  return shown
end

-- `A`, a space and a text.
function commands.append(line, text)
  vim.api.nvim_win_set_cursor(0, { tonumber(line), 0 })
  local before = lines()
  keys("A " .. text .. "<Esc>")
  wait("typing", function() return vim.endswith(vim.api.nvim_get_current_line(), text) and in_normal_mode() end)
  return changes(before)
end

-- `:m` to the place before the line above.
function commands.up(line)
  local before = lines()
  keys((":%dm -2<CR>"):format(line))
  wait("move", function() return not vim.deep_equal(before, lines()) and in_normal_mode() end)
  return changes(before)
end

-- `grn` on a word.
function commands.rename(line, text, name)
  go_to(tonumber(line), text)
  local before, changed_at = lines(), version()
  keys("grn")
  wait("prompt", function() return vim.api.nvim_get_mode().mode == "c" end)
  keys("<C-u>" .. name .. "<CR>")
  wait("rename", function() return version() > changed_at and in_normal_mode() end)
  return changes(before)
end

function commands.format()
  vim.lsp.buf.format()
  return lines()
end

-- The lines that have a hint, with it in its place.
function commands.hints()
  diagnostics()
  local found
  wait("hints", function()
    found = vim.lsp.inlay_hint.get({ bufnr = 0 })
    return #found > 0
  end)
  table.sort(found, function(a, b) return a.inlay_hint.position.line < b.inlay_hint.position.line end)
  local shown = {}
  for _, hint in ipairs(found) do
    local position, label = hint.inlay_hint.position, hint.inlay_hint.label
    local line = lines()[position.line + 1]
    local painted = (hint.inlay_hint.paddingLeft and " " or "") .. label .. (hint.inlay_hint.paddingRight and " " or "")
    table.insert(shown, line:sub(1, position.character) .. painted .. line:sub(position.character + 1))
  end
  return shown
end

local function session()
  local files, blocks = read_page()
  for name, text in pairs(files) do
    vim.fn.mkdir(vim.fs.dirname(name), "p")
    vim.fn.writefile(text, name)
  end
  vim.cmd.edit(file)
  local differs = false
  for _, block in ipairs(blocks) do
    local actual = {}
    for _, line in ipairs(block) do
      local command = line:match("^> (.*)$")
      if command then
        table.insert(actual, line)
        local name, place, rest = command:match("^(%a+) ?(%d*) ?(.*)$")
        local text, new_name = rest, nil
        if name == "rename" then
          text, new_name = rest:match("^(.*) (%S+)$")
        end
        vim.list_extend(actual, commands[name](place, text, new_name))
      end
    end
    differs = differs or not vim.deep_equal(actual, block)
    io.write("```text session\n", table.concat(actual, "\n"), "\n```\n")
  end
  return differs
end

coroutine.wrap(function()
  local done, differs = xpcall(session, debug.traceback)
  if not done then
    io.stderr:write(differs, "\n")
  end
  io.stdout:flush()
  vim.cmd((not done or differs) and "cquit! 1" or "quitall!")
end)()
