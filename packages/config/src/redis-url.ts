/** What a `REDIS_URL` says. */
export interface RedisAddress {
  /** Redis itself, or the sentinels that know where it is. */
  hosts: { host: string; port: number }[];
  /** The name by which sentinels know the primary; undefined without Sentinel. */
  primary?: string | undefined;
  tls: boolean;
  user?: string | undefined;
  password?: string | undefined;
  /** Number of the database. */
  database: number;
  /** For the sentinels themselves. */
  sentinelUser?: string | undefined;
  sentinelPassword?: string | undefined;
}

const URL_PARTS = /^(redis|rediss)(\+sentinel)?:\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/;
const HOST = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:@[\]]+))(?::(\d{1,5}))?$/;
const PATH = /^(?:\/(\d{1,5})?)?$/;
const SENTINEL_PATH = /^\/([\w.-]+)(?:\/(\d{1,5})?)?$/;

/**
 * Reads `redis://user:password@host:6379/0` or `redis+sentinel://user:password@host1:26379,host2:26379/mymaster/0`, where
 * everything but host and name may be left out; `rediss` is with TLS. `?sentinelPassword=...&sentinelUser=...` is for sentinels
 * with a password of their own.
 *
 * @throws Error that says what is wrong, without any part of the URL
 */
export function parseRedisUrl(url: string): RedisAddress {
  const [, scheme, sentinel, authority, path, query, hash] = URL_PARTS.exec(url) ?? [];
  if (authority === undefined) {
    throw new Error('expected a URL that begins with redis://, rediss://, redis+sentinel:// or rediss+sentinel://');
  }
  if (hash !== undefined || path!.includes('@') || query?.includes('@')) {
    throw new Error('has a character that ends a password too early: write / ? # @ in it as %2F %3F %23 %40');
  }
  const at = authority.lastIndexOf('@');
  const [user, ...rest] = at < 0 ? [] : authority.slice(0, at).split(':');
  const hosts = readHosts(authority.slice(at + 1), sentinel ? 26_379 : 6_379);
  const login = { user: decode(user), password: decode(rest.join(':')) };
  const common = { hosts, tls: scheme === 'rediss', ...login };
  const options = new URLSearchParams(query);

  if (sentinel === undefined) {
    if (hosts.length > 1) {
      const expected = 'with Sentinel, begin it with redis+sentinel://; Redis Cluster is not supported';
      throw new Error(`names several hosts. To find the primary ${expected}`);
    }
    if (options.size > 0) throw new Error('has something behind a "?", which is not used');
    const [found, database = 0] = PATH.exec(path!) ?? [];
    if (found === undefined) throw new Error('has something behind the host that is no number of a database, like /0');
    return { ...common, database: Number(database) };
  }
  const [, primary, database = 0] = SENTINEL_PATH.exec(path!) ?? [];
  if (primary === undefined) {
    const expected = 'redis+sentinel://host1:26379,host2:26379/mymaster, or with the number of a database /mymaster/0';
    throw new Error(`needs the name of the primary behind the sentinels: expected a URL like ${expected}`);
  }
  const { sentinelUser, sentinelPassword, ...others } = Object.fromEntries(options);
  if (Object.keys(others).length > 0)
    throw new Error('may have sentinelUser and sentinelPassword behind "?", no other');
  return { ...common, primary, database: Number(database), sentinelUser, sentinelPassword };
}

/** What is wrong with a `REDIS_URL`, without any part of it; undefined if nothing is. */
export function problemOf(url: string): string | undefined {
  try {
    parseRedisUrl(url);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The URL for a log line: without users and passwords. */
export function showRedisUrl(url: string): string {
  const { hosts, primary, tls, database } = parseRedisUrl(url);
  const where = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
  const scheme = `${tls ? 'rediss' : 'redis'}${primary === undefined ? '' : '+sentinel'}`;
  return `${scheme}://${where}${primary === undefined ? '' : `/${primary}`}/${database}`;
}

function readHosts(list: string, defaultPort: number): RedisAddress['hosts'] {
  if (list === '') throw new Error('names no host');
  return list.split(',').map((one) => {
    const [found, v6, name, port = defaultPort] = HOST.exec(one) ?? [];
    if (found === undefined || Number(port) < 1 || Number(port) > 65_535) {
      throw new Error('has a host or port that can not be read: expected host:6379, with the password before an @');
    }
    return { host: (v6 ?? name)!, port: Number(port) };
  });
}

function decode(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('has a % that begins no code like %2F: write a % in a password as %25');
  }
}
