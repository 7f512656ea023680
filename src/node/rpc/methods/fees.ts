/** What a transaction should pay. */
import { amountNumber, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { RawFee } from '../../mempool/fees/fee-estimator.ts';
import type { HorizonName } from '../../mempool/fees/fee-history.ts';
import { realFrom } from '../arguments.ts';
import { confirmTargetFrom, estimateModeFrom } from '../fee-arguments.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const HORIZONS: readonly HorizonName[] = ['short', 'medium', 'long'];
const DEFAULT_THRESHOLD = 0.95;

const targetParameter: RpcParameter = {
  name: 'conf_target',
  type: 'number',
  about: 'Within so many blocks it should be confirmed, from 1 to 1008.',
};

export const feeMethods: readonly RpcMethod[] = [
  {
    name: 'estimatesmartfee',
    family: 'util',
    about: 'The fee rate at which transactions were confirmed in time, by what this node has seen.',
    parameters: [
      targetParameter,
      {
        name: 'estimate_mode',
        type: 'string',
        optional: true,
        about: '"economical", which is the default, or "conservative": slower to go down.',
      },
    ],
    result: '{ "feerate": n, "errors": [ "str", … ], "blocks": n }',
    run: estimateSmartFee,
  },
  {
    name: 'estimaterawfee',
    family: 'util',
    about: 'How the fee rate is arrived at, for each span of time that is looked back on.',
    parameters: [
      targetParameter,
      {
        name: 'threshold',
        type: 'number',
        optional: true,
        about: 'The part of transactions that were to be confirmed in time; 0.95 by default.',
      },
    ],
    result: '{ "short": { "feerate": n, "decay": n, "scale": n, … }, … }',
    hidden: true,
    run: estimateRawFee,
  },
];

function estimateSmartFee([target, mode]: Arguments, { node: { fees } }: RpcContext): Json {
  const { feeRate, blocks, errors } = fees.estimateSmartFee(
    confirmTargetFrom(target, fees.history.highestTarget('long')),
    estimateModeFrom(mode),
  );
  return {
    feerate: feeRate === undefined ? undefined : amountNumber(feeRate),
    errors: feeRate === undefined ? errors : undefined,
    blocks,
  };
}

function estimateRawFee([target, threshold]: Arguments, { node: { fees } }: RpcContext): Json {
  const blocks = confirmTargetFrom(target, fees.history.highestTarget('long'));
  const minSuccess = threshold === undefined ? DEFAULT_THRESHOLD : realFrom(threshold);
  if (minSuccess < 0 || minSuccess > 1) {
    throw new RpcError(RPC.invalidParameter, 'Invalid threshold');
  }
  const answer: Record<string, JsonObject> = {};
  for (const horizon of HORIZONS) {
    const estimate = fees.estimateRawFee(blocks, minSuccess, horizon);
    if (estimate !== undefined) answer[horizon] = rawFeeToJson(estimate);
  }
  return answer;
}

function rawFeeToJson({ feeRate, decay, scale, pass, fail, errors }: RawFee): JsonObject {
  // Core writes "no estimate" as a rate of zero, and so cannot tell the two apart.
  const isKnown = feeRate !== undefined && feeRate !== 0n;
  return {
    feerate: isKnown ? amountNumber(feeRate) : undefined,
    decay,
    scale,
    pass: isKnown ? pass && rangeToJson(pass) : undefined,
    fail: fail && rangeToJson(fail),
    errors: isKnown ? undefined : errors,
  };
}

function rangeToJson(range: NonNullable<RawFee['pass']>): JsonObject {
  return {
    startrange: Math.round(range.start),
    endrange: Math.round(range.end),
    withintarget: hundredths(range.withinTarget),
    totalconfirmed: hundredths(range.totalConfirmed),
    inmempool: hundredths(range.inMempool),
    leftmempool: hundredths(range.leftMempool),
  };
}

function hundredths(count: number): number {
  return Math.round(count * 100) / 100;
}
