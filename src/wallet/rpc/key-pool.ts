import type { Wallet } from '../wallet.ts';
import { OUTPUT_TYPES } from './wallet-arguments.ts';

/** How many addresses are ready to be given out: to others, or for change. */
export function keyPoolSize({ state: { keys } }: Wallet, internal: boolean): number {
  let size = 0;
  for (const type of OUTPUT_TYPES) size += keys.active(type, internal)?.available ?? 0;
  return size;
}
