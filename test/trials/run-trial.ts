import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trial, TrialReport, TrialSize } from './trial.ts';

export interface TrialRequest {
  readonly seed: number;
  readonly size: TrialSize;
  /** Undefined for as often as the trial has it. */
  readonly times: number | undefined;
  readonly say: (line: string) => void;
}

export interface TrialOutcome extends TrialReport {
  readonly trial: string;
  readonly seed: number;
  readonly size: TrialSize;
  readonly times: number;
  readonly seconds: number;
}

/** Runs a trial in a folder of its own. One that falls over has failed, and the others still run. */
export async function runTrial(trial: Trial, request: TrialRequest): Promise<TrialOutcome> {
  const { seed, size, say } = request;
  const times = request.times ?? trial.times[size];
  const folder = mkdtempSync(join(tmpdir(), `blockyard-${trial.name}-`));
  const start = performance.now();
  let report: TrialReport;
  try {
    report = await trial.run({ seed, size, times, folder, say });
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    report = { figures: {}, failures: [failure] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - start) / 10) / 100;
  return { trial: trial.name, seed, size, times, seconds, ...report };
}
