import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { TestAuthority, textsOf } from '@attrai/test-servers/certificates';
import { freePort } from '@attrai/test-servers/free-port';
import { startRabbitmq } from '@attrai/test-servers/rabbitmq';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { scanQueue } from '../src/amqp/scan-queue.ts';
import { openBroker } from '../src/connect-broker.ts';

vi.setConfig({ testTimeout: 60_000 });

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());
const authority = opened.use(await TestAuthority.make());
const stranger = opened.use(await TestAuthority.make());
const own = await authority.issue('server');
const port = await freePort();
// Takes only clients with a certificate that its own authority signed.
const server = opened.use(
  await startRabbitmq([
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    `ssl_options.cacertfile = ${authority.cert}`,
    `ssl_options.certfile = ${own.cert}`,
    `ssl_options.keyfile = ${own.key}`,
    'ssl_options.verify = verify_peer',
    'ssl_options.fail_if_no_peer_cert = true',
  ]),
);
const url = `amqps://guest:guest@127.0.0.1:${port}`;

const trusted = await textsOf({ ca: authority.cert });
const other = await textsOf({ ca: stranger.cert });
const client = await textsOf(await authority.issue('client'));
const strange = await textsOf(await stranger.issue('client'));

async function open(tls: object, at = url) {
  const lines: string[] = [];
  const log = (_: object, message: string) => void lines.push(message);
  const logger = { info: log, warn: log, error: log };
  const broker = await openBroker({ url: at, tls, logger, onFatal() {}, timing: { reopen: [20, 100] } });
  onTestFinished(() => broker.close());
  return { broker, lines, problem: () => expect.poll(() => broker.problem, { timeout: 20_000 }) };
}

test('messages travel by TLS to a RabbitMQ with an authority of its own, which asks for a certificate', async () => {
  const { broker } = await open({ ...trusted, ...client });
  await broker.ready();
  await broker.publish(TO_ESTIMATE, { json: 'x' });
  const seen: string[] = [];
  await scanQueue({ url, tls: { ...trusted, ...client } }, TO_ESTIMATE, ({ wire }) => {
    seen.push(String(wire.body));
    return 'drop';
  });
  expect(seen).toEqual(['"x"']);
});

test.each([
  ['an authority that is not known', client, /not signed by a CA that is trusted here: set AMQP_CA_FILE/],
  ['another authority', { ...other, ...client }, /not signed by a CA that is trusted here: set AMQP_CA_FILE/],
  ['no certificate of the client', trusted, /asks for a certificate of the client.*AMQP_CERT_FILE and AMQP_KEY_FILE/],
  ['a certificate of another authority', { ...trusted, ...strange }, /refuses the one it got: set AMQP_CERT_FILE/],
])('%s is a problem that names its variable, in one line', async (_, tls, says) => {
  const { lines, problem } = await open(tls);
  await problem().toMatch(says);
  await new Promise((next) => setTimeout(next, 1_000));
  expect(lines.filter((line) => says.test(line))).toHaveLength(1);
});

test('a host that the certificate is not for, and a port without TLS, are problems that name AMQP_URL', async () => {
  const elsewhere = await open({ ...trusted, ...client }, url.replace('127.0.0.1', 'localhost'));
  await elsewhere.problem().toMatch(/not for the host in AMQP_URL/);
  const plain = await open({ ...trusted, ...client }, server.url.replace('amqp:', 'amqps:'));
  await plain.problem().toMatch(/does not speak TLS at this port: see the port and the scheme of AMQP_URL/);
});
