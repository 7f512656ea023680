import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock/clock.ts';
import { SystemClock } from '../clock/system-clock.ts';
import type { Endpoint } from '../network/endpoint.ts';
import type { Http, HttpHandler } from './http.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { SystemHttp } from './system-http.ts';
import { SystemHttpClient } from './system-http-client.ts';
import { VirtualHttp } from './virtual-http.ts';
import { VirtualHttpClient } from './virtual-http-client.ts';

const ANYWHERE = { host: '127.0.0.1', port: 0 };

interface Doors {
  readonly http: Http;
  readonly client: HttpClient;
}

function systemDoors(): Doors {
  return { http: new SystemHttp(), client: new SystemHttpClient() };
}

function virtualDoors(clock: Clock = new SystemClock()): Doors {
  const http = new VirtualHttp();
  return { http, client: new VirtualHttpClient(http, clock) };
}

const echo: HttpHandler = async (request) => {
  const text = new TextDecoder().decode(await request.body());
  return {
    status: 404,
    headers: { 'X-Asked': request.headers.get('x-wanted') ?? '' },
    body: `${request.method} ${request.url} ${text}`,
  };
};

/** Never answers. */
const silent: HttpHandler = () => new Promise(() => {});

function textOf({ body }: HttpAnswer): string {
  return new TextDecoder().decode(body);
}

for (const [name, doors] of [
  ['SystemHttpClient', systemDoors],
  ['VirtualHttpClient', () => virtualDoors()],
] as const) {
  describe(name, () => {
    it('has the whole answer, whatever its status', async () => {
      const { http, client } = doors();
      const { address, close } = await http.serve(ANYWHERE, echo);
      const headers = { 'X-Wanted': 'é'.length.toString() };
      const answer = await client.request(address, { path: '/wallet/a', headers, body: 'äöü' });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('x-asked')).toBe('1');
      expect(textOf(answer)).toBe('POST /wallet/a äöü');
      client.close();
      await close();
    });

    it('says why there is no answer', async () => {
      const { http, client } = doors();
      const server = await http.serve(ANYWHERE, silent);
      const { address } = server;
      const ask = (call: object): Promise<unknown> => client.request(address, call);
      await expect(ask({ timeoutMs: 20 })).rejects.toMatchObject({
        name: 'NetworkError',
        code: 'timeout',
        message: `cannot call 127.0.0.1:${address.port}: no answer in time`,
      });
      const stop = new AbortController();
      const stopped = ask({ signal: stop.signal });
      stop.abort();
      await expect(stopped).rejects.toMatchObject({ name: 'NetworkError', code: 'aborted' });
      await expect(ask({ signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' });
      client.close();
      await server.close();
      await expect(ask({})).rejects.toMatchObject({ name: 'NetworkError', code: 'aborted' });
      await expect(doors().client.request(address, {})).rejects.toMatchObject({
        name: 'NetworkError',
        code: 'refused',
      });
    }, 10_000);

    it('takes no answer that is too long', async () => {
      const { http, client } = doors();
      const { address, close } = await http.serve(ANYWHERE, echo);
      const ask = (body: string): Promise<HttpAnswer> =>
        client.request(address, { body, mostBytes: 100_000 });
      expect((await ask('x'.repeat(90_000))).body.length).toBe(90_007);
      await expect(ask('x'.repeat(100_000))).rejects.toMatchObject({
        name: 'HttpError',
        code: 'too-large',
      });
      // The next one is not bothered by it.
      expect(textOf(await ask('small'))).toBe('POST / small');
      client.close();
      await close();
    });
  });
}

describe('SystemHttpClient', () => {
  it('uses a connection again, and opens others where requests come together', async () => {
    const { http, client } = systemDoors();
    const ports = new Set<number>();
    const server = await http.serve(ANYWHERE, async ({ remote }) => {
      ports.add(remote.port);
      return { status: 200, body: 'a' };
    });
    for (let i = 0; i < 5; i++) await client.request(server.address, {});
    expect(ports.size).toBe(1);
    await Promise.all(Array.from({ length: 5 }, () => client.request(server.address, {})));
    expect(ports.size).toBe(5);
    client.close();
    await server.close();
  });

  it('goes on after the server has gone and come back', async () => {
    const { http, client } = systemDoors();
    const first = await http.serve(ANYWHERE, echo);
    await client.request(first.address, {});
    await first.close();
    await expect(client.request(first.address, {})).rejects.toMatchObject({ code: 'refused' });
    const second = await http.serve(first.address, echo);
    expect((await client.request(second.address, {})).status).toBe(404);
    client.close();
    await second.close();
  });

  it('finds a host by its name', async () => {
    const { http, client } = systemDoors();
    const { address, close } = await http.serve(ANYWHERE, echo);
    const answer = await client.request(
      { host: 'localhost', port: address.port },
      { method: 'GET' },
    );
    expect(textOf(answer)).toBe('GET / ');
    await expect(client.request({ host: 'nowhere.invalid', port: 1 }, {})).rejects.toMatchObject({
      code: 'not-found',
    });
    client.close();
    await close();
  });

  it('knows what is no HTTP, and an answer that breaks off or stops in the middle', async () => {
    const client = new SystemHttpClient();
    const raw = await rawServer();
    raw.says('SSH-2.0-OpenSSH_9.6\r\n', true);
    await expect(client.request(raw.at, {})).rejects.toThrow('does not speak HTTP');
    const half = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf';
    raw.says(half, true);
    await expect(client.request(raw.at, {})).rejects.toMatchObject({ code: 'reset' });
    raw.says('', true);
    await expect(client.request(raw.at, {})).rejects.toMatchObject({ code: 'reset' });
    raw.says(half, false);
    await expect(client.request(raw.at, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
    });
    client.close();
    raw.close();
  });
});

/** Answers whatever it is asked with some text, and perhaps ends the connection. */
async function rawServer(): Promise<{
  readonly at: Endpoint;
  readonly says: (text: string, ends: boolean) => void;
  readonly close: () => void;
}> {
  let [answer, isLast] = ['', true];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => (isLast ? socket.end(answer) : socket.write(answer)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    at: { host: '127.0.0.1', port },
    says: (text, ends) => {
      [answer, isLast] = [text, ends];
    },
    close: () => server.close(),
  };
}
