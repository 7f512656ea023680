import type { Dice } from '../../fuzz/mutate.ts';
import type { TrialSize } from '../trial.ts';
import type { Target } from './target.ts';

/** One way to abuse a server. */
export interface Abuse {
  /** What is sent, for the table of figures. */
  readonly name: string;
  run(stage: AbuseStage): Promise<AbuseReport>;
}

export interface AbuseStage {
  readonly target: Target;
  readonly dice: Dice;
  readonly size: TrialSize;
  /** How long the server lets a client be slow. */
  readonly timeoutMs: number;
}

export interface AbuseReport {
  /** How many requests, connections or texts there were. */
  readonly sent: number;
  /** How they were answered, in words. */
  readonly answers: string;
  /** What was not answered as it has to be. */
  readonly wrong: readonly string[];
}

/** How often each answer came, the most frequent first: `401 ×1000, closed ×3`. */
export function tally(answers: readonly (string | number)[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    counts.set(String(answer), (counts.get(String(answer)) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([answer, count]) => `${answer} ×${count}`)
    .join(', ');
}
