import { addressTargets } from './address-targets.ts';
import { messageTargets } from './message-targets.ts';
import { psbtTargets } from './psbt-targets.ts';
import { scriptTargets } from './script-targets.ts';
import type { FuzzTarget } from './target.ts';
import { textTargets } from './text-targets.ts';
import { wireTargets } from './wire-targets.ts';

/** Everything in the project that reads what strangers write. */
export const targets: readonly FuzzTarget[] = [
  ...wireTargets,
  ...messageTargets,
  ...scriptTargets,
  ...psbtTargets,
  ...textTargets,
  ...addressTargets,
];
