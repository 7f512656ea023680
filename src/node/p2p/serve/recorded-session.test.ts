import { beforeAll, describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { FakeBlockRequests } from '../../../../test/fixtures/fake-block-requests.ts';
import { FakePeer, peerSetOf } from '../../../../test/fixtures/fake-peer.ts';
import { memoryChain, type TestChain } from '../../../../test/fixtures/test-chain.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { fromHex, toHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { decodeBlock } from '../../../protocol/primitives/block.ts';
import { scriptFromAddress } from '../../../protocol/script/address.ts';
import { isBlockItem } from '../../../protocol/wire/inventory.ts';
import {
  type Command,
  decodePayload,
  encodePayload,
  type Message,
  type MessageOf,
} from '../../../protocol/wire/message.ts';
import { Indexes } from '../../index/indexes.ts';
import { BlockGenerator } from '../../mining/block-generator.ts';
import { InProcessSearch } from '../../mining/nonce-search.ts';
import { theseTransactions } from '../../mining/transaction-source.ts';
import { MemoryStores } from '../../storage/memory-stores.ts';
import { compactBlock } from '../compact/compact-block.ts';
import { CompactRelay } from '../compact/compact-relay.ts';
import { RecentBlock } from '../compact/recent-block.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import { BlockServer } from './block-server.ts';
import { BloomFilters } from './bloom-filters.ts';
import { FilterServer } from './filter-server.ts';
import { HeaderServer } from './header-server.ts';

const CLOCK = 1_700_000_000;
const ADDRESS = 'bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh';

const vectors = VectorFolder.find();
if (vectors === undefined) console.log('skipped: the recorded session (no vector folder)');

interface Row {
  readonly connection?: string;
  readonly send?: string;
  readonly recv?: string;
  readonly payload?: string;
}

const rows: readonly Row[] =
  vectors
    ?.text('p2p/core-session.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row) ?? [];

/** What others answer: the handshake, transactions, addresses. */
const NOT_OURS: ReadonlySet<string> = new Set([
  'version',
  'verack',
  'wtxidrelay',
  'sendaddrv2',
  'ping',
  'pong',
  'feefilter',
  'notfound',
]);

/** The lines from the start of one connection to that of the next. */
function linesOf(name: string): readonly Row[] {
  const start = rows.findIndex(({ connection }) => connection === name);
  const rest = rows.slice(start + 1);
  const end = rest.findIndex(({ connection }) => connection !== undefined);
  return end < 0 ? rest : rest.slice(0, end);
}

function messageOf(row: Row): Message | undefined {
  return decodePayload(row.send ?? row.recv ?? '', fromHex(row.payload ?? ''));
}

/** Whether Core's line is one that this part of the node answers for. */
function isOurs(row: Row): boolean {
  const message = row.recv === undefined ? undefined : messageOf(row);
  if (message === undefined || NOT_OURS.has(message.command)) return false;
  if (message.command === 'inv') return message.items.every(isBlockItem);
  return message.command !== 'getheaders' && message.command !== 'sendcmpct';
}

describe.skipIf(vectors === undefined)('what Bitcoin Core answered', () => {
  let node: TestChain;
  let handlers: readonly PeerHandler[];
  let compact: CompactRelay;

  beforeAll(async () => {
    node = await memoryChain(regtest, CLOCK);
    const { chain, clock } = node;
    const source = theseTransactions([]);
    const search = new InProcessSearch(clock);
    const generator = new BlockGenerator({ chain, clock, search, source });
    await generator.generate(110, scriptFromAddress(ADDRESS, regtest.addressPrefixes));
    const stores = new MemoryStores();
    const indexes = await Indexes.open({
      params: regtest.consensus,
      names: ['filters'],
      folder: '/indexes',
      openStore: stores.open,
      chain,
      clock,
      entropy: new SeededEntropy('indexes'),
      onFailure: (error) => {
        throw error;
      },
    });
    const entropy = new SeededEntropy('session');
    const recent = new RecentBlock(chain, entropy);
    const requests = new FakeBlockRequests();
    const bloom = new BloomFilters({ offersBloom: true });
    const blocks = new BlockServer({
      ...{ clock, chain, recent, bloom },
      isCloseToPresent: () => true,
    });
    compact = new CompactRelay({
      chain,
      peers: peerSetOf(),
      pool: { entries: () => [] },
      recent,
      requests: () => requests,
      sendBlock: (peer, item) => blocks.serve(peer, item),
    });
    handlers = [
      compact,
      bloom,
      new HeaderServer({ chain, journal: requests }),
      new FilterServer({ chain, filters: indexes.filters }),
      blocks,
    ];
    await chain.processBlock(recordedBlock(0));
    await indexes.settled();
  });

  /** The blocks that it sent with witnesses, in the order in which they were made. */
  function recordedBlock(number: number): Uint8Array {
    const sent = rows.filter(({ recv }) => recv === 'block').map((row) => row.payload ?? '');
    const names = [...new Set(sent.map((payload) => payload.slice(0, 160)))];
    const whole = sent.find((payload) => payload.startsWith(names[number] ?? '-')) as string;
    return fromHex(whole);
  }

  async function say(peer: FakePeer, message: Message): Promise<void> {
    for (const handler of handlers) {
      await peer.says<Command>(handler, message as MessageOf<Command>);
    }
  }

  async function play(connection: string): Promise<number> {
    const peer = new FakePeer();
    let compared = 0;
    for (const row of linesOf(connection)) {
      if (row.send !== undefined && row.payload !== undefined) {
        const message = messageOf(row);
        if (message !== undefined) await say(peer, message);
        continue;
      }
      if (!isOurs(row)) continue;
      const expected = messageOf(row) as Message;
      if (expected.command === 'cmpctblock' && peer.sent.length === 0) {
        // The next block was made, and the peer had asked for it at once.
        await node.chain.processBlock(recordedBlock(1));
        expect(compact.announceCompact(peer, node.chain.tip)).toBe(true);
      }
      const answer = peer.sent.shift() as Message;
      compared++;
      if (expected.command === 'cmpctblock' && answer.command === 'cmpctblock') {
        // The nonce is drawn, and the short ids depend on it. With Core's nonce they are Core's.
        const { block } = await node.chain.readBlock(node.chain.tip);
        expect(toHex(encodePayload(compactBlock(block, expected.nonce)))).toBe(row.payload);
        expect(answer).toEqual(compactBlock(block, answer.nonce));
        continue;
      }
      expect(answer.command).toBe(expected.command);
      expect(toHex(encodePayload(answer)), row.recv).toBe(row.payload);
    }
    expect(peer.sent).toEqual([]);
    return compared;
  }

  it('a modern peer that asks for headers, blocks, filters and proofs', async () => {
    expect(toHex(node.chain.tip.headerBytes)).toBe(toHex(recordedBlock(0).subarray(0, 80)));
    expect(decodeBlock(recordedBlock(0)).transactions).toHaveLength(2);
    expect(await play('a modern peer')).toBe(17);
  });

  it('an old peer that asks for headers', async () => {
    expect(await play('an old peer: no wtxidrelay, no sendaddrv2')).toBe(1);
  });

  it('a peer whose locator is too long', async () => {
    const played = play('enemy: locator of 102');
    await expect(played).rejects.toMatchObject({ code: 'oversized-locator' });
  });
});
