import { describe, expect, it } from 'vitest';
import { SystemClock } from '../clock/system-clock.ts';
import { LocalThreads } from './local-threads.ts';
import { SystemThreads } from './system-threads.ts';
import { ThreadError } from './thread-error.ts';
import type { Thread, ThreadPort, ThreadProgram, Threads } from './threads.ts';

const doors: readonly [string, () => Threads][] = [
  ['threads of the machine', () => new SystemThreads()],
  ['threads that are none', () => new LocalThreads(new SystemClock())],
];

/** A program whose one function serves both: it is sent to the machine's threads as text. */
function program(run: (port: ThreadPort) => void): ThreadProgram {
  const source = `
    import { parentPort } from 'node:worker_threads';
    (${run})({
      post: (message) => parentPort.postMessage(message),
      listen: (listener) => parentPort.on('message', listener),
    });`;
  return {
    purpose: 'be tried',
    file: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    run,
  };
}

/** A thread whose messages and failures can be waited for. */
function start(door: Threads, run: (port: ThreadPort) => void) {
  const heard: unknown[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  const tell = (value: unknown): void => {
    const next = waiting.shift();
    if (next === undefined) heard.push(value);
    else next(value);
  };
  const thread: Thread = door.start(program(run), { message: tell, failed: tell });
  const next = (): Promise<unknown> =>
    heard.length > 0
      ? Promise.resolve(heard.shift())
      : new Promise((resolve) => waiting.push(resolve));
  return { thread, next, heard };
}

describe.each(doors)('%s', (_name, makeDoor) => {
  it('hear every message in its order, from before they listened too', async () => {
    const { thread, next } = start(makeDoor(), (port) => {
      port.post('began');
      port.listen((message) => port.post([message]));
    });
    for (let i = 0; i < 100; i++) thread.post(i);
    expect(await next()).toBe('began');
    for (let i = 0; i < 100; i++) expect(await next()).toEqual([i]);
    await thread.terminate();
  });

  it('copy what they are sent, and share what is shared', async () => {
    const { thread, next } = start(makeDoor(), (port) => {
      port.listen((message) => {
        const { own, memory } = message as { own: number[]; memory: SharedArrayBuffer };
        own.push(3);
        new Uint8Array(memory)[1] = 7;
        port.post(own);
      });
    });
    const own = [1, 2];
    const memory = new SharedArrayBuffer(2);
    thread.post({ own, memory });
    own.push(9);
    expect(await next()).toEqual([1, 2, 3]);
    expect(own).toEqual([1, 2, 9]);
    expect([...new Uint8Array(memory)]).toEqual([0, 7]);
    await thread.terminate();
  });

  it('fail once, with the words of what was thrown, and are silent from then on', async () => {
    const { thread, next, heard } = start(makeDoor(), (port) => {
      port.listen((message) => {
        if (message === 'fail') throw new TypeError('that was too much');
        port.post(message);
      });
    });
    for (const message of ['one', 'fail', 'two', 'fail']) thread.post(message);
    expect(await next()).toBe('one');
    const error = await next();
    expect(error).toBeInstanceOf(ThreadError);
    expect(error).toMatchObject({
      code: 'threw',
      message: 'a thread to be tried failed: TypeError: that was too much',
      cause: expect.any(TypeError),
    });
    await thread.terminate();
    expect(heard).toEqual([]);
  });

  it('fail where they cannot even begin', async () => {
    const { thread, next } = start(makeDoor(), () => {
      throw new RangeError('no');
    });
    expect(await next()).toMatchObject({
      code: 'threw',
      message: expect.stringMatching(/failed: RangeError: no$/),
    });
    await thread.terminate();
  });

  it('say nothing any more once they are terminated', async () => {
    const { thread, next, heard } = start(makeDoor(), (port) => {
      port.listen((message) => port.post(message));
    });
    thread.post(1);
    expect(await next()).toBe(1);
    thread.post(2);
    await thread.terminate();
    await new SystemClock().nextTurn();
    await thread.terminate();
    expect(heard).toEqual([]);
  });

  it('run at least one at once', () => {
    expect(makeDoor().cores).toBeGreaterThanOrEqual(1);
  });
});
