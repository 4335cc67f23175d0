import { NOW, scriptsWith } from '../redis/scripts.ts';
import { LONGEST_SENDING_MS, REMEMBER_MS } from './request-book.ts';

// The book's transitions in Lua. Each script is atomic.
//
// Keys, each after the prefix:
//   :request:<id>   hash: all fields of a request; once the request is over, only its `state`
//   :user:<user>    sorted set: the user's requests that are not over, by deadline
//   :deadlines      sorted set: all requests that are not over, by the time at which a passed deadline is told
//   :queue          sorted set: requests that wait for an answer, in the order of acceptance
//   :sending        sorted set: requests in state `sending`, by the time at which it began
//   :watch          string: from when on `overdue` gives requests again; expires when nobody asks

const COMMON = `
local prefix, id = ARGV[1], ARGV[2]
local deadlines, queue, sending = prefix .. ':deadlines', prefix .. ':queue', prefix .. ':sending'
${NOW}

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

const { evenWhenFull, unlessFull, reading } = scriptsWith(COMMON);

export const SCRIPTS = {
  /** Takes a slot and the last place. When Redis is full, it fails, and the update with the photo comes again. */
  accept: unlessFull(`
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
return { 'accepted', redis.call('ZCARD', queue) }`),

  forget: evenWhenFull(`
if stateOf(id) == 'accepted' then forget(id) end`),

  /** Allows the first caller, while there is no answer. */
  placeholderSending: evenWhenFull(`
local user, state, placeholder, ready =
  unpack(redis.call('HMGET', record(id), 'user', 'state', 'placeholder', 'ready'))
if not user or placeholder or ready or (state ~= 'accepted' and state ~= 'published') then return 0 end
redis.call('HSET', record(id), 'placeholder', '')
return 1`),

  /** Keeps the placeholder's id; '' if it isn't known. */
  placeholderSent: evenWhenFull(`
local state = stateOf(id)
if isLive(state) then redis.call('HSET', record(id), 'placeholder', ARGV[3]) end
return state`),

  published: evenWhenFull(`
if stateOf(id) == 'accepted' then redis.call('HSET', record(id), 'state', 'published') end
return stateOf(id)`),

  answerReady: evenWhenFull(`
local state = stateOf(id)
if not isLive(state) then return state end
if state == 'accepted' then state = 'published' end
redis.call('HSET', record(id), 'state', state, 'ready', 1)
redis.call('ZREM', queue, id)
redis.call('ZADD', deadlines, 'XX', 'GT', now + ${LONGEST_SENDING_MS}, id)
return state`),

  /** Allows one try at a time, until it is over or counts as dead. */
  sending: evenWhenFull(`
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
return inDoubt and 'unknown' or 'send'`),

  notSent: evenWhenFull(`
if redis.call('HGET', record(id), 'attempt') ~= ARGV[3] then return end
redis.call('HDEL', record(id), 'attempt', 'once')
redis.call('HSET', record(id), 'state', 'published')
redis.call('ZREM', sending, id)`),

  answered: evenWhenFull(`
local state = stateOf(id)
if state and not isLive(state) then return 0 end
finish(id, 'answered')
return 1`),

  cancel: evenWhenFull(`
local cancelled = {}
for _, id in ipairs(redis.call('ZRANGE', slots(ARGV[2]), 0, -1)) do
  local state = stateOf(id)
  if state == 'accepted' or state == 'published' then
    cancelled[#cancelled + 1] = { id, redis.call('HGETALL', record(id)) }
    finish(id, 'cancelled')
  end
end
return cancelled`),

  /** Removes ids whose record has expired. */
  overdue: evenWhenFull(`
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
return due`),

  /** Takes requests that can't be answered, as their record was lost, out of the set. */
  leftSending: evenWhenFull(`
local most, longest = ARGV[2], ARGV[3]
local left = {}
for _, id in ipairs(redis.call('ZRANGE', sending, '-inf', now - longest, 'BYSCORE', 'LIMIT', 0, most)) do
  if redis.call('HEXISTS', record(id), 'user') == 1 then
    left[#left + 1] = { id, redis.call('HGETALL', record(id)) }
  else
    redis.call('ZREM', sending, id)
  end
end
return left`),

  states: reading(`
local found = {}
for i = 2, #ARGV do found[#found + 1] = stateOf(ARGV[i]) end
return found`),

  /** Ranks from 0. */
  places: reading(`
local ranks = {}
for i = 2, #ARGV do ranks[#ranks + 1] = redis.call('ZRANK', queue, ARGV[i]) end
return ranks`),
};
