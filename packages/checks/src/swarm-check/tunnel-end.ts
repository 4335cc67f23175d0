import { connect, type Socket } from 'node:net';
import { END, FrameReader, frame } from './frames.ts';

// The other end of tunnel.ts, in the sandbox's container. Each stream from stdin becomes a connection to the sandbox, whose
// answers go to stdout.

const sockets = new Map<number, Socket>();

function open(stream: number): Socket {
  const socket = connect(Number(process.env.PORT), '127.0.0.1');
  sockets.set(stream, socket);
  socket.on('data', (bytes) => process.stdout.write(frame(stream, bytes)));
  socket.on('error', () => {});
  socket.on('close', () => {
    if (sockets.delete(stream)) process.stdout.write(frame(stream, END));
  });
  return socket;
}

const reader = new FrameReader((stream, bytes) => {
  if (bytes.length > 0) (sockets.get(stream) ?? open(stream)).write(bytes);
  else {
    const socket = sockets.get(stream);
    sockets.delete(stream);
    socket?.destroy();
  }
});
process.stdin.on('data', (chunk) => reader.take(chunk));
process.stdin.on('end', () => process.exit(0));
