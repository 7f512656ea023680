import { describe, expect, it } from 'vitest';
import {
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
} from '../../../../test/fixtures/block-maker.ts';
import { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import { memoryChain } from '../../../../test/fixtures/test-chain.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { extractPartialMerkleTree } from '../../../protocol/primitives/partial-merkle-tree.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { InventoryItem } from '../../../protocol/wire/inventory.ts';
import type { MessageOf } from '../../../protocol/wire/message.ts';
import { RecentBlock } from '../compact/recent-block.ts';
import { BlockServer } from './block-server.ts';
import { BloomFilters } from './bloom-filters.ts';

const blocks: readonly MadeBlock[] = [genesis, ...blocksOn(genesis, 3)];

async function blockServer(bloom: BloomFilters): Promise<BlockServer> {
  const { chain, clock } = await memoryChain(quickRegtest);
  const recent = new RecentBlock(chain, new SeededEntropy('recent'));
  for (const { raw } of blocks.slice(1)) await chain.processBlock(raw);
  return new BlockServer({ clock, chain, recent, bloom, isCloseToPresent: () => true });
}

function filteredBlock(height: number): InventoryItem {
  return { type: 3, hash: (blocks[height] as MadeBlock).hash };
}

describe('a Bloom filter', () => {
  const coinbaseAt = (height: number): Transaction =>
    blocks[height]?.block.transactions[0] as Transaction;
  const load = (changes: Partial<MessageOf<'filterload'>> = {}): MessageOf<'filterload'> => ({
    command: 'filterload',
    filter: new Uint8Array(64),
    hashFunctions: 5,
    tweak: 3,
    flags: 0,
    ...changes,
  });

  it('is not taken by a node that does not offer them, but from privileged peers', async () => {
    const bloom = new BloomFilters({ offersBloom: false });
    const peer = new FakePeer();
    for (const message of [
      load(),
      { command: 'filteradd', data: new Uint8Array(1) } as const,
      { command: 'filterclear' } as const,
    ]) {
      await expect(peer.says(bloom, message)).rejects.toMatchObject({ code: 'bloom-not-offered' });
    }
    const friend = new FakePeer({ permissions: ['bloomfilter'] });
    await friend.says(bloom, load());
    expect(bloom.hasFilter(friend)).toBe(true);
    bloom.gone(friend);
    expect(bloom.hasFilter(friend)).toBe(false);
  });

  it('has 36,000 bytes and 50 functions at the most, and elements 520 bytes', async () => {
    const bloom = new BloomFilters({ offersBloom: true });
    const peer = new FakePeer();
    await peer.says(bloom, load({ filter: new Uint8Array(36_000), hashFunctions: 50 }));
    const code = 'oversized-filter';
    const tooLong = peer.says(bloom, load({ filter: new Uint8Array(36_001) }));
    await expect(tooLong).rejects.toMatchObject({ code });
    const tooSlow = peer.says(bloom, load({ hashFunctions: 51 }));
    await expect(tooSlow).rejects.toMatchObject({ code });
    await peer.says(bloom, { command: 'filteradd', data: new Uint8Array(520) });
    const tooBig = peer.says(bloom, { command: 'filteradd', data: new Uint8Array(521) });
    await expect(tooBig).rejects.toMatchObject({ code: 'bad-filteradd' });
    const nobody = new FakePeer();
    const nothing = nobody.says(bloom, { command: 'filteradd', data: new Uint8Array(1) });
    await expect(nothing).rejects.toMatchObject({ code: 'bad-filteradd' });
  });

  it('decides what a peer is told of, until it is cleared', async () => {
    const bloom = new BloomFilters({ offersBloom: true });
    const peer = new FakePeer({ version: { relay: false } });
    expect(bloom.isWanted(peer)).toBe(false);
    await peer.says(bloom, load());
    expect(bloom.isWanted(peer)).toBe(true);
    expect(bloom.matches(peer, coinbaseAt(1))).toBe(false);
    await peer.says(bloom, { command: 'filteradd', data: txid(coinbaseAt(1)) });
    expect(bloom.matches(peer, coinbaseAt(1))).toBe(true);
    expect(bloom.matches(peer, coinbaseAt(2))).toBe(false);
    await peer.says(bloom, { command: 'filterclear' });
    expect(bloom.isWanted(peer)).toBe(true);
    expect(bloom.matches(peer, coinbaseAt(2))).toBe(true);
  });

  it('means nothing on a connection for blocks alone', async () => {
    const bloom = new BloomFilters({ offersBloom: true });
    const peer = new FakePeer({ kind: 'block-relay-only', version: { relay: false } });
    await peer.says(bloom, load());
    await peer.says(bloom, { command: 'filteradd', data: new Uint8Array(3) });
    expect(bloom.isWanted(peer)).toBe(false);
  });

  it('makes blocks proofs of what passes it, which is sent behind them', async () => {
    const bloom = new BloomFilters({ offersBloom: true });
    const server = await blockServer(bloom);
    const peer = new FakePeer();
    await peer.says(server, { command: 'getdata', items: [filteredBlock(1)] });
    expect(peer.sent).toEqual([]);
    await peer.says(bloom, load());
    await peer.says(bloom, { command: 'filteradd', data: txid(coinbaseAt(1)) });
    await peer.says(server, {
      command: 'getdata',
      items: [filteredBlock(1), filteredBlock(2)],
    });
    const [match, tx, other] = peer.sent as [
      MessageOf<'merkleblock'>,
      MessageOf<'tx'>,
      MessageOf<'merkleblock'>,
    ];
    expect(extractPartialMerkleTree(match)?.matches.map(({ txid: id }) => toHex(id))).toEqual([
      toHex(txid(coinbaseAt(1))),
    ]);
    expect(toHex(txid(tx.tx))).toBe(toHex(txid(coinbaseAt(1))));
    expect(extractPartialMerkleTree(other)).toMatchObject({
      root: other.header.merkleRoot,
      matches: [],
    });
    expect(peer.sent).toHaveLength(3);
  });
});
