import type { WriteBatch } from '../node/storage/write-batch.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { OutPoint, TxIn, TxOut } from '../protocol/primitives/transaction.ts';
import { ancestorFees } from './ancestor-fees.ts';
import { checkChain } from './check-chain.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import type { Payer, PaymentFacts, PaymentWishes } from './payer.ts';
import { type Bump, bumpFee, signalsReplacement } from './spend/bump-fee.ts';
import type { SpendableCoin } from './spend/coin-input.ts';
import { PaymentError } from './spend/payment-error.ts';
import type { PaymentRequest, Recipient } from './spend/payment-request.ts';
import { signedInputSize } from './spend/signed-input-size.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletState } from './wallet-state.ts';

/** How a payment is replaced, where it is not as the wallet does by default. */
export interface BumpWishes
  extends Pick<
    PaymentWishes,
    'feeRate' | 'confirmTarget' | 'mode' | 'replaceable' | 'signsElsewhere' | 'limitsChains'
  > {
  /** Other outputs instead of those of the original. */
  readonly recipients?: readonly Recipient[];
  /** Which output of the original came back, if the wallet does not know. */
  readonly changeIndex?: number;
  /** What a node knows of coins that are not the wallet's; without it, they are refused. */
  readonly foreignCoins?: (outPoint: OutPoint) => TxOut | undefined;
  /** Whether others in the pool of a node spend what it pays. */
  readonly hasPoolDescendants?: boolean;
}

export interface BumpParts {
  readonly state: WalletState;
  readonly payer: Payer;
  readonly facts: PaymentFacts;
  readonly batch: WriteBatch;
}

/**
 * The replacement of a payment, not signed. Within a task of the queue, like any payment.
 *
 * @throws {@link WalletError} `already-spent`, `has-descendants`, `settled`, `already-bumped`, `not-ours`,
 * `bad-change-index`; `PaymentError`
 */
export function bumpPayment(
  original: WalletTx,
  wishes: BumpWishes,
  { state, payer, facts, batch }: BumpParts,
): Bump {
  checkIndex(original, wishes);
  const coins = coinsOf(original, wishes, state, payer);
  checkReplaceable(original, wishes, state);
  checkOwnership(coins, wishes);
  const known = coins.map(({ coin }) => coin);
  const outputs =
    wishes.recipients?.map(({ script, amount }) => ({ value: amount, scriptPubKey: script })) ??
    original.tx.outputs;
  const { recipients, returned } = shareOut(outputs, known, wishes, state);
  const fresh = returned === undefined ? freshChange(state, batch) : undefined;
  const script = returned ?? fresh?.script;
  const size = script === undefined ? undefined : state.keys.inputSizeOf(script);
  const { minFeeRate, minRelayFeeRate, incrementalFeeRate, dustFeeRate } = facts.terms;
  const { options } = state;
  try {
    const bump = bumpFee(
      {
        ...{ replaceable: options.replaceable, maxFee: options.maxFee },
        ...formOf(wishes),
        ...(facts.tip !== undefined && { tip: facts.tip }),
        original: { tx: original.tx, coins: known, changePosition: undefined },
        ...{ recipients, checkedOutputs: outputs },
        ancestorFeeAt: (feeRate) =>
          ancestorFees(state.ledger, feeRate).missing(known.map(({ outPoint }) => outPoint)),
        // What joins has to be confirmed (BIP125's rule 2).
        coins: payer.spendable({
          isReachable: facts.isReachable,
          minDepth: 1,
          signsElsewhere: wishes.signsElsewhere === true,
        }),
        rules: {
          incrementalFeeRate,
          minFeeRate: minFeeRate > (minRelayFeeRate ?? 0n) ? minFeeRate : 0n,
          requiredFeeRate: larger(options.minFeeRate, minRelayFeeRate ?? minFeeRate),
          usualFeeRate: facts.feeRate,
        },
        rates: { ...options.rates, dustFeeRate },
        change: script && { script, ...(size !== undefined && { size }) },
        changeProblem: fresh?.problem,
      },
      state.doors.entropy,
    );
    if (wishes.limitsChains === true) {
      checkChain(state.ledger, bump.tx, facts.terms);
    }
    if (bump.changePosition === undefined) fresh?.giveBack();
    return bump;
  } catch (error) {
    fresh?.giveBack();
    throw error;
  }
}

function formOf({ feeRate, replaceable }: BumpWishes): Pick<BumpWishes, 'feeRate' | 'replaceable'> {
  return {
    ...(feeRate !== undefined && { feeRate }),
    ...(replaceable !== undefined && { replaceable }),
  };
}

/** Who is paid again, and where what is left comes back to. */
function shareOut(
  outputs: readonly TxOut[],
  coins: readonly SpendableCoin[],
  { recipients: given, changeIndex }: BumpWishes,
  state: WalletState,
): Required<Pick<PaymentRequest, 'recipients'>> & { readonly returned: Uint8Array | undefined } {
  const recipients: Recipient[] = [];
  let returned: Uint8Array | undefined;
  for (const [i, { value, scriptPubKey: script }] of outputs.entries()) {
    const isBack = changeIndex === undefined ? state.isChange(script) : changeIndex === i;
    if (isBack) returned = script;
    else recipients.push({ script, amount: value });
  }
  if (recipients.length > 0 || returned === undefined) return { recipients, returned };
  // All of it came back. The old fee is in it too, which would else come back as another output.
  const worth = given === undefined ? coins.map(({ output }) => output) : outputs;
  const amount = worth.reduce((sum, { value }) => sum + value, 0n);
  return { recipients: [{ script: returned, amount, subtractFee: true }], returned: undefined };
}

function freshChange(state: WalletState, batch: WriteBatch) {
  const { keys, options } = state;
  const available = keys.types(true);
  const type = available.has(options.addressType)
    ? options.addressType
    : ([...available][0] ?? options.addressType);
  try {
    const script = keys.next(type, true, batch);
    return { script, giveBack: () => keys.giveBack(script, batch) };
  } catch (error) {
    if (!(error instanceof WalletError)) throw error;
    return { problem: error.coreWords, giveBack: () => {} };
  }
}

interface BumpedCoin {
  readonly coin: SpendableCoin;
  readonly isOurs: boolean;
}

function coinsOf(
  original: WalletTx,
  { signsElsewhere = false, foreignCoins }: BumpWishes,
  { ledger }: WalletState,
  payer: Payer,
): readonly BumpedCoin[] {
  const isConfirmed = ({ state }: WalletTx): boolean => state.kind === 'confirmed';
  return original.tx.inputs.map((input) => {
    const { prevout } = input;
    const isSpent = ledger.spenders(prevout).some(isConfirmed);
    const walletTx = ledger.get(prevout.txid);
    const output = walletTx?.tx.outputs[prevout.vout];
    if (!isSpent && walletTx !== undefined && output !== undefined) {
      const own = payer.asSpendable({ walletTx, vout: prevout.vout, output }, { signsElsewhere });
      if (own !== undefined) return { coin: own, isOurs: true };
    }
    const foreign = isSpent ? undefined : (output ?? foreignCoins?.(prevout));
    if (foreign !== undefined) return { coin: asForeign(input, foreign), isOurs: false };
    if (!isSpent && foreignCoins === undefined) throw notOurs(prevout);
    throw new WalletError('already-spent', `${nameOf(prevout)} is already spent`);
  });
}

/** The size of what somebody else has signed is that of what there is. */
function asForeign(input: TxIn, output: TxOut): SpendableCoin {
  return { outPoint: input.prevout, output, size: signedInputSize(input) };
}

function checkOwnership(coins: readonly BumpedCoin[], { foreignCoins }: BumpWishes): void {
  const foreign = coins.find(({ isOurs }) => !isOurs);
  if (foreign !== undefined && foreignCoins === undefined) throw notOurs(foreign.coin.outPoint);
}

function nameOf({ txid, vout }: OutPoint): string {
  return `${toReversedHex(txid)}:${vout}`;
}

function notOurs(outPoint: OutPoint): WalletError {
  return new WalletError(
    'not-ours',
    `the coin ${nameOf(outPoint)} that it spends is not of this wallet`,
    "Transaction contains inputs that don't belong to this wallet",
  );
}

function checkIndex({ tx }: WalletTx, { changeIndex, recipients }: BumpWishes): void {
  if (changeIndex === undefined) return;
  if (recipients !== undefined) {
    throw new WalletError(
      'bad-change-index',
      'either other outputs can be named, or the output that came back: not both',
      "The options 'outputs' and 'original_change_index' are incompatible. You can only either specify a new set of outputs, or designate a change output to be recycled.",
    );
  }
  if (changeIndex < tx.outputs.length) return;
  throw new WalletError(
    'bad-change-index',
    `there is no output ${changeIndex}: the transaction has ${tx.outputs.length}`,
    'Change position is out of range',
  );
}

function checkReplaceable(
  original: WalletTx,
  { hasPoolDescendants = false }: BumpWishes,
  state: WalletState,
): void {
  const { tx, notes, txid } = original;
  const { ledger } = state;
  if (isSpentFrom(original, state)) {
    throw new WalletError('has-descendants', 'Transaction has descendants in the wallet');
  }
  if (hasPoolDescendants) {
    throw new WalletError('has-descendants', 'Transaction has descendants in the mempool');
  }
  if (ledger.depth(original) !== 0 || original.state.kind === 'abandoned') {
    throw new WalletError(
      'settled',
      'Transaction has been mined, or is conflicted with a mined transaction',
    );
  }
  if (!signalsReplacement(tx)) throw new PaymentError('not-replaceable');
  if (notes.replacedBy === undefined) return;
  const [id, by] = [txid, notes.replacedBy].map(toReversedHex);
  throw new WalletError(
    'already-bumped',
    `Cannot bump transaction ${id} which was already bumped by transaction ${by}`,
  );
}

/** Whether the wallet spends any output, as far as it may still come to that. */
function isSpentFrom({ tx, txid }: WalletTx, { ledger }: WalletState): boolean {
  return tx.outputs.some((_, vout) =>
    ledger
      .spenders({ txid, vout })
      .some(
        (each) =>
          ledger.depth(each) >= 0 &&
          each.state.kind !== 'abandoned' &&
          (each.state.kind === 'confirmed' || ledger.poolConflicts(each).length === 0),
      ),
  );
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
