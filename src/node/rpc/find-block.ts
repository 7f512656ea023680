/** Blocks by what a request names them by, with Bitcoin Core's words where there is none. */

import { JsonNumber, type JsonValue } from '../../protocol/report/json-value.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { ChainReader } from '../chain/chain-reader.ts';
import { hashFrom, int32From } from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** Where blocks are looked for. */
type BlockLookup = Pick<ChainReader, 'lookup' | 'blockAt' | 'tip'>;

/**
 * The block of a hash, on whatever branch it is.
 *
 * @example
 * findBlock(args[0], chain) // a BlockNode
 * @throws RpcError -8 if it is no hash, in which it goes by `name`; -5 if nobody knows the block
 */
export function findBlock(
  value: JsonValue | undefined,
  chain: BlockLookup,
  name = 'blockhash',
): BlockNode {
  const node = chain.lookup(hashFrom(value, name));
  if (node === undefined) throw new RpcError(RPC.invalidAddressOrKey, 'Block not found');
  return node;
}

/**
 * The block of a hash, or the block of a height on the branch that is followed.
 *
 * @throws RpcError -8 if there is no such height, and as {@link findBlock} does
 */
export function findBlockByHashOrHeight(
  value: JsonValue | undefined,
  chain: BlockLookup,
): BlockNode {
  if (!(value instanceof JsonNumber)) return findBlock(value, chain, 'hash_or_height');
  const height = int32From(value);
  if (height < 0) throw outOfRange(`Target block height ${height} is negative`);
  const node = chain.blockAt(height);
  if (node !== undefined) return node;
  throw outOfRange(`Target block height ${height} after current tip ${chain.tip.height}`);
}

function outOfRange(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
