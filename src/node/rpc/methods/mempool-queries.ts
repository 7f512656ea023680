/** What is in the mempool. */
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { amountNumber, type Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { MempoolEntry } from '../../mempool/mempool-entry.ts';
import type { Node } from '../../node.ts';
import {
  arrayFrom,
  booleanFrom,
  checkFields,
  hashFrom,
  int32From,
  objectFrom,
} from '../arguments.ts';
import { inOrderOfDepth, inOrderOfIds, mempoolEntriesToJson } from '../mempool-entry-to-json.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const txidParameter: RpcParameter = {
  name: 'txid',
  type: 'string',
  about: 'The id of the transaction, which must be in the mempool.',
};
const verboseParameter: RpcParameter = {
  name: 'verbose',
  type: 'boolean',
  optional: true,
  about: 'Whether to tell of each transaction more than its id; not by default.',
};
const listResult = '[ "txid", … ] or { "txid": { "vsize": n, … }, … }';

export const mempoolQueryMethods: readonly RpcMethod[] = [
  {
    name: 'getmempoolinfo',
    family: 'blockchain',
    about: 'How much is in the mempool, and what it takes to get in.',
    parameters: [],
    result: '{ "loaded": true|false, "size": n, "bytes": n, … }',
    run: getMempoolInfo,
  },
  {
    name: 'getrawmempool',
    family: 'blockchain',
    about: 'All transactions of the mempool.',
    parameters: [
      verboseParameter,
      {
        name: 'mempool_sequence',
        type: 'boolean',
        optional: true,
        about: 'Whether to add the number of the next change; not by default.',
      },
    ],
    result: `${listResult} or { "txids": [ "txid", … ], "mempool_sequence": n }`,
    run: getRawMempool,
  },
  {
    name: 'getmempoolentry',
    family: 'blockchain',
    about: 'A transaction of the mempool.',
    parameters: [txidParameter],
    result: '{ "vsize": n, "weight": n, "time": n, … }',
    run([hash], { node }) {
      const entry = findEntry(hash, node);
      return mempoolEntriesToJson([entry], node)[toReversedHex(entry.txid)] ?? null;
    },
  },
  {
    name: 'getmempoolancestors',
    family: 'blockchain',
    about: 'All that a transaction of the mempool depends on there.',
    parameters: [txidParameter, verboseParameter],
    result: listResult,
    run([hash, verbose], { node }) {
      return relativesToJson(node.mempool.ancestors(findEntry(hash, node)), verbose, node);
    },
  },
  {
    name: 'getmempooldescendants',
    family: 'blockchain',
    about: 'All that depends on a transaction of the mempool there.',
    parameters: [txidParameter, verboseParameter],
    result: listResult,
    run([hash, verbose], { node }) {
      return relativesToJson(node.mempool.descendants(findEntry(hash, node)), verbose, node);
    },
  },
  {
    name: 'gettxspendingprevout',
    family: 'blockchain',
    about: 'The transactions of the mempool that spend outputs.',
    parameters: [
      {
        name: 'outputs',
        type: 'array',
        usage: '[{"txid":"hex","vout":n},...]',
        about: 'The outputs, as objects with "txid" and "vout".',
      },
    ],
    result: '[ { "txid": "hex", "vout": n, "spendingtxid": "hex" }, … ]',
    run: getTxSpendingPrevout,
  },
];

function getMempoolInfo(_: unknown, { node }: RpcContext): Json {
  const { mempool, network } = node;
  const { options } = mempool;
  const least = mempool.minFeeRate();
  const { minRelayFeeRate } = options;
  return {
    loaded: node.mempoolKeeper?.isLoaded ?? true,
    size: mempool.size,
    bytes: mempool.totalVsize,
    usage: mempool.usageBytes,
    total_fee: amountNumber(mempool.totalFees),
    maxmempool: options.maxBytes,
    mempoolminfee: amountNumber(least > minRelayFeeRate ? least : minRelayFeeRate),
    minrelaytxfee: amountNumber(minRelayFeeRate),
    incrementalrelayfee: amountNumber(options.incrementalFeeRate),
    unbroadcastcount: network.relay.unbroadcast.length,
    fullrbf: options.fullRbf,
  };
}

function getRawMempool([verbose, withSequence]: Arguments, { node }: RpcContext): Json {
  const { mempool } = node;
  const isVerbose = isTrue(verbose);
  const addsSequence = isTrue(withSequence);
  if (isVerbose && addsSequence) {
    const message = 'Verbose results cannot contain mempool sequence values.';
    throw new RpcError(RPC.invalidParameter, message);
  }
  const entries = inOrderOfDepth(mempool.entries());
  if (isVerbose) return mempoolEntriesToJson(entries, node);
  const txids = entries.map(({ txid }) => toReversedHex(txid));
  return addsSequence ? { txids, mempool_sequence: mempool.sequence } : txids;
}

function isTrue(value: JsonValue | undefined): boolean {
  return value !== undefined && booleanFrom(value);
}

function findEntry(hash: JsonValue | undefined, { mempool }: Node): MempoolEntry {
  const entry = mempool.get(hashFrom(hash, 'parameter 1') as Txid);
  if (entry !== undefined) return entry;
  throw new RpcError(RPC.invalidAddressOrKey, 'Transaction not in mempool');
}

function relativesToJson(
  relatives: readonly MempoolEntry[],
  verbose: JsonValue | undefined,
  node: Node,
): Json {
  const entries = inOrderOfIds(relatives);
  if (isTrue(verbose)) return mempoolEntriesToJson(entries, node);
  return entries.map(({ txid }) => toReversedHex(txid));
}

function getTxSpendingPrevout([list]: Arguments, { node: { mempool } }: RpcContext): Json {
  const outputs = arrayFrom(list);
  if (outputs.length === 0) {
    throw new RpcError(RPC.invalidParameter, 'Invalid parameter, outputs are missing');
  }
  const outPoints = outputs.map(readOutPoint);
  return outPoints.map(({ txid, vout }) => {
    const spender = mempool.spender({ txid, vout });
    return {
      txid: toReversedHex(txid),
      vout,
      spendingtxid: spender && toReversedHex(spender.txid),
    };
  });
}

function readOutPoint(value: JsonValue): { readonly txid: Txid; readonly vout: number } {
  const object = objectFrom(value);
  checkFields(object, { txid: 'string', vout: 'number' }, { strict: true });
  const txid = hashFrom(object.get('txid'), 'txid') as Txid;
  const vout = int32From(object.get('vout'));
  if (vout >= 0) return { txid, vout };
  throw new RpcError(RPC.invalidParameter, 'Invalid parameter, vout cannot be negative');
}
