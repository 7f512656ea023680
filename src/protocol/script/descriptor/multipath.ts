/** BIP389: a descriptor with alternatives in its key paths stands for several descriptors. */
import { DescriptorError } from './descriptor-error.ts';

/** How many descriptors these parts make, each of which has one form, or one an alternative. */
export function countAlternatives(parts: readonly (readonly unknown[])[]): number {
  return parts.reduce((count, part) => Math.max(count, part.length), 1);
}

/**
 * The parts of each of `count` descriptors. A part without alternatives is the same in all of them.
 *
 * @example
 * partsByAlternative([['a'], ['b', 'c']], 2, '…') // [['a', 'b'], ['a', 'c']]
 */
export function partsByAlternative<T>(
  parts: readonly (readonly T[])[],
  count: number,
  mismatch: string,
): readonly (readonly T[])[] {
  if (parts.some((part) => part.length !== 1 && part.length !== count)) {
    throw new DescriptorError('bad-multipath', mismatch);
  }
  return Array.from({ length: count }, (_, alternative) =>
    parts.map((part) => (part.length === 1 ? part[0] : part[alternative]) as T),
  );
}
