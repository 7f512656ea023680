import { afterEach, describe, expect, it } from 'vitest';
import { alteredDoor, FarNode, until } from '../../../test/fixtures/far-node.ts';
import { nobodyThere } from '../../../test/fixtures/service-door.ts';
import { WalletScene } from '../../../test/fixtures/wallet-scene.ts';
import { METHOD_NOT_FOUND, RpcCallError } from '../../client/rpc-call-error.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { signet } from '../../protocol/params/signet.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { jsonText } from '../../protocol/report/json-text.ts';
import { JsonNumber, type JsonValue } from '../../protocol/report/json-value.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';
import type { ChainSource, SourceEvent } from './chain-source.ts';
import { NodeSource } from './node-source.ts';
import { SourceError } from './source-error.ts';

const COIN = 100_000_000n;
const ours = p2wpkh(new Uint8Array(20).fill(1));
const others = p2wpkh(new Uint8Array(20).fill(2));
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function farNode(...options: string[]): Promise<FarNode> {
  const far = await FarNode.start(options);
  open.push(far);
  return far;
}

function listening(source: ChainSource): SourceEvent[] {
  const heard: SourceEvent[] = [];
  source.follow((event) => {
    heard.push(event);
  });
  return heard;
}

/** Events as words: `+5`, `-5`, `tip 5`, `entered`, … */
function words(heard: readonly SourceEvent[]): readonly string[] {
  return heard.map((event) => {
    if (event.kind === 'connected') return `+${event.place.height}`;
    if (event.kind === 'disconnected') return `-${event.place.height}`;
    if (event.kind === 'tip') return `tip ${event.place.height}`;
    return event.kind === 'left' ? `left: ${event.reason}` : event.kind;
  });
}

async function concerning(source: ChainSource, from: number): Promise<readonly number[]> {
  const heights: number[] = [];
  const stretch = { from, to: await source.tip() };
  for await (const { place, block } of source.blocksConcerning(stretch, () => [ours])) {
    if (block === undefined) continue;
    expect(blockHash(block)).toEqual(place.hash);
    heights.push(place.height);
  }
  return heights;
}

describe('a node in another process', () => {
  it('is told from a distance exactly as it is', async () => {
    const far = await farNode();
    await far.appear();
    await far.node.generate(3, others);
    const source = far.source();
    await source.reached(60_000);
    const near = new NodeSource(far.node);
    expect(await source.tip()).toEqual(await near.tip());
    for (const height of [0, 2, 3, 4, -1]) {
      expect(await source.placeAt(height)).toEqual(await near.placeAt(height));
    }
    const { hash } = await near.tip();
    expect(await source.block(hash)).toEqual(await near.block(hash));
    expect(await source.find(hash)).toEqual(await near.find(hash));
    expect(await source.find(new Uint8Array(32))).toBeUndefined();
    await far.node.chain.invalidateBlock(hash);
    expect(await source.find(hash)).toBeUndefined();
    await expect(source.block(new Uint8Array(32))).rejects.toMatchObject({ code: 'no-block' });
    const { ancestorLimit, descendantLimit, ...terms } = await near.relayTerms();
    expect([ancestorLimit, descendantLimit]).toEqual([25, 25]);
    expect(await source.relayTerms()).toEqual(terms);
    expect(await source.feeRate(6, 'economical')).toBeUndefined();
  });

  it('takes transactions, and tells of its pool', async () => {
    const far = await farNode();
    await far.appear();
    const source = far.source();
    await source.reached(60_000);
    const heard = listening(source);
    const near = new NodeSource(far.node);
    const wallet = await new WalletScene('pays').create('w');
    open.push(wallet);
    await wallet.attach(near);
    await far.node.generate(1, (await wallet.newAddress()).script);
    await far.node.generate(100, others);
    await until(() => words(heard).includes('tip 101'));
    await wallet.detach();
    const parent = (await wallet.send([{ script: others, amount: COIN }])).walletTx;
    const child = (await wallet.send([{ script: others, amount: COIN }])).walletTx;
    heard.length = 0;
    const missing = await source.broadcast(child.tx);
    expect(missing).toEqual({ kind: 'rejected', reason: 'bad-txns-inputs-missingorspent' });
    expect(await near.broadcast(child.tx)).toEqual(missing);
    expect(await source.broadcast(parent.tx)).toEqual({ kind: 'accepted' });
    expect(words(heard)).toEqual(['entered']);
    expect(await source.broadcast(parent.tx)).toEqual({ kind: 'known' });
    heard.length = 1;
    await far.node.broadcast(child.tx);
    await until(() => heard.length === 2);
    expect(heard[1]).toMatchObject({ kind: 'entered', tx: child.tx });
    expect((await source.pool()).map(txid)).toEqual([parent.txid, child.txid]);
    expect(await source.inPool([child.txid, others as never])).toEqual([child.txid]);
    expect(await source.poolStanding(child.txid)).toEqual(await near.poolStanding(child.txid));
    await far.node.generate(1, others);
    await until(() => heard.length === 6);
    expect(words(heard).slice(2)).toEqual(['+102', 'tip 102', 'left: block', 'left: block']);
    const old = await source.broadcast(parent.tx);
    expect(old).toEqual({ kind: 'rejected', reason: 'txn-already-known' });
    expect(await near.broadcast(parent.tx)).toEqual(old);
    expect(await source.poolStanding(parent.txid)).toBeUndefined();
  });

  it.each([
    { options: ['-blockfilterindex'], found: [150, 290] },
    { options: [], found: Array.from({ length: 300 }, (_, i) => i + 1) },
  ])('finds the blocks that concern scripts with $options', async ({ options, found }) => {
    const far = await farNode(...options);
    await far.appear();
    await far.node.generate(149, others);
    await far.node.generate(1, ours);
    await far.node.generate(139, others);
    await far.node.generate(1, ours);
    await far.node.generate(10, others);
    await far.node.indexes.settled();
    const source = far.source();
    await source.reached(60_000);
    expect(await concerning(source, 1)).toEqual(found);
  });

  it('does not take the blocks of one branch for those of another', async () => {
    const far = await farNode();
    await far.appear();
    await far.node.generate(5, others);
    const source = far.source();
    await source.reached(60_000);
    const to = await source.tip();
    const after = (await source.placeAt(2))?.hash as Uint8Array;
    await far.node.chain.invalidateBlock(after);
    await far.node.generate(6, ours);
    const first = source.blocksConcerning({ from: 3, to }, () => [ours]);
    await expect(first[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'moved' });
    const stretch = { from: 3, to: await source.tip(), after };
    const second = source.blocksConcerning(stretch, () => [ours]);
    await expect(second[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'moved' });
  });
});

describe('following a node in another process', () => {
  it('hears of blocks in order, through reorganisations', async () => {
    const far = await farNode();
    await far.appear();
    await far.node.generate(2, others);
    const source = far.source();
    await source.reached(60_000);
    const heard = listening(source);
    const [third] = await far.node.generate(1, others);
    await until(() => heard.length === 2);
    await far.node.generate(29, others);
    await until(() => words(heard).at(-1) === 'tip 32');
    heard.length = 0;
    await far.node.chain.invalidateBlock(third as Uint8Array);
    await far.node.generate(31, ours);
    await until(() => words(heard).at(-1) === 'tip 33');
    const steps = words(heard).filter((word) => !word.startsWith('tip'));
    const down = Array.from({ length: 30 }, (_, i) => `-${32 - i}`);
    const up = Array.from({ length: 31 }, (_, i) => `+${i + 3}`);
    expect(steps).toEqual([...down, ...up]);
    const last = heard.findLast(({ kind }) => kind === 'connected');
    expect(last).toMatchObject({ place: { hash: far.node.chain.tip.hash } });
  });

  it('hears of what happened while the node was gone', async () => {
    const far = await farNode();
    const source = far.source();
    const heard = listening(source);
    await expect(source.reached(200)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('connection refused'),
    });
    expect(source.isReachable).toBe(false);
    await expect(source.tip()).rejects.toMatchObject({ code: 'unreachable' });
    const [first] = await far.node.generate(1, others);
    await far.appear();
    await source.reached(60_000);
    await until(() => words(heard).at(-1) === 'reachable');
    await far.vanish();
    await until(() => words(heard).at(-1) === 'unreachable');
    expect(source.problem?.message).toContain('connection refused');
    await far.node.chain.invalidateBlock(first as Uint8Array);
    await far.node.generate(3, ours);
    await far.appear();
    await until(() => words(heard).at(-1) === 'tip 3');
    const since = words(heard).lastIndexOf('reachable');
    expect(words(heard).slice(since)).toEqual(['reachable', '-1', '+1', '+2', '+3', 'tip 3']);
    await far.node.generate(250, others);
    await until(() => words(heard).at(-1) === 'tip 253');
  });

  it.each([
    ['has no such method', new RpcCallError(METHOD_NOT_FOUND, 'Method not found')],
    ['does not allow it', nobodyThere()],
  ])('hears of blocks from a node that cannot be waited at: it %s', async (_, error) => {
    const far = await farNode();
    await far.appear();
    const door = alteredDoor(far.connection(), (value, { method }) => {
      if (method === 'waitfornewblock') throw error;
      return value;
    });
    const source = far.source(door);
    await source.reached(60_000);
    const heard = listening(source);
    await far.node.generate(1, others);
    await until(() => words(heard).includes('tip 1'));
    await far.node.generate(1, others);
    await until(() => words(heard).includes('tip 2'));
    expect(words(heard)).not.toContain('unreachable');
  });

  it('ends at once, also in the midst of waiting for a block', async () => {
    const far = await farNode();
    await far.appear();
    const source = far.source();
    await source.reached(60_000);
    const heard = listening(source);
    await far.node.generate(1, others);
    await until(() => heard.length > 1);
    const waits = source.tip();
    const since = performance.now();
    await source.close();
    expect(performance.now() - since).toBeLessThan(100);
    await expect(waits).rejects.toMatchObject({ code: 'unreachable' });
    await expect(source.reached(1_000)).rejects.toMatchObject({ code: 'unreachable' });
    const count = heard.length;
    await far.node.generate(1, others);
    expect(heard).toHaveLength(count);
  });

  it.each([
    ['a wrong password', 'wrong', regtest, 'unauthorized', 'user or password are wrong'],
    ['another chain', 'secret', signet, 'other-chain', 'the node is on another chain than signet'],
  ] as const)('says at once that there is %s', async (_, password, chain, code, message) => {
    const far = await farNode();
    await far.appear();
    const source = far.source(far.connection(password), chain);
    const heard = listening(source);
    await expect(source.reached(60_000)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(heard).toMatchObject([{ kind: 'unreachable', error: { code } }]);
    expect(source.isReachable).toBe(false);
  });
});

describe('a node that is broken, or hostile', () => {
  const GARBAGE: readonly JsonValue[] = [
    null,
    true,
    'zz',
    new JsonNumber('-1'),
    new JsonNumber('1e400'),
    [],
    new Map<string, JsonValue>([['hash', '00']]),
  ];

  it('is not believed, whatever it answers', async () => {
    const far = await farNode('-blockfilterindex');
    await far.appear();
    await far.node.generate(3, ours);
    await far.node.indexes.settled();
    let isBroken = false;
    let answer: JsonValue = null;
    const door = alteredDoor(far.connection(), (value) => (isBroken ? answer : value));
    const source = far.source(door);
    await source.reached(60_000);
    const tip = await source.tip();
    const questions: readonly (() => Promise<unknown>)[] = [
      () => source.tip(),
      () => source.placeAt(1),
      () => source.find(tip.hash),
      () => source.block(tip.hash),
      () => concerning(source, 1),
      () => source.pool(),
      () => source.relayTerms(),
    ];
    for (const garbage of GARBAGE) {
      for (const question of questions) {
        isBroken = false;
        await until(() => source.isReachable);
        answer = garbage;
        isBroken = true;
        const error: unknown = await question().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error, `${question} answered with ${jsonText(garbage)}`).toBeInstanceOf(SourceError);
        expect((error as SourceError).message).not.toContain('\n');
      }
    }
  });

  it('gives no block, filter or transaction but the one that was asked for', async () => {
    const far = await farNode('-blockfilterindex');
    await far.appear();
    await far.node.generate(2, ours);
    await far.node.indexes.settled();
    const [first, second] = await Promise.all(
      [1, 2].map(async (height) => far.node.chain.readRaw(far.node.chain.blockAt(height) as never)),
    );
    const other = toHex(first as Uint8Array);
    // The header of one with the transactions of another.
    const mixed = toHex(second as Uint8Array).slice(0, 160) + other.slice(160);
    let wanted = '';
    let answer: JsonValue = null;
    const door = alteredDoor(far.connection(), (value, { method }) =>
      method === wanted ? answer : value,
    );
    const source = far.source(door);
    await source.reached(60_000);
    const { hash } = await source.tip();
    for (const [method, lie, words] of [
      ['getblock', other, 'getblock is another block than'],
      ['getblock', mixed, 'with other transactions than its own'],
      ['getblock', `${other}00`, 'getblock is not what it has to be'],
      ['getblockfilter', new Map([['filter', 'fdffff00']]), 'getblockfilter is no filter'],
      ['getblockfilter', new Map([['filter', 'zz']]), "getblockfilter's filter is no bytes in hex"],
    ] as const) {
      wanted = method;
      answer = lie;
      const ask = method === 'getblock' ? source.block(hash) : concerning(source, 1);
      await expect(ask).rejects.toMatchObject({
        code: 'bad-answer',
        message: expect.stringContaining(words),
      });
    }
  });

  it('does not end the wallet, which goes on as soon as it is mended', async () => {
    const far = await farNode();
    await far.appear();
    await far.node.generate(3, others);
    let isBroken = false;
    const door = alteredDoor(far.connection(), (value, { method }) =>
      isBroken && method !== 'waitfornewblock' ? 'nonsense' : value,
    );
    const source = far.source(door);
    await source.reached(60_000);
    const heard = listening(source);
    const wallet = await new WalletScene('mended').create('w');
    open.push(wallet);
    await wallet.attach(source);
    isBroken = true;
    await until(() => !source.isReachable);
    expect(heard.at(-1)).toMatchObject({
      kind: 'unreachable',
      error: {
        code: 'bad-answer',
        message: 'the node cannot be believed: getbestblockhash is no hash',
      },
    });
    await far.node.generate(1, (await wallet.newAddress()).script);
    isBroken = false;
    await until(() => wallet.balances().immature === 50n * COIN);
  });
});
