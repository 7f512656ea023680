/** The set of coins as a file. */

import { DiskError } from '../../../outside/disk/disk-error.ts';
import { joinPath } from '../../../outside/disk/disk-path.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import { type DumpTxOutSetOptions, dumpTxOutSet } from '../../coins/dump-txoutset.ts';
import { readTxOutSetHeader } from '../../coins/load-txoutset.ts';
import { TxOutSetError } from '../../coins/txoutset-file.ts';
import { objectFrom, stringFrom } from '../arguments.ts';
import { findBlockByHashOrHeight } from '../find-block.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';

/** The heights whose coins Core 28 takes on trust, which its refusal of any others names. */
const CORE_SNAPSHOTS: ReadonlyMap<string, readonly number[]> = new Map([
  ['main', [840_000]],
  ['signet', [160_000]],
  ['regtest', [110, 200, 299]],
]);

type Arguments = readonly (JsonValue | undefined)[];

export const snapshotMethods: readonly RpcMethod[] = [
  {
    name: 'dumptxoutset',
    family: 'blockchain',
    about:
      'Writes all unspent outputs to a file. To write those of an earlier block, the chain is rolled back to it meanwhile.',
    parameters: [
      {
        name: 'path',
        type: 'string',
        about: 'The file, in the data folder if it is not a whole path.',
      },
      {
        name: 'type',
        type: 'string',
        optional: true,
        // Core has it from release 29 on.
        unshown: true,
        about:
          '"latest" for those after the tip, "rollback" for those after the block in the options.',
      },
      {
        name: 'rollback',
        type: 'any',
        optional: true,
        namedOnly: true,
        about: 'The height or the hash of a block.',
      },
      {
        name: 'options',
        type: 'object',
        optional: true,
        about: '"rollback": the same.',
      },
    ],
    result: '{ "coins_written": n, "base_hash": "hex", "base_height": n, … }',
    run: dumpToFile,
  },
  {
    name: 'loadtxoutset',
    family: 'blockchain',
    about:
      'Starts from the unspent outputs in a file, if the chain names the block that they are of. None does yet.',
    parameters: [
      {
        name: 'path',
        type: 'string',
        about: 'The file, in the data folder if it is not a whole path.',
      },
    ],
    result: '{ "coins_loaded": n, "tip_hash": "hex", "base_height": n, "path": "str" }',
    run: loadFromFile,
  },
];

async function dumpToFile([path, type, options]: Arguments, context: RpcContext): Promise<Json> {
  const { chain } = context.node;
  const target = targetOf(type, options, chain);
  const file = pathOf(stringFrom(path), context);
  if ((await context.disk.stat(file)) !== undefined) throw exists(file);
  if (target === chain.tip) return dump(file, context);
  return rolledBack(target, context, () => dump(file, context));
}

function targetOf(
  type: JsonValue | undefined,
  options: JsonValue | undefined,
  chain: Chain,
): BlockNode {
  const kind = type === undefined ? '' : stringFrom(type);
  const rollback = options === undefined ? undefined : objectFrom(options).get('rollback');
  if (rollback !== undefined) {
    if (kind === '' || kind === 'rollback') return findBlockByHashOrHeight(rollback, chain);
    throw invalid(`Invalid snapshot type "${kind}" specified with rollback option`);
  }
  // Core 28 has none, and later releases must be told one.
  if (kind === 'latest' || type === undefined) return chain.tip;
  const hint = 'Please specify "rollback" or "latest"';
  throw invalid(`Invalid snapshot type "${kind}" specified. ${hint}`);
}

/** Does something while the chain ends with an earlier block. Nothing comes from peers meanwhile. */
async function rolledBack(
  target: BlockNode,
  { node: { chain, peers } }: RpcContext,
  action: () => Promise<Json>,
): Promise<Json> {
  const next = chain.next(target);
  const failed = (): RpcError => new RpcError(RPC.misc, 'Could not roll back to requested height.');
  if (next === undefined) throw failed();
  for (let height = chain.tip.height; height > target.height; height--) {
    const node = chain.blockAt(height);
    if (node?.isStored === true && node.hasUndo) continue;
    const why = 'necessary block data is already pruned.';
    throw new RpcError(RPC.misc, `Could not roll back to requested height since ${why}`);
  }
  const wasActive = peers.isActive;
  if (wasActive) peers.setActive(false);
  try {
    await chain.invalidateBlock(next.hash);
    if (chain.tip !== target) throw failed();
    return await action();
  } finally {
    await chain.reconsiderBlock(next.hash);
    if (wasActive) peers.setActive(true);
  }
}

async function dump(path: string, context: RpcContext): Promise<Json> {
  const { node, disk, clock } = context;
  const { snapshot, tip } = await node.chain.snapshotCoins();
  const networkMagic = node.chain.params.magic;
  try {
    const { txouts, hash } = await written({ snapshot, disk, path, networkMagic, clock });
    return {
      coins_written: txouts,
      base_hash: toReversedHex(tip.hash),
      base_height: tip.height,
      path,
      txoutset_hash: hash === undefined ? undefined : toReversedHex(hash),
      nchaintx: tip.chainTransactionCount,
    };
  } finally {
    await snapshot.release();
  }
}

async function written(options: DumpTxOutSetOptions): ReturnType<typeof dumpTxOutSet> {
  try {
    return await dumpTxOutSet(options);
  } catch (error) {
    if (error instanceof TxOutSetError && error.code === 'file-exists') throw exists(options.path);
    if (!(error instanceof DiskError)) throw error;
    throw invalid(`Couldn't open file ${options.path}.incomplete for writing.`);
  }
}

async function loadFromFile([name]: Arguments, context: RpcContext): Promise<Json> {
  const path = pathOf(stringFrom(name), context);
  const { magic } = context.node.chain.params;
  let base: Uint8Array;
  try {
    ({ baseBlock: base } = await readTxOutSetHeader(context.disk, path, magic));
  } catch (error) {
    if (error instanceof DiskError) throw invalid(`Couldn't open file ${path} for reading.`);
    if (!(error instanceof TxOutSetError)) throw error;
    const words = error.code === 'truncated' ? 'AutoFile::read: end of file' : error.message;
    throw new RpcError(RPC.deserialization, `Unable to parse metadata: ${words}: iostream error`);
  }
  const unknown = `assumeutxo block hash in snapshot metadata not recognized (hash: ${toReversedHex(base)})`;
  const heights = (CORE_SNAPSHOTS.get(context.node.chain.params.name) ?? []).join(', ');
  const why = `${unknown}. The following snapshot heights are available: ${heights}.`;
  throw new RpcError(RPC.internal, `Unable to load UTXO snapshot: ${why}. (${path})`);
}

function pathOf(name: string, { folder, dataFolder }: RpcContext): string {
  return name.startsWith('/') ? name : joinPath(folder ?? dataFolder ?? '/', name);
}

function exists(path: string): RpcError {
  const advice = 'If you are sure this is what you want, move it out of the way first';
  return invalid(`${path} already exists. ${advice}`);
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
