import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../network/endpoint.ts';
import { NetworkError } from '../network/network-error.ts';
import type { Http, HttpHandler, HttpResponse } from './http.ts';
import { SystemHttp } from './system-http.ts';
import { VirtualHttp } from './virtual-http.ts';

const ANYWHERE = { host: '127.0.0.1', port: 0 };

interface Door {
  readonly http: Http;
  readonly post: (at: Endpoint, url: string, body: string) => Promise<HttpResponse>;
}

function systemDoor(): Door {
  return {
    http: new SystemHttp(),
    post: async ({ host, port }, url, body) => {
      const response = await fetch(`http://${host}:${port}${url}`, { method: 'POST', body });
      return { status: response.status, body: await response.text() };
    },
  };
}

function virtualDoor(): Door {
  const http = new VirtualHttp();
  return { http, post: (at, url, body) => http.request(at, { url, body }) };
}

const echo: HttpHandler = async (request) => {
  const text = new TextDecoder().decode(await request.body());
  return { status: 200, body: `${request.method} ${request.url} ${text}` };
};

for (const [name, door] of [
  ['SystemHttp', systemDoor],
  ['VirtualHttp', virtualDoor],
] as const) {
  describe(name, () => {
    it('answers requests, each with its own body', async () => {
      const { http, post } = door();
      const server = await http.serve(ANYWHERE, echo);
      const answers = await Promise.all(
        ['a', 'b'].map((body) => post(server.address, '/wallet/x', body)),
      );
      expect(answers.map(({ body }) => body)).toEqual(['POST /wallet/x a', 'POST /wallet/x b']);
      await server.close();
    });

    it('refuses a body that is too long', async () => {
      const { http, post } = door();
      const server = await http.serve(ANYWHERE, echo, { bodyBytes: 1000 });
      expect((await post(server.address, '/', 'x'.repeat(1000))).status).toBe(200);
      expect((await post(server.address, '/', 'x'.repeat(1001))).status).toBe(413);
      await server.close();
    });

    it('has a port for one alone', async () => {
      const { http } = door();
      const server = await http.serve(ANYWHERE, echo);
      await expect(http.serve(server.address, echo)).rejects.toThrow(NetworkError);
      await server.close();
    });
  });
}

describe('SystemHttp', () => {
  it('refuses an address that is longer than Bitcoin Core reads', async () => {
    const server = await new SystemHttp().serve(ANYWHERE, async () => ({ status: 200 }));
    const status = async (length: number): Promise<number> =>
      (await fetch(`http://127.0.0.1:${server.address.port}/${'x'.repeat(length)}`)).status;
    expect(await status(1000)).toBe(200);
    expect(await status(10_000)).toBe(400);
    await server.close();
  });

  it('ends connections that are too slow, and answers others meanwhile', async () => {
    const { http, post } = systemDoor();
    const server = await http.serve(ANYWHERE, echo, { timeoutMs: 300 });
    const { host, port } = server.address;
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect(port, host);
      socket.write('POST / HTTP/1.1\r\nContent-Length: 10\r\n');
      return new Promise<void>((resolve) => {
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
      });
    });
    expect((await post(server.address, '/', 'quick')).body).toBe('POST / quick');
    await Promise.all(slow);
    await server.close();
  });

  it('leaves clients that do not read their answer, and waits for those that read slowly', async () => {
    const { http } = systemDoor();
    const body = new Uint8Array(30_000_000);
    const answer: HttpHandler = async () => ({ status: 200, body });
    const server = await http.serve(ANYWHERE, answer, { timeoutMs: 400 });
    const { host, port } = server.address;
    const read = (firstPauseMs: number, pauseMs: number): Promise<number> =>
      new Promise((resolve) => {
        let length = 0;
        const socket = connect(port, host);
        socket.on('data', (part) => {
          const wait = length === 0 ? firstPauseMs : pauseMs;
          length += part.length;
          socket.pause();
          setTimeout(() => socket.resume(), wait);
        });
        socket.on('error', () => {});
        socket.on('close', () => resolve(length));
        socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      });
    const [never, slowly] = await Promise.all([read(1500, 0), read(0, 1)]);
    expect(never).toBeLessThan(body.length);
    expect(slowly).toBeGreaterThan(body.length);
    await server.close();
  });

  it('answers the requests of one connection one after the other', async () => {
    const { http } = systemDoor();
    let [under, most] = [0, 0];
    const server = await http.serve(ANYWHERE, async ({ url }) => {
      under++;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 5));
      under--;
      return { status: 200, body: `[${url}]` };
    });
    const { host, port } = server.address;
    const text = await new Promise<string>((resolve) => {
      let all = '';
      const socket = connect({ host, port, allowHalfOpen: true });
      socket.setEncoding('utf8');
      socket.on('data', (part: string) => {
        all += part;
      });
      socket.on('end', () => resolve(all));
      const requests = Array.from(
        { length: 20 },
        (_, i) => `GET /${i} HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
      // Who has nothing more to say still waits for answers.
      socket.end(requests.join(''));
    });
    const answered = [...text.matchAll(/\[\/(\d+)\]/g)].map(([, i]) => Number(i));
    expect(answered).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBe(1);
    await server.close();
  });

  it('finishes its answers before it closes', async () => {
    const { http, post } = systemDoor();
    let isAsked = (): void => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    let finish = (): void => {};
    const server = await http.serve(ANYWHERE, async () => {
      isAsked();
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { status: 200, body: 'done' };
    });
    const answer = post(server.address, '/', '');
    await asked;
    const closed = server.close();
    finish();
    expect((await answer).body).toBe('done');
    await closed;
    await expect(post(server.address, '/', '')).rejects.toThrow();
  });
});
