/** What is wrong with a connection itself, or with how bytes become requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Abuse, type AbuseStage, tally } from './abuse.ts';
import { exchange, openSocket, statusIn } from './raw-exchange.ts';

const SLOW = { long: 200, short: 60 } as const;
const PIPELINED = 1000;
const UNREAD = { long: 20_000, short: 5000 } as const;
const LEAVERS = { long: 500, short: 100 } as const;
/** A second in which the server looks for those that are slow, and one more. */
const MERCY_MS = 2500;

function request({ authorization }: AbuseStage['target'], body: string, more = ''): string {
  const head = `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n${more}`;
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** A third sends its headers byte by byte, a third its body, and a third does not read its answer. */
export const slowConnections: Abuse = {
  name: 'slow connections',
  async run(stage) {
    const { target, size, timeoutMs } = stage;
    const big = `{"method":"echo","params":["${'x'.repeat(4_000_000)}"],"id":1}`;
    const slow = Array.from({ length: SLOW[size] }, (_, i) => {
      if (i % 3 === 0) return trickle(target.port, request(target, ''), timeoutMs);
      if (i % 3 === 1)
        return trickle(target.port, request(target, 'x'.repeat(9999)), timeoutMs, 150);
      return neverRead(
        target.port,
        i < 30 ? request(target, big) : request(target, '{}'),
        timeoutMs,
      );
    });
    const ends = await Promise.all(slow);
    const open = ends.filter((end) => end === 'left open').length;
    const wrong = open > 0 ? [`${open} slow connections were left open`] : [];
    return { sent: ends.length, answers: tally(ends), wrong };
  },
};

/** Sends a byte every so often, behind as much as is given at once. */
async function trickle(port: number, text: string, timeoutMs: number, atOnce = 1): Promise<string> {
  const socket = openSocket(port);
  let [answer, isClosed] = ['', false];
  socket.on('data', (part: Buffer) => {
    answer += part.toString('latin1');
  });
  socket.on('close', () => {
    isClosed = true;
  });
  const end = performance.now() + timeoutMs + MERCY_MS;
  socket.write(text.slice(0, atOnce));
  for (let at = atOnce; performance.now() < end && !isClosed; at++) {
    if (at < text.length - 1) socket.write(text.charAt(at));
    await sleep(100);
  }
  socket.destroy();
  return isClosed ? `ended with ${statusIn(answer)}` : 'left open';
}

/** Asks, and takes no byte of the answer. That the other side has ended it shows when more is sent. */
async function neverRead(port: number, text: string, timeoutMs: number): Promise<string> {
  const socket = openSocket(port);
  let isClosed = false;
  socket.on('close', () => {
    isClosed = true;
  });
  socket.pause();
  socket.write(text);
  const end = performance.now() + 2 * (timeoutMs + MERCY_MS);
  while (performance.now() < end && !isClosed) {
    await sleep(200);
    // A line end between requests is allowed, and says nothing.
    if (performance.now() > end - timeoutMs - MERCY_MS) socket.write('\r\n');
  }
  socket.destroy();
  return isClosed ? 'ended without being read' : 'left open';
}

export const pipelining: Abuse = {
  name: 'requests in one write',
  async run({ target, size }) {
    const one = (i: number): string =>
      request(target, `{"jsonrpc":"2.0","id":${i},"method":"getblockcount"}`);
    const texts = Array.from({ length: PIPELINED }, (_, i) => one(i));
    const until = new RegExp(`"id":${PIPELINED - 1}}`);
    const { text } = await exchange(target.port, texts.join(''), { until, timeoutMs: 20_000 });
    const ids = [...text.matchAll(/"id":(\d+)}/g)].map(([, id]) => Number(id));
    const wrong: string[] = [];
    if (ids.length !== PIPELINED || ids.some((id, i) => id !== i)) {
      wrong.push(
        `${PIPELINED} requests in one write got ${ids.length} answers, or in another order`,
      );
    }
    // And many more, by somebody who leaves without having read anything.
    const socket = openSocket(target.port);
    socket.pause();
    for (let i = 0; i < UNREAD[size]; i++) socket.write(one(i));
    await sleep(1000);
    socket.destroy();
    return {
      sent: PIPELINED + UNREAD[size],
      answers: `${ids.length} in order, others unread`,
      wrong,
    };
  },
};

export const halfClosed: Abuse = {
  name: 'half-closed and broken off',
  async run({ target, dice, size }) {
    const { port } = target;
    const whole = request(target, '{"method":"getblockcount","id":1}');
    const wrong: string[] = [];
    const answers: string[] = [];
    // All that had to be said was said: it is answered.
    const asked = await exchange(port, whole, { halfClose: true, timeoutMs: 5000 });
    answers.push(`${statusIn(asked.text)}`);
    if (!asked.text.includes('"result":')) wrong.push('who half-closes gets no answer');
    for (let i = 0; i < 20; i++) {
      const part = whole.slice(0, 1 + dice(whole.length - 1));
      const { text, isClosed } = await exchange(port, part, { halfClose: true, timeoutMs: 5000 });
      answers.push(statusIn(text) > 0 ? `${statusIn(text)}` : 'closed');
      if (!isClosed) wrong.push('half of a request, and no more to come, is waited for');
    }
    await Promise.all(
      Array.from({ length: LEAVERS[size] }, async () => {
        const socket = openSocket(port);
        socket.write(whole.slice(0, dice(whole.length + 1)));
        await sleep(dice(30));
        if (dice(2) === 0) socket.destroy();
        else socket.resetAndDestroy();
      }),
    );
    return { sent: 21 + LEAVERS[size], answers: `${tally(answers)}, others left`, wrong };
  },
};
