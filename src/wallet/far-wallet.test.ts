import { afterEach, describe, expect, it } from 'vitest';
import { alteredDoor, FarNode, until } from '../../test/fixtures/far-node.ts';
import { nobodyThere } from '../../test/fixtures/service-door.ts';
import { WalletScene } from '../../test/fixtures/wallet-scene.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import { p2wpkh } from '../protocol/script/templates.ts';
import type { Wallet } from './wallet.ts';

const COIN = 100_000_000n;
const nobody = p2wpkh(new Uint8Array(20).fill(9));
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function farNode(...options: string[]): Promise<FarNode> {
  const far = await FarNode.start(options);
  open.push(far);
  return far;
}

function kept(wallet: Wallet): Wallet {
  open.push(wallet);
  return wallet;
}

async function ended(wallet: Wallet): Promise<void> {
  open.splice(open.indexOf(wallet), 1);
  await wallet.close();
}

/** Whether a wallet stands where its node does. */
function isInStep(wallet: Wallet, { node: { chain } }: FarNode): boolean {
  const { height, hash } = chain.tip;
  return wallet.state.branch.tip?.height === height && wallet.state.branch.has({ height, hash });
}

/** The blocks of the chain whose rewards are a wallet's, as the node has them. */
async function blocksPayingTo(wallet: Wallet, { node: { chain } }: FarNode): Promise<string[]> {
  const found: string[] = [];
  for (let height = 1; height <= chain.tip.height; height++) {
    const node = chain.blockAt(height);
    if (node === undefined) continue;
    const [coinbase] = (await chain.readBlock(node)).block.transactions;
    const isOurs = coinbase?.outputs.some(({ scriptPubKey }) =>
      wallet.state.ledger.isOurs(scriptPubKey),
    );
    if (isOurs === true) found.push(`${height} ${toHex(node.hash)}`);
  }
  return found;
}

/** A wallet with some coins of 50, the first of which have matured. */
async function rich(scene: WalletScene, far: FarNode, coins = 1): Promise<Wallet> {
  const wallet = kept(await scene.create('rich'));
  const { script } = await wallet.newAddress();
  await far.node.generate(coins, script);
  await far.node.generate(100, nobody);
  return wallet;
}

describe('a payment that was made while no node could be reached', () => {
  it('is kept, sent when one appears, and again until it confirms, through restarts and a reorganisation', async () => {
    const far = await farNode();
    const { node } = far;
    await far.appear();
    const scene = new WalletScene('no node');
    const first = await rich(scene, far);
    const source = far.source();
    await source.reached(60_000);
    await first.attach(source);
    expect(first.balances().trusted).toBe(50n * COIN);

    await far.vanish();
    await until(() => !source.isReachable);
    const paid = await first.send([{ script: nobody, amount: COIN }]);
    expect(paid.verdict).toEqual({ kind: 'unreachable' });
    const id: Txid = paid.walletTx.txid;
    // What comes back can be spent again, and both wait.
    const second = await first.send([{ script: nobody, amount: 2n * COIN }]);
    expect(second.walletTx.tx.inputs[0]?.prevout.txid).toEqual(id);

    await ended(first);
    const wallet = kept(await scene.open('rich'));
    const stateOf = (txid = id) => wallet.transaction(txid).state.kind;
    expect(stateOf()).toBe('waiting');
    await wallet.attach(far.source());
    expect(stateOf()).toBe('waiting');

    await far.appear();
    await until(() => stateOf() === 'pool' && stateOf(second.walletTx.txid) === 'pool');
    expect(node.mempool.size).toBe(2);

    // The node starts again, without its pool.
    await far.vanish();
    await until(() => stateOf() === 'waiting');
    await node.mempool.clear();
    await far.appear();
    await until(() => stateOf() === 'pool');
    expect(node.mempool.get(id)).toBeDefined();

    const [block] = await node.generate(1, nobody);
    await until(() => stateOf() === 'confirmed');

    // A longer branch does not have it, nor has the pool of the node.
    await node.chain.invalidateBlock(block as Uint8Array);
    await node.mempool.clear();
    await node.generate(2, nobody);
    await until(() => isInStep(wallet, far) && stateOf(second.walletTx.txid) === 'pool');
    expect(node.mempool.get(id)).toBeDefined();

    // It is gone from there, while no block comes.
    await node.mempool.clear();
    await until(() => stateOf() === 'waiting');
    await until(() => stateOf() === 'pool' && stateOf(second.walletTx.txid) === 'pool');
    const [again] = await node.generate(1, nobody);
    await until(() => stateOf() === 'confirmed' && stateOf(second.walletTx.txid) === 'confirmed');

    // The same while the wallet is not there.
    await ended(wallet);
    await node.chain.invalidateBlock(again as Uint8Array);
    await node.mempool.clear();
    await node.generate(3, nobody);
    const last = kept(await scene.open('rich'));
    expect(last.transaction(id).state.kind).toBe('confirmed');
    await last.attach(far.source());
    await until(() => last.transaction(id).state.kind === 'pool');
    expect(node.mempool.get(id)).toBeDefined();
    await node.generate(1, nobody);
    await until(() => last.transaction(id).state.kind === 'confirmed');
    expect(last.balances().trusted).toBe(47n * COIN - paid.payment.fee - second.payment.fee);
  });
});

describe('a wallet whose node is far away', () => {
  it('answers while it catches up', async () => {
    const far = await farNode();
    await far.appear();
    const scene = new WalletScene('answers');
    const wallet = await rich(scene, far, 30);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let blocks = 0;
    const door = alteredDoor(far.connection(), async (value, { method }) => {
      if (method === 'getblock' && ++blocks > 16) await held;
      return value;
    });
    const source = far.source(door);
    await source.reached(60_000);
    const attached = wallet.attach(source);
    await until(() => wallet.state.ledger.height === 16);
    expect(wallet.isCatchingUp).toBe(true);
    expect(wallet.balances().immature).toBe(16n * 50n * COIN);
    expect((await wallet.newAddress()).address).toMatch(/^bcrt1q/);
    expect(wallet.history()).toHaveLength(16);
    release();
    await attached;
    expect(wallet.isCatchingUp).toBe(false);
    expect(wallet.balances()).toMatchObject({ trusted: 30n * 50n * COIN, immature: 0n });
    const { verdict, walletTx } = await wallet.send([{ script: nobody, amount: COIN }]);
    expect(verdict).toEqual({ kind: 'accepted' });
    expect(walletTx.state.kind).toBe('pool');
  });

  it('finds by filters what was paid to addresses that it did not know of when it began', async () => {
    const far = await farNode('-blockfilterindex');
    await far.appear();
    const scene = new WalletScene('restored');
    const { wallet, words } = await scene.createWithWords('first');
    kept(wallet);
    for (let i = 0; i < 12; i++) {
      await far.node.generate(1, (await wallet.newAddress()).script);
      if (i % 3 === 0) await far.node.generate(2, nobody);
    }
    await far.node.indexes.settled();
    const restored = kept(await scene.create('second', { words: words as string }));
    const source = far.source();
    await source.reached(60_000);
    await restored.attach(source);
    expect(restored.balances().immature).toBe(12n * 50n * COIN);
  });

  it('goes on where it was when the node has gone in the midst of it', async () => {
    const far = await farNode();
    await far.appear();
    const wallet = await rich(new WalletScene('midst'), far, 3);
    let calls = 0;
    let gone = 0;
    const door = alteredDoor(far.connection(), async (value, { method }) => {
      // Whatever it is doing: sooner or later, each kind of call finds nobody.
      if (method !== 'waitfornewblock' && ++calls % 45 === 0 && gone < 12) {
        gone++;
        throw nobodyThere();
      }
      return value;
    });
    await wallet.attach(far.source(door));
    await until(() => isInStep(wallet, far));
    expect(gone).toBeGreaterThan(2);
    await far.node.generate(1, nobody);
    await until(() => isInStep(wallet, far));
    expect(wallet.balances().trusted).toBe(150n * COIN);
  });

  it.each([1, 2])(
    'ends where the node does, however late it answers and wherever that goes: %i',
    async (seed) => {
      const far = await farNode(...(seed === 2 ? ['-blockfilterindex'] : []));
      const { node } = far;
      await far.appear();
      const scene = new WalletScene(`late ${seed}`);
      const wallet = await rich(scene, far, 2);
      const random = new SeededEntropy(`late ${seed}`);
      const door = alteredDoor(far.connection(), async (value) => {
        const turns = random.u32() % 4;
        for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve, 0));
        return value;
      });
      const source = far.source(door);
      await source.reached(60_000);
      const attached = wallet.attach(source);
      for (let round = 0; round < 12; round++) {
        const { script } = await wallet.newAddress();
        const depth = random.u32() % 6;
        const { height } = node.chain.tip;
        const from = node.chain.blockAt(height - depth)?.hash;
        if (depth > 0 && from !== undefined) await node.chain.invalidateBlock(from);
        await node.generate(depth + (random.u32() % 2), script);
        if (round % 4 === 1) {
          await far.vanish();
          await new Promise((resolve) => setTimeout(resolve, 20));
          await far.appear();
        }
      }
      await attached;
      await node.generate(1, nobody);
      await until(() => isInStep(wallet, far) && !wallet.isCatchingUp);
      await wallet.settled();
      const mined = [...wallet.state.ledger.all()].flatMap(({ state }) =>
        state.kind === 'confirmed' ? [`${state.height} ${toHex(state.block)}`] : [],
      );
      expect(mined.sort()).toEqual((await blocksPayingTo(wallet, far)).sort());
    },
  );

  it.each([1])('loses no payment, whatever happens to its node: %i', async (seed) => {
    const far = await farNode();
    const { node } = far;
    await far.appear();
    const scene = new WalletScene(`payments ${seed}`);
    let wallet = await rich(scene, far, 20);
    const random = new SeededEntropy(`payments ${seed}`);
    await wallet.attach(far.source());
    await until(() => isInStep(wallet, far));
    // No block is made twice: one that was ruled out stays that.
    const strangers = new SeededEntropy(`strangers ${seed}`);
    const mine = (count: number) => node.generate(count, p2wpkh(strangers.bytes(20)));
    const paid: Txid[] = [];
    for (let round = 0; round < 15; round++) {
      const { walletTx } = await wallet.send([{ script: nobody, amount: COIN }]);
      paid.push(walletTx.txid);
      const what = random.u32() % 6;
      if (what === 0) await far.vanish();
      else if (what === 1) await node.mempool.clear();
      else if (what === 2) await mine(1);
      else if (what === 3) {
        const { height } = node.chain.tip;
        const from = node.chain.blockAt(Math.max(height - (random.u32() % 3), 121));
        if (from !== undefined) await node.chain.invalidateBlock(from.hash);
        if (random.u32() % 2 === 0) await node.mempool.clear();
        await mine(3);
      } else if (what === 4) {
        await ended(wallet);
        wallet = kept(await scene.open('rich'));
        await wallet.attach(far.source());
      }
      if (what === 0 && random.u32() % 2 === 0)
        await new Promise((resolve) => setTimeout(resolve, 30));
      if (what === 0) await far.appear();
    }
    const isConfirmed = (id: Txid): boolean => wallet.transaction(id).state.kind === 'confirmed';
    await until(async () => {
      await mine(1);
      await until(() => isInStep(wallet, far) && !wallet.isCatchingUp);
      await wallet.settled();
      return paid.every(isConfirmed);
    });
    for (const id of paid) {
      const { state } = wallet.transaction(id);
      const block = state.kind === 'confirmed' ? node.chain.blockAt(state.height)?.hash : undefined;
      expect(state).toMatchObject({ kind: 'confirmed', block });
    }
    expect(new Set(paid.map(toHex)).size).toBe(15);
    const spent = wallet.history().filter(({ category }) => category === 'send');
    expect(spent.reduce((sum, { amount }) => sum + amount, 0n)).toBe(-15n * COIN);
  });
});
