import { afterEach, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../test/fixtures/played-node.ts';
import { testWalletOptions, WalletScene } from '../../test/fixtures/wallet-scene.ts';
import { p2wpkh } from '../protocol/script/templates.ts';
import { NodeSource } from './source/node-source.ts';
import type { Wallet } from './wallet.ts';

const COIN = 100_000_000n;
const nobody = p2wpkh(new Uint8Array(20).fill(9));
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(): Promise<PlayedNode> {
  const played = await playedNode(['-mocktime=1700000000']);
  open.push(played);
  return played;
}

function kept(wallet: Wallet): Wallet {
  open.push(wallet);
  return wallet;
}

/** A wallet with one coin of 50 that has matured. */
async function rich(scene: WalletScene, { node }: PlayedNode, name = 'rich'): Promise<Wallet> {
  const wallet = kept(await scene.create(name));
  await wallet.attach(new NodeSource(node));
  const { script } = await wallet.newAddress();
  await node.generate(1, script);
  await node.generate(100, nobody);
  return wallet;
}

describe('a wallet', () => {
  it('sees what is mined for it, pays, and tells its history', async () => {
    const played = await start();
    const scene = new WalletScene('pays');
    const alice = await rich(scene, played);
    const bob = kept(await scene.create('bob'));
    await bob.attach(new NodeSource(played.node));
    expect(alice.balances()).toMatchObject({ trusted: 50n * COIN, immature: 0n });
    const { script, address } = await bob.newAddress({ label: 'rent' });
    expect(address).toMatch(/^bcrt1q/);
    const { verdict, payment, walletTx } = await alice.send([{ script, amount: 10n * COIN }]);
    expect(verdict.kind).toBe('accepted');
    await bob.settled();
    expect(bob.balances()).toMatchObject({ trusted: 0n, untrustedPending: 10n * COIN });
    expect(alice.balances().trusted).toBe(40n * COIN - payment.fee);
    await played.node.generate(1, nobody);
    expect(bob.balances()).toMatchObject({ trusted: 10n * COIN, untrustedPending: 0n });
    expect(walletTx.state).toMatchObject({ kind: 'confirmed', height: 102, position: 1 });
    expect(alice.history().map(({ category, amount }) => [category, amount])).toEqual([
      ['generate', 50n * COIN],
      ['send', -10n * COIN],
    ]);
    expect(bob.history()[0]).toMatchObject({ category: 'receive', amount: 10n * COIN });
    expect(bob.state.book.get(script)).toEqual({ label: 'rent', purpose: 'receive' });
  });

  it('keeps a payment that no node has heard of, and sends it when one appears', async () => {
    const played = await start();
    const scene = new WalletScene('offline');
    const alice = await rich(scene, played);
    await alice.detach();
    const { walletTx, verdict } = await alice.send([{ script: nobody, amount: COIN }]);
    expect(verdict.kind).toBe('unreachable');
    // Its change can be spent again, without a node.
    const second = await alice.send([{ script: nobody, amount: 2n * COIN }]);
    await alice.close();
    open.splice(open.indexOf(alice), 1);
    const again = kept(await scene.open('rich'));
    expect(again.transaction(walletTx.txid).state.kind).toBe('waiting');
    await again.attach(new NodeSource(played.node));
    await again.settled();
    expect(played.node.mempool.get(walletTx.txid)).toBeDefined();
    expect(played.node.mempool.get(second.walletTx.txid)).toBeDefined();
    expect(again.transaction(walletTx.txid).state.kind).toBe('pool');
  });

  it('sends a payment again that a reorganisation has removed and the pool has lost', async () => {
    const played = await start();
    const alice = await rich(new WalletScene('reorg'), played);
    const { walletTx } = await alice.send([{ script: nobody, amount: COIN }]);
    const [hash] = await played.node.generate(1, nobody);
    expect(walletTx.state.kind).toBe('confirmed');
    await played.node.chain.invalidateBlock(hash as Uint8Array);
    await alice.settled();
    expect(walletTx.state.kind).toBe('pool');
    await played.node.mempool.clear();
    await alice.settled();
    expect(walletTx.state.kind).toBe('waiting');
    // An empty block: the chain comes to rest, and the payment is sent once more.
    await played.node.generate(1, nobody);
    await alice.settled();
    expect(walletTx.state.kind).toBe('pool');
    await played.node.generate(1, nobody);
    expect(walletTx.state.kind).toBe('confirmed');
  });

  it('catches up after it has been away, also where the chain has taken another branch', async () => {
    const played = await start();
    const scene = new WalletScene('away');
    const alice = await rich(scene, played);
    const { script } = await alice.newAddress();
    const [gone] = await played.node.generate(1, script);
    await alice.close();
    open.splice(open.indexOf(alice), 1);
    await played.node.chain.invalidateBlock(gone as Uint8Array);
    await played.node.generate(3, nobody);
    await played.node.generate(1, script);
    const again = kept(await scene.open('rich'));
    expect(again.balances().immature).toBe(50n * COIN);
    await again.attach(new NodeSource(played.node));
    expect(again.state.ledger.height).toBe(105);
    expect(again.balances()).toMatchObject({ trusted: 50n * COIN, immature: 50n * COIN });
    expect(again.coins()).toHaveLength(2);
  });

  it('watches as far ahead as it should as soon as it is opened', async () => {
    const scene = new WalletScene('ahead');
    const first = await scene.create('a');
    await first.newAddress({ type: 'bech32' });
    const ends = ({ state }: Wallet) => state.keys.keepers.map(({ record }) => record.rangeEnd);
    expect(ends(first)).toEqual(new Array(8).fill(4));
    await first.close();
    const again = await scene.open('a');
    expect(ends(again).sort()).toEqual([...new Array(7).fill(4), 5]);
    await again.close();
    const further = kept(await scene.open('a', { ...testWalletOptions, lookAhead: 6 }));
    expect(ends(further).sort()).toEqual([...new Array(7).fill(6), 7]);
  });

  it('is the same from its words elsewhere', async () => {
    const played = await start();
    const scene = new WalletScene('words');
    const { wallet, words } = await scene.createWithWords('first');
    kept(wallet);
    expect(words?.split(' ')).toHaveLength(12);
    await wallet.attach(new NodeSource(played.node));
    for (let i = 0; i < 7; i++) {
      await played.node.generate(1, (await wallet.newAddress({ type: 'bech32m' })).script);
    }
    await played.node.generate(100, nobody);
    await wallet.send([{ script: nobody, amount: 60n * COIN }]);
    await played.node.generate(1, nobody);
    const restored = kept(await scene.create('second', { words: words as string }));
    await restored.attach(new NodeSource(played.node));
    expect(restored.balances()).toEqual(wallet.balances());
    const tell = (each: Wallet) => each.history().map(({ category, amount }) => [category, amount]);
    expect(tell(restored)).toEqual(tell(wallet));
    const next = await Promise.all([wallet, restored].map((each) => each.newAddress()));
    expect(next[0]).toEqual(next[1]);
  });

  it('replaces a payment by one with a higher fee', async () => {
    const played = await start();
    const alice = await rich(new WalletScene('bump'), played);
    const first = await alice.send([{ script: nobody, amount: COIN }], { feeRate: 2_000n });
    const second = await alice.bump(first.walletTx.txid, { feeRate: 30_000n });
    expect(second.verdict.kind).toBe('accepted');
    expect(second.payment.fee).toBeGreaterThan(second.oldFee);
    expect(first.walletTx.notes.replacedBy).toEqual(second.walletTx.txid);
    expect(first.walletTx.state.kind).toBe('waiting');
    await alice.settled();
    await expect(alice.bump(first.walletTx.txid)).rejects.toMatchObject({ code: 'already-bumped' });
    await played.node.generate(1, nobody);
    expect([first, second].map(({ walletTx }) => walletTx.state.kind)).toEqual([
      'conflicted',
      'confirmed',
    ]);
    expect(alice.balances().trusted).toBe(49n * COIN - second.payment.fee);
    await expect(alice.bump(second.walletTx.txid)).rejects.toMatchObject({ code: 'already-spent' });
  });

  it('signs only while it is unlocked, and gives out addresses while it is not', async () => {
    const played = await start();
    const scene = new WalletScene('locked');
    const alice = await rich(scene, played);
    await alice.encrypt('secret', { freshSeed: true });
    const pay = () => alice.send([{ script: nobody, amount: COIN }]);
    await expect(pay()).rejects.toMatchObject({ code: 'locked' });
    await expect(alice.encrypt('secret')).rejects.toMatchObject({ code: 'encrypted' });
    await expect(alice.unlock('wrong', 9)).rejects.toMatchObject({ code: 'wrong-passphrase' });
    await alice.newAddress();
    await alice.unlock('secret', 60);
    expect((await pay()).verdict.kind).toBe('accepted');
    alice.lock();
    await alice.changePassphrase('secret', 'other');
    await alice.close();
    open.splice(open.indexOf(alice), 1);
    const again = kept(await scene.open('rich'));
    expect(again.isEncrypted).toBe(true);
    await again.unlock('other', 60);
    expect((await again.send([{ script: nobody, amount: COIN }])).walletTx.state.kind).toBe(
      'waiting',
    );
  });

  it('refuses what it cannot pay, and takes no address for it', async () => {
    const played = await start();
    const alice = await rich(new WalletScene('short'), played);
    const before = alice.state.keys.active('bech32', true)?.record.nextIndex;
    const pay = alice.send([{ script: nobody, amount: 50n * COIN }]);
    await expect(pay).rejects.toMatchObject({ code: 'insufficient-funds' });
    expect(alice.state.keys.active('bech32', true)?.record.nextIndex).toBe(before);
    const { fee } = await alice.draft([{ script: nobody, amount: COIN }]);
    expect(fee).toBeGreaterThan(0n);
    expect(alice.state.keys.active('bech32', true)?.record.nextIndex).toBe(before);
  });

  it('gives up a payment that no node has, and no other', async () => {
    const played = await start();
    const alice = await rich(new WalletScene('abandons'), played);
    const { walletTx } = await alice.send([{ script: nobody, amount: COIN }]);
    await expect(alice.abandon(walletTx.txid)).rejects.toMatchObject({ code: 'not-abandonable' });
    await alice.detach();
    await alice.abandon(walletTx.txid);
    expect(alice.balances().trusted).toBe(50n * COIN);
  });
});
