import { afterEach, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../test/fixtures/played-node.ts';
import { VirtualWorld } from '../../test/fixtures/virtual-world.ts';
import { testWalletOptions, WalletScene } from '../../test/fixtures/wallet-scene.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { parseDescriptor } from '../protocol/script/descriptor/parse.ts';
import { p2wpkh } from '../protocol/script/templates.ts';
import { createWallet } from './open-wallet.ts';
import type { BlockPlace } from './source/chain-source.ts';
import { NodeSource } from './source/node-source.ts';

const COIN = 100_000_000n;
const nobody = p2wpkh(new Uint8Array(20).fill(9));
const watched = p2wpkh(new Uint8Array(20).fill(5));
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(...options: string[]): Promise<PlayedNode> {
  const played = await playedNode(options);
  open.push(played);
  return played;
}

/** Counts the blocks that somebody has read. */
class CountingSource extends NodeSource {
  read = 0;

  override async *blocksConcerning(
    ...args: Parameters<NodeSource['blocksConcerning']>
  ): ReturnType<NodeSource['blocksConcerning']> {
    for await (const placed of super.blocksConcerning(...args)) {
      if (placed.block !== undefined) this.read++;
      yield placed;
    }
  }
}

const watch = { timestamp: 0, rangeStart: 0, rangeEnd: 1, nextIndex: 0 };
const descriptor = parseDescriptor('raw(00140505050505050505050505050505050505050505)', regtest);

describe('following a chain', () => {
  it('finds by filters what was paid to a script before it was watched', async () => {
    const { node } = await start('-blockfilterindex');
    await node.generate(30, nobody);
    await node.generate(1, watched);
    await node.generate(30, nobody);
    await node.indexes.settled();
    const wallet = await new WalletScene('rescan').create('w', { hasPrivateKeys: false });
    open.push(wallet);
    const source = new CountingSource(node);
    await wallet.attach(source);
    await wallet.importDescriptor({ descriptor, label: 'watched', ...watch });
    expect(wallet.balances().immature).toBe(0n);
    source.read = 0;
    const heights: number[] = [];
    const result = await wallet.rescan({ from: 0, onProgress: (height) => heights.push(height) });
    expect(result).toEqual({ from: 0, to: 61 });
    expect(heights).toEqual([31]);
    expect(source.read).toBe(1);
    expect(wallet.balances().immature).toBe(50n * COIN);
    await expect(wallet.send([{ script: nobody, amount: 1n }])).rejects.toMatchObject({
      code: 'no-private-keys',
    });
  });

  it('looks at all blocks since a time where there are no filters', async () => {
    const { node } = await start();
    await node.generate(3, watched);
    const wallet = await new WalletScene('since').create('w', { hasPrivateKeys: false });
    open.push(wallet);
    await wallet.attach(new NodeSource(node));
    await wallet.importDescriptor({ descriptor, ...watch });
    await wallet.rescanSince(0);
    expect(wallet.balances().immature).toBe(150n * COIN);
    const signing = await new WalletScene('signs').create('w');
    open.push(signing);
    await expect(signing.importDescriptor({ descriptor, ...watch })).rejects.toMatchObject({
      code: 'no-private-keys',
    });
    expect(wallet.coins()).toHaveLength(3);
  });

  it('reads nothing but what is new to it when it comes back', async () => {
    const { node } = await start();
    const scene = new WalletScene('back');
    const wallet = await scene.create('w');
    open.push(wallet);
    await wallet.attach(new NodeSource(node));
    await node.generate(20, nobody);
    await wallet.detach();
    await node.generate(4, nobody);
    const source = new CountingSource(node);
    await wallet.attach(source);
    expect(source.read).toBe(4);
    expect(wallet.state.ledger.height).toBe(24);
  });

  it('pays and mines at once without waiting for each other for ever', {
    timeout: 20_000,
  }, async () => {
    const { node } = await start();
    const scene = new WalletScene('at once');
    const wallet = await scene.create('w');
    open.push(wallet);
    await wallet.attach(new NodeSource(node));
    for (let i = 0; i < 16; i++) await node.generate(1, (await wallet.newAddress()).script);
    await node.generate(100, nobody);
    const work: Promise<unknown>[] = [];
    for (let i = 0; i < 12; i++) {
      work.push(wallet.send([{ script: nobody, amount: COIN }]));
      // One that builds on a block which is ruled out meanwhile is refused.
      work.push(node.generate(1, nobody).catch(() => {}));
      if (i % 4 === 3) {
        const tip = node.chain.tip.hash.slice();
        work.push(node.chain.invalidateBlock(tip));
      }
    }
    await Promise.all(work);
    await node.generate(1, watched);
    await wallet.settled();
    await node.generate(1, nobody);
    const sent = wallet.history().filter(({ category }) => category === 'send');
    expect(sent).toHaveLength(12);
    expect(sent.every(({ walletTx }) => walletTx.state.kind === 'confirmed')).toBe(true);
    const tip: BlockPlace = await new NodeSource(node).tip();
    expect(wallet.state.branch.has(tip)).toBe(true);
  });

  it('does not keep a node from going on where it cannot write itself', async () => {
    const { node, context } = await start();
    const store = await new MemoryStores().open('/w');
    let isFull = false;
    const failing = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name === 'write' && isFull) return () => Promise.reject(new Error('no room'));
        return member.bind(target);
      },
    });
    const { wallet } = await createWallet('w', failing, testWalletOptions, context);
    await wallet.attach(new NodeSource(node));
    isFull = true;
    await node.generate(2, nobody);
    expect(node.chain.tip.height).toBe(2);
    await expect(wallet.newAddress()).rejects.toThrow('no room');
    await wallet.close();
  });

  it('sees a payment that comes from another node', async () => {
    const world = new VirtualWorld('wallets of two nodes');
    const near = await world.node('10.0.0.1');
    const far = await world.node('10.0.0.2', {
      network: { listen: [], connect: ['10.0.0.1:18444'], discover: false },
    });
    const scene = new WalletScene('two nodes');
    const alice = await scene.create('alice');
    const bob = await scene.create('bob');
    await alice.attach(new NodeSource(near));
    await bob.attach(new NodeSource(far));
    const { script } = await alice.newAddress();
    await world.clock.settle(near.generate(101, script));
    await world.clock.advance(60_000);
    expect(bob.state.ledger.height).toBe(101);
    await world.clock.settle(
      alice.send([{ script: (await bob.newAddress()).script, amount: COIN }]),
    );
    await world.clock.advance(60_000);
    await bob.settled();
    expect(bob.balances().untrustedPending).toBe(COIN);
    await world.clock.settle(far.generate(1, nobody));
    await world.clock.advance(60_000);
    expect(bob.balances().trusted).toBe(COIN);
    expect(alice.balances().trusted).toBeLessThan(99n * COIN);
    for (const wallet of [alice, bob]) await wallet.close();
    await world.stop(near, far);
    expect(world.failures).toEqual([]);
  });
});
