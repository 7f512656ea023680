/** Proofs that transactions are in a block. */
import { ByteSet } from '../../../protocol/bytes/byte-map.ts';
import { encode } from '../../../protocol/bytes/codec.ts';
import { compareBytes, equalBytes } from '../../../protocol/bytes/compare.ts';
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { Reader } from '../../../protocol/bytes/reader.ts';
import { coinKey } from '../../../protocol/consensus/coin.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import {
  extractPartialMerkleTree,
  partialMerkleTree,
} from '../../../protocol/primitives/partial-merkle-tree.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { type MerkleBlockMessage, merkleBlockCodec } from '../../../protocol/wire/merkle-block.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Node } from '../../node.ts';
import { arrayFrom, hashFrom, hexFrom, stringFrom } from '../arguments.ts';
import { findBlock } from '../find-block.ts';
import { indexState } from '../index-state.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';

/** No block has more outputs: each takes 9 bytes at least, of a million without witnesses. */
const MAX_OUTPUTS = Math.floor(1_000_000 / 9);
const NO_ROOT = new Uint8Array(32);
/** Coins that are looked for at once. */
const OUTPUTS_A_LOOK = 64;

type Arguments = readonly (JsonValue | undefined)[];

export const proofMethods: readonly RpcMethod[] = [
  {
    name: 'gettxoutproof',
    family: 'blockchain',
    about:
      'Proves that transactions are in a block. Without the block, one of their outputs must be unspent, or there must be an index of transactions.',
    parameters: [
      {
        name: 'txids',
        type: 'array',
        usage: '["txid",...]',
        about: 'The ids of the transactions.',
      },
      {
        name: 'blockhash',
        type: 'string',
        optional: true,
        about: 'The hash of the block that they are in.',
      },
    ],
    result: '"hex"',
    run: getTxOutProof,
  },
  {
    name: 'verifytxoutproof',
    family: 'blockchain',
    about: 'The transactions that a proof proves; none if it is invalid.',
    parameters: [{ name: 'proof', type: 'string', about: 'What gettxoutproof answered.' }],
    result: '[ "txid", … ]',
    run: verifyTxOutProof,
  },
];

async function getTxOutProof([list, hash]: Arguments, { node }: RpcContext): Promise<Json> {
  const { chain } = node;
  const wanted = readTxids(list);
  const block = hash === undefined ? await findBlockOf(wanted, node) : findBlock(hash, chain);
  if (!block.isStored) throw new RpcError(RPC.internal, "Can't read block from disk");
  const { header, transactions } = (await chain.readBlock(block)).block;
  const ids = transactions.map(txid);
  const isWanted = ids.map((id) => wanted.has(id));
  if (isWanted.filter(Boolean).length !== wanted.size) {
    throw new RpcError(
      RPC.invalidAddressOrKey,
      'Not all transactions found in specified or retrieved block',
    );
  }
  const tree = partialMerkleTree(ids, (index) => isWanted[index] === true);
  return toHex(encode(merkleBlockCodec, { command: 'merkleblock', header, ...tree }));
}

function readTxids(list: JsonValue | undefined): ByteSet {
  const values = arrayFrom(list);
  if (values.length === 0) {
    throw new RpcError(RPC.invalidParameter, "Parameter 'txids' cannot be empty");
  }
  const ids = new ByteSet();
  for (const value of values) {
    if (ids.add(hashFrom(value, 'txid'))) continue;
    const message = `Invalid parameter, duplicated txid: ${stringFrom(value)}`;
    throw new RpcError(RPC.invalidParameter, message);
  }
  return ids;
}

/** The block of any of these transactions, by the index, or by a coin that it made. */
async function findBlockOf(ids: ByteSet, node: Node): Promise<BlockNode> {
  const { chain, indexes } = node;
  if (indexes.transactions === undefined) {
    for (const id of ids) {
      const height = await heightOfCoin(id as Txid, node);
      const block = height === undefined ? undefined : chain.blockAt(height);
      if (block !== undefined) return block;
    }
  } else {
    await indexState(node, 'transactions');
    const inOrder = [...ids].sort(compareBytes);
    for (const [i, id] of inOrder.entries()) {
      const found = await indexes.transactions.find(id as Txid);
      // As in Core, which asks the index for the first one only, and coins for all of them.
      const counts = i === 0 || (found && (await heightOfCoin(id as Txid, node)) !== undefined);
      if (found !== undefined && counts === true) return found.node;
    }
  }
  throw new RpcError(RPC.invalidAddressOrKey, 'Transaction not yet in block');
}

/** How many outputs the transaction has is not known: all that there could be are looked for. */
async function heightOfCoin(id: Txid, { chain }: Node): Promise<number | undefined> {
  for (let first = 0; first < MAX_OUTPUTS; first += OUTPUTS_A_LOOK) {
    const keys = Array.from({ length: OUTPUTS_A_LOOK }, (_, i) =>
      coinKey({ txid: id, vout: first + i }),
    );
    const coin = (await chain.coins(keys)).find((one) => one !== undefined);
    if (coin !== undefined) return coin.height;
  }
  return undefined;
}

function verifyTxOutProof([proof]: Arguments, { node: { chain } }: RpcContext): Json {
  const message = readProof(hexFrom(proof, 'proof'));
  const proven = extractPartialMerkleTree(message);
  // The root of a tree that makes no sense is zero in Core, and fits a header that has it.
  if (!equalBytes(proven?.root ?? NO_ROOT, message.header.merkleRoot)) return [];
  const node = chain.lookup(blockHash(message.header));
  if (node === undefined || !chain.contains(node) || node.transactionCount === 0) {
    throw new RpcError(RPC.invalidAddressOrKey, 'Block not found in chain');
  }
  // The depth of the tree is a claim of whoever made the proof: one that is too small turns a node of
  // the tree into a transaction.
  if (proven === undefined || node.transactionCount !== message.transactionCount) return [];
  return proven.matches.map((match) => toReversedHex(match.txid));
}

/** What comes behind the proof does not matter. */
function readProof(bytes: Uint8Array): MerkleBlockMessage {
  try {
    return merkleBlockCodec.read(new Reader(bytes));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const words = error.code === 'end-of-data' ? 'DataStream::read(): end of data' : error.message;
    throw new RpcError(RPC.misc, `${words}: iostream error`);
  }
}
