/** Payments that are not sent at once: for others to sign, or until it is seen whether all can be signed. */
import type { WriteBatch } from '../node/storage/write-batch.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import { createPsbt, type Psbt } from '../protocol/psbt/psbt.ts';
import { extractTransaction, finalizePsbt } from '../protocol/psbt/sign-psbt.ts';
import { SIGHASH_DEFAULT } from '../protocol/script/signature-hash/hash-type.ts';
import { type BumpWishes, bumpPayment } from './bump-payment.ts';
import { fillPsbt } from './fill-psbt.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import type { Payer, PaymentFacts, PaymentWishes } from './payer.ts';
import type { Bump } from './spend/bump-fee.ts';
import type { Payment, Recipient } from './spend/payment-request.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletState } from './wallet-state.ts';

/** How far a transaction has come. */
export interface Completed {
  readonly psbt: Psbt;
  /** With its signatures, where it has all of them. */
  readonly tx: Transaction | undefined;
  /** It is kept and sent. */
  readonly walletTx: WalletTx | undefined;
}

interface DraftParts {
  readonly state: WalletState;
  readonly payer: Payer;
  readonly find: (id: Txid) => WalletTx;
  readonly keep: (tx: Transaction, batch: WriteBatch) => WalletTx;
  readonly offer: (walletTx: WalletTx) => Promise<unknown>;
}

/**
 * Payments that take no private keys: what a wallet that watches can do.
 *
 * @example
 * const { tx } = await wallet.drafts.prepare([{ script, amount: 100_000n }]);
 */
export class Drafts {
  readonly #parts: DraftParts;

  constructor(parts: DraftParts) {
    this.#parts = parts;
  }

  /** What a payment would be: the address for its change is given to the next one. */
  async try(recipients: readonly Recipient[], wishes: PaymentWishes = {}): Promise<Payment> {
    const { state, payer } = this.#parts;
    const facts = await payer.facts(wishes);
    return state.change((batch) => {
      const payment = payer.create(recipients, facts, wishes, batch);
      const change = payment.tx.outputs[payment.changePosition ?? -1];
      if (change !== undefined) state.keys.giveBack(change.scriptPubKey, batch);
      return payment;
    });
  }

  /**
   * A payment for others to sign. Nobody else is given the address that its change goes to; with `locks`,
   * nothing else spends its coins.
   *
   * @throws `PaymentError`, {@link WalletError} `no-fee-rate`
   */
  async prepare(
    recipients: readonly Recipient[],
    wishes: PaymentWishes & { readonly locks?: boolean } = {},
  ): Promise<Payment> {
    const { state, payer } = this.#parts;
    const facts = await payer.facts(wishes);
    return state.change((batch) => {
      const payment = payer.create(recipients, facts, wishes, batch);
      if (wishes.locks === true) this.lock(payment.tx, batch);
      return payment;
    });
  }

  /** What a replacement would be: `Wallet.bump` sends it at once. */
  async prepareBump(id: Txid, wishes: BumpWishes = {}): Promise<Bump> {
    const { state, payer, find } = this.#parts;
    const facts = await this.bumpFacts(wishes);
    return state.change((batch) => bumpPayment(find(id), wishes, { state, payer, facts, batch }));
  }

  /** Where nobody knows what to pay, the rate of what is replaced tells enough. */
  async bumpFacts({ confirmTarget, mode = 'economical' }: BumpWishes): Promise<PaymentFacts> {
    const { payer } = this.#parts;
    try {
      return await payer.facts({ mode, ...(confirmTarget !== undefined && { confirmTarget }) });
    } catch (error) {
      if (!(error instanceof WalletError) || error.code !== 'no-fee-rate') throw error;
      return payer.facts({ feeRate: 0n, overridesMinimum: true });
    }
  }

  /**
   * Signs what `make` makes, as far as the wallet can. With `keeps`, it is kept and sent if that is all of
   * it. It is one step, so that no other payment takes the same coins meanwhile.
   *
   * @throws what `make` throws
   */
  async complete(
    make: (batch: WriteBatch) => Transaction,
    { keeps }: { readonly keeps: boolean },
  ): Promise<Completed> {
    const { state, keep, offer } = this.#parts;
    const done = await state.change((batch) => {
      const { psbt, tx } = this.#signed(make(batch));
      const walletTx = tx !== undefined && keeps ? keep(tx, batch) : undefined;
      return { psbt, tx, walletTx };
    });
    if (done.walletTx !== undefined) await offer(done.walletTx);
    return done;
  }

  /** Until somebody unlocks them, or the wallet is closed, nothing else spends these coins. */
  lock({ inputs }: Transaction, batch: WriteBatch): void {
    const { lockedCoins } = this.#parts.state;
    for (const { prevout } of inputs) lockedCoins.lock(prevout, false, batch);
  }

  #signed(unsigned: Transaction): Pick<Completed, 'psbt' | 'tx'> {
    const { state } = this.#parts;
    const usual = { hashType: SIGHASH_DEFAULT, finalizes: true };
    const told = fillPsbt(state, createPsbt(unsigned), {
      ...{ ...usual, signs: false, derivations: true },
    });
    const signed = fillPsbt(state, told.psbt, { ...usual, signs: true, derivations: false });
    const { psbt, complete } = finalizePsbt(signed.psbt);
    return { psbt, tx: complete ? extractTransaction(psbt) : undefined };
  }
}
