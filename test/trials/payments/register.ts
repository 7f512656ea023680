/** What was paid, as whoever paid was told; and the judgement of what became of it. */
import { toHex } from '../../../src/protocol/bytes/hex.ts';
import { coinKey } from '../../../src/protocol/consensus/coin.ts';
import type { Transaction } from '../../../src/protocol/primitives/transaction.ts';
import type { WalletTx } from '../../../src/wallet/ledger/wallet-tx.ts';
import type { Recipient } from '../../../src/wallet/spend/payment-request.ts';
import type { ChainRecord } from './audit.ts';
import type { Resident } from './resident.ts';

/** A payment that was acknowledged. */
export interface MadePayment {
  readonly number: number;
  readonly payer: Resident;
  /** Each to an address that nobody else was given. */
  readonly recipients: readonly Recipient[];
  /** The transaction, and those that took its place by a higher fee. */
  readonly transactions: WalletTx[];
  /** Made on purpose out of coins that another payment spends. */
  readonly isDoubleSpend: boolean;
  /** Given up by its payer before any node had it. */
  isAbandoned: boolean;
}

/** What has become of all payments. */
export interface Judgement {
  readonly confirmed: number;
  readonly abandoned: number;
  /** Others have their coins, and were meant to have them. */
  readonly outdone: number;
  readonly failures: readonly string[];
}

export class Register {
  readonly payments: MadePayment[] = [];
  readonly #byTransaction = new Map<string, MadePayment>();
  readonly #transactions = new Map<string, Transaction>();
  /** Of those that a wallet has taken for lost at some time: what they spend was free again. */
  readonly #onceLost = new Set<string>();

  /** Whoever pays was told that this payment is made. */
  add(
    payer: Resident,
    walletTx: WalletTx,
    recipients: readonly Recipient[],
    isDoubleSpend = false,
  ): MadePayment {
    const payment: MadePayment = {
      number: this.payments.length + 1,
      ...{ payer, recipients, transactions: [], isDoubleSpend },
      isAbandoned: false,
    };
    this.payments.push(payment);
    this.addTransaction(payment, walletTx);
    return payment;
  }

  addTransaction(payment: MadePayment, walletTx: WalletTx): void {
    const id = toHex(walletTx.txid);
    payment.transactions.push(walletTx);
    this.#byTransaction.set(id, payment);
    this.#transactions.set(id, walletTx.tx);
  }

  /** Takes down which transactions a wallet holds for lost now. */
  note({ wallet }: Resident): void {
    const { ledger } = wallet.state;
    for (const walletTx of ledger.all()) {
      const isLost = walletTx.state.kind === 'conflicted';
      if (isLost || ledger.poolConflicts(walletTx).length > 0) {
        this.#onceLost.add(toHex(walletTx.txid));
      }
    }
  }

  /** What became of all payments, when nothing is under way any more. */
  judge(record: ChainRecord): Judgement {
    const failures: string[] = [];
    let [confirmed, abandoned, outdone] = [0, 0, 0];
    for (const payment of this.payments) {
      const count = countOf(payment, record);
      failures.push(...this.#judgeOne(payment, count, record));
      if (count > 0) confirmed++;
      else if (payment.isAbandoned) abandoned++;
      else outdone++;
    }
    return { confirmed, abandoned, outdone, failures };
  }

  #judgeOne(payment: MadePayment, count: number, record: ChainRecord): readonly string[] {
    const name = `payment ${payment.number} of ${payment.payer.name}`;
    if (count > 1) return [`${name} was paid ${count} times`];
    if (count === 1 && payment.isAbandoned) return [`${name} was given up, and is paid`];
    const failures: string[] = [];
    for (const { script, amount } of payment.recipients) {
      const paid = record.paid.get(toHex(script)) ?? [];
      const isRight = paid.length === count && paid.every((each) => each === amount);
      if (!isRight)
        failures.push(`${name} of ${amount} has led to ${paid.join(', ') || 'nothing'}`);
    }
    if (count > 0 || payment.isAbandoned) return failures;
    const reasons = payment.transactions.flatMap((each) => this.#rivals(toHex(each.txid), record));
    if (reasons.length === 0) failures.push(`${name} is lost, and nobody has its coins`);
    for (const { lost, winner } of reasons) {
      if (!this.#isMeant(lost, winner)) {
        failures.push(`${name} is lost: ${winner} has a coin that ${lost} spends`);
      }
    }
    return failures;
  }

  /** Which confirmed transactions stand in the way of one, or of those that it depends on. */
  #rivals(
    id: string,
    record: ChainRecord,
  ): readonly { readonly lost: string; readonly winner: string }[] {
    return (this.#transactions.get(id)?.inputs ?? []).flatMap(({ prevout }) => {
      const winner = record.spenders.get(toHex(coinKey(prevout)));
      if (winner !== undefined) return [{ lost: id, winner }];
      const parent = toHex(prevout.txid);
      return record.confirmed.has(parent) ? [] : this.#rivals(parent, record);
    });
  }

  /** Whether two transactions were meant to spend the same coin. */
  #isMeant(lost: string, winner: string): boolean {
    const [a, b] = [this.#byTransaction.get(lost), this.#byTransaction.get(winner)];
    if (a === b || a?.isDoubleSpend === true || b?.isDoubleSpend === true) return true;
    if (a?.isAbandoned === true || b?.isAbandoned === true) return true;
    return this.#onceLost.has(lost) || this.#onceLost.has(winner);
  }
}

function countOf({ transactions }: MadePayment, record: ChainRecord): number {
  return transactions.reduce((sum, { txid }) => sum + (record.confirmed.get(toHex(txid)) ?? 0), 0);
}
