import { parseRedisUrl } from '@attrai/config/redis-url';
import type { TlsParts } from '@attrai/config/tls';
import type { RedisOptions } from 'ioredis';

/** Without an option by which ioredis types its answers. */
export type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

/** Where and as whom to connect: what `REDIS_URL` says, in ioredis's terms. */
export function redisOptions(url: string, tls: TlsParts = {}): PlainOptions {
  const { hosts, primary, tls: byTls, user, password, database, sentinelUser, sentinelPassword } = parseRedisUrl(url);
  const login: PlainOptions = {
    db: database,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
  };
  if (primary === undefined) return { ...login, ...hosts[0], ...(byTls && { tls }) };
  return {
    ...login,
    sentinels: hosts,
    name: primary,
    ...(sentinelUser !== undefined && { sentinelUsername: sentinelUser }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(byTls && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
  };
}
