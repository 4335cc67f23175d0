import { randomBytes } from 'node:crypto';
import { connect } from 'amqplib';
import { findSource, type Software } from './find-software.ts';
import { freePort } from './free-port.ts';
import { startGuard } from './guard.ts';
import { rabbitmqProcess } from './rabbitmq-process.ts';
import { serverContainer } from './run-container.ts';
import type { Server } from './server.ts';

const RABBITMQ: Software = {
  name: 'RabbitMQ',
  image: 'rabbitmq:4.3',
  // Debian's wrapper in the PATH changes to another user and folder; the first is the server's own script.
  binaries: ['/usr/lib/rabbitmq/bin/rabbitmq-server', 'rabbitmq-server'],
  debianPackage: 'rabbitmq-server',
  variable: 'AMQP_URL',
};

export interface RabbitmqServer extends Server {
  /** Adds an empty virtual host; resolves to its URL. */
  addVhost(name: string): Promise<string>;
  /** Has the server break every client's connection. */
  closeConnections(): Promise<void>;
}

/** Starts a RabbitMQ of your own, with small limits of memory. `run` offers `rabbitmqctl`, at once. Takes 5 to 10 s. */
export async function startRabbitmq(): Promise<RabbitmqServer> {
  const source = await findSource(RABBITMQ);
  const [guard, port] = await Promise.all([startGuard(), freePort()]);
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  const common = { guard, answers: () => answers(url) };

  const server =
    source.kind === 'docker'
      ? serverContainer({
          ...common,
          name: `attrai-test-rabbitmq-${randomBytes(4).toString('hex')}`,
          image: source.image,
          ports: [port, 5672],
          env: {},
          args: [],
        })
      : await rabbitmqProcess({ ...common, script: source.path, port });

  const start = async () => {
    await server.start();
    // It takes connections a moment before it counts as running; until then rabbitmqctl refuses most commands.
    await server.run('rabbitmqctl', 'await_startup');
  };

  await start();
  return {
    ...server,
    url,
    start,
    origin: source.kind === 'docker' ? `docker ${source.image}` : source.path,
    async addVhost(name) {
      await server.run('rabbitmqctl', 'add_vhost', name);
      await server.run('rabbitmqctl', 'set_permissions', '-p', name, 'guest', '.*', '.*', '.*');
      return `${url}/${name}`;
    },
    async closeConnections() {
      await server.run('rabbitmqctl', 'close_all_connections', 'closed by a test');
    },
    [Symbol.asyncDispose]: () => guard.release(),
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const connection = await connect(url, { timeout: 2_000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
