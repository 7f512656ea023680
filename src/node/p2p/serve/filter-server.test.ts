import { beforeAll, describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
} from '../../../../test/fixtures/block-maker.ts';
import { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import { memoryChain } from '../../../../test/fixtures/test-chain.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { sha256d } from '../../../protocol/crypto/hash.ts';
import { type BlockHash, ZERO_HASH } from '../../../protocol/primitives/hashes.ts';
import type { MessageOf } from '../../../protocol/wire/message.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import { branchNodes } from '../../index/branch-nodes.ts';
import type { FilterHashes } from '../../index/filters/filter-reader.ts';
import { FilterServer, type Filters } from './filter-server.ts';

/** One more than any request may cover. */
const HEIGHT = 2001;

let chain: Chain;
let blocks: readonly MadeBlock[];
let stale: MadeBlock;

beforeAll(async () => {
  ({ chain } = await memoryChain(quickRegtest));
  blocks = [genesis, ...blocksOn(genesis, HEIGHT)];
  for (const { raw } of blocks.slice(1)) await chain.processBlock(raw);
  expect(chain.tip.height).toBe(HEIGHT);
  stale = blockOn(blocks[HEIGHT - 1] as MadeBlock, { extra: 77 });
  await chain.processBlock(stale.raw);
}, 60_000);

function hashAt(height: number): BlockHash {
  return (blocks[height] as MadeBlock).hash;
}

describe('compact filters', () => {
  /** What no block has: the numbers of the blocks in place of their filters. */
  const made = (until: number): Filters => {
    const filterOf = ({ height }: BlockNode): Uint8Array | undefined =>
      height <= until ? Uint8Array.of(height, height >> 8) : undefined;
    const hashesOf = (node: BlockNode): FilterHashes | undefined => {
      const filter = filterOf(node);
      if (filter === undefined) return undefined;
      return { filterHash: sha256d(filter), header: sha256d(sha256d(filter)) };
    };
    return {
      filters: async (from, last) => branchNodes(from, last).map(filterOf),
      hashes: async (node) => hashesOf(node),
      hashesFrom: async (from, last) => branchNodes(from, last).map(hashesOf),
    };
  };
  const range = { filterType: 0, startHeight: 1001, stopHash: ZERO_HASH as BlockHash };
  const getFilters = (changes: Partial<typeof range>): MessageOf<'getcfilters'> => ({
    command: 'getcfilters',
    ...range,
    stopHash: hashAt(2000),
    ...changes,
  });
  const getHashes = (changes: Partial<typeof range>): MessageOf<'getcfheaders'> => ({
    ...getFilters(changes),
    command: 'getcfheaders',
  });

  it('are not there for everybody, nor of every kind', async () => {
    const none = new FilterServer({ chain, filters: undefined });
    const some = new FilterServer({ chain, filters: made(HEIGHT) });
    const code = 'filters-not-offered';
    const peer = new FakePeer();
    await expect(peer.says(none, getFilters({}))).rejects.toMatchObject({ code });
    await expect(peer.says(some, getFilters({ filterType: 1 }))).rejects.toMatchObject({ code });
    expect(peer.sent).toEqual([]);
  });

  it('are sent 1000 at a time, each by itself, and their hashes 2000 at a time', async () => {
    const server = new FilterServer({ chain, filters: made(HEIGHT) });
    const peer = new FakePeer();
    await peer.says(server, getFilters({}));
    expect(peer.sentOf('cfilter').map(({ filter }) => toHex(filter))).toEqual(
      Array.from({ length: 1000 }, (_, i) => toHex(Uint8Array.of(i + 1001, (i + 1001) >> 8))),
    );
    expect(toHex(peer.sentOf('cfilter')[7]?.blockHash ?? ZERO_HASH)).toBe(toHex(hashAt(1008)));
    await peer.says(server, getHashes({ startHeight: 1 }));
    const [hashes] = peer.sentOf('cfheaders');
    expect(hashes?.filterHashes).toHaveLength(2000);
    const first = sha256d(sha256d(Uint8Array.of(0, 0)));
    expect(toHex(hashes?.previousHeader ?? ZERO_HASH)).toBe(toHex(first));
    await peer.says(server, getHashes({ startHeight: 0, stopHash: hashAt(3) }));
    expect(peer.sentOf('cfheaders')[1]?.previousHeader).toEqual(ZERO_HASH);
  });

  it('of ranges that are too long, or none, are not asked for by honest peers', async () => {
    const server = new FilterServer({ chain, filters: made(HEIGHT) });
    const peer = new FakePeer();
    for (const message of [
      getFilters({ startHeight: 1000 }),
      getFilters({ startHeight: 2001 }),
      getFilters({ stopHash: new Uint8Array(32).fill(3) as BlockHash }),
      getFilters({ stopHash: stale.hash }),
      getHashes({ startHeight: 0 }),
    ]) {
      const asked = peer.says<'getcfilters' | 'getcfheaders'>(server, message);
      await expect(asked).rejects.toMatchObject({ code: 'bad-filter-request' });
    }
    expect(peer.sent).toEqual([]);
  });

  it('that nobody can ask for are refused in the words that Core has for them', async () => {
    const server = new FilterServer({ chain, filters: made(HEIGHT) });
    const refusal = async (message: Parameters<typeof getHashes>[0]): Promise<unknown> => {
      const asked = new FakePeer().says<'getcfheaders'>(server, getHashes(message));
      return asked.catch((error: unknown) => (error instanceof Error ? error.message : error));
    };
    expect(await refusal({ startHeight: 0 })).toBe(
      'requested too many cfilters/cfheaders: 2001 / 2000',
    );
    expect(await refusal({ startHeight: 1000, stopHash: hashAt(999) })).toBe(
      'sent invalid getcfilters/getcfheaders with start height 1000 and stop height 999',
    );
  });

  it('that the index has not come to are not answered for', async () => {
    const server = new FilterServer({ chain, filters: made(1999) });
    const peer = new FakePeer();
    await peer.says(server, getFilters({}));
    await peer.says(server, getHashes({}));
    const checkpoints = { command: 'getcfcheckpt', filterType: 0, stopHash: hashAt(2000) } as const;
    await peer.says(server, checkpoints);
    expect(peer.sent).toEqual([]);
  });

  it('have a checkpoint every thousand blocks', async () => {
    const server = new FilterServer({ chain, filters: made(HEIGHT) });
    const peer = new FakePeer();
    for (const height of [999, 1000, 2000]) {
      const stopHash = hashAt(height);
      await peer.says(server, { command: 'getcfcheckpt', filterType: 0, stopHash });
    }
    expect(peer.sentOf('cfcheckpt').map(({ headers }) => headers.length)).toEqual([0, 1, 2]);
  });

  it('wait for a peer that reads slowly', async () => {
    const server = new FilterServer({ chain, filters: made(HEIGHT) });
    const peer = new FakePeer();
    peer.isCongested = true;
    const answered = peer.says(server, getFilters({}));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(peer.sent).toEqual([]);
    peer.isCongested = false;
    server.drained(peer);
    await answered;
    expect(peer.sent).toHaveLength(1000);
  });
});
