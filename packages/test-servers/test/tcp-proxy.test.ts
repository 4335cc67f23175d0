import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startTcpProxy } from '../src/tcp-proxy.ts';

async function proxiedEcho() {
  const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const proxy = await startTcpProxy((echo.address() as AddressInfo).port);
  onTestFinished(async () => {
    await proxy.close();
    echo.close();
  });
  return proxy;
}

function open(port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  const heard: string[] = [];
  socket.setEncoding('utf8').on('data', (text: string) => heard.push(text));
  socket.on('error', () => {});
  return { socket, text: () => heard.join('') };
}

test('passes bytes both ways', async () => {
  const proxy = await proxiedEcho();
  const { socket, text } = open(proxy.port);
  socket.write('hello');
  await expect.poll(text).toBe('hello');
});

test('holds bytes back while stalled, on old and new connections, and passes them afterwards', async () => {
  const proxy = await proxiedEcho();
  const old = open(proxy.port);
  old.socket.write('before ');
  await expect.poll(old.text).toBe('before ');

  proxy.stall();
  const fresh = open(proxy.port);
  old.socket.write('during');
  fresh.socket.write('new');
  await sleep(200);
  expect([old.text(), fresh.text()]).toEqual(['before ', '']);
  expect([old.socket.closed, fresh.socket.closed]).toEqual([false, false]);

  proxy.resume();
  await expect.poll(old.text).toBe('before during');
  await expect.poll(fresh.text).toBe('new');
});

test('cuts what is open, and accepts new connections', async () => {
  const proxy = await proxiedEcho();
  const { socket } = open(proxy.port);
  socket.write('x');
  await once(socket, 'data');
  proxy.cut();
  await once(socket, 'close');

  const again = open(proxy.port);
  again.socket.write('hello');
  await expect.poll(again.text).toBe('hello');
});

test('cuts the connection on which a text comes back, before it arrives', async () => {
  const proxy = await proxiedEcho();
  const [other, one] = [open(proxy.port), open(proxy.port)];
  one.socket.write('before ');
  await expect.poll(one.text).toBe('before ');

  const isCut = proxy.cutBefore('answer');
  one.socket.write('the answer');
  await Promise.all([isCut, once(one.socket, 'close')]);
  expect(one.text()).toBe('before ');

  other.socket.write('the answer');
  await expect.poll(other.text).toBe('the answer');
});
