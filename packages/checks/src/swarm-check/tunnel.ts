import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { END, frame, readFrames } from './frames.ts';

/**
 * A port of this machine that leads to the sandbox in a container, by way of `docker exec`. So it works with any DOCKER_HOST,
 * and the sandbox publishes no port.
 */
export class Tunnel {
  readonly #server: Server;
  readonly #sockets = new Map<number, Socket>();
  #streams = 0;
  #exec: ChildProcess | undefined;

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Opens the port. It leads nowhere yet. */
  static async open(): Promise<Tunnel> {
    const tunnel = new Tunnel();
    tunnel.#server.listen(0, '127.0.0.1');
    await once(tunnel.#server, 'listening');
    return tunnel;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What comes from now on goes to the sandbox in that container. */
  leadTo(container: string): void {
    this.#exec?.kill();
    const command = ['node', 'packages/checks/src/swarm-check/tunnel-end.ts'];
    this.#exec = spawn('docker', ['exec', '-i', container, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exec.stdin!.on('error', () => {});
    this.#exec.stdout!.on(
      'data',
      readFrames((stream, bytes) => this.#bringBack(stream, bytes)),
    );
  }

  /** Breaks all connections and closes the port. */
  async close(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#exec?.kill();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    const stream = ++this.#streams;
    this.#sockets.set(stream, socket);
    socket.on('data', (bytes) => this.#exec?.stdin?.write(frame(stream, bytes)));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#sockets.delete(stream)) this.#exec?.stdin?.write(frame(stream, END));
    });
  }

  #bringBack(stream: number, bytes: Buffer): void {
    const socket = this.#sockets.get(stream);
    if (bytes.length > 0) {
      socket?.write(bytes);
      return;
    }
    this.#sockets.delete(stream);
    socket?.end();
  }
}
