/**
 * Lists in the order of their keys, as Bitcoin Core's maps are: two PSBTs that say the same are the same
 * bytes, whoever wrote them.
 */
import { compareBytes } from '../bytes/compare.ts';

type KeyOf<T> = (item: T) => Uint8Array;

/** A list in order. Of two with the same key the first one stays. */
export function sortedBy<T>(items: readonly T[], keyOf: KeyOf<T>): readonly T[] {
  if (items.length < 2) return items;
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  // Sorting is stable.
  keyed.sort((a, b) => compareBytes(a.key, b.key));
  return keyed
    .filter(({ key }, i) => i === 0 || compareBytes(key, (keyed[i - 1] as Keyed<T>).key) !== 0)
    .map(({ item }) => item);
}

interface Keyed<T> {
  readonly item: T;
  readonly key: Uint8Array;
}

/** Both lists in one; where they differ about a key, the first one is right. */
export function united<T>(a: readonly T[], b: readonly T[], keyOf: KeyOf<T>): readonly T[] {
  return b.length === 0 ? a : sortedBy([...a, ...b], keyOf);
}
