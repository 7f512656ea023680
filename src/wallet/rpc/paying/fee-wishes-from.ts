/** What a request says of the fee, and what is told of it afterwards. */
import { amountFrom, stringFrom } from '../../../node/rpc/arguments.ts';
import { confirmTargetFrom, estimateModeFrom } from '../../../node/rpc/fee-arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { FeeReason, FeeWishes } from '../../fee-choice.ts';
import type { PaymentWishes } from '../../payer.ts';
import type { Wallet } from '../../wallet.ts';
import type { WalletCall } from '../wallet-method.ts';

type Given = JsonValue | undefined;

export interface FeeArguments {
  readonly confTarget: Given;
  readonly estimateMode: Given;
  readonly feeRate: Given;
}

/** Rates in sat/vB have three decimals, so that they are whole numbers for 1,000 virtual bytes. */
const RATE_DECIMALS = 3;

/**
 * The wishes; with a rate of its own, a payment announces that it may be replaced, unless told otherwise.
 *
 * @throws RpcError -3, -8
 */
export function feeWishesFrom(
  { confTarget, estimateMode, feeRate }: FeeArguments,
  { context: { node } }: WalletCall,
): FeeWishes & { readonly replaceable?: true } {
  if (isGiven(feeRate)) {
    if (isGiven(confTarget)) {
      throw invalid(
        'Cannot specify both conf_target and fee_rate. Please provide either a confirmation target in blocks for automatic fee estimation, or an explicit fee rate.',
      );
    }
    if (isGiven(estimateMode) && stringFrom(estimateMode) !== 'unset') {
      throw invalid('Cannot specify both estimate_mode and fee_rate');
    }
    return { feeRate: amountFrom(feeRate, RATE_DECIMALS), replaceable: true };
  }
  const mode = estimateModeFrom(estimateMode);
  const most = node.fees.history.highestTarget('long');
  return {
    ...(mode !== undefined && { mode }),
    ...(isGiven(confTarget) && { confirmTarget: confirmTargetFrom(confTarget, most) }),
  };
}

/** Whether a value was given: null is none. */
export function isGiven(value: Given): boolean {
  return value !== undefined && value !== null;
}

const ESTIMATE_WORDS = {
  half: 'Half Target 60% Threshold',
  full: 'Target 85% Threshold',
  double: 'Double Target 95% Threshold',
  conservative: 'Conservative Double Target longer horizon',
} as const;

const REASON_WORDS: Readonly<Record<Exclude<FeeReason, 'estimate'>, string>> = {
  asked: 'PayTxFee set',
  fallback: 'Fallback fee',
  'pool-minimum': 'Mempool Min Fee',
  required: 'Minimum Required Fee',
};

/** Why a payment pays what it pays, in Core's words. */
export function feeReasonText(
  reason: FeeReason,
  { confirmTarget, mode, replaceable }: PaymentWishes,
  { state: { options } }: Wallet,
  { context: { node } }: WalletCall,
): string {
  if (reason !== 'estimate') return REASON_WORDS[reason];
  const usual = (replaceable ?? options.replaceable) ? 'economical' : 'conservative';
  const target = confirmTarget ?? options.confirmTarget;
  const estimate = node.fees.history.estimateSmart(target, mode ?? usual);
  return estimate.reason === undefined ? 'None' : ESTIMATE_WORDS[estimate.reason];
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
