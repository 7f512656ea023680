import { describe, expect, it } from 'vitest';
import { curveBackend } from '#curve';
import {
  blockScripts,
  plainSpendings,
  type Spending,
} from '../../../test/fixtures/script-blocks.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { LocalThreads } from '../../outside/threads/local-threads.ts';
import { SystemThreads } from '../../outside/threads/system-threads.ts';
import type {
  Thread,
  ThreadHandlers,
  ThreadProgram,
  Threads,
} from '../../outside/threads/threads.ts';
import { ThreadVerifier } from './thread-verifier.ts';
import type { BatchMessage } from './verify-program.ts';

const OP_1 = Uint8Array.of(0x51);
const SMALL = blockScripts(plainSpendings([[OP_1]]));
const LARGE = blockScripts(plainSpendings(Array.from({ length: 200 }, () => [OP_1])));

/** Threads of the machine that run this text, and not what they are asked to. */
function threadsThatRun(text: string): Threads {
  const source = `
    import { parentPort } from 'node:worker_threads';
    parentPort.postMessage({ kind: 'ready', backend: ${JSON.stringify(curveBackend())} });
    ${text}`;
  const file = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  return new SystemThreads({ locate: () => file });
}

/** Why promises were rejected, each of them. */
async function reasonsOf(promises: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => (result.status === 'rejected' ? result.reason : undefined));
}

/** Local threads, with a record of what they are sent. */
class WatchedThreads implements Threads {
  readonly cores = 4;
  readonly #inner = new LocalThreads(new SystemClock());
  readonly busy: boolean[] = [];
  readonly terminated: boolean[] = [];
  readonly sent: { readonly thread: number; readonly message: BatchMessage }[] = [];
  /** Whether batches are kept from the threads. */
  #held: (() => void)[] | undefined;

  start(program: ThreadProgram, handlers: ThreadHandlers): Thread {
    const thread = this.#inner.start(program, handlers);
    const number = this.busy.length;
    this.busy.push(false);
    this.terminated.push(false);
    return {
      post: (message) => {
        this.sent.push({ thread: number, message: message as BatchMessage });
        if (this.#held === undefined) thread.post(message);
        else this.#held.push(() => thread.post(message));
      },
      setBusy: (busy) => {
        this.busy[number] = busy;
      },
      terminate: async () => {
        this.terminated[number] = true;
        await thread.terminate();
      },
    };
  }

  hold(): void {
    this.#held = [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const post of held) post();
  }
}

describe('threads that break', () => {
  const deaths: readonly [string, string, RegExp][] = [
    [
      'by an exception',
      "parentPort.on('message', () => { throw new TypeError('this is a bug'); });",
      /^a thread to verify scripts failed: TypeError: this is a bug, while at the scripts of block [0-9a-f]{64}$/,
    ],
    [
      'by ending',
      "parentPort.on('message', () => process.exit(9));",
      /^a thread to verify scripts ended by itself \(exit code 9\), while at the scripts of block/,
    ],
    [
      'because they cannot be loaded',
      "await import('file:///no-such-folder/worker.js');",
      /^a thread to verify scripts cannot be started \(.*\/no-such-folder\/worker\.js.*npm run build/,
    ],
    [
      'because their curve is another one',
      "parentPort.postMessage({ kind: 'ready', backend: 'abacus' });",
      /^a thread verifies with the abacus curve, and not the \w+ one$/,
    ],
  ];

  it.each(deaths)(
    '%s reject all that is under way and all that comes',
    async (_how, text, words) => {
      const verifier = new ThreadVerifier(threadsThatRun(text), { threads: 2 });
      const answers = [verifier.verify(LARGE), verifier.verify(SMALL), verifier.verify(LARGE)];
      for (const answer of answers) {
        await expect(answer).rejects.toMatchObject({
          name: 'VerifierError',
          code: 'broken',
          message: expect.stringMatching(words),
        });
      }
      await expect(verifier.verify(SMALL)).rejects.toMatchObject({ code: 'broken' });
      await verifier.close();
    },
  );
});

it('closes at once over threads that never answer', async () => {
  const verifier = new ThreadVerifier(
    threadsThatRun("parentPort.on('message', () => { for (;;); });"),
    {
      threads: 2,
    },
  );
  const reasons = reasonsOf([verifier.verify(LARGE), verifier.verify(SMALL)]);
  // Let them begin.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closed = verifier.close();
  for (const reason of await reasons) expect(reason).toMatchObject({ code: 'closed' });
  await closed;
  await verifier.close();
});

describe('a verifier on threads', () => {
  it('starts them with the first block that has scripts, and lets them idle between blocks', async () => {
    const threads = new WatchedThreads();
    const verifier = new ThreadVerifier(threads, { threads: 3 });
    expect(verifier.threads).toBe(3);
    await verifier.verify(blockScripts([]));
    expect(threads.busy).toEqual([]);
    const answer = verifier.verify(SMALL);
    expect(threads.busy).toEqual([true, true, true]);
    await answer;
    expect(threads.busy).toEqual([false, false, false]);
    const answers = [verifier.verify(SMALL), verifier.verify(LARGE)];
    expect(threads.busy).toEqual([true, true, true]);
    await Promise.all(answers);
    expect(threads.busy).toEqual([false, false, false]);
    await verifier.close();
    expect(threads.terminated).toEqual([true, true, true]);
  });

  it('starts them before any block if it is asked to, and once', async () => {
    const threads = new WatchedThreads();
    const verifier = new ThreadVerifier(threads, { threads: 2 });
    verifier.warmUp();
    expect(threads.busy).toEqual([false, false]);
    verifier.warmUp();
    const answer = verifier.verify(SMALL);
    expect(threads.busy).toEqual([true, true]);
    expect(await answer).toBeUndefined();
    await verifier.close();
    verifier.warmUp();
    expect(threads.busy).toEqual([false, false]);
  });

  it('gives a small block to one thread, each to the idlest, and a large one to all', async () => {
    const threads = new WatchedThreads();
    threads.hold();
    const verifier = new ThreadVerifier(threads, { threads: 3 });
    const answers = [SMALL, SMALL, SMALL, LARGE].map((scripts) => verifier.verify(scripts));
    expect(threads.sent.map(({ thread }) => thread)).toEqual([0, 1, 2, 0, 1, 2]);
    threads.letGo();
    expect(await Promise.all(answers)).toEqual([undefined, undefined, undefined, undefined]);
    await verifier.close();
  });

  it('has 8 MiB of memory under way at most, and uses it again', async () => {
    const threads = new WatchedThreads();
    threads.hold();
    const verifier = new ThreadVerifier(threads, { threads: 1 });
    const answers = Array.from({ length: 100 }, () => verifier.verify(LARGE));
    const memories = new Set(threads.sent.map(({ message }) => message.memory));
    expect([...memories].map(({ byteLength }) => byteLength)).toEqual(Array(8).fill(1 << 20));
    threads.letGo();
    await Promise.all(answers);
    expect(threads.sent).toHaveLength(100);
    for (const { message } of threads.sent) memories.add(message.memory);
    expect(memories.size).toBe(8);
    await verifier.close();
  });

  it('does not run what comes behind a failure', async () => {
    const threads = new WatchedThreads();
    // 36 batches, if all of it were sent.
    const script = new Uint8Array(9000).fill(0x61);
    const failing = plainSpendings([[Uint8Array.of(0x6a)]])[0] as Spending;
    const rest = plainSpendings(Array.from({ length: 400 }, () => Array(10).fill(script)));
    const verifier = new ThreadVerifier(threads, { threads: 2 });
    expect(await verifier.verify(blockScripts([failing, ...rest]))).toMatchObject({ job: 0 });
    const batches = new Set(threads.sent.map(({ message }) => message.batch)).size;
    expect(batches).toBeLessThan(12);
    await verifier.close();
  });

  it('says so where the jobs are not those of the block', async () => {
    const verifier = new ThreadVerifier(new WatchedThreads(), { threads: 1 });
    await expect(verifier.verify({ ...SMALL, jobs: LARGE.jobs })).rejects.toMatchObject({
      code: 'broken',
      message: expect.stringMatching(
        /^sending the scripts of block [0-9a-f]{64} to the threads failed: RangeError/,
      ),
    });
    await verifier.close();
  });

  it('has at least one thread', () => {
    for (const threads of [0, -1, 1.5, Number.NaN]) {
      expect(() => new ThreadVerifier(new WatchedThreads(), { threads })).toThrow(RangeError);
    }
  });
});
