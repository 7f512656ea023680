/** How far an index is, for methods that answer out of it. */

import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { IndexName } from '../index/indexes.ts';
import type { Node } from '../node.ts';
import { stringFrom } from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';

interface IndexState {
  /** Whether it has everything up to the tip that the chain had when this was asked for. */
  readonly isInStep: boolean;
  /** The height of the last block that it has. */
  readonly height: number;
}

/**
 * How far an index is; undefined if the node keeps no such index. One that follows the chain is given
 * the moment that it takes for the last blocks; one that is still being built is not waited for.
 */
export async function indexState(node: Node, name: IndexName): Promise<IndexState | undefined> {
  const { indexes, chain } = node;
  const status = () => indexes.statuses.find((one) => one.name === name);
  if (status()?.state === 'following') await indexes.follower(name)?.settled(chain.tip);
  const now = status();
  if (now === undefined) return undefined;
  return { isInStep: now.state === 'following', height: now.tip?.height ?? 0 };
}

/**
 * The kind of block filter that is asked for. The only one that there is is the basic one.
 *
 * @throws RpcError -5 for another one
 */
export function filterKindFrom(kind: JsonValue | undefined): string {
  const name = kind === undefined ? 'basic' : stringFrom(kind);
  if (name === 'basic') return name;
  throw new RpcError(RPC.invalidAddressOrKey, 'Unknown filtertype');
}

/** @throws RpcError -5 for another kind of filter than the basic one, -1 if this node has none */
export function requireFilterIndex(kind: JsonValue | undefined, { indexes }: Node): void {
  const name = filterKindFrom(kind);
  if (indexes.filters !== undefined) return;
  throw new RpcError(RPC.misc, `Index is not enabled for filtertype ${name}`);
}
