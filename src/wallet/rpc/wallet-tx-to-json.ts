/** Transactions of a wallet as Core's RPC shows them. */
import { signalsBip125 } from '../../node/rpc/mempool-entry-to-json.ts';
import type { RpcContext } from '../../node/rpc/rpc-context.ts';
import { ByteSet } from '../../protocol/bytes/byte-map.ts';
import { compareBytes, equalBytes } from '../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { wtxid } from '../../protocol/primitives/transaction-id.ts';
import { amountNumber, type JsonObject } from '../../protocol/report/json-text.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import { Trust } from '../ledger/balances.ts';
import { type HistoryEntry, type HistoryView, historyOf } from '../ledger/history.ts';
import type { WalletTx } from '../ledger/wallet-tx.ts';
import type { Wallet } from '../wallet.ts';

/** What answers have to be made of. It is good for as long as the wallet does not change. */
export interface HistoryReport {
  readonly wallet: Wallet;
  readonly mempool: RpcContext['node']['mempool'];
  readonly trust: Trust;
}

/** Which entries of a transaction are wanted. */
export interface EntryFilter {
  /** Received entries of less depth are left out: by default, those of what cannot confirm any more. */
  readonly minDepth?: number;
  /** Only what came to addresses of this name. */
  readonly label?: string | undefined;
  /** Also what came back to the wallet. */
  readonly includeChange?: boolean;
}

export function historyReport(wallet: Wallet, { node }: Pick<RpcContext, 'node'>): HistoryReport {
  const { ledger, rules } = wallet.state;
  return { wallet, mempool: node.mempool, trust: new Trust(ledger, rules) };
}

/** What a transaction sent, then what it received, as far as that is wanted. */
export function entriesOf(
  { wallet }: Pick<HistoryReport, 'wallet'>,
  walletTx: WalletTx,
  { minDepth = 0, label, includeChange = false }: EntryFilter,
): readonly HistoryEntry[] {
  const { ledger, isChange, rules, book } = wallet.state;
  const view: HistoryView = { ledger, isChange: includeChange ? nothing : isChange, rules };
  const isDeep = ledger.depth(walletTx) >= minDepth;
  return historyOf(view, walletTx).filter(({ category, script }) => {
    if (category === 'send') return label === undefined;
    return isDeep && (label === undefined || (book.get(script)?.label ?? '') === label);
  });
}

/**
 * Entries of one transaction. What is said of the transaction itself stands in each of them, unless it
 * stands around them.
 *
 * @example
 * entriesToJson(report, entriesOf(report, walletTx, {})) // [{ address: 'bc1…', category: 'receive', … }]
 */
export function entriesToJson(
  report: HistoryReport,
  entries: readonly HistoryEntry[],
  { isShort = false } = {},
): readonly JsonObject[] {
  const [first] = entries;
  if (first === undefined) return [];
  const common = isShort ? undefined : walletTxToJson(report, first.walletTx);
  return entries.map((entry) =>
    entry.category === 'send'
      ? sentToJson(report, entry, common)
      : receivedToJson(report, entry, common),
  );
}

function nothing(): boolean {
  return false;
}

function sentToJson(
  { wallet }: HistoryReport,
  { walletTx, script, amount, vout, fee = 0n }: HistoryEntry,
  common: JsonObject | undefined,
): JsonObject {
  return {
    address: addressFromScript(script, wallet.state.options.chain.addressPrefixes),
    category: 'send',
    amount: amountNumber(amount),
    label: wallet.state.book.get(script)?.label,
    vout,
    fee: amountNumber(fee),
    ...common,
    abandoned: walletTx.state.kind === 'abandoned',
  };
}

function receivedToJson(
  { wallet }: HistoryReport,
  { walletTx, category, script, amount, vout }: HistoryEntry,
  common: JsonObject | undefined,
): JsonObject {
  return {
    address: addressFromScript(script, wallet.state.options.chain.addressPrefixes),
    parent_descs: parentDescriptors(wallet, script),
    category,
    amount: amountNumber(amount),
    label: wallet.state.book.get(script)?.label,
    vout,
    abandoned: walletTx.state.kind === 'abandoned',
    ...common,
  };
}

/** The descriptors that a script of the wallet comes from, as they were imported. */
export function parentDescriptors(
  { state }: Pick<Wallet, 'state'>,
  script: Uint8Array,
): readonly string[] {
  return state.keys.ownersOf(script).map(({ keeper }) => keeper.record.text);
}

/** What there is to tell of a transaction, whatever it sent and received. */
export function walletTxToJson(
  { wallet, mempool, trust }: HistoryReport,
  walletTx: WalletTx,
): JsonObject {
  const { state, notes } = walletTx;
  const depth = wallet.state.ledger.depth(walletTx);
  return {
    confirmations: depth,
    generated: walletTx.isCoinbase || undefined,
    ...(state.kind === 'confirmed'
      ? {
          blockhash: toReversedHex(state.block),
          blockheight: state.height,
          blockindex: state.position,
          blocktime: state.blockTime,
        }
      : { trusted: trust.isTrusted(walletTx) }),
    txid: toReversedHex(walletTx.txid),
    wtxid: toReversedHex(wtxid(walletTx.tx)),
    walletconflicts: idsToJson(conflictsOf(wallet, walletTx)),
    mempoolconflicts: idsToJson(wallet.state.ledger.poolConflicts(walletTx)),
    time: walletTx.time,
    timereceived: walletTx.timeReceived,
    'bip125-replaceable': depth > 0 ? 'no' : replaceability(walletTx, mempool),
    // Core keeps these by their names, and shows them in that order.
    comment: notes.comment || undefined,
    replaced_by_txid: notes.replacedBy && toReversedHex(notes.replacedBy),
    replaces_txid: notes.replaces && toReversedHex(notes.replaces),
    to: notes.to || undefined,
  };
}

/** Those of the wallet that spend the same coins. */
function conflictsOf({ state }: Wallet, { tx, txid, isCoinbase }: WalletTx): Iterable<Uint8Array> {
  const found = new ByteSet();
  for (const { prevout } of isCoinbase ? [] : tx.inputs) {
    for (const other of state.ledger.spenders(prevout)) {
      if (!equalBytes(other.txid, txid)) found.add(other.txid);
    }
  }
  return found;
}

function idsToJson(ids: Iterable<Uint8Array>): readonly string[] {
  return [...ids].sort(compareBytes).map(toReversedHex);
}

/** What a transaction depends on is known of those in the pool alone. */
function replaceability(
  { tx, txid }: WalletTx,
  mempool: HistoryReport['mempool'],
): 'yes' | 'no' | 'unknown' {
  if (signalsBip125(tx)) return 'yes';
  const entry = mempool.get(txid);
  if (entry === undefined) return 'unknown';
  return mempool.ancestors(entry).some((each) => signalsBip125(each.tx)) ? 'yes' : 'no';
}
