import { LONGEST_SENDING_MS, REMEMBER_MS } from './request-book.ts';

// The book's transitions in Lua. One script is one step: Redis runs nothing else meanwhile.
//
// Keys, each after the prefix:
//   :request:<id>   hash, what is known of a request; of one that is over only its `state`
//   :user:<user>    sorted set, the user's requests that are not over, by deadline
//   :deadlines      sorted set, all requests that are not over, by when a passed deadline is told
//   :queue          sorted set, those that wait for an answer, in the order of acceptance
//   :sending        sorted set, those that are `sending`, by since when
//   :watch          when overdue requests are handed out again; gone when nobody has asked for them
//
// Scripts make the names of their keys themselves, which Redis Cluster doesn't allow. Times are Redis's own, so that a bot
// whose clock is off does nothing early. What brings requests to their end also runs when Redis is full, as it makes room
// (allow-oom, https://redis.io/docs/latest/develop/programmability/lua-api/#script_flags).

const COMMON = `
local prefix, id = ARGV[1], ARGV[2]
local deadlines, queue, sending = prefix .. ':deadlines', prefix .. ':queue', prefix .. ':sending'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function record(id) return prefix .. ':request:' .. id end
local function slots(user) return prefix .. ':user:' .. user end
local function stateOf(id) return redis.call('HGET', record(id), 'state') end
local function isLive(state) return state and state ~= 'answered' and state ~= 'cancelled' end

local function keepFor(key, ms)
  redis.call('PEXPIRE', key, ms, 'GT')
  redis.call('PEXPIRE', key, ms, 'NX')
end

local function forget(id)
  local user = redis.call('HGET', record(id), 'user')
  if user then redis.call('ZREM', slots(user), id) end
  for _, set in ipairs({ deadlines, queue, sending }) do redis.call('ZREM', set, id) end
  redis.call('DEL', record(id))
end

local function finish(id, state)
  forget(id)
  redis.call('HSET', record(id), 'state', state)
  redis.call('PEXPIRE', record(id), ${REMEMBER_MS})
end
`;

const script = (flags: string, body: string) => ({ lua: `#!lua ${flags}${COMMON}${body}`, numberOfKeys: 0 });

/** Takes a slot and the last place. Not when Redis is full: the photo waits at Telegram. */
const accept = script(
  '',
  `
local user, chat, message, deadline, envelope = unpack(ARGV, 3, 7)
local left, most = tonumber(ARGV[8]), tonumber(ARGV[9])
local state = stateOf(id)
if state then return { 'already', state } end
if redis.call('ZCOUNT', slots(user), '(' .. now, '+inf') >= most then return { 'full' } end

local last = redis.call('ZRANGE', queue, -1, -1, 'WITHSCORES')
redis.call('HSET', record(id), 'state', 'accepted', 'user', user, 'chat', chat, 'message', message,
  'deadline', deadline, 'envelope', envelope)
redis.call('ZADD', slots(user), now + left, id)
redis.call('ZADD', deadlines, now + left, id)
redis.call('ZADD', queue, (tonumber(last[2]) or 0) + 1, id)
for _, key in ipairs({ record(id), slots(user), deadlines, queue }) do
  keepFor(key, math.max(left, 0) + ${REMEMBER_MS})
end
return { 'accepted', redis.call('ZCARD', queue) }`,
);

/** As if it had never been accepted. */
const forgetAccepted = script('flags=allow-oom', `\nif stateOf(id) == 'accepted' then forget(id) end`);

/** To the first who asks, while there is no answer. Its id is not known yet. */
const placeholderSending = script(
  'flags=allow-oom',
  `
local user, state, placeholder, ready =
  unpack(redis.call('HMGET', record(id), 'user', 'state', 'placeholder', 'ready'))
if not user or placeholder or ready or (state ~= 'accepted' and state ~= 'published') then return 0 end
redis.call('HSET', record(id), 'placeholder', '')
return 1`,
);

/** Keeps the placeholder's id, '' if it isn't known. */
const placeholderSent = script(
  'flags=allow-oom',
  `
local state = stateOf(id)
if isLive(state) then redis.call('HSET', record(id), 'placeholder', ARGV[3]) end
return state`,
);

/** From accepted to published; any other state stays. */
const published = script(
  'flags=allow-oom',
  `
if stateOf(id) == 'accepted' then redis.call('HSET', record(id), 'state', 'published') end
return stateOf(id)`,
);

/** Out of the queue, and no longer due at its deadline. */
const answerReady = script(
  'flags=allow-oom',
  `
local state = stateOf(id)
if not isLive(state) then return state end
if state == 'accepted' then state = 'published' end
redis.call('HSET', record(id), 'state', state, 'ready', 1)
redis.call('ZREM', queue, id)
redis.call('ZADD', deadlines, 'XX', 'GT', now + ${LONGEST_SENDING_MS}, id)
return state`,
);

/** Gives the answer to one who asks, and to nobody else until that one is done, goes back, or must be dead. */
const sending = script(
  'flags=allow-oom',
  `
local attempt, once, expired, longest = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local state, sender, wasOnce, inDoubt =
  unpack(redis.call('HMGET', record(id), 'state', 'attempt', 'once', 'in-doubt'))
if state and not isLive(state) then return state end

if sender == attempt then
  if wasOnce == '1' then once = '1' end
else
  if sender and now - (redis.call('ZSCORE', sending, id) or 0) < longest then return 'busy' end
  if expired == '1' and tonumber(redis.call('ZSCORE', deadlines, id) or 0) > now then return 'not_due' end
  if sender and wasOnce == '1' then inDoubt = '1' end
end

redis.call('ZREM', queue, id)
redis.call('ZADD', sending, now, id)
redis.call('HSET', record(id), 'state', 'sending', 'attempt', attempt, 'once', once)
if inDoubt then redis.call('HSET', record(id), 'in-doubt', 1) end
keepFor(record(id), ${REMEMBER_MS})
keepFor(sending, ${REMEMBER_MS})
return inDoubt and 'unknown' or 'send'`,
);

/** Back to published, for the one who sends only. */
const notSent = script(
  'flags=allow-oom',
  `
if redis.call('HGET', record(id), 'attempt') ~= ARGV[3] then return end
redis.call('HDEL', record(id), 'attempt', 'once')
redis.call('HSET', record(id), 'state', 'published')
redis.call('ZREM', sending, id)`,
);

/** Leaves a mark and nothing else, also of one that was never known. */
const answered = script(
  'flags=allow-oom',
  `
local state = stateOf(id)
if state and not isLive(state) then return 0 end
finish(id, 'answered')
return 1`,
);

/** Ends all of a user that nobody is sending, and gives what was known of them. */
const cancel = script(
  'flags=allow-oom',
  `
local cancelled = {}
for _, id in ipairs(redis.call('ZRANGE', slots(ARGV[2]), 0, -1)) do
  local state = stateOf(id)
  if state == 'accepted' or state == 'published' then
    cancelled[#cancelled + 1] = { id, redis.call('HGETALL', record(id)) }
    finish(id, 'cancelled')
  end
end
return cancelled`,
);

/** The overdue that nobody is sending. Removes what nothing is known of any more. */
const overdue = script(
  'flags=allow-oom',
  `
local most, away, settle = tonumber(ARGV[2]), ARGV[3], ARGV[4]
local watch = prefix .. ':watch'
local settledAt = redis.call('GET', watch)
if settledAt then
  redis.call('PEXPIRE', watch, away)
else
  settledAt = now + settle
  redis.call('SET', watch, settledAt, 'PX', away)
end
if now < tonumber(settledAt) then return {} end

local due = {}
local several = most + redis.call('ZCARD', sending)
for _, id in ipairs(redis.call('ZRANGE', deadlines, '-inf', now, 'BYSCORE', 'LIMIT', 0, several)) do
  local state = stateOf(id)
  if not state then
    forget(id)
  elseif state ~= 'sending' and #due < most then
    due[#due + 1] = { id, redis.call('HGETALL', record(id)) }
  end
end
return due`,
);

/** Those whose sender must be dead. Removes those of whom too little is known to answer them. */
const leftSending = script(
  'flags=allow-oom',
  `
local most, longest = ARGV[2], ARGV[3]
local left = {}
for _, id in ipairs(redis.call('ZRANGE', sending, '-inf', now - longest, 'BYSCORE', 'LIMIT', 0, most)) do
  if redis.call('HEXISTS', record(id), 'user') == 1 then
    left[#left + 1] = { id, redis.call('HGETALL', record(id)) }
  else
    redis.call('ZREM', sending, id)
  end
end
return left`,
);

const states = script(
  'flags=no-writes',
  `
local found = {}
for i = 2, #ARGV do found[#found + 1] = stateOf(ARGV[i]) end
return found`,
);

/** Ranks from 0. */
const places = script(
  'flags=no-writes',
  `
local ranks = {}
for i = 2, #ARGV do ranks[#ranks + 1] = redis.call('ZRANK', queue, ARGV[i]) end
return ranks`,
);

export const SCRIPTS = {
  accept,
  forget: forgetAccepted,
  placeholderSending,
  placeholderSent,
  published,
  answerReady,
  sending,
  notSent,
  answered,
  cancel,
  overdue,
  leftSending,
  states,
  places,
};
