import type { WriteBatch } from '../node/storage/write-batch.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import type { Payer, PaymentFacts, PaymentWishes } from './payer.ts';
import { type Bump, bumpFee } from './spend/bump-fee.ts';
import type { ChangeOutput } from './spend/change-terms.ts';
import type { SpendableCoin } from './spend/coin-input.ts';
import type { Recipient } from './spend/payment-request.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletState } from './wallet-state.ts';

export interface BumpParts {
  readonly state: WalletState;
  readonly payer: Payer;
  readonly facts: PaymentFacts;
  readonly batch: WriteBatch;
}

/**
 * The replacement of a payment, not signed. Within a task of the queue, like any payment.
 *
 * @throws {@link WalletError} `already-spent`, `has-descendants`, `already-bumped`, `not-ours`; `PaymentError`
 */
export function bumpPayment(
  original: WalletTx,
  wishes: Pick<PaymentWishes, 'feeRate' | 'replaceable'> & {
    readonly recipients?: readonly Recipient[];
  },
  { state, payer, facts, batch }: BumpParts,
): Bump {
  const coins = coinsOf(original, state, payer);
  checkReplaceable(original, state);
  const position = original.tx.outputs.findIndex(({ scriptPubKey }) =>
    state.isChange(scriptPubKey),
  );
  const changePosition = position < 0 ? undefined : position;
  const returned = original.tx.outputs[position]?.scriptPubKey;
  const script = returned ?? state.keys.next(changeKind(state), true, batch);
  const size = state.keys.ownerOf(script)?.keeper.inputSize;
  const change: ChangeOutput = { script, ...(size !== undefined && { size }) };
  const { minFeeRate, incrementalFeeRate, dustFeeRate } = facts.terms;
  try {
    const bump = bumpFee(
      {
        ...{ replaceable: state.options.replaceable, maxFee: state.options.maxFee },
        ...wishes,
        ...(facts.tip !== undefined && { tip: facts.tip }),
        original: { tx: original.tx, coins, changePosition },
        // What joins has to be confirmed (BIP125's rule 2).
        coins: payer.spendable({ isReachable: facts.isReachable, minDepth: 1 }),
        rules: { incrementalFeeRate, minFeeRate },
        rates: { ...state.options.rates, dustFeeRate },
        change,
      },
      state.doors.entropy,
    );
    if (returned === undefined && bump.changePosition === undefined) {
      state.keys.giveBack(script, batch);
    }
    return bump;
  } catch (error) {
    if (returned === undefined) state.keys.giveBack(script, batch);
    throw error;
  }
}

function changeKind({ keys, options }: WalletState) {
  const available = keys.types(true);
  return available.has(options.addressType) ? options.addressType : ([...available][0] ?? 'bech32');
}

function coinsOf(
  original: WalletTx,
  { ledger }: WalletState,
  payer: Payer,
): readonly SpendableCoin[] {
  return original.tx.inputs.map(({ prevout }) => {
    const name = `${toReversedHex(prevout.txid)}:${prevout.vout}`;
    const isConfirmed = ({ state }: WalletTx): boolean => state.kind === 'confirmed';
    if (ledger.spenders(prevout).some(isConfirmed)) {
      throw new WalletError('already-spent', `${name} is already spent`);
    }
    const walletTx = ledger.get(prevout.txid);
    const output = walletTx?.tx.outputs[prevout.vout];
    const coin =
      walletTx === undefined || output === undefined
        ? undefined
        : payer.asSpendable({ walletTx, vout: prevout.vout, output });
    if (coin !== undefined) return coin;
    throw new WalletError(
      'not-ours',
      `the coin ${name} that it spends is not of this wallet`,
      "Transaction contains inputs that don't belong to this wallet",
    );
  });
}

function checkReplaceable(original: WalletTx, { ledger }: WalletState): void {
  const { state, notes, txid } = original;
  if (ledger.descendants(original).some((each) => each.state.kind !== 'abandoned')) {
    throw new WalletError('has-descendants', 'Transaction has descendants in the wallet');
  }
  if (ledger.depth(original) !== 0 || state.kind === 'abandoned') {
    throw new WalletError(
      'already-spent',
      'Transaction has been mined, or is conflicted with a mined transaction',
    );
  }
  if (notes.replacedBy === undefined) return;
  const [id, by] = [txid, notes.replacedBy].map(toReversedHex);
  throw new WalletError(
    'already-bumped',
    `Cannot bump transaction ${id} which was already bumped by transaction ${by}`,
  );
}
