import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MATURITY,
  type NamedCoin,
  type ReadingScene,
  readingScene,
  STRANGER,
} from '../../../../test/fixtures/reading-scene.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { parseDescriptor } from '../../../protocol/script/descriptor/parse.ts';
import type { Wallet } from '../../wallet.ts';

interface Balances {
  readonly mine: Readonly<Record<string, number>>;
  readonly lastprocessedblock: { readonly hash: string; readonly height: number };
}
interface Coin extends NamedCoin {
  readonly address: string;
  readonly amount: number;
  readonly reused?: boolean;
}

let scene: ReadingScene;

beforeEach(async () => {
  scene = await readingScene();
});

afterEach(() => scene.close());

const balances = async (name = 'a') => (await scene.ask<Balances>('getbalances', [], name)).mine;

/** A wallet that can spend one coin of 50 bitcoins. */
async function funded(name: string): Promise<Wallet> {
  const wallet = await scene.create(name);
  await scene.mine(1, (await wallet.newAddress()).address);
  await scene.mine(MATURITY);
  return wallet;
}

async function onlyCoin(name: string): Promise<Coin> {
  const [coin] = await scene.ask<readonly Coin[]>('listunspent', [0], name);
  return coin as Coin;
}

describe('getbalances', () => {
  it('counts what was mined once it is deep enough, and tells up to which block', async () => {
    const wallet = await scene.create('a');
    const [block] = await scene.mine(1, (await wallet.newAddress()).address);
    expect(await scene.ask('getbalances')).toEqual({
      mine: { trusted: 0, untrusted_pending: 0, immature: 50 },
      lastprocessedblock: { hash: block, height: 1 },
    });
    await scene.mine(MATURITY - 1);
    expect(await balances()).toEqual({ trusted: 0, untrusted_pending: 0, immature: 50 });
    await scene.mine(1);
    expect(await balances()).toEqual({ trusted: 50, untrusted_pending: 0, immature: 0 });
    expect(await scene.call('getbalance', '[]', 'a')).toBe('50.00000000');
    expect(await scene.call('getbalances', '[]', 'a')).toMatch(
      /^\{"mine":\{"trusted":50\.00000000,"untrusted_pending":0\.00000000,"immature":0\.00000000\},"lastprocessedblock":\{"hash":"[0-9a-f]{64}","height":6\}\}$/,
    );
  });

  it('trusts its own change and nothing from others, until there is a block', async () => {
    const [a, b] = [await funded('a'), await scene.create('b')];
    const { address } = await b.newAddress();
    const change = (await a.changeAddress()).address;
    const coin = await onlyCoin('a');
    await scene.submit(await scene.payment(a, [coin], [{ [address]: 10 }, { [change]: 39.9 }]));
    expect(await balances('a')).toEqual({ trusted: 39.9, untrusted_pending: 0, immature: 0 });
    expect(await balances('b')).toEqual({ trusted: 0, untrusted_pending: 10, immature: 0 });
    expect(await scene.ask('getunconfirmedbalance', [], 'b')).toBe(10);
    expect(await scene.ask('getbalance', [], 'b')).toBe(0);
    // What spends coins of others first is only as sure as those.
    const back = (await b.changeAddress()).address;
    const pending = await onlyCoin('b');
    await scene.submit(await scene.payment(b, [pending], [{ [STRANGER]: 1 }, { [back]: 8.9 }]));
    expect(await balances('b')).toEqual({ trusted: 0, untrusted_pending: 8.9, immature: 0 });
    await scene.mine(1);
    expect(await scene.ask('getbalance', [], 'b')).toBe(8.9);
    expect(await scene.ask('getbalance', ['*', 2], 'b')).toBe(0);
  });

  it('follows the chain back', async () => {
    const a = await funded('a');
    const coin = await onlyCoin('a');
    const change = (await a.changeAddress()).address;
    await scene.submit(await scene.payment(a, [coin], [{ [STRANGER]: 10 }, { [change]: 39.9 }]));
    const [block] = await scene.mine(1);
    expect(await scene.ask('getbalance', ['*', 1])).toBe(39.9);
    await scene.ask('invalidateblock', [block]);
    expect(await scene.ask('getbalance', ['*', 1])).toBe(0);
    expect(await scene.ask('getbalance')).toBe(39.9);
    const own = await scene.ask<string>('getblockhash', [1]);
    await scene.ask('invalidateblock', [own]);
    // Without its first block the coin has never been.
    expect(await balances()).toEqual({ trusted: 0, untrusted_pending: 0, immature: 0 });
  });

  it('counts what is watched as its own', async () => {
    await funded('a');
    const { address } = await onlyCoin('a');
    const watching = await scene.create('w', { hasPrivateKeys: false });
    const { scriptPubKey } = await scene.ask<{ scriptPubKey: string }>('getaddressinfo', [address]);
    await watching.importDescriptor({
      descriptor: parseDescriptor(`raw(${scriptPubKey})`, regtest),
      ...{ timestamp: 0, rangeStart: 0, rangeEnd: 1, nextIndex: 0 },
    });
    await watching.rescan({ from: 0 });
    expect(await balances('w')).toEqual({ trusted: 50, untrusted_pending: 0, immature: 0 });
    expect(await scene.ask('getbalance', ['*', 0, false], 'w')).toBe(50);
  });
});

describe('getbalance', () => {
  it.each([
    ['getbalance', [''], '-32 dummy first argument must be excluded or set to "*".'],
    ['getbalance', ['x', 'y'], /^-3 Wrong type passed:\n\{\n {4}"Position 2 \(minconf\)"/],
    ['getbalance', ['*', 1.5], '-1 JSON integer out of range'],
    ['getbalance', ['*', 0, 1], /^-3 Wrong type passed:/],
    [
      'getbalance',
      ['*', 0, false, true],
      '-4 wallet does not have the "avoid reuse" feature enabled',
    ],
    ['getbalances', [1], /^-1 getbalances\n/],
    ['getunconfirmedbalance', [1], /^-1 getunconfirmedbalance\n/],
  ])('%s %j: %s', async (method, params, words) => {
    await scene.create('a');
    const text = await scene.refusal(method, params);
    if (typeof words === 'string') expect(text).toBe(words);
    else expect(text).toMatch(words);
  });

  it('takes its arguments by name', async () => {
    await funded('a');
    const asked = (params: string) => scene.call('getbalance', params, 'a');
    expect(await asked('{"minconf":7}')).toBe('0.00000000');
    expect(await asked('{"minconf":6,"avoid_reuse":false}')).toBe('50.00000000');
  });
});

describe('a wallet that avoids addresses that it has paid from', () => {
  it('counts what comes to them by itself, through a restart', async () => {
    const a = await funded('a');
    const careful = await scene.create('careful', { avoidsReuse: true });
    const { address } = await careful.newAddress();
    const change = (await a.changeAddress()).address;
    const coin = await onlyCoin('a');
    const first = await scene.submit(
      await scene.payment(a, [coin], [{ [address]: 10 }, { [change]: 39.9 }]),
    );
    const rest = { txid: first, vout: 1 };
    await scene.submit(await scene.payment(a, [rest], [{ [address]: 7 }, { [change]: 32.8 }]));
    await scene.mine(1);
    expect(await balances('careful')).toEqual({
      ...{ trusted: 17, untrusted_pending: 0, immature: 0, used: 0 },
    });
    const back = (await careful.changeAddress()).address;
    const hex = await scene.payment(
      careful,
      [{ txid: first, vout: 0 }],
      [{ [STRANGER]: 5 }, { [back]: 4.9 }],
    );
    await scene.submit(hex);
    const known = { trusted: 4.9, untrusted_pending: 0, immature: 0, used: 7 };
    expect(await balances('careful')).toEqual(known);
    expect(await scene.ask('getbalance', [], 'careful')).toBe(4.9);
    expect(await scene.ask('getbalance', ['*', 0, true, false], 'careful')).toBe(11.9);
    const coins = await scene.ask<readonly Coin[]>('listunspent', [0], 'careful');
    expect(coins.map(({ amount, reused }) => [amount, reused])).toEqual([
      [4.9, false],
      [7, true],
    ]);
    await scene.desk.wallets.unload('careful');
    await scene.desk.wallets.load('careful');
    expect(await balances('careful')).toEqual(known);
    expect(await onlyCoin('a')).not.toHaveProperty('reused');
  });
});
