import type { Redis } from 'ioredis';
import { fieldsOf, NOW, Scripts, scriptsWith } from '../redis/scripts.ts';
import {
  type Album,
  type AlbumPhoto,
  type AlbumPlace,
  type AlbumScores,
  type AlbumTiming,
  type FinishedAlbum,
  inMessageOrder,
  MOST_ALBUMS_GIVEN,
} from './album-scores.ts';

// Keys, each after the prefix:
//   :album:<chat>:<album>   hash: `about`, JSON of album and place; for each message its score, '-' if it has none, '' until it is
//                           answered; once the album was told, only `told`
//   :albums                 sorted set: the album keys, by the time at which they are over
const COMMON = `
local prefix = ARGV[1]
local due = prefix .. ':albums'
${NOW}
`;

const { evenWhenFull, unlessFull } = scriptsWith(COMMON);

const SCRIPTS = {
  joined: unlessFull(`
local key, message, about, keep = prefix .. ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if redis.call('HEXISTS', key, 'told') == 1 then return end
redis.call('HSETNX', key, 'about', about)
redis.call('HSETNX', key, message, '')
redis.call('PEXPIRE', key, keep)`),
  ended: evenWhenFull(`
local key, message, score, quiet, keep = prefix .. ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if redis.call('HEXISTS', key, 'about') == 0 then return end
redis.call('HSET', key, message, score)
redis.call('ZADD', due, now + quiet, key)
redis.call('PEXPIRE', due, keep)`),
  finished: evenWhenFull(`
local found = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  local fields = redis.call('HGETALL', key)
  local isOver = #fields > 0
  for i = 2, #fields, 2 do
    if fields[i] == '' then isOver = false end
  end
  -- One that waits for an answer comes back with it.
  redis.call('ZREM', due, key)
  if isOver then
    table.insert(found, fields)
    local left = redis.call('PTTL', key)
    redis.call('DEL', key)
    redis.call('HSET', key, 'told', 1)
    redis.call('PEXPIRE', key, math.max(left, 1))
  end
end
return found`),
};

export interface RedisAlbumScoresOptions {
  redis: Redis;
  timing: AlbumTiming;
  /** Keys of this installation begin with this. */
  prefix?: string;
}

/** Albums on Redis: they outlive the bot, and several bots share them. Methods throw what `gradeRedisError` makes. */
export class RedisAlbumScores implements AlbumScores {
  #timing: AlbumTiming;
  #scripts: Scripts<keyof typeof SCRIPTS>;

  constructor({ redis, timing, prefix = 'attrai' }: RedisAlbumScoresOptions) {
    this.#timing = timing;
    this.#scripts = new Scripts(redis, 'album', prefix, SCRIPTS);
  }

  async joined({ messageId, ...album }: AlbumPhoto, place: AlbumPlace): Promise<void> {
    const { chatId, albumId } = album;
    const about = JSON.stringify({ chatId, albumId, place });
    await this.#run('joined', keyOf(album), messageId, about, this.#timing.keepMs);
  }

  async ended({ messageId, ...album }: AlbumPhoto, score: number | null): Promise<void> {
    const { quietMs, keepMs } = this.#timing;
    await this.#run('ended', keyOf(album), messageId, score ?? '-', quietMs, keepMs);
  }

  async finished(): Promise<FinishedAlbum[]> {
    return ((await this.#run('finished', MOST_ALBUMS_GIVEN)) as string[][]).map(readAlbum);
  }

  #run(name: keyof typeof SCRIPTS, ...args: (string | number)[]): Promise<unknown> {
    return this.#scripts.run(name, 'for the scores of an album', ...args);
  }
}

function readAlbum(hash: string[]): FinishedAlbum {
  const { about, ...scores } = fieldsOf(hash);
  const ended = Object.entries(scores).map(([id, score]) => [id, score === '-' ? null : Number(score)] as const);
  return { ...JSON.parse(about!), scores: inMessageOrder(ended) };
}

function keyOf({ chatId, albumId }: Album): string {
  return `:album:${chatId}:${albumId}`;
}
