import { type Clock, sleep } from '../outside/clock/clock.ts';
import type { CodedError } from '../protocol/bytes/coded-error.ts';
import { fromHex } from '../protocol/bytes/hex.ts';
import { chains } from '../protocol/params/chains.ts';
import type { JsonValue } from '../protocol/report/json-value.ts';
import { AddressError, scriptFromAddress } from '../protocol/script/address.ts';
import { isHopeless } from './is-hopeless.ts';
import { MinerError } from './miner-error.ts';
import { patience } from './patience.ts';
import { signedChain } from './read-template.ts';
import type { NodeDoor } from './template-feed.ts';

export interface MeetNodeParts {
  readonly door: NodeDoor;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called when the node is not there yet, once for each reason. */
  readonly onWaiting: (error: CodedError, retryMs: number) => void;
}

/** What a miner has to know of a node before it begins. */
export interface MetNode {
  readonly chain: string;
  /** Where the rewards go. */
  readonly scriptPubKey: Uint8Array;
}

/**
 * Finds out which chain a node follows, and whether the rewards can go to an address on it. A node that
 * is not there yet is waited for; undefined if the signal fires before it is.
 *
 * @example
 * const met = await meetNode('bcrt1q…', { door, clock, signal, onWaiting });
 *
 * @throws MinerError if the address is none, or the blocks of this chain are signed
 * @throws RpcCallError, RpcConnectError if there is no point in waiting
 */
export async function meetNode(
  address: string,
  parts: MeetNodeParts,
): Promise<MetNode | undefined> {
  const info = await askPatiently('getblockchaininfo', [], parts);
  if (info === undefined) return undefined;
  const chain = textIn(info, 'chain') ?? '';
  if (chain === 'signet') throw signedChain();
  const known = chains.find(({ name }) => name === chain);
  if (known === undefined) {
    const validated = await askPatiently('validateaddress', [address], parts);
    if (validated === undefined) return undefined;
    return { chain, scriptPubKey: scriptIn(validated, address, chain) };
  }
  try {
    return { chain, scriptPubKey: scriptFromAddress(address, known.addressPrefixes) };
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw badAddress(address, chain, error.message);
  }
}

async function askPatiently(
  method: string,
  params: readonly string[],
  { door, clock, signal, onWaiting }: MeetNodeParts,
): Promise<JsonValue | undefined> {
  let said: string | undefined;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await door.callExact(method, params, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      if (isHopeless(error, false)) throw error;
      const { message } = error as CodedError;
      if (said !== message) onWaiting(error as CodedError, patience(failures));
      said = message;
    }
    await sleep(clock, patience(failures), signal).catch(() => {});
  }
  return undefined;
}

/** A chain of somebody's own: only the node knows what its addresses look like. */
function scriptIn(validated: JsonValue, address: string, chain: string): Uint8Array {
  const script = textIn(validated, 'scriptPubKey');
  if (script === undefined || !/^(?:[0-9a-f]{2})+$/i.test(script)) {
    throw badAddress(address, chain, textIn(validated, 'error') ?? 'the node does not know it');
  }
  return fromHex(script);
}

function badAddress(address: string, chain: string, why: string): MinerError {
  const shown = JSON.stringify(address.slice(0, 100));
  return new MinerError(
    'bad-address',
    `${shown} is no address on the node's chain, ${chain}: ${why}`,
  );
}

function textIn(value: JsonValue, name: string): string | undefined {
  const text = value instanceof Map ? value.get(name) : undefined;
  return typeof text === 'string' ? text : undefined;
}
