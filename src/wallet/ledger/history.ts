/** What a transaction did to a wallet, in Bitcoin Core's words. */
import { isCoinbase } from '../../protocol/primitives/transaction.ts';
import { type BalanceRules, blocksToMaturity } from './balances.ts';
import type { Ledger } from './ledger.ts';
import type { WalletTx } from './wallet-tx.ts';

/** `generate`, `immature` and `orphan` are of coins that were mined. */
export type HistoryCategory = 'send' | 'receive' | 'generate' | 'immature' | 'orphan';

/** One output of a transaction, as the wallet sees it. What it pays to itself is two of them. */
export interface HistoryEntry {
  readonly walletTx: WalletTx;
  readonly category: HistoryCategory;
  readonly vout: number;
  readonly script: Uint8Array;
  /** In satoshis; below zero for what was sent. */
  readonly amount: bigint;
  /** Below zero; of what was sent alone. */
  readonly fee: bigint | undefined;
}

/** What a transaction took from the wallet and brought to it, in satoshis. */
export interface TxAmounts {
  /** The coins of the wallet that it spends. */
  readonly debit: bigint;
  /** The outputs of it that are the wallet's. */
  readonly credit: bigint;
  /** What the outputs hold altogether. */
  readonly valueOut: bigint;
}

export interface HistoryView {
  readonly ledger: Ledger;
  /** Whether an output came back to the wallet, and was for nobody. */
  readonly isChange: (script: Uint8Array) => boolean;
  readonly rules: Pick<BalanceRules, 'coinbaseMaturity'>;
}

/**
 * What a transaction took and brought.
 *
 * @example
 * const { debit, credit } = amountsOf(ledger, walletTx); // credit - debit: what it did to the balance
 */
export function amountsOf(ledger: Ledger, { tx }: WalletTx): TxAmounts {
  let [debit, credit, valueOut] = [0n, 0n, 0n];
  if (!isCoinbase(tx)) {
    for (const { prevout } of tx.inputs) {
      const output = ledger.output(prevout);
      if (output !== undefined && ledger.isOurs(output.scriptPubKey)) debit += output.value;
    }
  }
  for (const { value, scriptPubKey } of tx.outputs) {
    valueOut += value;
    if (ledger.isOurs(scriptPubKey)) credit += value;
  }
  return { debit, credit, valueOut };
}

/** Whether the wallet paid for a transaction, in part at least. */
export function isFromWallet(ledger: Ledger, walletTx: WalletTx): boolean {
  return amountsOf(ledger, walletTx).debit > 0n;
}

/**
 * The entries of a transaction in the wallet's history: what it sent first, then what it received.
 *
 * @example
 * historyOf(view, walletTx).map(({ category, amount }) => …)
 */
export function historyOf(view: HistoryView, walletTx: WalletTx): readonly HistoryEntry[] {
  const { ledger, isChange } = view;
  const { debit, valueOut } = amountsOf(ledger, walletTx);
  const sent: HistoryEntry[] = [];
  const received: HistoryEntry[] = [];
  const fee = debit > 0n ? valueOut - debit : undefined;
  for (const [vout, { value, scriptPubKey: script }] of walletTx.tx.outputs.entries()) {
    const isOurs = ledger.isOurs(script);
    if (debit > 0n) {
      // Change is neither sent nor received.
      if (isOurs && isChange(script)) continue;
      sent.push({ walletTx, category: 'send', vout, script, amount: -value, fee });
    }
    if (!isOurs) continue;
    const category = receivedAs(view, walletTx);
    received.push({ walletTx, category, vout, script, amount: value, fee: undefined });
  }
  return [...sent, ...received];
}

function receivedAs({ ledger, rules }: HistoryView, walletTx: WalletTx): HistoryCategory {
  if (!walletTx.isCoinbase) return 'receive';
  if (ledger.depth(walletTx) < 1) return 'orphan';
  return blocksToMaturity(ledger, walletTx, rules) > 0 ? 'immature' : 'generate';
}
