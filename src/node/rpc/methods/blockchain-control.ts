/** What people do to the chain by hand. */
import { RuleError } from '../../../protocol/consensus/rule-error.ts';
import { main } from '../../../protocol/params/main.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { NODE_WITNESS } from '../../../protocol/wire/services.ts';
import type { Chain } from '../../chain/chain.ts';
import { ChainError } from '../../chain/chain-error.ts';
import type { CheckLevel } from '../../chain/verify-chain.ts';
import { hashFrom, int32From, int64From } from '../arguments.ts';
import { invalidateByHand } from '../best-header.ts';
import { lastPrunedHeight } from '../block-data.ts';
import { findBlock } from '../find-block.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';

const DEFAULT_CHECK_LEVEL = 3;
const DEFAULT_CHECK_BLOCKS = 6;

/** A chain as short as this is not pruned; Bitcoin's own is longer anyway. */
const LEAST_PRUNED_CHAIN = 1000;
const LEAST_PRUNED_MAIN_CHAIN = 100_000;
/** The last blocks always stay. */
const BLOCKS_KEPT = 288;
/** What is larger is no height but a time. */
const HIGHEST_HEIGHT = 1_000_000_000;
/** By so many seconds, the times of blocks may be out of order. */
const TIME_WINDOW = 2 * 60 * 60;

type Arguments = readonly (JsonValue | undefined)[];

const blockParameter: RpcParameter = {
  name: 'blockhash',
  type: 'string',
  about: 'The hash of the block.',
};

export const controlBlockMethods: readonly RpcMethod[] = [
  {
    name: 'verifychain',
    family: 'blockchain',
    about: 'Holds the last blocks against the rules once more.',
    parameters: [
      {
        name: 'checklevel',
        type: 'number',
        optional: true,
        about: 'How thoroughly, from 0 to 4; 3 by default.',
      },
      {
        name: 'nblocks',
        type: 'number',
        optional: true,
        about: 'The number of blocks, 0 for all; 6 by default.',
      },
    ],
    result: 'true|false',
    run: verifyChain,
  },
  {
    name: 'pruneblockchain',
    family: 'blockchain',
    about: 'Removes old blocks from the disk, on a node that was started with pruning.',
    parameters: [
      {
        name: 'height',
        type: 'number',
        about: 'The height up to which blocks may go, or a time in seconds since 1970.',
      },
    ],
    result: 'n',
    run: pruneBlockchain,
  },
  {
    name: 'preciousblock',
    family: 'blockchain',
    about: 'Prefers a block to others of the same work, as if it had come before them.',
    parameters: [blockParameter],
    result: 'null',
    run: ([hash], { node: { chain } }) =>
      change(() => chain.preciousBlock(findBlock(hash, chain).hash)),
  },
  {
    name: 'invalidateblock',
    family: 'blockchain',
    about: 'Treats a block as one that breaks the rules, until it is reconsidered.',
    parameters: [blockParameter],
    result: 'null',
    hidden: true,
    run: ([hash], { node: { chain } }) =>
      change(async () => {
        const node = findBlock(hash, chain);
        // As in Core: it has no effect, and is no error.
        if (node.parent !== undefined) await invalidateByHand(node, chain);
      }),
  },
  {
    name: 'reconsiderblock',
    family: 'blockchain',
    about: 'Forgets that a block, and those around it, were found invalid.',
    parameters: [blockParameter],
    result: 'null',
    hidden: true,
    run: ([hash], { node: { chain } }) =>
      change(() => chain.reconsiderBlock(findBlock(hash, chain).hash)),
  },
  {
    name: 'getblockfrompeer',
    family: 'blockchain',
    about: 'Asks a peer for a block whose header is known. The answer does not wait for it.',
    parameters: [
      blockParameter,
      { name: 'peer_id', type: 'number', about: 'The id of the peer, as in getpeerinfo.' },
    ],
    result: '{}',
    run: getBlockFromPeer,
  },
];

async function verifyChain(
  [level, count]: Arguments,
  { node: { chain } }: RpcContext,
): Promise<Json> {
  const asked = level === undefined ? DEFAULT_CHECK_LEVEL : int32From(level);
  const blocks = count === undefined ? DEFAULT_CHECK_BLOCKS : int32From(count);
  const checkLevel = Math.min(Math.max(asked, 0), 4) as CheckLevel;
  const { height } = chain.tip;
  const depth = blocks <= 0 ? height : Math.min(blocks, height);
  const { failure, checked } = await chain.verify({ level: checkLevel, blocks: depth });
  // Blocks that have been pruned could not be looked at, which is no success in Core.
  return failure === undefined && checked >= depth;
}

async function pruneBlockchain([value]: Arguments, { node: { chain } }: RpcContext): Promise<Json> {
  if (!chain.isPruning) {
    throw new RpcError(RPC.misc, 'Cannot prune blocks because node is not in prune mode.');
  }
  const asked = int32From(value);
  if (asked < 0) throw new RpcError(RPC.invalidParameter, 'Negative block height.');
  const height = asked > HIGHEST_HEIGHT ? heightAtTime(asked - TIME_WINDOW, chain) : asked;
  const { tip } = chain;
  const least = chain.params.name === main.name ? LEAST_PRUNED_MAIN_CHAIN : LEAST_PRUNED_CHAIN;
  if (tip.height < least) {
    throw new RpcError(RPC.misc, 'Blockchain is too short for pruning.');
  }
  if (height > tip.height) {
    throw new RpcError(
      RPC.invalidParameter,
      'Blockchain is shorter than the attempted prune height.',
    );
  }
  await chain.pruneTo(Math.min(height, tip.height - BLOCKS_KEPT));
  return lastPrunedHeight(chain) ?? -1;
}

/** The first block by which the time has come. */
function heightAtTime(time: number, chain: Chain): number {
  for (let height = 0; height <= chain.tip.height; height++) {
    if ((chain.blockAt(height)?.time ?? 0) >= time) return height;
  }
  throw new RpcError(
    RPC.invalidParameter,
    'Could not find block with at least the specified timestamp.',
  );
}

async function change(command: () => Promise<void>): Promise<Json> {
  try {
    await command();
    return null;
  } catch (error) {
    if (error instanceof RuleError || error instanceof ChainError) {
      throw new RpcError(RPC.database, error.message);
    }
    throw error;
  }
}

function getBlockFromPeer([hash, peerId]: Arguments, { node }: RpcContext): Json {
  const { chain, peers, network } = node;
  const id = hashFrom(hash, 'blockhash');
  const peer = peers.get(Number(int64From(peerId)));
  const block = chain.lookup(id);
  const refuse = (why: string): RpcError => new RpcError(RPC.misc, why);
  if (block === undefined) throw refuse('Block header missing');
  // Blocks ahead of the tip would keep the files that they are in from being pruned.
  if (chain.isPruning && block.height > chain.tip.height) {
    throw refuse(
      'In prune mode, only blocks that the node has already synced previously can be fetched from a peer',
    );
  }
  if (block.isStored) throw refuse('Block already downloaded');
  if (peer === undefined) throw refuse('Peer does not exist');
  if ((peer.version.services & NODE_WITNESS) === 0n) throw refuse('Pre-SegWit peer');
  if (network.sync.askedOf(block.hash).includes(peer)) {
    throw refuse('Already requested from this peer');
  }
  network.sync.requestFull(peer, block);
  return {};
}
