import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { END, frame, readFrames } from './frames.ts';

export interface Tunnel {
  /** What comes here from now on goes to the sandbox in that container. */
  leadTo(container: string): void;
  port: number;
  close(): Promise<void>;
}

/**
 * A port of this machine that leads to the sandbox in a container, through `docker exec`: so it works with any
 * DOCKER_HOST, and the sandbox is not to be reached from outside.
 */
export async function openTunnel(): Promise<Tunnel> {
  const sockets = new Map<number, Socket>();
  let streams = 0;
  let exec: ReturnType<typeof spawn> | undefined;

  const server = createServer((socket) => {
    const stream = ++streams;
    sockets.set(stream, socket);
    socket.on('data', (bytes) => exec?.stdin?.write(frame(stream, bytes)));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (sockets.delete(stream)) exec?.stdin?.write(frame(stream, END));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const take = readFrames((stream, bytes) => {
    if (bytes.length > 0) sockets.get(stream)?.write(bytes);
    else {
      const socket = sockets.get(stream);
      sockets.delete(stream);
      socket?.end();
    }
  });

  return {
    port: (server.address() as AddressInfo).port,
    leadTo(container) {
      exec?.kill();
      exec = spawn('docker', ['exec', '-i', container, 'node', 'packages/checks/src/swarm-check/tunnel-end.ts'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      exec.stdin!.on('error', () => {});
      exec.stdout!.on('data', take);
    },
    async close() {
      for (const socket of sockets.values()) socket.destroy();
      exec?.kill();
      server.close();
      await once(server, 'close');
    },
  };
}
