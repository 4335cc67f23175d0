import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { END, FrameReader, frame } from './frames.ts';

/** A port of this machine that leads to the sandbox by `docker exec`: with any DOCKER_HOST, and without a published port. */
export class Tunnel {
  readonly #server: Server;
  readonly #sockets = new Map<number, Socket>();
  #streams = 0;
  #exec: ChildProcess | undefined;

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async open(): Promise<Tunnel> {
    const tunnel = new Tunnel();
    tunnel.#server.listen(0, '127.0.0.1');
    await once(tunnel.#server, 'listening');
    return tunnel;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  leadTo(container: string): void {
    this.#exec?.kill();
    const command = ['node', 'packages/checks/src/swarm-check/tunnel-end.ts'];
    this.#exec = spawn('docker', ['exec', '-i', container, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exec.stdin!.on('error', () => {});
    const reader = new FrameReader((stream, bytes) => this.#bringBack(stream, bytes));
    this.#exec.stdout!.on('data', (chunk) => reader.take(chunk));
  }

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
    if (bytes.length > 0) return void socket?.write(bytes);
    this.#sockets.delete(stream);
    socket?.end();
  }
}
