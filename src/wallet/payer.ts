import type { WriteBatch } from '../node/storage/write-batch.ts';
import type { Transaction, TxOut } from '../protocol/primitives/transaction.ts';
import type { OutputType } from '../protocol/script/descriptor/output-type.ts';
import { signTransaction } from '../protocol/script/sign/sign-transaction.ts';
import { SIGHASH_DEFAULT } from '../protocol/script/signature-hash/hash-type.ts';
import { ancestorFees, type KnownStandings } from './ancestor-fees.ts';
import { type ChainTerms, chainLimits, checkChain } from './check-chain.ts';
import { chooseFeeRate, type FeeReason, type FeeWishes } from './fee-choice.ts';
import { foreignStandings } from './foreign-standings.ts';
import type { OwnCoin, TxNotes } from './ledger/wallet-tx.ts';
import { createPaymentOfMany } from './sample-coins.ts';
import type { ChainSource, RelayTerms } from './source/chain-source.ts';
import { SourceError } from './source/source-error.ts';
import { changeType } from './spend/change-type.ts';
import type { SpendableCoin } from './spend/coin-input.ts';
import { isTipCurrent, type KnownTip } from './spend/lock-time.ts';
import { PaymentError } from './spend/payment-error.ts';
import type {
  Payment,
  PaymentRequest,
  Recipient,
  TransactionForm,
} from './spend/payment-request.ts';
import { type CoinWishes, type FoundCoins, findSpendable } from './spendable-coins.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletOptions } from './wallet-options.ts';
import type { WalletState } from './wallet-state.ts';

/** How a payment is made, where it is not as the wallet does by default. */
export interface PaymentWishes extends TransactionForm, FeeWishes, CoinWishes {
  /** Spent in any case, first and in this order; the wallet's own, or others. */
  readonly required?: readonly SpendableCoin[];
  readonly mayAddCoins?: boolean;
  /** Where change goes; by default to an address of its own. */
  readonly changeScript?: Uint8Array;
  readonly changeType?: OutputType;
  readonly changePosition?: number;
  readonly avoidPartialSpends?: boolean;
  /** Refuses what nodes would refuse because it depends on too many that wait. */
  readonly limitsChains?: boolean;
  readonly notes?: TxNotes;
}

/** What has to be asked of others before a payment can be put together. */
export interface PaymentFacts {
  readonly feeRate: bigint;
  readonly feeReason: FeeReason;
  readonly terms: RelayTerms;
  readonly tip: KnownTip | undefined;
  readonly isReachable: boolean;
  /** Of coins of others that wait, and that may be spent. */
  readonly standings?: KnownStandings;
}

/** Without a node that says otherwise, Bitcoin Core's figures. */
const USUAL_TERMS: RelayTerms = {
  minFeeRate: 1_000n,
  minRelayFeeRate: 1_000n,
  incrementalFeeRate: 1_000n,
  dustFeeRate: 3_000n,
};

/** Chooses the wallet's coins, puts payments together, and signs them. */
export class Payer {
  /** What is paid where nobody asks for anything else, in satoshis for 1,000 virtual bytes; 0 for an estimate. */
  payFeeRate: bigint;
  readonly #state: WalletState;
  readonly #source: () => ChainSource | undefined;

  constructor(state: WalletState, source: () => ChainSource | undefined) {
    this.payFeeRate = state.options.payFeeRate;
    this.#state = state;
    this.#source = source;
  }

  /**
   * Asks for all that a payment depends on. It is asked before the wallet's queue, not within.
   *
   * @throws {@link WalletError} `no-fee-rate`; {@link PaymentError} `fee-rate-too-low`
   */
  async facts(wishes: PaymentWishes): Promise<PaymentFacts> {
    const source = this.#source();
    try {
      if (source?.isReachable === true) return await this.#factsFrom(source, wishes);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
    const fee = this.#chooseFeeRate(wishes, undefined, USUAL_TERMS);
    return { ...fee, terms: USUAL_TERMS, tip: undefined, isReachable: false };
  }

  /** The wallet's coins that may be spent now, with what it takes to spend them. */
  spendable(wishes: CoinWishes & { readonly isReachable: boolean }): readonly SpendableCoin[] {
    return findSpendable(this.#state, wishes).coins;
  }

  /** A coin with the size of the input that spends it; undefined where nobody can tell. */
  asSpendable(
    { walletTx, vout, output }: Omit<OwnCoin, 'key'>,
    { signsElsewhere = false }: Pick<CoinWishes, 'signsElsewhere'> = {},
  ): SpendableCoin | undefined {
    const size = this.#state.keys.inputSizeOf(output.scriptPubKey, { lowR: !signsElsewhere });
    if (size === undefined) return undefined;
    return { outPoint: { txid: walletTx.txid, vout }, output, size, tier: 0 };
  }

  /**
   * Puts a payment together, not signed. Within a task of the queue: it may take a new address for
   * change, and gives that back where there is none.
   *
   * @throws `PaymentError`
   */
  create(
    recipients: readonly Recipient[],
    facts: PaymentFacts,
    wishes: PaymentWishes,
    batch: WriteBatch,
  ): Payment {
    const { options, keys, doors } = this.#state;
    const { isReachable, terms, tip } = facts;
    const found =
      wishes.mayAddCoins === false
        ? NO_COINS
        : findSpendable(this.#state, { ...wishes, isReachable });
    const { script, problem, giveBack } = this.#changeScript(recipients, wishes, batch);
    const size = script === undefined ? undefined : keys.inputSizeOf(script);
    const { usable, tooLong } = withinLimits(
      found,
      wishes.limitsChains === true ? terms : undefined,
    );
    const burdens = this.#burdens(facts);
    try {
      const payment = createPaymentOfMany(
        {
          ...{ replaceable: options.replaceable, maxFee: options.maxFee },
          ...grouping(options),
          ...wishes,
          ...(tip !== undefined && { tip }),
          // Most coins are confirmed, and there may be very many of them.
          ...{ recipients, coins: found.families.size === 0 ? usable : burdens.put(usable) },
          required: burdens.put(wishes.required ?? []),
          ancestorFeeOf: burdens.of,
          rates: { ...options.rates, dustFeeRate: terms.dustFeeRate, feeRate: facts.feeRate },
          change: script && { script, ...(size !== undefined && { size }) },
          changeProblem: problem,
        },
        doors.entropy,
      );
      if (wishes.limitsChains === true) checkChain(this.#state.ledger, payment.tx, terms);
      if (payment.changePosition === undefined) giveBack();
      return payment;
    } catch (error) {
      giveBack();
      throw explained(error, found, tooLong);
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
    const isReplaceable = wishes.replaceable ?? replaceable;
    const mode = wishes.mode ?? (isReplaceable ? 'economical' : 'conservative');
    const terms = await source.relayTerms();
    const { height, time } = await source.tip();
    const fee = this.#chooseFeeRate(wishes, await source.feeRate(target, mode), terms);
    const tip = { height, isCurrent: isTipCurrent(time, this.#state.now) };
    const standings = await foreignStandings(this.#state, wishes, source);
    return { ...fee, terms, tip, standings, isReachable: true };
  }

  /** Puts upon coins what they cost beyond their inputs. */
  #burdens({ feeRate, standings }: PaymentFacts) {
    const { ledger } = this.#state;
    const { missing } = ancestorFees(ledger, feeRate, standings);
    const isSettled = ({ outPoint }: SpendableCoin): boolean =>
      ledger.get(outPoint.txid)?.state.kind === 'confirmed';
    return {
      put: (coins: readonly SpendableCoin[]): readonly SpendableCoin[] =>
        coins.map((coin) => {
          const ancestorFee = isSettled(coin) ? 0n : missing([coin.outPoint]);
          return ancestorFee === 0n ? coin : { ...coin, ancestorFee };
        }),
      of: (coins: readonly SpendableCoin[]): bigint =>
        missing(coins.flatMap(({ ancestorFee, outPoint }) => (ancestorFee ? [outPoint] : []))),
    };
  }

  #chooseFeeRate(wishes: FeeWishes, estimate: bigint | undefined, terms: RelayTerms) {
    const { options } = this.#state;
    const facts = { estimate, terms, options, payFeeRate: this.payFeeRate };
    const { feeRate, reason: feeReason } = chooseFeeRate(wishes, facts);
    return { feeRate, feeReason };
  }

  /** Why there is no address matters to nobody unless there is change. */
  #changeScript(
    recipients: readonly Recipient[],
    { changeScript, changeType: kind }: PaymentWishes,
    batch: WriteBatch,
  ): ChangeScript {
    if (changeScript !== undefined) return { script: changeScript, giveBack: () => {} };
    const { options, keys } = this.#state;
    const available = keys.types(true);
    const { addressType } = options;
    const type = changeType(
      recipients.map(({ script }) => script),
      { wanted: kind ?? options.changeType, addressType, available },
    );
    try {
      const script = keys.next(type, true, batch);
      return { script, giveBack: () => keys.giveBack(script, batch) };
    } catch (error) {
      if (!(error instanceof WalletError)) throw error;
      return { problem: error.coreWords, giveBack: () => {} };
    }
  }
}

interface ChangeScript {
  readonly script?: Uint8Array;
  readonly problem?: string;
  readonly giveBack: () => void;
}

const ALONE = { ancestors: 0, descendants: 0 };
const NO_COINS: FoundCoins = { coins: [], families: new Map(), unsolvable: 0n };

/** The coins that a node lets be spent, and whether there are others. */
function withinLimits({ coins, families }: FoundCoins, terms: ChainTerms | undefined) {
  if (terms === undefined || families.size === 0) return { usable: coins, tooLong: false };
  const limits = chainLimits(terms);
  const usable = coins.filter((coin) => {
    const { ancestors, descendants } = families.get(coin) ?? ALONE;
    return ancestors < limits.ancestors && descendants < limits.descendants;
  });
  return { usable, tooLong: usable.length < coins.length };
}

/** Why funds are short, where there are coins that could not be used. */
function explained(error: unknown, { unsolvable }: FoundCoins, tooLong: boolean): unknown {
  if (!(error instanceof PaymentError) || error.code !== 'insufficient-funds') return error;
  const { message, shortage } = error;
  const parts = { message, ...(shortage !== undefined && { shortage }) };
  if (tooLong) return new PaymentError('chain-too-long', parts);
  const { needed = 0n, available = 0n } = shortage ?? {};
  const wouldDo = unsolvable > 0n && available + unsolvable >= needed;
  return wouldDo ? new PaymentError('unknown-size', parts) : error;
}

/** Whether coins of one address are spent together. */
function grouping({
  avoidsPartialSpends,
  maxGroupingFee,
}: WalletOptions): Pick<PaymentRequest, 'avoidPartialSpends' | 'maxGroupingFee'> {
  return {
    avoidPartialSpends: avoidsPartialSpends,
    ...(maxGroupingFee !== undefined && { maxGroupingFee }),
  };
}
