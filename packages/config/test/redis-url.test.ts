import { expect, test } from 'vitest';
import { parseRedisUrl, problemOf, showRedisUrl } from '../src/redis-url.ts';

const none = { tls: false, database: 0 };

test.each([
  ['redis://host', { ...none, hosts: [{ host: 'host', port: 6379 }] }],
  ['redis://:p%40ss:word@10.0.0.1:1/', { ...none, hosts: [{ host: '10.0.0.1', port: 1 }], password: 'p@ss:word' }],
  ['redis://:p@ss@host', { ...none, hosts: [{ host: 'host', port: 6379 }], password: 'p@ss' }],
  [
    'rediss://bot:pass@[::1]:7000/15',
    { hosts: [{ host: '::1', port: 7000 }], tls: true, user: 'bot', password: 'pass', database: 15 },
  ],
  ['redis+sentinel://one/mymaster', { ...none, hosts: [{ host: 'one', port: 26379 }], primary: 'mymaster' }],
  [
    'rediss+sentinel://bot:pass@one:1,[::2]:2,three/my-master.0/3?sentinelPassword=p%2Fq&sentinelUser=s',
    {
      hosts: [
        { host: 'one', port: 1 },
        { host: '::2', port: 2 },
        { host: 'three', port: 26379 },
      ],
      primary: 'my-master.0',
      tls: true,
      user: 'bot',
      password: 'pass',
      database: 3,
      sentinelUser: 's',
      sentinelPassword: 'p/q',
    },
  ],
])('reads %s', (url, expected) => {
  expect(parseRedisUrl(url)).toEqual(expected);
  expect(problemOf(url)).toBeUndefined();
});

test.each([
  ['localhost:6379', /begins with redis:\/\//],
  ['http://:hunter2@host', /begins with redis:\/\//],
  ['redis:host', /begins with redis:\/\//],
  ['redis://:hunter2@', /names no host/],
  ['redis://:hunter2@host:65536', /host or port/],
  ['redis://hunter2:x', /host or port/],
  ['redis://:hunter2/more@host', /%2F %3F %23 %40/],
  ['redis://:hunter2?more@host', /%2F %3F %23 %40/],
  ['redis://user:12#hunter2@host', /%2F %3F %23 %40/],
  ['redis://:hunter2%@host', /write a % in a password as %25/],
  ['redis://:hunter2@host/db', /number of a database/],
  ['redis://:hunter2@host?db=1', /behind a "\?"/],
  ['redis://:hunter2@one:1,two:2', /several hosts.*redis\+sentinel.*Cluster is not supported/],
  ['redis+sentinel://:hunter2@one:1,two:2', /name of the primary/],
  ['redis+sentinel://:hunter2@one:1,two:2/mymaster/db', /name of the primary/],
  ['redis+sentinel://:hunter2@one:1,/mymaster', /host or port/],
  ['redis+sentinel://one/mymaster?password=hunter2', /sentinelUser and sentinelPassword/],
])('says what is wrong with %s, and no part of it', (url, problem) => {
  expect(problemOf(url)).toMatch(problem);
  expect(problemOf(url)).not.toContain('hunter2');
});

test.each([
  ['redis://bot:hunter2@host:6379', 'redis://host:6379/0'],
  ['rediss://:hunter2@[::1]/2', 'rediss://[::1]:6379/2'],
  [
    'redis+sentinel://:hunter2@one,two:2/mymaster?sentinelPassword=hunter2',
    'redis+sentinel://one:26379,two:2/mymaster/0',
  ],
])('shows %s without users and passwords', (url, shown) => {
  expect(showRedisUrl(url)).toBe(shown);
});
