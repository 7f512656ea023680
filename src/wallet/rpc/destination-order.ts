import { compareBytes } from '../../protocol/bytes/compare.ts';
import { solveScript } from '../../protocol/script/templates.ts';

/** In which order Bitcoin Core's maps have the kinds of addresses: that of its variant `CTxDestination`. */
const KINDS: readonly string[] = [
  'pubkeyhash',
  'scripthash',
  'witness_v0_scripthash',
  'witness_v0_keyhash',
  'witness_v1_taproot',
  'anchor',
  'witness_unknown',
];

/** Whether a script has an address: quicker than making it. */
export function hasAddress(script: Uint8Array): boolean {
  return KINDS.includes(solveScript(script).kind);
}

/**
 * Scripts that have addresses, in the order in which Core tells them: by kind, then by their bytes. What
 * is the same in all scripts of a kind does not matter there.
 *
 * @example
 * inDestinationOrder(book.all(), ({ script }) => script)
 */
export function inDestinationOrder<T>(
  items: Iterable<T>,
  scriptOf: (item: T) => Uint8Array,
): readonly T[] {
  return [...items]
    .map((item) => {
      const script = scriptOf(item);
      return { item, script, kind: KINDS.indexOf(solveScript(script).kind) };
    })
    .sort((a, b) => a.kind - b.kind || compareBytes(a.script, b.script))
    .map(({ item }) => item);
}
