import { TestAuthority, textsOf } from '@attrai/test-servers/certificates';
import { afterAll, expect, test } from 'vitest';
import { tlsOf } from '../src/tls.ts';

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());
const authority = opened.use(await TestAuthority.make());
const { ca } = await textsOf({ ca: authority.cert });
const { cert, key } = await textsOf(await authority.issue('client'));
const other = await textsOf(await authority.issue('other'));
const AMQP_URL = 'amqps://host';

test('the parts of a TLS connection are those that are set', () => {
  expect(tlsOf('AMQP', { AMQP_URL: 'amqp://host', REDIS_CA: ca })).toEqual({});
  expect(tlsOf('AMQP', { AMQP_URL, AMQP_CA: ca })).toEqual({ ca });
  expect(tlsOf('AMQP', { AMQP_URL, AMQP_CA: ca, AMQP_CERT: cert, AMQP_KEY: key })).toEqual({ ca, cert, key });
});

test.each([
  [{ AMQP_URL: 'amqp://host', AMQP_CA: ca }, /^AMQP_URL: .*let it begin with amqps:\/\//],
  [{ AMQP_URL, AMQP_CA: 'no PEM' }, /^AMQP_CA_FILE: holds no certificate in PEM/],
  [{ AMQP_URL, AMQP_CERT: cert }, /^AMQP_CERT_FILE and AMQP_KEY_FILE: only one is set/],
  [{ AMQP_URL, AMQP_CERT: 'no PEM', AMQP_KEY: key }, /^AMQP_CERT_FILE: holds no certificate/],
  [{ AMQP_URL, AMQP_CERT: cert, AMQP_KEY: other.key }, /^AMQP_KEY_FILE: is not the private key of the certificate/],
])('what does not fit together is refused, by the name of its variable (%#)', (config, says) => {
  expect(() => tlsOf('AMQP', config)).toThrowError(
    expect.objectContaining({ problems: [expect.stringMatching(says)], code: 'bad_config' }),
  );
});
