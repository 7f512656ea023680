import type { Clock } from '../../outside/clock/clock.ts';
import { DescriptorError } from '../../protocol/script/descriptor/descriptor-error.ts';
import type { Expansion } from '../../protocol/script/descriptor/expand.ts';
import type { DescriptorKeeper } from './descriptor-keeper.ts';

/** The scripts of a descriptor, by their indices. */
export type DerivedScripts = ReadonlyMap<number, readonly Uint8Array[]>;

/** Each takes a multiplication on the curve, or more: some tenths of a millisecond. */
const DERIVATIONS_A_TURN = 10;
/** There are no more (BIP32). */
const INDICES = 2 ** 31;

/** What a descriptor gives at an index. */
export type Expander = (index: number) => Expansion;

/**
 * Derives scripts so that others have their turn in between. There may be a million of them.
 *
 * @example
 * await deriveAhead([0, 1, 2], (index) => keeper.expand(index), clock)
 */
export async function deriveAhead(
  indices: readonly number[],
  expand: Expander,
  clock: Pick<Clock, 'nextTurn'>,
): Promise<DerivedScripts> {
  const derived = new Map<number, readonly Uint8Array[]>();
  for (const index of indices) {
    derived.set(index, scriptsOf(expand(index)));
    if (derived.size % DERIVATIONS_A_TURN === 0) await clock.nextTurn();
  }
  return derived;
}

export function scriptsOf({ outputs }: Expansion): readonly Uint8Array[] {
  return outputs.map(({ script }) => script);
}

/** Where the scripts end that are watched, if so many are ahead of those in use. */
export function endOf({ isRanged, record }: DescriptorKeeper, size: number): number {
  const ahead = Math.min(record.nextIndex + size, INDICES);
  return isRanged ? Math.max(record.rangeEnd, ahead) : 1;
}

/** Of those, the indices of which there are no scripts yet. */
export function missingIndices(
  keeper: DescriptorKeeper,
  size: number,
  known: DescriptorKeeper = keeper,
): readonly number[] {
  const missing: number[] = [];
  const [start, end] = [keeper.isRanged ? keeper.record.rangeStart : 0, endOf(keeper, size)];
  // None is watched outside of that, so that they need only be counted, as a rule.
  if (known.watched >= end - start) return missing;
  for (let index = start; index < end; index++) {
    if (known.scriptsAt(index) === undefined) missing.push(index);
  }
  return missing;
}

/** Whether the index itself is a hardened step. */
export function takesPrivateKey(keeper: DescriptorKeeper, index: number): boolean {
  try {
    keeper.expand(index);
    return false;
  } catch (error) {
    if (error instanceof DescriptorError && error.code === 'needs-private-key') return true;
    throw error;
  }
}
