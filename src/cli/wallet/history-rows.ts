/** The history of a wallet, as people and programs read it. */
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import type { JsonObject } from '../../protocol/report/json-text.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import { solveScript } from '../../protocol/script/templates.ts';
import type { HistoryEntry } from '../../wallet/ledger/history.ts';
import type { Ledger } from '../../wallet/ledger/ledger.ts';
import { isOutdone } from '../../wallet/ledger/outdone.ts';
import type { WalletTx } from '../../wallet/ledger/wallet-tx.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { oneLine } from '../quote.ts';
import { exactCoins } from './amount-text.ts';

/** Somebody who was paid, or who paid. */
export interface HistoryRow {
  readonly txid: string;
  /** In seconds since 1970. */
  readonly time: number;
  readonly direction: 'in' | 'out' | 'mined';
  /** In satoshis; below zero for what went out. */
  readonly amount: bigint;
  /** Of what went out; told once, in the first row of a payment. */
  readonly fee: bigint | undefined;
  readonly name: string;
  readonly address: string;
  readonly confirmations: number;
  /** What it waits for, or why it never comes; undefined where blocks have it. */
  readonly state: 'pending' | 'unsent' | 'replaced' | 'abandoned' | 'void' | 'immature' | undefined;
  /** What rides in the payment. */
  readonly message: string | undefined;
}

/**
 * All that was sent and received, the oldest first.
 *
 * @example
 * historyRows(wallet, regtest).at(-1)?.amount
 */
export function historyRows(wallet: Wallet, params: ChainParams): readonly HistoryRow[] {
  const rows: HistoryRow[] = [];
  let last: WalletTx | undefined;
  for (const entry of wallet.history()) {
    const { walletTx, script, amount } = entry;
    // It pays nobody, and belongs to the row of whom it was written to.
    if (amount === 0n && solveScript(script).kind === 'nulldata') continue;
    rows.push(rowOf(entry, wallet, params, last !== walletTx));
    last = walletTx;
  }
  return rows;
}

function rowOf(
  entry: HistoryEntry,
  wallet: Wallet,
  params: ChainParams,
  isFirst: boolean,
): HistoryRow {
  const { walletTx, category, script, amount, fee } = entry;
  const { book, ledger } = wallet.state;
  const isSent = category === 'send';
  const isReceived = category === 'receive';
  return {
    txid: toReversedHex(walletTx.txid),
    time: walletTx.time,
    direction: isSent ? 'out' : isReceived ? 'in' : 'mined',
    amount,
    // Core counts it below zero; for people it is what was paid.
    fee: isFirst && fee !== undefined ? -fee : undefined,
    name: book.get(script)?.label || (isSent ? (walletTx.notes.to ?? '') : ''),
    address: addressFromScript(script, params.addressPrefixes) ?? '',
    confirmations: Math.max(0, ledger.depth(walletTx)),
    state: stateOf(walletTx, category, ledger),
    message: messageOf(walletTx),
  };
}

function stateOf(
  walletTx: WalletTx,
  category: HistoryEntry['category'],
  ledger: Ledger,
): HistoryRow['state'] {
  const { state, notes } = walletTx;
  if (category === 'immature') return 'immature';
  if (category === 'orphan') return 'void';
  switch (state.kind) {
    case 'confirmed':
      return undefined;
    case 'conflicted':
      return notes.replacedBy === undefined ? 'void' : 'replaced';
    case 'abandoned':
      return 'abandoned';
    default:
      if (notes.replacedBy !== undefined || isOutdone(ledger, walletTx)) return 'replaced';
      // Who is paid has nothing to send.
      return state.kind === 'pool' || category !== 'send' ? 'pending' : 'unsent';
  }
}

/** What an OP_RETURN of the payment says, where that is text. */
export function messageOf({ tx }: WalletTx): string | undefined {
  for (const { scriptPubKey } of tx.outputs) {
    if (solveScript(scriptPubKey).kind !== 'nulldata') continue;
    const text = textIn(scriptPubKey);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The data of a single push behind OP_RETURN: up to 75 bytes have one byte of length, more have two. */
function textIn(script: Uint8Array): string | undefined {
  const start = (script[1] ?? 0) <= 75 ? 2 : 3;
  if (script.length <= start) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(script.subarray(start));
  } catch {
    return undefined;
  }
}

export function historyJson(row: HistoryRow): JsonObject {
  const { amount, fee, state, message, name, ...rest } = row;
  return {
    ...rest,
    name,
    amount: exactCoins(amount),
    ...(fee !== undefined && { fee: exactCoins(fee) }),
    state: state ?? 'confirmed',
    ...(message !== undefined && { message }),
  };
}

/** How sure a payment is, in a word or a number. */
export function standingText({ state, confirmations }: HistoryRow): string {
  switch (state) {
    case 'pending':
      return '0';
    case 'abandoned':
      return 'given up';
    case undefined:
    case 'immature':
      return String(confirmations);
    default:
      return state;
  }
}

/** Whom it was from or to: their name, or else the address. */
export function partnerText({ name, address }: HistoryRow): string {
  return name === '' ? address : oneLine(name);
}
