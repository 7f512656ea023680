/** Methods that look for scripts in everything there is. */
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { blockFilterHasAny } from '../../../protocol/primitives/block-filter.ts';
import { amountNumber, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import { utxoGroups } from '../../coins/utxo-groups.ts';
import type { FilterReader } from '../../index/filters/filter-reader.ts';
import { booleanFrom, int32From, objectFrom, stringFrom } from '../arguments.ts';
import { filterKindFrom, indexState, requireFilterIndex } from '../index-state.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';
import { RunningScans, type Scan } from '../running-scan.ts';
import { type ScriptsByDescriptor, scanScripts } from '../scan-objects.ts';

/** Coins after which others have their turn. */
const COINS_A_TURN = 1000;
/** Filters that are read at once. */
const FILTERS_A_LOOK = 1000;
/** Filters after which others have their turn. */
const FILTERS_A_TURN = 50;

const coinScans = new RunningScans();
const filterScans = new RunningScans();

type Arguments = readonly (JsonValue | undefined)[];

const actionParameter: RpcParameter = {
  name: 'action',
  type: 'string',
  about: '"start", "abort", or "status": how far the scan is that is under way.',
};
const objectsParameter: RpcParameter = {
  name: 'scanobjects',
  type: 'array',
  optional: true,
  about: 'To start: descriptors, or objects with "desc" and "range".',
};

export const scanMethods: readonly RpcMethod[] = [
  {
    name: 'scantxoutset',
    family: 'blockchain',
    about: 'Looks for unspent outputs with scripts that descriptors stand for.',
    parameters: [actionParameter, objectsParameter],
    result: '{ "success": true|false, "txouts": n, …, "unspents": [ … ], "total_amount": n }',
    run: scanTxOutSet,
  },
  {
    name: 'scanblocks',
    family: 'blockchain',
    about: 'Looks for blocks that have such scripts, by their filters (BIP158).',
    parameters: [
      actionParameter,
      objectsParameter,
      {
        name: 'start_height',
        type: 'number',
        optional: true,
        about: 'The first block; 0 by default.',
      },
      {
        name: 'stop_height',
        type: 'number',
        optional: true,
        about: 'The last block; the tip by default.',
      },
      {
        name: 'filtertype',
        type: 'string',
        optional: true,
        about: 'The kind of filter: "basic", which is the default.',
      },
      {
        name: 'filter_false_positives',
        type: 'boolean',
        optional: true,
        namedOnly: true,
        about:
          'Whether to look into each block that is found, because filters are wrong now and then.',
      },
      {
        name: 'options',
        type: 'object',
        usage: 'options',
        optional: true,
        about: '"filter_false_positives": the same.',
      },
    ],
    result: '{ "from_height": n, "to_height": n, "relevant_blocks": [ "hex", … ], … }',
    run: scanBlocks,
  },
];

async function scanTxOutSet(args: Arguments, context: RpcContext): Promise<Json> {
  const { node } = context;
  const [action, objects] = args;
  switch (stringFrom(action)) {
    case 'status': {
      const scan = coinScans.of(node);
      return scan === undefined ? null : { progress: Math.floor(scan.progress) };
    }
    case 'abort':
      return coinScans.abort(node);
    case 'start':
      return coinScans.run(node, async (scan) => {
        // Null is an argument too, and is told to be no list.
        if (args.length < 2) {
          const message = 'scanobjects argument is required for the start action';
          throw new RpcError(RPC.misc, message);
        }
        const scripts = await scanScripts(objects, node.chain.params, context.clock);
        return findCoins(scripts, scan, context);
      });
    default:
      throw unknownAction(action);
  }
}

async function findCoins(
  scripts: ScriptsByDescriptor,
  scan: Scan,
  { node: { chain }, clock, signal }: RpcContext,
): Promise<Json> {
  const { snapshot, tip } = await chain.snapshotCoins();
  const unspents: JsonObject[] = [];
  let txouts = 0;
  let total = 0n;
  try {
    for await (const { txid, coins } of utxoGroups(snapshot)) {
      const before = txouts;
      const numbered = coins.length > 1 ? [...coins].sort((a, b) => a.vout - b.vout) : coins;
      for (const { vout, coin } of numbered) {
        txouts++;
        const { scriptPubKey, value } = coin.output;
        const describe = scripts.get(scriptPubKey);
        if (describe === undefined) continue;
        total += value;
        unspents.push({
          txid: toReversedHex(txid),
          vout,
          scriptPubKey: toHex(scriptPubKey),
          desc: describe(),
          amount: amountNumber(value),
          coinbase: coin.isCoinbase,
          height: coin.height,
          blockhash: toReversedHex((tip.ancestor(coin.height) as BlockNode).hash),
          confirmations: tip.height - coin.height + 1,
        });
      }
      if (Math.floor(before / COINS_A_TURN) === Math.floor(txouts / COINS_A_TURN)) continue;
      scan.progress = ((txid[0] as number) * 256 + (txid[1] as number)) / 655.36;
      await clock.nextTurn();
      if (scan.isAborted || signal.aborted) break;
    }
  } finally {
    await snapshot.release();
  }
  return {
    success: !scan.isAborted && !signal.aborted,
    txouts,
    height: tip.height,
    bestblock: toReversedHex(tip.hash),
    unspents,
    total_amount: amountNumber(total),
  };
}

async function scanBlocks(args: Arguments, context: RpcContext): Promise<Json> {
  const { node } = context;
  const [action, objects, start, stop, kind, options] = args;
  switch (stringFrom(action)) {
    case 'status': {
      const scan = filterScans.of(node);
      if (scan === undefined) return null;
      return { progress: Math.floor(scan.progress), current_height: scan.height };
    }
    case 'abort':
      return filterScans.abort(node);
    case 'start':
      return filterScans.run(node, async (scan) => {
        filterKindFrom(kind);
        const isChecked = falsePositivesFrom(options);
        requireFilterIndex(kind, node);
        await indexState(node, 'filters');
        const range = blockRange(start, stop, node.chain);
        const scripts = await scanScripts(objects, node.chain.params, context.clock);
        return findBlocks({ ...range, scripts, isChecked, scan }, context);
      });
    default:
      throw unknownAction(action);
  }
}

function falsePositivesFrom(options: JsonValue | undefined): boolean {
  const wanted =
    options === undefined ? undefined : objectFrom(options).get('filter_false_positives');
  return wanted !== undefined && booleanFrom(wanted);
}

interface BlockRange {
  readonly first: number;
  readonly last: BlockNode;
}

function blockRange(
  start: JsonValue | undefined,
  stop: JsonValue | undefined,
  chain: Chain,
): BlockRange {
  const first = start === undefined ? chain.genesis : chain.blockAt(int32From(start));
  if (first === undefined) throw new RpcError(RPC.misc, 'Invalid start_height');
  const last = stop === undefined ? chain.tip : chain.blockAt(int32From(stop));
  if (last === undefined || last.height < first.height) {
    throw new RpcError(RPC.misc, 'Invalid stop_height');
  }
  return { first: first.height, last };
}

interface FilterScan extends BlockRange {
  readonly scripts: ScriptsByDescriptor;
  /** Whether blocks are looked into. */
  readonly isChecked: boolean;
  readonly scan: Scan;
}

async function findBlocks(
  { first, last, scripts, isChecked, scan }: FilterScan,
  { node: { chain, indexes }, clock, signal }: RpcContext,
): Promise<Json> {
  const filters = indexes.filters as FilterReader;
  const wanted = [...scripts.keys()];
  const relevant: string[] = [];
  const isOver = (): boolean => scan.isAborted || signal.aborted;
  let height = first;
  scan.height = first;
  while (height <= last.height && !isOver()) {
    const end = last.ancestor(Math.min(height + FILTERS_A_LOOK - 1, last.height)) as BlockNode;
    const found = await filters.filters(height, end);
    for (const [i, filter] of found.entries()) {
      if (i % FILTERS_A_TURN === FILTERS_A_TURN - 1) await clock.nextTurn();
      const node = last.ancestor(height + i) as BlockNode;
      if (filter === undefined || !blockFilterHasAny(filter, node.hash, wanted)) continue;
      if (isChecked && !(await hasAny(node, scripts, chain))) continue;
      relevant.push(toReversedHex(node.hash));
    }
    height = end.height + 1;
    scan.height = end.height;
    scan.progress = (100 * (height - first)) / (last.height - first + 1);
  }
  return {
    from_height: first,
    to_height: scan.height,
    relevant_blocks: relevant,
    completed: height > last.height,
  };
}

/** Whether a block really pays to, or spends from, one of these scripts. */
async function hasAny(
  node: BlockNode,
  scripts: ScriptsByDescriptor,
  chain: Chain,
): Promise<boolean> {
  const { block } = await chain.readBlock(node);
  const isPaid = block.transactions.some(({ outputs }) =>
    outputs.some(({ scriptPubKey }) => scripts.has(scriptPubKey)),
  );
  if (isPaid) return true;
  const undo = await chain.readUndo(node);
  return undo.some((coins) => coins.some(({ output }) => scripts.has(output.scriptPubKey)));
}

function unknownAction(action: JsonValue | undefined): RpcError {
  return new RpcError(RPC.invalidParameter, `Invalid action '${stringFrom(action)}'`);
}
