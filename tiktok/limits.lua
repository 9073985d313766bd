-- Book the first moment that is free in all budgets of a call, or say when to ask again.
--
-- KEYS: the days' counters' name, the pause of the call's path, then four of each budget, the app's first: its pause, its booked
--   moments, the end of the line before it, the end of what was put off.
-- ARGV: who asks ("person", "worker", or "next": a worker whose turn in the line has come), seconds that they may book
--   ahead, seconds that workers may, seconds a worker waits for the app and for a narrower budget, calls a day, then the
--   seconds between two calls of each budget.
-- Answers {what, microseconds}: "go" then; "wait" and ask again; "busy", try again then; "paused" for so long.

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local who, per_day = ARGV[1], tonumber(ARGV[6])
local reach, ahead, patience, narrow = ARGV[2] * 1e6, ARGV[3] * 1e6, ARGV[4] * 1e6, ARGV[5] * 1e6
local budgets = {}
for i = 1, #ARGV - 6 do
  local at = 4 * i - 1
  budgets[i] = {
    pause = KEYS[at], booked = KEYS[at + 1], line = KEYS[at + 2], later = KEYS[at + 3],
    spacing = math.ceil(ARGV[i + 6] * 1e6),
  }
end

-- One clock for all: a machine that is late would count yesterday's calls and wait for tomorrow's midnight.
local today = KEYS[1] .. ':' .. math.floor(now / 86400000000)

local function text(moment) return string.format('%.0f', moment) end
local function number(name) return tonumber(redis.call('GET', name) or '0') end
local function note(name, moment)
  redis.call('SET', name, text(moment), 'PX', math.ceil((moment - now) / 1000) + 1000)
end
local function last_between(name, from, to)
  local range = {'(' .. text(to), '(' .. text(from)}
  return tonumber(redis.call('ZREVRANGEBYSCORE', name, range[1], range[2], 'LIMIT', 0, 1)[1])
end

-- 1. Has TikTok, or the day's count, closed the door?
local pause = redis.call('PTTL', KEYS[2])
for _, budget in ipairs(budgets) do pause = math.max(pause, redis.call('PTTL', budget.pause)) end
if pause > 0 then return {'paused', pause * 1000} end
if number(today) >= per_day then return {'paused', 86400000000 - now % 86400000000} end

-- 2. The first moment with room on both sides in every budget.
local free, moved = now, true
while moved do
  moved = false
  for _, budget in ipairs(budgets) do
    local taken = last_between(budget.booked, free - budget.spacing, free + budget.spacing)
    if taken then free, moved = taken + budget.spacing, true end
  end
  if not moved then  -- a narrower budget's moment must not leave a gap in the app's row that nobody fits in
    local before, spacing = last_between(budgets[1].booked, now, free), budgets[1].spacing
    local odd = before and (free - before) % spacing or 0
    if odd > 0 then free, moved = free + spacing - odd, true end
  end
end

-- 3. Book it: whoever it is near enough for. Workers who are new do not overtake those in line.
local is_line = false
for _, budget in ipairs(budgets) do is_line = is_line or number(budget.line) > now + ahead end
if free <= now + reach and not (who == 'worker' and is_line and free > now) then
  for _, budget in ipairs(budgets) do
    redis.call('ZREMRANGEBYSCORE', budget.booked, '-inf', text(now - budget.spacing))
    redis.call('ZADD', budget.booked, text(free), text(free))
    redis.call('PEXPIRE', budget.booked, math.ceil((free - now + budget.spacing) / 1000) + 1000)
    local line = number(budget.line)
    if who == 'person' and line > now + ahead then note(budget.line, line + budget.spacing) end
  end
  redis.call('INCR', today)
  redis.call('EXPIRE', today, 172800)
  return {'go', free - now}
end
if who == 'person' then return {'busy', free - now} end
if who == 'next' then return {'wait', math.max(1000, free - ahead - now)} end

-- 4. Stand in line, if that is not for too long; else come back when its turn would be, after the others put off.
local turn, is_long = free, false
for i, budget in ipairs(budgets) do
  budget.turn = math.max(free, number(budget.line) + budget.spacing)
  turn = math.max(turn, budget.turn)
  is_long = is_long or budget.turn - now > (i == 1 and patience or narrow)
end
if not is_long then
  for _, budget in ipairs(budgets) do note(budget.line, budget.turn) end
  return {'wait', math.max(1000, turn - ahead - now)}
end
for _, budget in ipairs(budgets) do
  local back = math.min(now + 3600000000, math.max(budget.turn, number(budget.later) + budget.spacing))
  note(budget.later, back)
  turn = math.max(turn, back)
end
return {'busy', turn - now}
