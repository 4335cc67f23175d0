import { parseRedisUrl } from '@attrai/config/redis-url';
import type { RedisOptions } from 'ioredis';

/** Without an option by which ioredis types its answers. */
export type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

/** Where and as whom to connect: what `REDIS_URL` says, in ioredis's terms. */
export function redisOptions(url: string): PlainOptions {
  const { hosts, primary, tls, user, password, database, sentinelUser, sentinelPassword } = parseRedisUrl(url);
  const login: PlainOptions = {
    db: database,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
  };
  if (primary === undefined) return { ...login, ...hosts[0], ...(tls && { tls: {} }) };
  return {
    ...login,
    sentinels: hosts,
    name: primary,
    ...(sentinelUser !== undefined && { sentinelUsername: sentinelUser }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}
