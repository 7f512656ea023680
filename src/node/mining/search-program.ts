/** What the threads of a `ThreadSearch` run, and what they say to each other. */
import type { ThreadPort, ThreadProgram } from '../../outside/threads/threads.ts';
import { decodeBlockHeader } from '../../protocol/primitives/block-header.ts';
import { NonceKernel } from './kernel/nonce-kernel.ts';

/** A range of nonces for a thread. */
export interface SearchJob {
  readonly job: number;
  /** The header, in its 80 bytes. */
  readonly header: Uint8Array;
  readonly from: number;
  readonly end: number;
  /** What all jobs of a search share: see {@link board}. */
  readonly board: SharedArrayBuffer;
}

export interface SearchAnswer {
  readonly job: number;
  readonly nonce: number | undefined;
}

/** The words of the memory that a search and its jobs share. */
export const board = {
  size: 8,
  /** Nonces from here on are of no interest any more. */
  limit: 0,
  /** How many nonces have been tried. */
  tries: 1,
} as const;

/**
 * How many nonces a thread tries between two looks at the board: a millisecond or two. V8 begins with
 * slow code, and goes over to fast one where a function is called again: one long call stays slow.
 */
const NONCES_A_LOOK = 16_384;

export const searchProgram: ThreadProgram = {
  purpose: 'search for nonces',
  file: new URL('./search-worker.ts', import.meta.url),
  run(port: ThreadPort): void {
    const kernel = new NonceKernel();
    port.listen((message) => {
      const job = message as SearchJob;
      const answer: SearchAnswer = { job: job.job, nonce: runJob(kernel, job) };
      port.post(answer);
    });
  },
};

function runJob(kernel: NonceKernel, { header, from, end, board: memory }: SearchJob) {
  const words = new Uint32Array(memory);
  if (from >= Atomics.load(words, board.limit)) return undefined;
  kernel.load(decodeBlockHeader(header));
  for (let nonce = from; nonce < end; nonce += NONCES_A_LOOK) {
    if (nonce >= Atomics.load(words, board.limit)) return undefined;
    const next = Math.min(end, nonce + NONCES_A_LOOK);
    const found = kernel.find(nonce, next);
    Atomics.add(words, board.tries, (found ?? next) - nonce);
    if (found !== undefined) return found;
  }
  return undefined;
}
