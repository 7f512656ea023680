import { arrayFrom, int32From } from '../../../node/rpc/arguments.ts';
import type { NamedOutput } from '../../../node/rpc/construct-transaction.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { JsonNumber, type JsonValue } from '../../../protocol/report/json-value.ts';
import type { Recipient } from '../../spend/payment-request.ts';

export type PaidOutput = NamedOutput;

/**
 * Who is paid, and of whom the fee is taken off: `true` is the first one; else they go by their places
 * among the outputs, or by their addresses.
 *
 * @example
 * recipientsOf(outputs, [new JsonNumber('0')])[0].subtractFee // true
 * @throws RpcError -3, -8
 */
export function recipientsOf(
  outputs: readonly PaidOutput[],
  subtract: JsonValue | undefined,
): readonly Recipient[] {
  const bearers = bearersOf(outputs, subtract);
  return outputs.map(({ output: { value, scriptPubKey: script } }, i) => ({
    ...{ script, amount: value },
    ...(bearers.has(i) && { subtractFee: true }),
  }));
}

function bearersOf(
  outputs: readonly PaidOutput[],
  subtract: JsonValue | undefined,
): ReadonlySet<number> {
  const bearers = new Set<number>();
  if (subtract === undefined || subtract === null || subtract === false) return bearers;
  if (subtract === true) return bearers.add(0);
  for (const item of arrayFrom(subtract)) {
    if (typeof item === 'string') {
      const place = outputs.findIndex(({ name }) => name === item);
      if (place >= 0) bearers.add(place);
    }
    if (item instanceof JsonNumber) bearers.add(placeFrom(item, bearers, outputs.length));
  }
  return bearers;
}

function placeFrom(item: JsonNumber, taken: ReadonlySet<number>, count: number): number {
  const place = int32From(item);
  const refuse = (problem: string): RpcError =>
    new RpcError(RPC.invalidParameter, `Invalid parameter, ${problem}: ${place}`);
  if (taken.has(place)) throw refuse('duplicated position');
  if (place < 0) throw refuse('negative position');
  if (place >= count) throw refuse('position too large');
  return place;
}
