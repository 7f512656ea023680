/** A promise of the project, put to the test for as long as that takes. */
export interface Trial {
  readonly name: string;
  /** What it shows, in a line. */
  readonly shows: string;
  /** How often it is done, unless `--times` says otherwise. */
  readonly times: Readonly<Record<TrialSize, number>>;
  run(setting: TrialSetting): Promise<TrialReport>;
}

/** `short` takes seconds and is part of the tests; `long` is what the figures come from. */
export type TrialSize = 'long' | 'short';

/** What a trial is given. All its chance comes from the seed. */
export interface TrialSetting {
  readonly seed: number;
  readonly size: TrialSize;
  readonly times: number;
  /** Empty, and removed when the trial is over. */
  readonly folder: string;
  /** Tells whoever waits how it goes. */
  readonly say: (line: string) => void;
}

export interface TrialReport {
  /** What was measured or counted, in words and numbers. */
  readonly figures: Readonly<Record<string, Figure>>;
  /** What was not as promised: none, or the trial has failed. */
  readonly failures: readonly string[];
}

export type Figure = number | string | readonly Readonly<Record<string, number | string>>[];
