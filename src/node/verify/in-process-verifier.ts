import type { Clock } from '../../outside/clock/clock.ts';
import { scriptFailure } from '../../protocol/consensus/script-job.ts';
import { spendOf } from '../../protocol/script/signature-hash/spend.ts';
import { jobName } from './job-name.ts';
import { runInput } from './run-input.ts';
import type {
  BlockScripts,
  ScriptCache,
  ScriptFailure,
  ScriptVerifier,
} from './script-verifier.ts';
import { VerifierError } from './verifier-error.ts';

/** After so many milliseconds everybody else has a turn. */
const SLICE_MS = 10;
/** A clock that stands still (in a simulation) says nothing about them. */
const MOST_INPUTS_IN_A_SLICE = 256;

/**
 * Runs scripts on the thread that asks, in slices: in simulations, and where there are no threads.
 * A slice is over after {@link SLICE_MS}, but never within an input.
 *
 * @example
 * const failure = await new InProcessVerifier(clock).verify({ block, raw, jobs: connected.scriptJobs });
 */
export class InProcessVerifier implements ScriptVerifier {
  readonly threads = 1;
  readonly #clock: Clock;
  readonly #cache: ScriptCache | undefined;
  #fault: VerifierError | undefined;

  constructor(clock: Clock, cache?: ScriptCache) {
    this.#clock = clock;
    this.#cache = cache;
  }

  async verify(scripts: BlockScripts): Promise<ScriptFailure | undefined> {
    if (this.#fault !== undefined) throw this.#fault;
    let sliceBegan = this.#clock.monotonic();
    let inputs = 0;
    for (const [job, { tx, spentOutputs, flags }] of scripts.jobs.entries()) {
      if (this.#cache?.has(tx, flags) === true) continue;
      const spend = spendOf(tx, spentOutputs);
      for (let input = 0; input < tx.inputs.length; input++) {
        const error = this.#run(scripts, job, () => runInput(spend, input, flags));
        if (error !== undefined) return { job, error: scriptFailure(error) };
        inputs++;
        const tookLong = this.#clock.monotonic() - sliceBegan >= SLICE_MS;
        if (inputs < MOST_INPUTS_IN_A_SLICE && !tookLong) continue;
        await this.#clock.nextTurn();
        if (this.#fault !== undefined) throw this.#fault;
        inputs = 0;
        sliceBegan = this.#clock.monotonic();
      }
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#fault ??= new VerifierError('closed', 'the verification of scripts has been closed');
  }

  #run<T>(scripts: BlockScripts, job: number, run: () => T): T {
    try {
      return run();
    } catch (error) {
      const message = `verifying ${jobName(scripts, job)} failed: ${String(error)}`;
      this.#fault = new VerifierError('broken', message, error);
      throw this.#fault;
    }
  }
}
