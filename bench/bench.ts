/** A measurement that can be asked for by name. */
export interface Bench {
  /** Answers whether the figures are as good as they have to be. */
  run(options: BenchOptions): boolean | Promise<boolean>;
  /** What it understands beside `--json`. */
  readonly options: readonly string[];
}

interface BenchOptions {
  readonly json: boolean;
  /** Which of its own options were given. */
  readonly given: ReadonlySet<string>;
}
