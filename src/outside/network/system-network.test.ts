import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { endpointText } from './endpoint.ts';
import type { CloseReason, Connection } from './network.ts';
import { NetworkError } from './network-error.ts';
import { SystemNetwork } from './system-network.ts';
import { toNetworkError } from './system-network-error.ts';

const network = new SystemNetwork();
const LOOPBACK = { host: '127.0.0.1', port: 0 };

function closing(connection: Connection): Promise<CloseReason> {
  return new Promise((close) => connection.start({ data: () => {}, close }));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the errors of the system', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ETIMEDOUT', 'timeout'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ENOTFOUND', 'not-found'],
    ['EADDRINUSE', 'in-use'],
    ['EADDRNOTAVAIL', 'unavailable'],
    ['EACCES', 'denied'],
    ['EMFILE', 'too-many-open'],
    ['EPROTO', 'failed'],
  ])('%s becomes "%s"', (name, code) => {
    const found = toNetworkError('connect to [::1]:1', Object.assign(new Error(), { code: name }));
    expect(found).toBeInstanceOf(NetworkError);
    expect(found).toMatchObject({ code, name: 'NetworkError' });
    expect((found as NetworkError).message).toMatch(/^cannot connect to \[::1\]:1: [^\n]+$/);
  });

  it('that are bugs in the program pass through as they are', () => {
    const bug = new TypeError('undefined is not a function');
    expect(toNetworkError('listen', bug)).toBe(bug);
    const argument = Object.assign(new RangeError(), { code: 'ERR_SOCKET_BAD_PORT' });
    expect(toNetworkError('listen', argument)).toBe(argument);
  });
});

it.runIf(process.platform === 'linux')(
  'gives up a connection that nobody answers, in the time given',
  async () => {
    // A program that is stopped takes no connections, and beyond a few the system does not either.
    const stopped = spawn(process.execPath, [
      '-e',
      `const server = require('net').createServer();
       server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         process.stdout.write(String(server.address().port));
         setTimeout(() => process.kill(process.pid, 'SIGSTOP'), 10);
       });`,
    ]);
    const [port] = await once(stopped.stdout, 'data');
    const to = { host: '127.0.0.1', port: Number(port) };
    await new Promise((resolve) => setTimeout(resolve, 100));
    const fillers = Array.from({ length: 8 }, () => connect(to).on('error', () => {}));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    await expect(network.connect({ ...to, timeoutMs: 80 })).rejects.toMatchObject({
      code: 'timeout',
      message: `cannot connect to ${endpointText(to)}: no answer in time`,
    });
    expect(performance.now() - start).toBeGreaterThan(75);
    for (const filler of fillers) filler.destroy();
    stopped.kill('SIGKILL');
  },
);

it('reports a connection that the other side breaks off', async () => {
  const server = createServer((socket) => setTimeout(() => socket.resetAndDestroy(), 20));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const connection = await network.connect({ host: '127.0.0.1', port });
  expect(await closing(connection)).toMatchObject({
    code: 'reset',
    message: `cannot talk to 127.0.0.1:${port}: the other side broke the connection off`,
  });
  server.close();
});

it('does not wait for ever on a peer that never ends its side', async () => {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => sockets.push(socket.resume()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const connection = await network.connect({ host: '127.0.0.1', port });
  const closed = closing(connection);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    connection.end();
    await once(sockets[0] as Socket, 'end');
    vi.advanceTimersByTime(4999);
    expect(await Promise.race([closed, turn()])).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(await closed).toBe('local');
  } finally {
    vi.useRealTimers();
  }
  for (const socket of sockets) socket.destroy();
  server.close();
});

it('survives strangers who come and go at once, and leaves no socket open', async () => {
  const closes: Promise<CloseReason>[] = [];
  const listener = await network.listen(LOOPBACK, {
    connection: (connection) => closes.push(closing(connection)),
  });
  const { port } = listener.address;
  for (let i = 0; i < 100; i++) {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    await once(socket, 'connect');
    if (i % 2 === 0) socket.write('garbage');
    socket.resetAndDestroy();
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const reason of await Promise.all(closes)) {
    expect(reason === 'remote' || (reason as NetworkError).code === 'reset').toBe(true);
  }
  await listener.close();
});

it('shows an IPv4 peer of a socket for both kinds of addresses as what it is', async () => {
  const remotes: string[] = [];
  const listener = await network.listen(
    { host: '::', port: 0 },
    {
      connection: (connection) => {
        remotes.push(connection.remote.host);
        connection.destroy();
      },
    },
  );
  const to = { host: '127.0.0.1', port: listener.address.port };
  const connection = await network.connect(to);
  await closing(connection);
  expect(remotes).toEqual(['127.0.0.1']);
  await listener.close();
});

it('hands on bytes as plain arrays, not as Buffers', async () => {
  let far: Connection | undefined;
  const listener = await network.listen(LOOPBACK, {
    connection: (connection) => {
      far = connection;
      connection.start({ data: (bytes) => connection.write(bytes), close: () => {} });
    },
  });
  const near = await network.connect(listener.address);
  const bytes = await new Promise<Uint8Array>((data) => {
    near.start({ data, close: () => {} });
    near.write(Uint8Array.of(1, 2, 3));
  });
  expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  near.destroy();
  far?.destroy();
  await listener.close();
});

it('writes endpoints as people do', () => {
  expect(endpointText({ host: '10.0.0.1', port: 8333 })).toBe('10.0.0.1:8333');
  expect(endpointText({ host: 'fe80::1', port: 8333 })).toBe('[fe80::1]:8333');
  expect(endpointText({ host: 'node.example', port: 8333 })).toBe('node.example:8333');
});
