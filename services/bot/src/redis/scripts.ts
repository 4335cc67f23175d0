import type { Redis } from 'ioredis';
import { grading } from './redis-errors.ts';

// Scripts make the names of their keys themselves. Redis Cluster doesn't allow that.

interface Script {
  lua: string;
  numberOfKeys: 0;
}

/** Sets `now` to Redis's own time in ms: a bot whose clock is wrong does nothing early. */
export const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * Makers of scripts that begin with `common`. A script that frees memory must run even when Redis is full (`allow-oom`,
 * https://redis.io/docs/latest/develop/programmability/lua-api/#script_flags).
 */
export function scriptsWith(common: string) {
  const maker =
    (flags: string) =>
    (body: string): Script => ({ lua: `#!lua ${flags}\n${common}${body}`, numberOfKeys: 0 });
  return { evenWhenFull: maker('flags=allow-oom'), unlessFull: maker(''), reading: maker('flags=no-writes') };
}

/** Lua scripts as commands of a connection. ARGV[1] is the prefix of all keys; the arguments of `run` follow. */
export class Scripts<Name extends string> {
  #redis: Redis;
  #family: string;
  #prefix: string;

  /** @param family sets the names apart from commands of ioredis and from other scripts */
  constructor(redis: Redis, family: string, prefix: string, scripts: Record<Name, Script>) {
    this.#redis = redis;
    this.#family = family;
    this.#prefix = prefix;
    for (const [name, script] of Object.entries<Script>(scripts)) redis.defineCommand(`${family}:${name}`, script);
  }

  /**
   * Throws what `gradeRedisError` makes.
   *
   * @param what is asked of Redis, like 'to accept a photo'
   */
  run(name: Name, what: string, ...args: (string | number)[]): Promise<unknown> {
    const commands = this.#redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>;
    return grading(what, () => commands[`${this.#family}:${name}`]!(this.#prefix, ...args));
  }
}

/** A hash as scripts return it: each field, followed by its value. */
export function fieldsOf(hash: string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < hash.length; i += 2) fields[hash[i]!] = hash[i + 1]!;
  return fields;
}
