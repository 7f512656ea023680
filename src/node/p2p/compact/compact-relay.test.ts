import { beforeEach, describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
  SUBSIDY,
  spend,
} from '../../../../test/fixtures/block-maker.ts';
import { FakeBlockRequests } from '../../../../test/fixtures/fake-block-requests.ts';
import {
  FakePeer,
  type FakePeerOptions,
  type FakePeerSet,
  peerSetOf,
} from '../../../../test/fixtures/fake-peer.ts';
import { memoryChain } from '../../../../test/fixtures/test-chain.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { encodeBlock } from '../../../protocol/primitives/block.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { wtxid } from '../../../protocol/primitives/transaction-id.ts';
import type { InventoryItem } from '../../../protocol/wire/inventory.ts';
import type { Message, MessageOf } from '../../../protocol/wire/message.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import { compactBlock } from './compact-block.ts';
import { CompactRelay } from './compact-relay.ts';
import type { KnownTransaction } from './extra-transactions.ts';
import { RecentBlock } from './recent-block.ts';

const HEIGHT = 20;
const WANT: MessageOf<'sendcmpct'> = { command: 'sendcmpct', announce: true, version: 2n };
const CAN: MessageOf<'sendcmpct'> = { ...WANT, announce: false };

let chain: Chain;
let blocks: readonly MadeBlock[];
let tip: MadeBlock;
/** The next block, with two payments. */
let fresh: MadeBlock;
let payments: readonly Transaction[];
let pool: KnownTransaction[];
let requests: FakeBlockRequests;
let peers: FakePeerSet;
let relay: CompactRelay;
let wholeBlocks: InventoryItem[];

beforeEach(async () => {
  blocks = [genesis, ...blocksOn(genesis, HEIGHT)];
  tip = blocks[HEIGHT] as MadeBlock;
  // The clock is at the tip, so that this is no download of the past.
  ({ chain } = await memoryChain(quickRegtest, tip.block.header.time + 5));
  for (const { raw } of blocks.slice(1)) await chain.processBlock(raw);
  payments = [1, 2].map((height) => spend((blocks[height] as MadeBlock).coinbase, SUBSIDY - 1000n));
  fresh = blockOn(tip, { transactions: payments });
  pool = [];
  peers = peerSetOf();
  wholeBlocks = [];
  // As the real one does: a block that came is no longer asked for, whoever gave it.
  requests = new FakeBlockRequests(async (block) => {
    if (block instanceof Uint8Array) return;
    const raw = encodeBlock(block);
    await chain.processBlock(raw);
    requests.received(fresh.hash);
  });
  relay = makeRelay();
});

function makeRelay(blocksOnly = false): CompactRelay {
  return new CompactRelay({
    chain,
    peers,
    pool: { entries: () => pool },
    recent: new RecentBlock(chain, new SeededEntropy('recent')),
    requests: () => requests,
    sendBlock: async (_peer, item) => {
      wholeBlocks.push(item);
    },
    blocksOnly,
  });
}

function newPeer(id: number, options: FakePeerOptions = {}): FakePeer {
  const peer = new FakePeer({ id, ...options });
  peers.add(peer);
  return peer;
}

function known(...txs: readonly Transaction[]): KnownTransaction[] {
  return txs.map((tx) => ({ tx, wtxid: wtxid(tx) }));
}

function cmpct({ block }: MadeBlock, nonce = 7n): MessageOf<'cmpctblock'> {
  return compactBlock(block, nonce);
}

function nodeOf({ hash }: MadeBlock): BlockNode {
  return chain.lookup(hash) as BlockNode;
}

function commands(sent: readonly Message[]): readonly string[] {
  return sent.map(({ command }) => command);
}

/** A peer that we asked for blocks at once, since it gave us one. */
async function fastPeer(id: number, options: FakePeerOptions = {}): Promise<FakePeer> {
  const peer = newPeer(id, options);
  await peer.says(relay, CAN);
  const next = blockOn({ ...tip, hash: chain.tip.hash as BlockHash, height: chain.tip.height });
  await peer.says(relay, { command: 'block', raw: next.raw });
  await chain.processBlock(next.raw);
  return peer;
}

describe('the handshake of compact blocks', () => {
  it('says that they are welcome, but not at once', () => {
    const peer = newPeer(1);
    relay.ready(peer);
    expect(peer.sent).toEqual([{ command: 'sendcmpct', announce: false, version: 2n }]);
    const old = newPeer(2, { protocolVersion: 70013 });
    relay.ready(old);
    expect(old.sent).toEqual([]);
  });

  it('takes note of version 2 and no other', async () => {
    const peer = newPeer(1);
    await peer.says(relay, { command: 'sendcmpct', announce: true, version: 1n });
    expect(relay.providesCompact(peer)).toBe(false);
    await peer.says(relay, CAN);
    expect(relay.providesCompact(peer)).toBe(true);
    expect(relay.wantsHighBandwidth(peer)).toBe(false);
    await peer.says(relay, WANT);
    expect(relay.wantsHighBandwidth(peer)).toBe(true);
    expect(makeRelay(true).providesCompact(peer)).toBe(false);
    relay.gone(peer);
    expect(relay.providesCompact(peer)).toBe(false);
  });
});

describe('a new block of ours', () => {
  it('goes at once to those who want that, with one set of short ids for all', async () => {
    const [fast, slow, old] = [1, 2, 3].map((id) =>
      newPeer(id, id === 3 ? { protocolVersion: 70014 } : {}),
    ) as [FakePeer, FakePeer, FakePeer];
    await fast.says(relay, WANT);
    await old.says(relay, WANT);
    await slow.says(relay, CAN);
    await chain.processBlock(fresh.raw);
    const node = nodeOf(fresh);
    expect([fast, slow, old].map((peer) => relay.announceCompact(peer, node))).toEqual([
      true,
      false,
      false,
    ]);
    const [message] = fast.sentOf('cmpctblock') as [MessageOf<'cmpctblock'>];
    expect(message).toEqual(compactBlock(fresh.block, message.nonce));
    expect(requests.headersSent).toEqual([{ peer: fast, node }]);
    // Any other is not at hand.
    expect(relay.announceCompact(fast, nodeOf(tip))).toBe(false);
  });

  it.each([0, 10])('of depth %i gives the transactions that a peer lacks', async (depth) => {
    const peer = newPeer(1);
    const { hash, block } = blocks[HEIGHT - depth] as MadeBlock;
    await peer.says(relay, { command: 'getblocktxn', blockHash: hash, indexes: [0] });
    expect(peer.sent).toEqual([
      { command: 'blocktxn', blockHash: hash, transactions: [block.transactions[0]] },
    ]);
  });

  it('that lies deeper than ten is sent as a whole, so that small questions cost as much', async () => {
    const peer = newPeer(1);
    const { hash } = blocks[HEIGHT - 11] as MadeBlock;
    await peer.says(relay, { command: 'getblocktxn', blockHash: hash, indexes: [0] });
    expect(peer.sent).toEqual([]);
    expect(wholeBlocks).toEqual([{ type: 0x40000002, hash }]);
  });

  it('has no transactions behind its end, and who asks for them is at fault', async () => {
    const peer = newPeer(1);
    const ask = (hash: BlockHash, indexes: readonly number[]): Promise<void> =>
      peer.says(relay, { command: 'getblocktxn', blockHash: hash, indexes });
    const code = 'bad-getblocktxn';
    await expect(ask(tip.hash, [0, 1])).rejects.toMatchObject({ code });
    const { hash } = blocks[HEIGHT - 3] as MadeBlock;
    await expect(ask(hash, [1])).rejects.toMatchObject({ code });
    await ask(fresh.hash, [9]);
    expect(peer.sent).toEqual([]);
  });
});

describe('a compact block', () => {
  it('whose transactions are all in the pool is a block, without a question', async () => {
    pool = known(...payments);
    const peer = newPeer(1);
    await peer.says(relay, cmpct(fresh));
    expect(peer.sent).toEqual([]);
    expect(chain.tip).toBe(nodeOf(fresh));
    expect(requests.had).toEqual([{ peer, hash: toHex(fresh.hash), isNews: true }]);
  });

  it('finds transactions that did not get into the pool, too', async () => {
    pool = known(payments[0] as Transaction);
    relay.noteSpare(payments[1] as Transaction);
    await newPeer(1).says(relay, cmpct(fresh));
    expect(chain.tip).toBe(nodeOf(fresh));
  });

  it('is completed by what is asked for', async () => {
    pool = known(payments[1] as Transaction);
    const peer = newPeer(1);
    await peer.says(relay, cmpct(fresh));
    expect(peer.sent).toEqual([{ command: 'getblocktxn', blockHash: fresh.hash, indexes: [1] }]);
    expect(requests.askedOf(fresh.hash)).toEqual([peer]);
    // Again: the answer is on its way.
    await peer.says(relay, cmpct(fresh, 8n));
    expect(peer.sent).toHaveLength(1);
    const transactions = payments.slice(0, 1);
    await peer.says(relay, { command: 'blocktxn', blockHash: fresh.hash, transactions });
    expect(chain.tip).toBe(nodeOf(fresh));
    expect(requests.inFlight(peer)).toBe(0);
  });

  it('with a collision is asked for as a whole', async () => {
    const peer = newPeer(1);
    const message = cmpct(fresh);
    const [id = 0] = message.shortIds;
    await peer.says(relay, { ...message, shortIds: [id, id] });
    expect(commands(peer.takeSent())).toEqual(['getdata']);

    await peer.says(relay, cmpct(fresh));
    expect(commands(peer.takeSent())).toEqual(['getblocktxn']);
    const wrong = [...payments].reverse();
    await peer.says(relay, { command: 'blocktxn', blockHash: fresh.hash, transactions: wrong });
    expect(peer.sent).toEqual([
      { command: 'getdata', items: [{ type: 0x40000002, hash: fresh.hash }] },
    ]);
    expect(requests.askedOf(fresh.hash)).toEqual([peer]);
  });

  it('that cannot be one, and an answer that is none, are offences', async () => {
    const peer = newPeer(1);
    const empty = peer.says(relay, { ...cmpct(fresh), shortIds: [], prefilled: [] });
    await expect(empty).rejects.toMatchObject({ code: 'invalid-compact-block' });
    expect(requests.isInFlight(fresh.hash)).toBe(false);
    await peer.says(relay, cmpct(fresh));
    const short = peer.says(relay, {
      command: 'blocktxn',
      blockHash: fresh.hash,
      transactions: payments.slice(1),
    });
    await expect(short).rejects.toMatchObject({ code: 'invalid-blocktxn' });
    expect(requests.isInFlight(fresh.hash)).toBe(false);
  });

  it('that nobody asked to complete is not completed', async () => {
    const [one, two] = [newPeer(1), newPeer(2)];
    const answer: MessageOf<'blocktxn'> = {
      command: 'blocktxn',
      blockHash: fresh.hash,
      transactions: payments,
    };
    await one.says(relay, answer);
    await one.says(relay, cmpct(fresh));
    await two.says(relay, answer);
    // Meanwhile it was given up.
    requests.received(fresh.hash, one);
    await one.says(relay, answer);
    expect(requests.delivered).toEqual([]);
  });

  it('with a header that breaks a rule is a fault of another kind than a block', async () => {
    const peer = newPeer(1);
    const { header } = fresh.block;
    const late = { ...cmpct(fresh), header: { ...header, time: header.time - 1000, nonce: 0 } };
    await expect(peer.says(relay, late)).rejects.toMatchObject({ subject: 'compact-block' });
  });

  it('that builds on nothing known makes us ask for headers', async () => {
    const peer = newPeer(1);
    const next = blockOn(fresh);
    await peer.says(relay, cmpct(next));
    expect(requests.askedForHeaders).toEqual([peer]);
    expect(requests.had).toEqual([]);
  });

  it('of little work is not looked at', async () => {
    requests.leastWork = chain.tip.chainWork + 3n;
    await newPeer(1).says(relay, cmpct(fresh));
    expect(chain.lookup(fresh.hash)).toBeUndefined();
  });

  it('of a tip of long ago is left to the download', async () => {
    pool = known(...payments);
    requests.isCloseToPresent = false;
    await newPeer(1).says(relay, cmpct(fresh));
    expect(requests.delivered).toEqual([]);
  });

  it('that is here already, or on its way, or worse than ours, is ignored', async () => {
    const peer = newPeer(1);
    await peer.says(relay, cmpct(tip));
    await peer.says(relay, cmpct(blockOn(blocks[HEIGHT - 1] as MadeBlock, { extra: 5 })));
    requests.inHand.add(toHex(fresh.hash));
    await peer.says(relay, cmpct(fresh));
    expect(peer.sent).toEqual([]);
    expect(requests.delivered).toEqual([]);
  });

  it('that was asked for and is of no use any more is asked for as a whole', async () => {
    const peer = newPeer(1);
    const rival = blockOn(blocks[HEIGHT - 1] as MadeBlock, { extra: 5 });
    await chain.processHeaders([rival.block.header]);
    requests.begin(peer, nodeOf(rival));
    await peer.says(relay, cmpct(rival));
    expect(commands(peer.sent)).toEqual(['getdata']);
  });

  it('further than two ahead of the tip is left to the download', async () => {
    const [a, b, c] = blocksOn(tip, 3) as [MadeBlock, MadeBlock, MadeBlock];
    await chain.processHeaders([a.block.header, b.block.header]);
    const peer = newPeer(1);
    await peer.says(relay, cmpct(c));
    expect(requests.delivered).toEqual([]);
    await peer.says(relay, cmpct(b));
    expect(requests.delivered).toHaveLength(1);
  });
});

describe('a block that several peers send', () => {
  it('is asked of the first; of others it is taken if nothing is missing', async () => {
    const [one, two] = [newPeer(1), newPeer(2)];
    await one.says(relay, cmpct(fresh));
    await two.says(relay, cmpct(fresh));
    expect(commands(one.sent)).toEqual(['getblocktxn']);
    expect(two.sent).toEqual([]);
    expect(requests.askedOf(fresh.hash)).toEqual([one]);
    pool = known(...payments);
    await two.says(relay, cmpct(fresh));
    expect(chain.tip).toBe(nodeOf(fresh));
  });

  it('is put together without asking even while three others are asked', async () => {
    await chain.processHeaders([fresh.block.header]);
    for (const id of [1, 2, 3]) requests.begin(newPeer(id), nodeOf(fresh));
    const peer = newPeer(4);
    await peer.says(relay, cmpct(fresh));
    expect(requests.delivered).toEqual([]);
    pool = known(...payments);
    await peer.says(relay, cmpct(fresh));
    expect(chain.tip).toBe(nodeOf(fresh));
    expect(peer.sent).toEqual([]);
  });

  it('is asked of a second and third that send at once, and the last place is for one of ours', async () => {
    const inbound = [2, 3, 4].map((id) => ({ id, kind: 'inbound' as const }));
    const [two, three] = [await fastPeer(2, inbound[0]), await fastPeer(3, inbound[1])] as const;
    const ours = await fastPeer(5);
    const parent: MadeBlock = {
      ...tip,
      hash: chain.tip.hash as BlockHash,
      height: chain.tip.height,
    };
    fresh = blockOn(parent, { transactions: payments });
    const slow = newPeer(1, { kind: 'inbound' });
    for (const peer of [two, three, ours]) peer.takeSent();
    for (const peer of [slow, two, three]) await peer.says(relay, cmpct(fresh));
    expect(requests.askedOf(fresh.hash)).toEqual([slow, two]);
    await ours.says(relay, cmpct(fresh));
    expect(requests.askedOf(fresh.hash)).toEqual([slow, two, ours]);
    expect([slow, two, three, ours].map(({ sent }) => commands(sent))).toEqual([
      ['getblocktxn'],
      ['getblocktxn'],
      [],
      ['getblocktxn'],
    ]);
    // Whoever answers first.
    await two.says(relay, {
      command: 'blocktxn',
      blockHash: fresh.hash,
      transactions: payments,
    });
    expect(chain.tip).toBe(nodeOf(fresh));
  });
});

it('a block that nobody can complete does not keep us searching for as long as a peer likes', async () => {
  let searches = 0;
  relay = new CompactRelay({
    chain,
    peers,
    pool: {
      entries: () => {
        searches++;
        return [];
      },
    },
    recent: new RecentBlock(chain, new SeededEntropy('recent')),
    requests: () => requests,
    sendBlock: async () => {},
  });
  await newPeer(1).says(relay, cmpct(fresh));
  const flooder = newPeer(2);
  for (let nonce = 0n; nonce < 20n; nonce++) await flooder.says(relay, cmpct(fresh, nonce));
  expect(searches).toBe(1 + 3);
  // It is not forgotten by a new connection of somebody else, nor held against them.
  await newPeer(3).says(relay, cmpct(fresh));
  expect(searches).toBe(5);
});

describe('high bandwidth', () => {
  it('is asked of those who gave us a new block: three, the last ones', async () => {
    const given: FakePeer[] = [];
    for (const id of [1, 2, 3, 4]) given.push(await fastPeer(id));
    expect(given.map((peer) => relay.isHighBandwidth(peer))).toEqual([false, true, true, true]);
    expect(given[0]?.sentOf('sendcmpct').map(({ announce }) => announce)).toEqual([true, false]);
    expect(given[3]?.sentOf('sendcmpct').map(({ announce }) => announce)).toEqual([true]);
  });

  it('is not asked of who cannot do it, nor while other blocks are under way', async () => {
    const mute = newPeer(1);
    await mute.says(relay, { command: 'block', raw: fresh.raw });
    await chain.processBlock(fresh.raw);
    expect(mute.sent).toEqual([]);
    const other = newPeer(9);
    const next = blockOn(fresh);
    const later = blockOn(next);
    await chain.processHeaders([next.block.header, later.block.header]);
    requests.begin(other, nodeOf(later));
    const busy = newPeer(2);
    await busy.says(relay, CAN);
    await busy.says(relay, { command: 'block', raw: next.raw });
    await chain.processBlock(next.raw);
    expect(busy.sent).toEqual([]);
  });

  it('is earned by compact blocks as well, and ends with the connection', async () => {
    pool = known(...payments);
    const peer = newPeer(1);
    await peer.says(relay, CAN);
    await peer.says(relay, cmpct(fresh));
    expect(relay.isHighBandwidth(peer)).toBe(true);
    expect(peer.sent).toEqual([WANT]);
    relay.gone(peer);
    expect(relay.isHighBandwidth(peer)).toBe(false);
  });
});
