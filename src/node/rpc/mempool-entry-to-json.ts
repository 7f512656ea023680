import { ByteSet } from '../../protocol/bytes/byte-map.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { amountNumber, type JsonObject } from '../../protocol/report/json-text.ts';
import type { Mempool } from '../mempool/mempool.ts';
import type { MempoolEntry } from '../mempool/mempool-entry.ts';
import type { Node } from '../node.ts';

/** An input with this sequence or a lower one lets its transaction be replaced (BIP125). */
const MAX_REPLACEABLE_SEQUENCE = 0xfffffffd;

/**
 * A transaction of the mempool as `getmempoolentry` shows it.
 *
 * @example
 * mempoolEntriesToJson([entry], node) // { 'a1b2…': { vsize: 141, … } }
 */
export function mempoolEntriesToJson(
  entries: readonly MempoolEntry[],
  node: Pick<Node, 'mempool' | 'network'>,
): Readonly<Record<string, JsonObject>> {
  const unbroadcast = new ByteSet();
  for (const id of node.network.relay.unbroadcast) unbroadcast.add(id);
  const described = entries.map((entry) => {
    const json = entryToJson(entry, node.mempool, unbroadcast.has(entry.txid));
    return [toReversedHex(entry.txid), json] as const;
  });
  return Object.fromEntries(described);
}

function entryToJson(entry: MempoolEntry, mempool: Mempool, isUnbroadcast: boolean): JsonObject {
  return {
    vsize: entry.vsize,
    weight: entry.weight,
    time: entry.time,
    height: entry.height,
    descendantcount: entry.descendantCount,
    descendantsize: entry.descendantVsize,
    ancestorcount: entry.ancestorCount,
    ancestorsize: entry.ancestorVsize,
    wtxid: toReversedHex(entry.wtxid),
    fees: {
      base: amountNumber(entry.fee),
      modified: amountNumber(entry.modifiedFee),
      ancestor: amountNumber(entry.ancestorFees),
      descendant: amountNumber(entry.descendantFees),
    },
    // In Core, the one list is ordered as it is shown, and the other as its ids are on the wire.
    depends: [...entry.parents].map(({ txid }) => toReversedHex(txid)).sort(),
    spentby: inOrderOfIds(entry.children).map(({ txid }) => toReversedHex(txid)),
    'bip125-replaceable':
      signalsBip125(entry.tx) || mempool.ancestors(entry).some(({ tx }) => signalsBip125(tx)),
    unbroadcast: isUnbroadcast,
  };
}

/** Whether a transaction itself says that it may be replaced (BIP125), as Core's RPC tells it. */
export function signalsBip125({ inputs }: Transaction): boolean {
  return inputs.some(({ sequence }) => sequence <= MAX_REPLACEABLE_SEQUENCE);
}

/** Ordered by their ids, byte by byte. */
export function inOrderOfIds(entries: Iterable<MempoolEntry>): readonly MempoolEntry[] {
  return [...entries].sort((a, b) => compareBytes(a.txid, b.txid));
}

/**
 * Parents before children, among those with the same number of ancestors the best payers first, and
 * where they pay the same the greater id first, as in Core.
 */
export function inOrderOfDepth(entries: Iterable<MempoolEntry>): readonly MempoolEntry[] {
  return [...entries].sort(
    (a, b) =>
      a.ancestorCount - b.ancestorCount ||
      Number(b.fee) * a.vsize - Number(a.fee) * b.vsize ||
      compareBytes(b.txid, a.txid),
  );
}
