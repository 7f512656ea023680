/** What the threads of a `ThreadVerifier` run, and what they say to each other. */
import { curveBackend } from '#curve';
import type { ThreadPort, ThreadProgram } from '../../outside/threads/threads.ts';
import type { CurveBackend } from '../../protocol/crypto/curve/curve.ts';
import type { ScriptErrorCode } from '../../protocol/script/script-error.ts';
import { Spend, spendOf } from '../../protocol/script/signature-hash/spend.ts';
import { runInput } from './run-input.ts';
import { BatchReader, type NumberedJob } from './script-batch.ts';

/** A batch for a thread, which is to take from it what it can get. */
export interface BatchMessage {
  readonly batch: number;
  readonly memory: SharedArrayBuffer;
}

export type ThreadAnswer =
  | { readonly kind: 'ready'; readonly backend: CurveBackend }
  /** The batch holds nothing more to take. */
  | { readonly kind: 'done'; readonly batch: number; readonly failure: FailedInput | undefined }
  /** Something was thrown that is no script's failure; `job` is undefined where none had been read. */
  | {
      readonly kind: 'broken';
      readonly batch: number;
      readonly job: number | undefined;
      /** Its name and message: the class of an error is lost on its way between threads. */
      readonly reason: string;
      readonly error: unknown;
    };

export interface FailedInput {
  readonly job: number;
  readonly input: number;
  readonly code: ScriptErrorCode;
}

export const verifyProgram: ThreadProgram = {
  purpose: 'verify scripts',
  file: new URL('./verify-worker.ts', import.meta.url),
  run(port: ThreadPort): void {
    const post = (answer: ThreadAnswer): void => port.post(answer);
    // Native code may load on one thread and not on another; the two would not be as fast, and every
    // difference between backends is a risk to the chain.
    post({ kind: 'ready', backend: curveBackend() });
    port.listen((message) => post(runBatch(message as BatchMessage)));
  },
};

/** Runs whatever this thread gets of a batch. */
function runBatch({ batch, memory }: BatchMessage): ThreadAnswer {
  let job: number | undefined;
  try {
    const reader = new BatchReader(memory);
    for (let jobs = reader.takeChunk(); jobs !== undefined; jobs = reader.takeChunk()) {
      for (const next of jobs) {
        job = next.number;
        const failure = runJob(next);
        if (failure === undefined) continue;
        reader.stopBehindChunk();
        return { kind: 'done', batch, failure };
      }
    }
    return { kind: 'done', batch, failure: undefined };
  } catch (error) {
    return { kind: 'broken', batch, job, reason: String(error), error };
  }
}

function runJob(job: NumberedJob): FailedInput | undefined {
  const { number, tx, spentOutputs, flags, fromInput, toInput } = job;
  const isWhole = toInput - fromInput === tx.inputs.length;
  // What `spendOf` remembers outlives many garbage collections, and only parts are met again.
  const spend = isWhole ? new Spend(tx, spentOutputs) : spendOf(tx, spentOutputs);
  for (let input = fromInput; input < toInput; input++) {
    const error = runInput(spend, input, flags);
    if (error !== undefined) return { job: number, input, code: error.code };
  }
  return undefined;
}
