import { parseRedisUrl } from '@attrai/config/redis-url';
import type { TlsParts } from '@attrai/config/tls';
import type { RedisOptions } from 'ioredis';

/** Without the option that changes the types of ioredis's answers. */
export type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

/** `REDIS_URL` as options of ioredis. */
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
