/** What people do to the mempool by hand. */
import { DiskError } from '../../../outside/disk/disk-error.ts';
import { joinPath } from '../../../outside/disk/disk-path.ts';
import { compareBytes } from '../../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { type LoadedMempool, loadMempool } from '../../mempool/mempool-file.ts';
import {
  booleanFrom,
  hashFrom,
  int64From,
  objectFrom,
  realFrom,
  stringFrom,
} from '../arguments.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

export const mempoolControlMethods: readonly RpcMethod[] = [
  {
    name: 'savemempool',
    family: 'blockchain',
    about: 'Writes the mempool to the disk.',
    parameters: [],
    result: '{ "filename": "str" }',
    run: saveMempool,
  },
  {
    name: 'importmempool',
    family: 'blockchain',
    about: 'Adds the transactions of a mempool.dat to the mempool.',
    parameters: [
      { name: 'filepath', type: 'string', about: 'The file.' },
      {
        name: 'use_current_time',
        type: 'boolean',
        optional: true,
        namedOnly: true,
        about: 'Whether they came now, which is the default, or when the file says.',
      },
      {
        name: 'apply_fee_delta_priority',
        type: 'boolean',
        optional: true,
        namedOnly: true,
        about: 'Whether priorities hold that were given to them; not by default.',
      },
      {
        name: 'apply_unbroadcast_set',
        type: 'boolean',
        optional: true,
        namedOnly: true,
        about: 'Whether to tell peers of those that none had asked for; not by default.',
      },
      {
        name: 'options',
        type: 'object',
        usage: 'options',
        optional: true,
        about: 'The same, in an object.',
      },
    ],
    result: '{}',
    run: importMempool,
  },
  {
    name: 'prioritisetransaction',
    family: 'mining',
    about: 'Lets a transaction count as paying more, or less, when blocks are made.',
    parameters: [
      { name: 'txid', type: 'string', about: 'The id of the transaction, here or yet to come.' },
      { name: 'dummy', type: 'number', optional: true, about: 'Nothing: null, or 0.' },
      { name: 'fee_delta', type: 'number', about: 'The satoshis to add, or to take away.' },
    ],
    result: 'true',
    run: prioritiseTransaction,
  },
  {
    name: 'getprioritisedtransactions',
    family: 'mining',
    about: 'All transactions that count as paying more or less than they do.',
    parameters: [],
    result: '{ "txid": { "fee_delta": n, "in_mempool": true|false, "modified_fee": n }, … }',
    run: getPrioritisedTransactions,
  },
];

async function saveMempool(_: unknown, { node }: RpcContext): Promise<Json> {
  const failed = (): RpcError => new RpcError(RPC.misc, 'Unable to dump mempool to disk');
  const keeper = node.mempoolKeeper;
  if (keeper === undefined) throw failed();
  if (!keeper.isLoaded) throw new RpcError(RPC.misc, 'The mempool was not loaded yet');
  try {
    return { filename: await keeper.save() };
  } catch (error) {
    if (error instanceof DiskError) throw failed();
    throw error;
  }
}

interface ImportOptions {
  readonly usesCurrentTime: boolean;
  readonly appliesPriorities: boolean;
  readonly appliesUnbroadcast: boolean;
}

async function importMempool([path, options]: Arguments, context: RpcContext): Promise<Json> {
  if (context.node.chain.isInitialBlockDownload) {
    throw new RpcError(
      RPC.clientInInitialDownload,
      'Can only import the mempool after the block download and sync is done.',
    );
  }
  const name = stringFrom(path);
  const wanted = readOptions(options);
  const base = context.folder ?? context.dataFolder ?? '/';
  const saved = await loaded(name.startsWith('/') ? name : joinPath(base, name), context);
  await takeOver(saved, wanted, context);
  return {};
}

function readOptions(value: JsonValue | undefined): ImportOptions {
  const options: ReadonlyMap<string, JsonValue> =
    value === undefined ? new Map() : objectFrom(value);
  const choice = (name: string, usual: boolean): boolean => {
    const chosen = options.get(name) ?? null;
    return chosen === null ? usual : booleanFrom(chosen);
  };
  return {
    usesCurrentTime: choice('use_current_time', true),
    appliesPriorities: choice('apply_fee_delta_priority', false),
    appliesUnbroadcast: choice('apply_unbroadcast_set', false),
  };
}

async function loaded(path: string, { disk, clock }: RpcContext): Promise<LoadedMempool> {
  let saved: LoadedMempool | undefined;
  try {
    saved = await loadMempool(disk, path, clock);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
  if (saved !== undefined && saved.problem === undefined) return saved;
  throw new RpcError(RPC.misc, 'Unable to import mempool file, see debug.log for details.');
}

async function takeOver(
  { transactions, feeDeltas, unbroadcast }: LoadedMempool,
  { usesCurrentTime, appliesPriorities, appliesUnbroadcast }: ImportOptions,
  { node: { mempool, network } }: RpcContext,
): Promise<void> {
  for (const { tx, time, feeDelta } of transactions) {
    if (appliesPriorities && feeDelta !== 0n) mempool.prioritise(txid(tx), feeDelta);
    await mempool.accept(tx, usesCurrentTime ? { source: 'rpc' } : { source: 'rpc', time });
  }
  if (appliesPriorities) for (const { txid, delta } of feeDeltas) mempool.prioritise(txid, delta);
  if (appliesUnbroadcast) network.relay.restoreUnbroadcast(unbroadcast);
}

function prioritiseTransaction(
  [hash, dummy, delta]: Arguments,
  { node: { mempool } }: RpcContext,
): Json {
  const id = hashFrom(hash, 'txid') as Txid;
  const priority = dummy === undefined ? 0 : realFrom(dummy);
  const satoshis = int64From(delta);
  if (priority !== 0) {
    throw new RpcError(
      RPC.invalidParameter,
      'Priority is no longer supported, dummy argument to prioritisetransaction must be 0.',
    );
  }
  mempool.prioritise(id, satoshis);
  return true;
}

function getPrioritisedTransactions(_: unknown, { node: { mempool } }: RpcContext): Json {
  const deltas = [...mempool.deltas()].sort(([a], [b]) => compareBytes(a, b));
  const described = deltas.map(([id, delta]) => {
    const entry = mempool.get(id);
    const json = {
      fee_delta: delta,
      in_mempool: entry !== undefined,
      modified_fee: entry?.modifiedFee,
    };
    return [toReversedHex(id), json] as const;
  });
  return Object.fromEntries(described);
}
