/** What to look for, as `scantxoutset`, `scanblocks` and others are told: descriptors, with ranges. */
import type { Clock } from '../../outside/clock/clock.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { DescriptorChain } from '../../protocol/script/descriptor/chain.ts';
import { type Descriptor, isRange } from '../../protocol/script/descriptor/descriptor.ts';
import { DescriptorError } from '../../protocol/script/descriptor/descriptor-error.ts';
import { type Expansion, expandDescriptor } from '../../protocol/script/descriptor/expand.ts';
import { inferDescriptor } from '../../protocol/script/descriptor/infer.ts';
import { knownFrom } from '../../protocol/script/descriptor/known-solutions.ts';
import { parseDescriptor } from '../../protocol/script/descriptor/parse.ts';
import { descriptorToString } from '../../protocol/script/descriptor/print.ts';
import { arrayFrom, stringFrom } from './arguments.ts';
import { descriptorWords } from './descriptor-words.ts';
import { type DescriptorRange, descriptorRange } from './methods/descriptor-range.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** Of a descriptor with a wildcard, unless somebody says otherwise. */
const USUAL_RANGE: DescriptorRange = [0, 1000];
/** Keys have to be derived for each. */
const EXPANSIONS_A_TURN = 20;
const ONE: DescriptorRange = [0, 0];

/** Scripts, each with the descriptor that tells most of it. */
export type ScriptsByDescriptor = ByteMap<() => string>;

/**
 * The output scripts of a list of descriptors.
 *
 * @example
 * (await scanScripts(args[1], regtest, clock)).has(coin.output.scriptPubKey)
 */
export async function scanScripts(
  objects: JsonValue | undefined,
  chain: DescriptorChain,
  clock: Pick<Clock, 'nextTurn'>,
): Promise<ScriptsByDescriptor> {
  const scripts: ScriptsByDescriptor = new ByteMap();
  for (const object of arrayFrom(objects)) {
    const expansions: Expansion[] = [];
    for (const expansion of expandScanObject(object, chain)) {
      expansions.push(expansion);
      if (expansions.length % EXPANSIONS_A_TURN === 0) await clock.nextTurn();
    }
    const known = knownFrom(expansions);
    for (const { outputs } of expansions) {
      for (const { script } of outputs) {
        if (scripts.has(script)) continue;
        // There are thousands of them, and few are found.
        scripts.set(script, () => descriptorToString(inferDescriptor(script, chain, known), chain));
      }
    }
  }
  return scripts;
}

/**
 * A descriptor at every index of its range, one by one: there may be a million of them. `complete` may
 * add to it what else is known.
 */
export function* expandScanObject(
  object: JsonValue,
  chain: DescriptorChain,
  complete: (descriptor: Descriptor) => Descriptor = (descriptor) => descriptor,
): Generator<Expansion, void, void> {
  const { text, range } = readScanObject(object);
  const descriptor = complete(parsed(text, chain));
  const [first, last] = isRange(descriptor) ? range : ONE;
  for (let index = first; index <= last; index++) yield expanded(descriptor, index, text);
}

function readScanObject(object: JsonValue): { text: string; range: DescriptorRange } {
  if (typeof object === 'string') return { text: object, range: USUAL_RANGE };
  if (!(object instanceof Map)) {
    throw invalid('Scan object needs to be either a string or an object');
  }
  const fields: ReadonlyMap<string, JsonValue> = object;
  const descriptor = fields.get('desc') ?? null;
  if (descriptor === null) throw invalid('Descriptor needs to be provided in scan object');
  const range = fields.get('range') ?? null;
  return {
    text: stringFrom(descriptor),
    range: range === null ? USUAL_RANGE : descriptorRange(range),
  };
}

function parsed(text: string, chain: DescriptorChain): Descriptor {
  try {
    return parseDescriptor(text, chain);
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, descriptorWords(error));
  }
}

function expanded(descriptor: Descriptor, index: number, text: string): Expansion {
  try {
    return expandDescriptor(descriptor, index);
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(
      RPC.invalidAddressOrKey,
      `Cannot derive script without private keys: '${text}'`,
    );
  }
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
