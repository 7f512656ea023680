import { bitRotTrial } from './bit-rot.ts';
import { blockTreesTrial } from './block-trees.ts';
import { fullDiskTrial } from './full-disk.ts';
import { goldenTrial } from './golden.ts';
import { growthTrial } from './growth.ts';
import { killTrial } from './kill.ts';
import { powerCutTrial } from './power-cut.ts';
import { recordedTrial } from './recorded.ts';
import { reorganiseTrial } from './reorganise.ts';
import type { Trial } from './trial.ts';

/** All trials, the shorter ones first. */
export const trials: readonly Trial[] = [
  goldenTrial,
  recordedTrial,
  reorganiseTrial,
  blockTreesTrial,
  powerCutTrial,
  growthTrial,
  fullDiskTrial,
  bitRotTrial,
  killTrial,
];
