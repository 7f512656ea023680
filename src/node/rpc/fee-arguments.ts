/** What requests say of fees, in Core's words where it makes no sense. */
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { EstimateMode } from '../mempool/fees/fee-history.ts';
import { int32From, stringFrom } from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';

const MODES: readonly string[] = ['unset', 'economical', 'conservative'];

/**
 * Within how many blocks something should be confirmed.
 *
 * @example
 * confirmTargetFrom(args[0], fees.history.highestTarget('long')) // 6
 * @throws RpcError -8
 */
export function confirmTargetFrom(value: JsonValue | undefined, most: number): number {
  const target = int32From(value);
  if (target >= 1 && target <= most) return target;
  throw new RpcError(RPC.invalidParameter, `Invalid conf_target, must be between 1 and ${most}`);
}

/**
 * How careful an estimate should be; undefined where that is left open.
 *
 * @throws RpcError -8
 */
export function estimateModeFrom(value: JsonValue | undefined): EstimateMode | undefined {
  if (value === undefined || value === null) return undefined;
  const mode = stringFrom(value).toLowerCase();
  if (!MODES.includes(mode)) {
    const allowed = MODES.map((name) => `"${name}"`).join(', ');
    const message = `Invalid estimate_mode parameter, must be one of: ${allowed}`;
    throw new RpcError(RPC.invalidParameter, message);
  }
  return mode === 'unset' ? undefined : (mode as EstimateMode);
}
