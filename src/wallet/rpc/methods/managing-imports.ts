/** Descriptors that are taken in, and the blocks that are looked at for them. */

import type { ChainReader } from '../../../node/chain/chain-reader.ts';
import { booleanFrom, int64From, jsonType, stringFrom } from '../../../node/rpc/arguments.ts';
import { descriptorWords } from '../../../node/rpc/descriptor-words.ts';
import { descriptorRange } from '../../../node/rpc/methods/descriptor-range.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { Json, JsonObject } from '../../../protocol/report/json-text.ts';
import { JsonNumber, type JsonValue } from '../../../protocol/report/json-value.ts';
import {
  type Descriptor,
  hasAllPrivateKeys,
  hasPrivateKeys,
  isRange,
  isSingleType,
} from '../../../protocol/script/descriptor/descriptor.ts';
import { DescriptorError } from '../../../protocol/script/descriptor/descriptor-error.ts';
import { expandDescriptor } from '../../../protocol/script/descriptor/expand.ts';
import { outputType } from '../../../protocol/script/descriptor/output-type.ts';
import { parseDescriptor } from '../../../protocol/script/descriptor/parse.ts';
import type { LabelledImport } from '../../import-descriptor.ts';
import type { Wallet } from '../../wallet.ts';
import { aloneWith, type RunningRescan } from '../running-rescans.ts';
import { labelFrom } from '../wallet-arguments.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';
import { walletRpcError } from '../wallet-rpc-error.ts';

type Arguments = readonly (JsonValue | undefined)[];
type Fields = ReadonlyMap<string, JsonValue>;

/** Core keeps 0 for what nobody knows the time of. */
const MIN_TIMESTAMP = 1;
/** Clocks of miners are wrong by up to so many seconds. */
const TIMESTAMP_WINDOW = 7200;

export const importMethods: readonly WalletMethod[] = [
  {
    name: 'importdescriptors',
    family: 'wallet',
    about:
      'Takes descriptors in, and looks for what was paid to them since their earliest timestamp. It can take long.',
    parameters: [
      {
        name: 'requests',
        type: 'array',
        usage: 'requests',
        about:
          'Objects: "desc" and "timestamp" (seconds since 1970, or "now"), and, where wanted, "active", "internal", "range", "next_index", "label".',
      },
    ],
    result: '[ { "success": true|false, "warnings": [ … ], "error": { … } }, … ]',
    run: importDescriptors,
  },
];

async function importDescriptors([requests]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = await call.wallet();
  return aloneWith(wallet, call, async (rescan) => {
    const { tip } = call.context.node.chain;
    const list = requests as readonly JsonValue[];
    const imported = await importAll(list, wallet, tip.medianTimePast);
    if (!imported.some(isDone)) return imported.map(({ answer }) => answer);
    // What the tip has may be of this very moment, though nothing was said to be as old.
    const earliest = Math.min(tip.time, ...imported.map(({ timestamp }) => timestamp));
    const complete = await rescanSince(earliest, wallet, call, rescan);
    return imported.map((each) =>
      complete === undefined || complete <= each.asked || !isDone(each)
        ? each.answer
        : unscanned(each, complete),
    );
  });
}

interface Imported {
  /** What was said, and what it counts as. */
  readonly asked: number;
  readonly timestamp: number;
  readonly answer: JsonObject;
}

/** One after the other, as far as they make sense: what was taken in before one that is refused stays. */
async function importAll(
  requests: readonly JsonValue[],
  wallet: Wallet,
  now: number,
): Promise<readonly Imported[]> {
  const imported: Imported[] = [];
  for (const request of requests) {
    const fields: Fields = request instanceof Map ? request : new Map();
    const asked = timestampFrom(fields, now);
    const timestamp = Math.max(asked, MIN_TIMESTAMP);
    imported.push({ asked, timestamp, answer: await importOne(fields, wallet, timestamp) });
  }
  return imported;
}

function timestampFrom(fields: Fields, now: number): number {
  if (!fields.has('timestamp')) {
    throw new RpcError(RPC.type, 'Missing required timestamp field for key');
  }
  const timestamp = fields.get('timestamp');
  if (timestamp instanceof JsonNumber) return Number(int64From(timestamp));
  if (timestamp === 'now') return now;
  throw new RpcError(
    RPC.type,
    `Expected number or "now" timestamp value for key. got type ${jsonType(timestamp)}`,
  );
}

async function importOne(fields: Fields, wallet: Wallet, timestamp: number): Promise<JsonObject> {
  const warnings: string[] = [];
  const outcome = await refusalOf(async () => {
    await wallet.importDescriptor(requestFrom(fields, wallet, timestamp, warnings));
  });
  return {
    success: outcome === undefined,
    error: outcome === undefined ? undefined : { code: outcome.number, message: outcome.message },
    warnings: warnings.length === 0 ? undefined : warnings,
  };
}

/** What is wrong with one request is told in its place; what is of a wrong type ends all of them. */
async function refusalOf(action: () => Promise<void>): Promise<RpcError | undefined> {
  try {
    await action();
    return undefined;
  } catch (thrown) {
    const error = walletRpcError(thrown);
    if (!(error instanceof RpcError)) throw error;
    if (error.number === RPC.type || error.number === RPC.misc) throw error;
    return error;
  }
}

function requestFrom(
  fields: Fields,
  wallet: Wallet,
  timestamp: number,
  warnings: string[],
): LabelledImport {
  if (!fields.has('desc')) throw invalid('Descriptor not found.');
  const text = stringFrom(fields.get('desc'));
  const active = fields.has('active') && booleanFrom(fields.get('active'));
  const internal = fields.has('internal') && booleanFrom(fields.get('internal'));
  const label = labelFrom(fields.get('label'));
  const descriptor = parsed(text, wallet);
  const range = rangeFrom(fields, descriptor, wallet.state.options.lookAhead, warnings);
  if (active && !isRange(descriptor)) throw invalid('Active descriptors must be ranged');
  if (fields.has('range') && fields.has('label')) {
    throw invalid('Ranged descriptors should not have a label');
  }
  if (internal && fields.has('label')) {
    throw invalid('Internal addresses should not have a label');
  }
  if (active && !isSingleType(descriptor)) {
    throw new RpcError(RPC.wallet, 'Combo descriptors cannot be set to active');
  }
  checkKeys(descriptor, wallet, warnings);
  if (active && outputType(descriptor) === undefined) {
    warnings.push('Unknown output type, cannot set descriptor to active.');
  }
  const role = internal ? 'internal' : 'external';
  return {
    ...{ descriptor, timestamp, ...range },
    active: active && outputType(descriptor) !== undefined ? role : undefined,
    role,
    ...(isRange(descriptor) || internal ? {} : { label }),
  };
}

function parsed(text: string, wallet: Wallet): Descriptor {
  try {
    return parseDescriptor(text, wallet.state.options.chain, { requireChecksum: true });
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, descriptorWords(error));
  }
}

interface Range {
  readonly rangeStart: number;
  /** The first index that is not in it. */
  readonly rangeEnd: number;
  readonly nextIndex: number;
}

function rangeFrom(
  fields: Fields,
  descriptor: Descriptor,
  lookAhead: number,
  warnings: string[],
): Range {
  if (!isRange(descriptor)) {
    if (fields.has('range')) {
      throw invalid('Range should not be specified for an un-ranged descriptor');
    }
    return { rangeStart: 0, rangeEnd: 1, nextIndex: 0 };
  }
  if (!fields.has('range')) warnings.push('Range not given, using default keypool range');
  const [rangeStart, last] = fields.has('range')
    ? descriptorRange(fields.get('range'))
    : [0, lookAhead - 1];
  const rangeEnd = last + 1;
  if (!fields.has('next_index')) return { rangeStart, rangeEnd, nextIndex: rangeStart };
  const nextIndex = int64From(fields.get('next_index'));
  if (nextIndex < BigInt(rangeStart) || nextIndex >= BigInt(rangeEnd)) {
    throw invalid('next_index is out of range');
  }
  return { rangeStart, rangeEnd, nextIndex: Number(nextIndex) };
}

function checkKeys(descriptor: Descriptor, wallet: Wallet, warnings: string[]): void {
  const signs = wallet.state.format.hasPrivateKeys;
  if (!signs && hasPrivateKeys(descriptor)) {
    throw new RpcError(
      RPC.wallet,
      'Cannot import private keys to a wallet with private keys disabled',
    );
  }
  try {
    expandDescriptor(descriptor, 0);
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(
      RPC.wallet,
      'Cannot expand descriptor. Probably because of hardened derivations without private keys provided',
    );
  }
  if (!signs) return;
  if (!hasPrivateKeys(descriptor)) {
    throw new RpcError(
      RPC.wallet,
      'Cannot import descriptor without private keys to a wallet with private keys enabled',
    );
  }
  if (hasAllPrivateKeys(descriptor)) return;
  warnings.push(
    'Not all private keys provided. Some wallet functionality may return unexpected errors',
  );
}

/**
 * Looks at all blocks since a time. Where some of them have been pruned, what comes back is the time since
 * when none is missing.
 */
async function rescanSince(
  earliest: number,
  wallet: Wallet,
  { context: { node } }: WalletCall,
  rescan: RunningRescan,
): Promise<number | undefined> {
  const { signal } = rescan.abort;
  const { height } = node.chain.tip;
  let first: number | undefined;
  const result = await wallet.rescanSince(earliest, {
    signal,
    onProgress: (reached) => {
      first ??= reached;
      rescan.progress = (reached - first + 1) / (height - first + 1);
    },
  });
  if (signal.aborted) throw new RpcError(RPC.misc, 'Rescan aborted by user.');
  if (result?.missing === undefined) return undefined;
  return latestTimeUpTo(result.missing, node.chain) + TIMESTAMP_WINDOW + 1;
}

function latestTimeUpTo(height: number, chain: ChainReader): number {
  let latest = 0;
  for (let block = chain.blockAt(height); block !== undefined; block = block.parent) {
    latest = Math.max(latest, block.time);
  }
  return latest;
}

function isDone({ answer }: Imported): boolean {
  return answer['success'] === true;
}

function unscanned({ asked }: Imported, complete: number): Json {
  const missing = complete - TIMESTAMP_WINDOW - 1;
  const message = `Rescan failed for descriptor with timestamp ${asked}. There was an error reading a block from time ${missing}, which is after or within ${TIMESTAMP_WINDOW} seconds of key creation, and could contain transactions pertaining to the desc. As a result, transactions and coins using this desc may not appear in the wallet. This error could be caused by pruning or data corruption (see bitcoind log for details) and could be dealt with by downloading and rescanning the relevant blocks (see -reindex option and rescanblockchain RPC).`;
  return { success: false, error: { code: RPC.misc, message } };
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
