import { beforeAll, describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
} from '../../../../test/fixtures/block-maker.ts';
import { changedObject } from '../../../../test/fixtures/changed-object.ts';
import { FakeBlockRequests } from '../../../../test/fixtures/fake-block-requests.ts';
import { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import { memoryChain } from '../../../../test/fixtures/test-chain.ts';
import type { Clock } from '../../../outside/clock/clock.ts';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import { type BlockHash, ZERO_HASH } from '../../../protocol/primitives/hashes.ts';
import type { MessageOf } from '../../../protocol/wire/message.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import { RecentBlock } from '../compact/recent-block.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import { BlockServer } from './block-server.ts';
import { BloomFilters } from './bloom-filters.ts';
import { HeaderServer } from './header-server.ts';
import { isRequestAllowed } from './request-allowed.ts';

const NO_STOP = ZERO_HASH as BlockHash;
const NOW = regtest.genesis.header.time + 5000;
/** More than `headers` may have, and more than one `getblocks` is answered with. */
const HEIGHT = 2010;

let chain: Chain;
let recent: RecentBlock;
let blocks: readonly MadeBlock[];
let stale: MadeBlock;

beforeAll(async () => {
  ({ chain } = await memoryChain(quickRegtest, NOW));
  recent = new RecentBlock(chain, new SeededEntropy('recent'));
  blocks = [genesis, ...blocksOn(genesis, HEIGHT)];
  for (const { raw } of blocks.slice(1)) await chain.processBlock(raw);
  expect(chain.tip.height).toBe(HEIGHT);
  stale = blockOn(blocks[HEIGHT - 1] as MadeBlock, { extra: 77 });
  await chain.processBlock(stale.raw);
}, 60_000);

function hashAt(height: number): BlockHash {
  return (blocks[height] as MadeBlock).hash;
}

function getHeaders(locator: readonly BlockHash[], stop = NO_STOP): MessageOf<'getheaders'> {
  return { command: 'getheaders', version: 70016, locator, stop };
}

function getBlocks(locator: readonly BlockHash[], stop = NO_STOP): MessageOf<'getblocks'> {
  return { command: 'getblocks', version: 70016, locator, stop };
}

function getData(type: number, ...hashes: readonly BlockHash[]): MessageOf<'getdata'> {
  return { command: 'getdata', items: hashes.map((hash) => ({ type, hash })) };
}

function blockServer(
  changes: Partial<Chain> = {},
  isClose = true,
  clock: Clock = new VirtualClock(),
): BlockServer {
  return new BlockServer({
    clock,
    chain: changedObject(chain, changes),
    recent,
    bloom: new BloomFilters({ offersBloom: false }),
    isCloseToPresent: () => isClose,
  });
}

describe('getheaders', () => {
  const ask = async (
    message: MessageOf<'getheaders'>,
    peer = new FakePeer(),
    changes: Partial<Chain> = {},
  ): Promise<readonly string[] | undefined> => {
    const journal = new FakeBlockRequests();
    const server = new HeaderServer({ chain: changedObject(chain, changes), journal });
    await peer.says(server, message);
    const [answer] = peer.sentOf('headers');
    if (answer !== undefined && answer.headers.length > 0) {
      // What is announced to the peer from now on depends on this.
      const last = journal.headersSent.at(-1)?.node;
      expect(toHex(last?.hash ?? NO_STOP)).toBe(
        toHex(blockHash(answer.headers.at(-1) as MessageOf<'headers'>['headers'][number])),
      );
    }
    return answer?.headers.map((header) => toHex(blockHash(header)));
  };
  const hexes = (from: number, to: number): readonly string[] =>
    blocks.slice(from, to + 1).map(({ hash }) => toHex(hash));

  it('is answered with what comes behind the last common block, 2000 at most', async () => {
    expect(await ask(getHeaders([hashAt(2000)]))).toEqual(hexes(2001, HEIGHT));
    expect(await ask(getHeaders([hashAt(0)]))).toEqual(hexes(1, 2000));
    expect(await ask(getHeaders([stale.hash, hashAt(2005)]))).toEqual(hexes(2006, HEIGHT));
  });

  it('with a locator that nobody knows starts from the first block', async () => {
    const unknown = new Uint8Array(32).fill(9) as BlockHash;
    expect(await ask(getHeaders([unknown]))).toEqual(hexes(1, 2000));
  });

  it('ends with the block that it names', async () => {
    expect(await ask(getHeaders([hashAt(3)], hashAt(5)))).toEqual(hexes(4, 5));
  });

  it('of somebody who has all is answered with none', async () => {
    expect(await ask(getHeaders([hashAt(HEIGHT)]))).toEqual([]);
  });

  it('without a locator asks for the one block that it names, and those behind it', async () => {
    expect(await ask(getHeaders([], hashAt(HEIGHT - 1)))).toEqual([toHex(hashAt(HEIGHT - 1))]);
    expect(await ask(getHeaders([]))).toBeUndefined();
  });

  it('tells nothing of branches that were never followed', async () => {
    expect(chain.lookup(stale.hash)?.isStored).toBe(true);
    expect(await ask(getHeaders([], stale.hash))).toBeUndefined();
  });

  it('is answered with nothing as long as the chain has too little work', async () => {
    const changes = { minimumChainWork: chain.tip.chainWork + 1n };
    expect(await ask(getHeaders([hashAt(5)]), new FakePeer(), changes)).toEqual([]);
    const privileged = new FakePeer({ permissions: ['download'] });
    expect(await ask(getHeaders([hashAt(2008)]), privileged, changes)).toHaveLength(2);
  });

  it('with more than 101 hashes is an offence', async () => {
    const locator = new Array<BlockHash>(101).fill(hashAt(HEIGHT));
    expect(await ask(getHeaders(locator))).toEqual([]);
    const fault = ask(getHeaders([...locator, hashAt(0)]));
    await expect(fault).rejects.toMatchObject({ code: 'oversized-locator' });
    await expect(fault).rejects.toBeInstanceOf(PeerFault);
    const peer = new FakePeer();
    const asked = peer.says(blockServer(), getBlocks([...locator, hashAt(0)]));
    await expect(asked).rejects.toMatchObject({ code: 'oversized-locator' });
  });
});

describe('getblocks', () => {
  it('is answered with 500 hashes, and with a call to go on when the last is fetched', async () => {
    const peer = new FakePeer();
    const server = blockServer();
    await peer.says(server, getBlocks([hashAt(10)]));
    const [inv] = peer.takeSent() as [MessageOf<'inv'>];
    expect(inv.items.map(({ hash }) => toHex(hash))).toEqual(
      blocks.slice(11, 511).map(({ hash }) => toHex(hash)),
    );
    expect(new Set(inv.items.map(({ type }) => type))).toEqual(new Set([2]));
    await peer.says(server, getData(2, hashAt(509), hashAt(510), hashAt(510)));
    expect(peer.sent.map(({ command }) => command)).toEqual(['block', 'block', 'inv', 'block']);
    expect(peer.sentOf('inv')).toEqual([
      { command: 'inv', items: [{ type: 2, hash: hashAt(HEIGHT) }] },
    ]);
  });

  it('ends before the block that it names', async () => {
    const peer = new FakePeer();
    await peer.says(blockServer(), getBlocks([hashAt(10)], hashAt(13)));
    expect(peer.sentOf('inv')[0]?.items.map(({ hash }) => toHex(hash))).toEqual(
      [11, 12].map((height) => toHex(hashAt(height))),
    );
  });

  it('of somebody who has all is not answered', async () => {
    const peer = new FakePeer();
    await peer.says(blockServer(), getBlocks([hashAt(HEIGHT)]));
    expect(peer.sent).toEqual([]);
  });

  it('is not answered with blocks that a pruning node will not have much longer', async () => {
    const peer = new FakePeer();
    const server = blockServer({ isPruning: true });
    // 288 blocks, less those of an hour.
    await peer.says(server, getBlocks([hashAt(HEIGHT - 283)]));
    expect(peer.takeSent()).toEqual([]);
    await peer.says(server, getBlocks([hashAt(HEIGHT - 282)]));
    expect(peer.sentOf('inv')[0]?.items).toHaveLength(282);
  });
});

describe('getdata', () => {
  it('is answered with whole blocks, with witnesses and without', async () => {
    const peer = new FakePeer();
    await peer.says(blockServer(), getData(0x40000002, hashAt(5), hashAt(HEIGHT)));
    await peer.says(blockServer(), getData(2, hashAt(5), hashAt(HEIGHT)));
    const raws = peer.sentOf('block').map(({ raw }) => toHex(raw));
    const expected = [5, HEIGHT].map((height) => toHex((blocks[height] as MadeBlock).raw));
    expect(raws).toEqual([...expected, ...expected]);
  });

  it('of blocks that are not here, and of what is no block, gets no answer from here', async () => {
    const peer = new FakePeer();
    const unknown = new Uint8Array(32).fill(4) as BlockHash;
    for (const type of [1, 2, 3, 4, 5, 6, 0x40000001, 0x40000002]) {
      await peer.says(blockServer(), getData(type, unknown));
    }
    await peer.says(blockServer(), getData(2, stale.hash));
    await peer.says(blockServer(), getData(6, hashAt(5)));
    expect(peer.sent).toEqual([]);
  });

  it('of more than 50,000 is an offence', async () => {
    const peer = new FakePeer();
    const items = new Array(50_000).fill({ type: 1, hash: hashAt(1) });
    await peer.says(blockServer(), { command: 'getdata', items });
    const tooMany = peer.says(blockServer(), { command: 'getdata', items: [...items, items[0]] });
    await expect(tooMany).rejects.toMatchObject({ code: 'oversized-getdata' });
  });

  it('is answered with a compact block of the last five below the tip, and whole below that', async () => {
    const peer = new FakePeer();
    const deepest = hashAt(HEIGHT - 5);
    await peer.says(blockServer(), getData(4, hashAt(HEIGHT), deepest, hashAt(HEIGHT - 6)));
    expect(peer.sent.map(({ command }) => command)).toEqual(['cmpctblock', 'cmpctblock', 'block']);
    peer.takeSent();
    await peer.says(blockServer({}, false), getData(4, hashAt(HEIGHT)));
    expect(peer.sent.map(({ command }) => command)).toEqual(['block']);
  });

  it('waits for a peer that reads slowly, one block at a time', async () => {
    const peer = new FakePeer();
    const server = blockServer();
    peer.isCongested = true;
    const answered = peer.says(server, getData(2, hashAt(1), hashAt(2), hashAt(3)));
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    await settle();
    expect(peer.sent).toHaveLength(0);
    const send = peer.send.bind(peer);
    peer.send = (message) => {
      send(message);
      peer.isCongested = true;
    };
    for (const count of [1, 2]) {
      peer.isCongested = false;
      server.drained(peer);
      await settle();
      expect(peer.sent).toHaveLength(count);
    }
    peer.disconnect('it is gone');
    server.gone(peer);
    await answered;
    expect(peer.sent).toHaveLength(2);
  });

  it('for one block many times over lets others have a turn, though nothing has to be read for it', async () => {
    let [now, turns] = [0, 0];
    const clock = changedObject(new VirtualClock(), {
      // A millisecond for each look at it.
      monotonic: () => now++,
      nextTurn: async () => {
        turns++;
      },
    });
    const peer = new FakePeer();
    const items = new Array(1000).fill({ type: 4, hash: hashAt(HEIGHT) });
    await peer.says(blockServer({}, true, clock), { command: 'getdata', items });
    expect(peer.sentOf('cmpctblock')).toHaveLength(1000);
    expect(turns).toBeGreaterThan(100);
  });

  it('of old blocks costs the connection to a node that prunes', async () => {
    const server = blockServer({ isPruning: true });
    const peer = new FakePeer();
    await peer.says(server, getData(2, hashAt(HEIGHT - 290)));
    expect(peer.sentOf('block')).toHaveLength(1);
    const tooOld = peer.says(server, getData(2, hashAt(HEIGHT - 291)));
    await expect(tooOld).rejects.toMatchObject({ code: 'too-old-block' });
    const friend = new FakePeer({ permissions: ['noban'] });
    await friend.says(server, getData(2, hashAt(HEIGHT - 291)));
    expect(friend.sentOf('block')).toHaveLength(1);
  });

  it('of a block that cannot be read ends the connection, so that nobody waits for it', async () => {
    const peer = new FakePeer();
    const readRaw: Chain['readRaw'] = (node) =>
      chain.readRaw(changedObject(node, { isStored: false }));
    await peer.says(blockServer({ readRaw }), getData(0x40000002, hashAt(7)));
    expect(peer.isGone).toBe(true);
  });
});

describe('a block of another branch', () => {
  const node = (): BlockNode => chain.lookup(stale.hash) as BlockNode;

  it('may be asked for if it is valid and younger than a month, by time and by work', () => {
    expect(isRequestAllowed(chain, chain.tip)).toBe(true);
    expect(isRequestAllowed(chain, node())).toBe(false);
    const valid = changedObject(node(), { isValid: true });
    expect(isRequestAllowed(chain, valid)).toBe(true);
    const old = { isValid: true, time: chain.bestHeader.time - 30 * 86_400 };
    expect(isRequestAllowed(chain, changedObject(node(), old))).toBe(false);
    expect(isRequestAllowed(chain, changedObject(node(), { ...old, time: old.time + 1 }))).toBe(
      true,
    );
    // A month of ten minutes is 4320 blocks.
    const work = (blocks: bigint): BlockNode =>
      changedObject(node(), {
        isValid: true,
        chainWork: chain.bestHeader.chainWork - 2n * blocks,
      });
    expect(isRequestAllowed(chain, work(4319n))).toBe(true);
    expect(isRequestAllowed(chain, work(4320n))).toBe(false);
  });
});
