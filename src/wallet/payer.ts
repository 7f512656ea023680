import type { WriteBatch } from '../node/storage/write-batch.ts';
import type { Transaction, TxOut } from '../protocol/primitives/transaction.ts';
import type { OutputType } from '../protocol/script/descriptor/output-type.ts';
import { signTransaction } from '../protocol/script/sign/sign-transaction.ts';
import { SIGHASH_DEFAULT } from '../protocol/script/signature-hash/hash-type.ts';
import { Trust } from './ledger/balances.ts';
import { isFromWallet } from './ledger/history.ts';
import type { OwnCoin, TxNotes, WalletTx } from './ledger/wallet-tx.ts';
import { createPaymentOfMany } from './sample-coins.ts';
import type { ChainSource, RelayTerms } from './source/chain-source.ts';
import { SourceError } from './source/source-error.ts';
import { changeType } from './spend/change-type.ts';
import { coinTier, type SpendableCoin } from './spend/coin-input.ts';
import { isTipCurrent, type KnownTip } from './spend/lock-time.ts';
import type { Payment, Recipient, TransactionForm } from './spend/payment-request.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletState } from './wallet-state.ts';

/** How a payment is made, where it is not as the wallet does by default. */
export interface PaymentWishes extends TransactionForm {
  /** Satoshis for 1,000 virtual bytes; an estimate by default. */
  readonly feeRate?: bigint;
  /** In how many blocks it should be confirmed. */
  readonly confirmTarget?: number;
  readonly mode?: 'economical' | 'conservative';
  /** Spent in any case; the wallet's own. */
  readonly required?: readonly SpendableCoin[];
  readonly mayAddCoins?: boolean;
  /** Where change goes; by default to an address of its own. */
  readonly changeScript?: Uint8Array;
  readonly changeType?: OutputType;
  readonly changePosition?: number;
  readonly avoidPartialSpends?: boolean;
  /** Coins of less depth stay where they are. */
  readonly minDepth?: number;
  readonly notes?: TxNotes;
}

/** What has to be asked of others before a payment can be put together. */
export interface PaymentFacts {
  readonly feeRate: bigint;
  readonly terms: RelayTerms;
  readonly tip: KnownTip | undefined;
  readonly isReachable: boolean;
}

/** From here on, {@link coinTier} asks nothing else. */
const SETTLED_DEPTH = 6;

/** Without a node that says otherwise, Bitcoin Core's figures. */
const USUAL_TERMS: RelayTerms = {
  minFeeRate: 1_000n,
  incrementalFeeRate: 1_000n,
  dustFeeRate: 3_000n,
};

/** Chooses the wallet's coins, puts payments together, and signs them. */
export class Payer {
  readonly #state: WalletState;
  readonly #source: () => ChainSource | undefined;

  constructor(state: WalletState, source: () => ChainSource | undefined) {
    this.#state = state;
    this.#source = source;
  }

  /**
   * Asks for all that a payment depends on. It is asked before the wallet's queue, not within.
   *
   * @throws {@link WalletError} `no-fee-rate`
   */
  async facts(wishes: PaymentWishes): Promise<PaymentFacts> {
    const source = this.#source();
    try {
      if (source?.isReachable === true) return await this.#factsFrom(source, wishes);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
    const feeRate = this.#feeRate(wishes, undefined, USUAL_TERMS);
    return { feeRate, terms: USUAL_TERMS, tip: undefined, isReachable: false };
  }

  /** The wallet's coins that may be spent now, with what it takes to spend them. */
  spendable({ isReachable, minDepth = 0 }: { isReachable: boolean; minDepth?: number }) {
    const { ledger, lockedCoins, rules } = this.#state;
    const trust = new Trust(ledger, { ...rules, trustsWaiting: !isReachable });
    const coins: SpendableCoin[] = [];
    for (const coin of ledger.unspent()) {
      const { walletTx } = coin;
      const depth = ledger.depth(walletTx);
      if (depth < minDepth || lockedCoins.has(coin.key) || !trust.isMature(coin)) continue;
      if (depth === 0 && !(trust.isTrusted(walletTx) && isUndisputed(walletTx))) continue;
      // Of what lies deep enough for both kinds, it does not matter who paid it.
      const isOwn = depth < SETTLED_DEPTH && isFromWallet(ledger, walletTx);
      const spendable = this.asSpendable(coin, coinTier({ depth, isOwn }));
      if (spendable !== undefined) coins.push(spendable);
    }
    return coins;
  }

  /** A coin with the size of the input that spends it; undefined where nobody can tell. */
  asSpendable(
    { walletTx, vout, output }: Omit<OwnCoin, 'key'>,
    tier = 0,
  ): SpendableCoin | undefined {
    const size = this.#state.keys.ownerOf(output.scriptPubKey)?.keeper.inputSize;
    if (size === undefined) return undefined;
    return { outPoint: { txid: walletTx.txid, vout }, output, size, tier };
  }

  /**
   * Puts a payment together, not signed. Within a task of the queue: it may take a new address for
   * change, and gives that back where there is none.
   *
   * @throws `PaymentError`; {@link WalletError} `no-keys`
   */
  create(
    recipients: readonly Recipient[],
    facts: PaymentFacts,
    wishes: PaymentWishes,
    batch: WriteBatch,
  ): Payment {
    const { options, keys, doors } = this.#state;
    const coins = this.spendable({ ...facts, ...wishes });
    const script = wishes.changeScript ?? this.#changeScript(recipients, wishes, batch);
    const size = script === undefined ? undefined : keys.ownerOf(script)?.keeper.inputSize;
    const isFresh = wishes.changeScript === undefined;
    try {
      const payment = createPaymentOfMany(
        {
          ...{ replaceable: options.replaceable, maxFee: options.maxFee },
          ...wishes,
          ...(facts.tip !== undefined && { tip: facts.tip }),
          ...{ recipients, coins },
          rates: { ...options.rates, dustFeeRate: facts.terms.dustFeeRate, feeRate: facts.feeRate },
          change: script && { script, ...(size !== undefined && { size }) },
        },
        doors.entropy,
      );
      const isUnused = isFresh && payment.changePosition === undefined;
      if (isUnused && script !== undefined) keys.giveBack(script, batch);
      return payment;
    } catch (error) {
      if (isFresh && script !== undefined) keys.giveBack(script, batch);
      throw error;
    }
  }

  /**
   * Signs a transaction whose inputs are all the wallet's.
   *
   * @throws {@link WalletError} `not-signed`, `no-private-keys`; `VaultError` `locked`
   */
  sign(tx: Transaction, outputs: readonly TxOut[]): Transaction {
    this.#state.requireKeys();
    const ring = this.#state.keys.ring(outputs.map(({ scriptPubKey }) => scriptPubKey));
    const signed = signTransaction(tx, outputs, ring, SIGHASH_DEFAULT);
    if (signed.errors.size === 0) return signed.tx;
    throw new WalletError(
      'not-signed',
      `${signed.errors.size} of ${tx.inputs.length} inputs cannot be signed: the wallet lacks keys for them`,
      'Signing transaction failed',
    );
  }

  async #factsFrom(source: ChainSource, wishes: PaymentWishes): Promise<PaymentFacts> {
    const { confirmTarget, replaceable } = this.#state.options;
    const target = wishes.confirmTarget ?? confirmTarget;
    const mode = wishes.mode ?? (replaceable ? 'economical' : 'conservative');
    const terms = await source.relayTerms();
    const { height, time } = await source.tip();
    const feeRate = this.#feeRate(wishes, await source.feeRate(target, mode), terms);
    const tip = { height, isCurrent: isTipCurrent(time, this.#state.now) };
    return { feeRate, terms, tip, isReachable: true };
  }

  #feeRate(wishes: PaymentWishes, estimate: bigint | undefined, terms: RelayTerms): bigint {
    if (wishes.feeRate !== undefined) return wishes.feeRate;
    const { payFeeRate, fallbackFeeRate, minFeeRate } = this.#state.options;
    const isAsked = wishes.confirmTarget === undefined && payFeeRate > 0n;
    const wanted = isAsked ? payFeeRate : (estimate ?? fallbackFeeRate);
    if (wanted > 0n) return [wanted, minFeeRate, terms.minFeeRate].reduce(larger);
    throw new WalletError(
      'no-fee-rate',
      'nobody knows yet what to pay: name a fee rate, or set -fallbackfee',
      'Fee estimation failed. Fallbackfee is disabled. Wait a few blocks or enable -fallbackfee.',
    );
  }

  #changeScript(
    recipients: readonly Recipient[],
    wishes: PaymentWishes,
    batch: WriteBatch,
  ): Uint8Array | undefined {
    const { options, keys } = this.#state;
    const available = keys.types(true);
    if (available.size === 0) return undefined;
    const scripts = recipients.map(({ script }) => script);
    const { addressType } = options;
    const wanted = wishes.changeType ?? options.changeType;
    return keys.next(changeType(scripts, { wanted, addressType, available }), true, batch);
  }
}

/** Of two payments of which one replaces the other, nobody knows yet which will be. */
function isUndisputed({ notes }: WalletTx): boolean {
  return notes.replaces === undefined && notes.replacedBy === undefined;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
