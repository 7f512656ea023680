import { getHeapStatistics } from 'node:v8';
import { CodedError } from '../../src/protocol/bytes/coded-error.ts';
import { toHex } from '../../src/protocol/bytes/hex.ts';
import { nextInput, seededDice } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

/** No input may keep a reader busy for longer. */
const MAX_MILLISECONDS = 1000;
/**
 * What an input may allocate: a multiple of its size above what any call costs. Memory is counted
 * across the whole call, short-lived objects included, so the multiple is generous; a count of
 * 2^32 that is believed goes a thousand times beyond it.
 */
const BASE_BYTES = 4 * 1024 * 1024;
const BYTES_PER_INPUT_BYTE = 256;

export interface FuzzReport {
  readonly target: string;
  readonly runs: number;
  readonly accepted: number;
  readonly refused: number;
  readonly slowestMilliseconds: number;
  readonly largestAllocation: number;
  readonly failures: readonly FuzzFailure[];
}

interface FuzzFailure {
  readonly why: string;
  readonly inputHex: string;
}

/** Stop a target after so many failures: they are most likely one. */
const ENOUGH_FAILURES = 3;

/** Feeds a target so many inputs, and reports what came of them. */
export function runTarget(
  target: FuzzTarget,
  runs: number,
  seed: number,
  onProgress: (done: number) => void = () => {},
): FuzzReport {
  const dice = seededDice(seed);
  const failures: FuzzFailure[] = [];
  let done = 0;
  let accepted = 0;
  let slowest = 0;
  let largest = 0;
  for (; done < runs && failures.length < ENOUGH_FAILURES; done++) {
    // The seeds themselves come first: a target whose own examples fail is tested for nothing.
    const untouched = target.seeds[done];
    const input = untouched ?? nextInput(dice, target.seeds);
    const outcome = runOnce(target, input);
    if (untouched !== undefined && !outcome.accepted && outcome.why === undefined) {
      failures.push({ why: `refused its own example ${done + 1}`, inputHex: toHex(input) });
    }
    if (outcome.accepted) accepted++;
    if (outcome.why !== undefined) failures.push({ why: outcome.why, inputHex: toHex(input) });
    slowest = Math.max(slowest, outcome.milliseconds);
    largest = Math.max(largest, outcome.allocated);
    if (done % 1024 === 0) onProgress(done);
  }
  return {
    target: target.name,
    runs: done,
    accepted,
    refused: done - accepted,
    slowestMilliseconds: slowest,
    largestAllocation: largest,
    failures,
  };
}

interface Outcome {
  readonly accepted: boolean;
  readonly why: string | undefined;
  readonly milliseconds: number;
  readonly allocated: number;
}

function runOnce(target: FuzzTarget, input: Uint8Array): Outcome {
  const memoryBefore = usedMemory();
  const start = performance.now();
  let accepted = true;
  let why: string | undefined;
  try {
    target.run(input);
  } catch (error) {
    accepted = false;
    if (!(error instanceof CodedError)) {
      why = `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
  }
  const milliseconds = performance.now() - start;
  // A garbage collection in between makes this negative, and the run says nothing about memory.
  const allocated = Math.max(0, usedMemory() - memoryBefore);
  if (milliseconds > MAX_MILLISECONDS) why ??= `took ${Math.round(milliseconds)} ms`;
  if (allocated > BASE_BYTES + BYTES_PER_INPUT_BYTE * input.length) {
    why ??= `allocated ${allocated} bytes for an input of ${input.length}`;
  }
  return { accepted, why, milliseconds, allocated };
}

function usedMemory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
