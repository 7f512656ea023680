import { afterEach, describe, expect, it } from 'vitest';
import { nobodyThere, serviceDoor } from '../../test/fixtures/service-door.ts';
import { InProcessSearch, type NonceSearch } from '../node/mining/nonce-search.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { SystemDisk } from '../outside/disk/system-disk.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { SystemHttp } from '../outside/http/system-http.ts';
import { VirtualNetwork } from '../outside/network/virtual-network.ts';
import { LocalThreads } from '../outside/threads/local-threads.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { regtest } from '../protocol/params/regtest.ts';
import type { BlockHeader } from '../protocol/primitives/block-header.ts';
import { readJson } from '../protocol/report/read-json.ts';
import { NodeService } from '../service/node-service.ts';
import type { SoloMinerEvent } from './miner-event.ts';
import { SoloMiner, type SoloMinerOptions } from './solo-miner.ts';
import type { NodeDoor } from './template-feed.ts';

const SCRIPT = Uint8Array.of(0x51);
const TAG = new TextEncoder().encode('/tests/');
const COIN = 100_000_000n;

const clock = new SystemClock();
const running = new Set<NodeService>();
afterEach(async () => {
  for (const service of running) await service.stop();
  running.clear();
});

async function startNode(params: ChainParams = regtest): Promise<NodeService> {
  const entropy = new SeededEntropy('a node that is mined for');
  const service = await NodeService.start(
    { node: { params }, mineThreads: 1 },
    {
      ...{ clock, entropy },
      http: new SystemHttp(),
      disk: new SystemDisk(),
      network: new VirtualNetwork({ clock, entropy: entropy.fork('net') }).host('10.0.0.1'),
      openStore: new MemoryStores().open,
      threads: new LocalThreads(clock),
    },
  );
  running.add(service);
  return service;
}

interface Mining {
  readonly miner: SoloMiner;
  readonly events: SoloMinerEvent[];
  readonly ending: AbortController;
  readonly ended: Promise<void>;
  /** Resolves at the next event of a kind. */
  until(kind: SoloMinerEvent['kind']): Promise<void>;
  kinds(): readonly string[];
}

function mineFor(
  door: NodeDoor,
  options: Partial<SoloMinerOptions> = {},
  search: NonceSearch = new InProcessSearch(clock),
): Mining {
  const entropy = new SeededEntropy('a miner');
  const miner = new SoloMiner(
    { door, search, clock, entropy },
    { scriptPubKey: SCRIPT, tag: TAG, ...options },
  );
  const events: SoloMinerEvent[] = [];
  miner.on((event) => events.push(event));
  const ending = new AbortController();
  return {
    ...{ miner, events, ending },
    ended: miner.run(ending.signal),
    until: (kind) =>
      new Promise((resolve) => {
        const off = miner.on((event) => {
          if (event.kind !== kind) return;
          off();
          resolve();
        });
      }),
    kinds: () => events.map(({ kind }) => kind).filter((kind) => kind !== 'rate'),
  };
}

/** A search that finds nothing, and remembers when it was begun and ended. */
class IdleSearch implements NonceSearch {
  readonly headers: BlockHeader[] = [];
  endedAt = 0;

  search(
    header: BlockHeader,
    { signal }: { readonly signal?: AbortSignal | undefined },
  ): Promise<{ kind: 'gave-up'; tries: number }> {
    this.headers.push(header);
    return new Promise((resolve) => {
      const end = (): void => {
        this.endedAt = clock.monotonic();
        resolve({ kind: 'gave-up', tries: 1000 });
      };
      if (signal?.aborted === true) end();
      else signal?.addEventListener('abort', end, { once: true });
    });
  }
}

describe('a miner elsewhere', () => {
  it('mines blocks that the node takes, and ends after as many as were wanted', async () => {
    const service = await startNode();
    const { miner, events, ended, kinds } = mineFor(serviceDoor(service), { blocks: 2 });
    const start = clock.monotonic();
    await ended;
    // They are next to free on regtest, hence one a second.
    expect(clock.monotonic() - start).toBeGreaterThan(900);
    const { chain } = service.node;
    expect(chain.tip.height).toBe(2);
    expect(miner.totals).toMatchObject({ found: 2, accepted: 2, refused: 0, reward: 100n * COIN });
    expect(miner.totals.hashes).toBeGreaterThanOrEqual(0);
    expect(kinds().filter((kind) => kind !== 'template')).toEqual([
      ...['found', 'accepted'],
      ...['found', 'accepted'],
    ]);
    const last = events.findLast((event) => event.kind === 'accepted');
    expect(last?.block).toEqual({ height: 2, hash: chain.tip.hash, reward: 50n * COIN });
    const { block } = await chain.readBlock(chain.tip);
    expect(toHex(block.transactions[0]?.inputs[0]?.scriptSig ?? TAG)).toMatch(
      new RegExp(`^5208[0-9a-f]{16}07${toHex(TAG)}$`),
    );
    expect(block.transactions[0]?.outputs[0]?.scriptPubKey).toEqual(SCRIPT);
  });

  it('leaves a block at once when somebody else has found it', async () => {
    const service = await startNode();
    const search = new IdleSearch();
    const mining = mineFor(serviceDoor(service), {}, search);
    await mining.until('template');
    while (search.headers.length === 0) await clock.nextTurn();
    const next = mining.until('template');
    await service.node.generate(1, SCRIPT);
    const heardAt = clock.monotonic();
    await next;
    expect(search.endedAt - heardAt).toBeLessThan(50);
    while (search.headers.length < 2) await clock.nextTurn();
    expect(search.headers[1]?.previousBlockHash).toEqual(service.node.chain.tip.hash);
    mining.ending.abort();
    await mining.ended;
  });

  it('rolls extra nonce and time, and never searches where another miner does', async () => {
    const service = await startNode();
    const [one, other] = [new IdleSearch(), new IdleSearch()];
    const first = mineFor(serviceDoor(service), {}, one);
    const second = new SoloMiner(
      { door: serviceDoor(service), search: other, clock, entropy: new SeededEntropy('another') },
      { scriptPubKey: SCRIPT, tag: TAG },
    );
    const ended = second.run(first.ending.signal);
    while (one.headers.length < 3 || other.headers.length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    first.ending.abort();
    await Promise.all([first.ended, ended]);
    const headers = [...one.headers, ...other.headers];
    const roots = headers.map(({ merkleRoot }) => toHex(merkleRoot));
    expect(new Set(roots).size).toBe(roots.length);
    const times = one.headers.map(({ time }) => time);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1);
    expect(first.miner.hashesPerSecond).toBeGreaterThan(500);
  });

  it('sends a block again when the node was away, and takes "duplicate" for a yes', async () => {
    const service = await startNode();
    const door = serviceDoor(service);
    let sent = 0;
    const flaky: NodeDoor = {
      callExact: async (method, ...rest) => {
        const answer = await door.callExact(method, ...rest);
        // The node took it, and its answer got lost.
        if (method === 'submitblock' && ++sent === 1) throw nobodyThere();
        return answer;
      },
    };
    const { miner, ended, kinds } = mineFor(flaky, { blocks: 1 });
    await ended;
    expect(sent).toBe(2);
    expect(miner.totals).toMatchObject({ found: 1, accepted: 1 });
    expect(kinds()).toContain('unsent');
    expect(service.node.chain.tip.height).toBe(1);
  });

  it('tells why a block was refused, and does not try again at full speed', async () => {
    const service = await startNode();
    const door = serviceDoor(service);
    const strict: NodeDoor = {
      callExact: async (method, ...rest) =>
        method === 'submitblock' ? 'time-too-new' : door.callExact(method, ...rest),
    };
    const { miner, events, ending, ended } = mineFor(strict);
    await new Promise((resolve) => setTimeout(resolve, 600));
    ending.abort();
    await ended;
    expect(miner.totals).toMatchObject({ found: 1, accepted: 0, refused: 1, reward: 0n });
    expect(events.find(({ kind }) => kind === 'refused')).toMatchObject({
      reason: 'time-too-new',
      words:
        'its time is more than two hours ahead of the node’s clock: one of the clocks is wrong',
    });
  });

  it('waits while a chain of one’s own wants more transactions than there are', async () => {
    const blockTransactions = { min: 3, max: 9 };
    const consensus = { ...regtest.consensus, blockTransactions, coinbaseMaturity: 1 };
    const service = await startNode({ ...regtest, consensus });
    const mining = mineFor(serviceDoor(service));
    await mining.until('waiting');
    mining.ending.abort();
    await mining.ended;
    expect(service.node.chain.tip.height).toBe(1);
    expect(mining.events.find(({ kind }) => kind === 'waiting')).toMatchObject({
      error: {
        number: -1,
        message:
          'a block at height 2 needs 2 transactions beside its coinbase, and 0 are ready: 2 are missing',
      },
    });
  });

  it('ends with the error where there is no point in going on', async () => {
    const door: NodeDoor = { callExact: async () => readJson('{"rules":["!signet"]}') };
    await expect(mineFor(door).ended).rejects.toMatchObject({ code: 'signed-chain' });
  });

  it('ends at once when it is told to before it begins', async () => {
    const miner = new SoloMiner(
      {
        door: { callExact: () => Promise.reject(nobodyThere()) },
        search: new IdleSearch(),
        clock,
        entropy: new SeededEntropy('a miner'),
      },
      { scriptPubKey: SCRIPT, tag: TAG },
    );
    await miner.run(AbortSignal.abort());
    expect(miner.totals.found).toBe(0);
  });
});
