/** Whenever the power fails, what was acknowledged is there; and no coin is made or lost. */
import { describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../test/fixtures/played-node.ts';
import { testWalletOptions, WalletScene } from '../../test/fixtures/wallet-scene.ts';
import type { KeyValueStore, OpenStore } from '../node/storage/key-value-store.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { drawBelow, pick } from '../outside/entropy/draw.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import { p2wpkh } from '../protocol/script/templates.ts';
import { createWallet, openWallet } from './open-wallet.ts';
import { NodeSource } from './source/node-source.ts';
import type { Wallet } from './wallet.ts';

const COIN = 100_000_000n;
const nobody = p2wpkh(new Uint8Array(20).fill(9));

class PowerFailure extends Error {}

/** Stores that fail at one of their writes: before it, or when it is written and nobody knows. */
class FailingStores {
  readonly stores = new MemoryStores({ losesPower: true });
  readonly entropy: SeededEntropy;
  /** How many moments are left at which the power does not fail. */
  left = Number.POSITIVE_INFINITY;
  moments = 0;

  constructor(seed: string) {
    this.entropy = new SeededEntropy(seed);
  }

  readonly open: OpenStore = async (path, options) => {
    const store = await this.stores.open(path, options);
    const tick = (): void => {
      this.moments++;
      if (this.left-- <= 0) throw new PowerFailure();
    };
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'write') return member.bind(target);
        return async (...args: Parameters<KeyValueStore['write']>) => {
          tick();
          await target.write(...args);
          tick();
        };
      },
    });
  };

  crash(): void {
    this.left = Number.POSITIVE_INFINITY;
    this.stores.crash(this.entropy);
  }
}

interface Acknowledged {
  readonly payments: Uint8Array[];
  readonly addresses: Uint8Array[];
}

/** What a user does with a wallet; notes what he was told. */
async function use(wallet: Wallet, { node }: PlayedNode, told: Acknowledged): Promise<void> {
  await wallet.attach(new NodeSource(node));
  for (let round = 0; round < 2; round++) {
    const { script } = await wallet.newAddress({ label: `${round}` });
    told.addresses.push(script);
    const { walletTx } = await wallet.send([{ script: nobody, amount: COIN }]);
    told.payments.push(walletTx.txid);
    await wallet.detach();
    const offline = await wallet.send([{ script: nobody, amount: COIN }]);
    told.payments.push(offline.walletTx.txid);
    await wallet.attach(new NodeSource(node));
    await wallet.settled();
  }
}

describe('a wallet whose power fails', () => {
  it('has kept every payment and every address that it acknowledged', {
    timeout: 60_000,
  }, async () => {
    let moments = Number.POSITIVE_INFINITY;
    for (let at = 0; at < moments; at += 1) {
      const played = await playedNode();
      const failing = new FailingStores(`power ${at}`);
      const doors = { clock: played.context.clock, entropy: failing.entropy };
      const options = { ...testWalletOptions, lookAhead: 2 };
      const store = await failing.open('/w');
      const { wallet } = await createWallet('w', store, options, doors);
      await wallet.attach(new NodeSource(played.node));
      await played.node.generate(1, (await wallet.newAddress()).script);
      await played.node.generate(100, nobody);
      await wallet.detach();
      const told: Acknowledged = { payments: [], addresses: [] };
      const begun = failing.moments;
      failing.left = at;
      const ending = await use(wallet, played, told).catch((error: unknown) => error);
      if (ending === undefined) moments = failing.moments - begun;
      else expect(ending).toBeInstanceOf(PowerFailure);
      failing.crash();
      const again = await openWallet('w', await failing.open('/w'), options, doors);
      for (const id of told.payments) expect(again.transaction(id).txid).toEqual(id);
      for (const script of told.addresses) expect(again.state.book.get(script)).toBeDefined();
      const { script } = await again.newAddress();
      expect(told.addresses.map(toHex)).not.toContain(toHex(script));
      await again.attach(new NodeSource(played.node));
      await again.settled();
      await played.node.generate(1, nobody);
      for (const id of told.payments) {
        expect(again.transaction(id).state.kind).toBe('confirmed');
      }
      const paid = [...again.state.ledger.all()].filter(({ isCoinbase }) => !isCoinbase).length;
      expect(paid).toBeLessThanOrEqual(told.payments.length + 1);
      await again.close();
      await wallet.close().catch(() => {});
      await played.close();
    }
    expect(moments).toBeGreaterThan(10);
  });

  it('pays nothing twice, and loses nothing, whatever the chain does', {
    timeout: 60_000,
  }, async () => {
    const played = await playedNode(['-mocktime=1700000000']);
    const { node } = played;
    const draws = new SeededEntropy('two wallets');
    const scene = new WalletScene('two wallets');
    const names = ['alice', 'bob'];
    const wallets = new Map<string, Wallet>();
    for (const name of names) wallets.set(name, await scene.create(name));
    const all = (): readonly Wallet[] => [...wallets.values()];
    for (const wallet of all()) {
      await wallet.attach(new NodeSource(node));
      for (let i = 0; i < 3; i++) await node.generate(1, (await wallet.newAddress()).script);
    }
    await node.generate(100, nobody);
    const issued = 6n * 50n * COIN;
    for (let step = 0; step < 80; step++) {
      const name = pick(draws, names) as string;
      const wallet = wallets.get(name) as Wallet;
      const other = wallets.get(names.find((each) => each !== name) as string) as Wallet;
      switch (drawBelow(draws, 8)) {
        case 0:
          await node.generate(1, nobody);
          break;
        case 1: {
          const depth = 1 + drawBelow(draws, 2);
          const place = node.chain.blockAt(node.chain.tip.height - depth + 1);
          // The payments of the old blocks come back, or are sent again.
          await node.chain.invalidateBlock(place?.hash as Uint8Array);
          await node.generate(depth + 1, p2wpkh(new Uint8Array(20).fill(10 + step)));
          break;
        }
        case 2:
          await wallet.close();
          wallets.set(name, await scene.open(name));
          await wallets.get(name)?.attach(new NodeSource(node));
          break;
        case 3:
          await wallet.detach();
          break;
        default: {
          if (wallet.source === undefined) await wallet.attach(new NodeSource(node));
          const { script } = await other.newAddress();
          const amount = BigInt(1 + drawBelow(draws, 30)) * 10_000_000n;
          await wallet.send([{ script, amount }]).catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'insufficient-funds' });
          });
        }
      }
    }
    for (const wallet of all()) {
      await wallet.attach(new NodeSource(node));
      await wallet.settled();
    }
    await node.generate(1, nobody);
    for (const wallet of all()) await wallet.settled();
    await node.generate(1, nobody);
    const seen = new Map<string, bigint>();
    for (const wallet of all()) {
      for (const { walletTx, fee } of wallet.history()) {
        expect(walletTx.state.kind).toBe('confirmed');
        if (fee !== undefined) seen.set(toHex(walletTx.txid), fee);
      }
    }
    const fees = [...seen.values()].reduce((sum, fee) => sum - fee, 0n);
    const held = all().reduce((sum, wallet) => sum + wallet.balances().trusted, 0n);
    expect(seen.size).toBeGreaterThan(20);
    expect(held + fees).toBe(issued);
    for (const wallet of all()) await wallet.close();
    await played.close();
  });
});
