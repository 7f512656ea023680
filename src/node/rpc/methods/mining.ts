/** Methods for miners. Those that make blocks by themselves are in `generate.ts`. */
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { retargetInterval } from '../../../protocol/consensus/difficulty/bitcoin-retarget.ts';
import {
  findWitnessCommitment,
  WITNESS_RESERVED_VALUE,
} from '../../../protocol/consensus/witness-commitment.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import {
  type BlockHeader,
  decodeBlockHeader,
  HEADER_SIZE,
} from '../../../protocol/primitives/block-header.ts';
import { difficulty } from '../../../protocol/primitives/target.ts';
import {
  hasWitness,
  isCoinbase,
  type Transaction,
} from '../../../protocol/primitives/transaction.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import { bytesFromHex, int32From, stringFrom } from '../arguments.ts';
import { MiningDesk } from '../mining/mining-desk.ts';
import { reasonOfBlock } from '../mining/test-block.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { getBlockTemplate } from './block-template.ts';
import { decodeBlockHex } from './decode-block-hex.ts';
import { generateMethods } from './generate.ts';

/** The blocks that the hash rate is estimated from. */
const DEFAULT_LOOKUP = 120;

const getMiningInfo: RpcMethod = {
  name: 'getmininginfo',
  family: 'mining',
  about: 'What there is to know about mining at this moment.',
  parameters: [],
  result:
    '{ "blocks", "currentblockweight", "currentblocktx", "difficulty", "networkhashps", "pooledtx", "chain", "warnings" }',
  run: (_, context) => {
    const { chain, mempool } = context.node;
    const { lastBlock } = MiningDesk.of(context);
    return {
      blocks: chain.tip.height,
      currentblockweight: lastBlock?.weight,
      currentblocktx: lastBlock?.transactions,
      difficulty: difficulty(chain.tip.bits),
      networkhashps: hashRate(chain, DEFAULT_LOOKUP, -1),
      pooledtx: mempool.size,
      chain: chain.params.name,
      warnings: [],
    };
  },
};

const getNetworkHashps: RpcMethod = {
  name: 'getnetworkhashps',
  family: 'mining',
  about: 'The hashes a second that the network made, as far as its blocks tell.',
  parameters: [
    {
      name: 'nblocks',
      type: 'number',
      optional: true,
      about: 'how many blocks to look at, 120 by default; -1 for those since the last retarget',
    },
    {
      name: 'height',
      type: 'number',
      optional: true,
      about: 'the block to end with, the tip by default',
    },
  ],
  result: 'n, the hashes a second',
  run: ([nblocks, height], { node }) =>
    hashRate(
      node.chain,
      nblocks === undefined ? DEFAULT_LOOKUP : int32From(nblocks),
      height === undefined ? -1 : int32From(height),
    ),
};

function hashRate(chain: Chain, nblocks: number, height: number): number {
  if (nblocks < -1 || nblocks === 0) {
    throw new RpcError(RPC.invalidParameter, 'Invalid nblocks. Must be a positive number or -1.');
  }
  if (height < -1 || height > chain.tip.height) {
    throw new RpcError(RPC.invalidParameter, 'Block does not exist at specified height');
  }
  const last = height < 0 ? chain.tip : (chain.blockAt(height) as BlockNode);
  const { retarget, spacingSeconds } = chain.params.consensus;
  const interval = retarget.kind === 'bitcoin' ? retargetInterval(spacingSeconds, retarget) : 1;
  const wanted = nblocks === -1 ? (last.height % interval) + 1 : nblocks;
  const count = Math.min(wanted, last.height);
  let first = last;
  let [earliest, latest] = [last.time, last.time];
  for (let i = 0; i < count; i++) {
    first = first.parent as BlockNode;
    earliest = Math.min(earliest, first.time);
    latest = Math.max(latest, first.time);
  }
  if (earliest === latest) return 0;
  return workToDouble(last.chainWork - first.chainWork) / (latest - earliest);
}

const WORD_BITS = 32n;

/** As Core does it, word by word from the lowest one: rounded once, the last digit may be another one. */
function workToDouble(work: bigint): number {
  let sum = 0;
  for (let shift = 0n; work >> shift > 0n; shift += WORD_BITS) {
    sum += Number(BigInt.asUintN(32, work >> shift)) * 2 ** Number(shift);
  }
  return sum;
}

const submitBlock: RpcMethod = {
  name: 'submitblock',
  family: 'mining',
  about: 'Offers a block to the node (BIP22).',
  parameters: [
    { name: 'hexdata', type: 'string', about: 'the block, in hex' },
    { name: 'dummy', type: 'string', optional: true, about: 'ignored; BIP22 has it' },
  ],
  result: 'null if the block became the tip; else a word for what is the matter with it',
  run: async ([hex], { node }) => {
    const { chain } = node;
    const block = decodeBlockHex(stringFrom(hex));
    const [first] = block.transactions;
    if (first === undefined || !isCoinbase(first)) {
      throw new RpcError(RPC.deserialization, 'Block does not start with a coinbase');
    }
    const known = chain.lookup(blockHash(block));
    if (known?.isFailed === true) return 'duplicate-invalid';
    if (known?.isValid === true) return 'duplicate';
    const result = await chain.processBlock(withReservedValue(block, chain), { requested: true });
    switch (result.kind) {
      case 'connected':
        await node.indexes.settled();
        return null;
      case 'duplicate':
        return 'duplicate';
      case 'rejected':
      case 'orphan':
        return reasonOfBlock(result.error.code);
      default:
        return 'inconclusive';
    }
  },
};

/** Miners that know nothing of witnesses leave out the one that the coinbase must have. */
function withReservedValue(block: Block, chain: Chain): Block {
  const [coinbase, ...others] = block.transactions as readonly [Transaction, ...Transaction[]];
  const parent = chain.lookup(block.header.previousBlockHash);
  if (parent === undefined || parent.height + 1 < chain.params.consensus.buried.segwit)
    return block;
  if (findWitnessCommitment(coinbase) === -1 || hasWitness(coinbase)) return block;
  const inputs = coinbase.inputs.map((input) => ({ ...input, witness: [WITNESS_RESERVED_VALUE] }));
  return { ...block, transactions: [{ ...coinbase, inputs }, ...others] };
}

const submitHeader: RpcMethod = {
  name: 'submitheader',
  family: 'mining',
  about: 'Offers a header to the node. The one before it must be known.',
  parameters: [{ name: 'hexdata', type: 'string', about: 'the header, in hex' }],
  result: 'null',
  run: async ([hex], { node }) => await takeHeader(decodeHeaderHex(stringFrom(hex)), node.chain),
};

async function takeHeader(header: BlockHeader, chain: Chain): Promise<Json> {
  if (chain.lookup(header.previousBlockHash) === undefined) {
    const parent = toReversedHex(header.previousBlockHash);
    throw new RpcError(RPC.verify, `Must submit previous header (${parent}) first`);
  }
  const { error } = await chain.processHeaders([header]);
  if (error !== undefined) throw new RpcError(RPC.verify, error.code);
  return null;
}

/** Whatever follows the header is passed over, as in Core. */
function decodeHeaderHex(text: string): BlockHeader {
  const bytes = bytesFromHex(text);
  try {
    if (bytes !== undefined) return decodeBlockHeader(bytes.subarray(0, HEADER_SIZE));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new RpcError(RPC.deserialization, 'Block header decode failed');
}

export const miningMethods: readonly RpcMethod[] = [
  getBlockTemplate,
  getMiningInfo,
  getNetworkHashps,
  submitBlock,
  submitHeader,
  ...generateMethods,
];
