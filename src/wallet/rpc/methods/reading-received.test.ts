import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MATURITY,
  type NamedCoin,
  type ReadingScene,
  readingScene,
  STRANGER,
} from '../../../../test/fixtures/reading-scene.ts';
import type { Wallet } from '../../wallet.ts';

interface Row {
  readonly address?: string;
  readonly amount: number;
  readonly confirmations: number;
  readonly label: string;
  readonly txids?: readonly string[];
}

let scene: ReadingScene;
let a: Wallet;
let b: Wallet;
/** b's: one of each name below. */
let shop = '';
let rent = '';
let empty = '';
let first = '';
let second = '';

/** b gets 10 and 1 for the shop, and 2 for rent; the last of these waits for a block. */
beforeAll(async () => {
  scene = await readingScene();
  a = await scene.create('a');
  b = await scene.create('b');
  await scene.mine(1, (await a.newAddress({ label: 'mined' })).address);
  await scene.mine(MATURITY);
  shop = (await b.newAddress({ label: 'shop' })).address;
  rent = (await b.newAddress({ type: 'legacy', label: 'rent' })).address;
  empty = (await b.newAddress({ type: 'bech32m', label: 'empty' })).address;
  const [coin] = await scene.ask<readonly NamedCoin[]>('listunspent');
  const change = (await a.changeAddress()).address;
  const outputs = [{ [shop]: 10 }, { [rent]: 2 }, { [change]: 37.9 }];
  first = await scene.submit(await scene.payment(a, [coin as NamedCoin], outputs));
  await scene.mine(1);
  await scene.ask('setlabel', [STRANGER, 'friend'], 'b');
  const more = [{ [shop]: 1 }, { [change]: 36.8 }];
  second = await scene.submit(await scene.payment(a, [{ txid: first, vout: 2 }], more));
});

afterAll(() => scene.close());

const byAddress = (params: readonly unknown[] = [], name = 'b') =>
  scene.ask<readonly Row[]>('listreceivedbyaddress', params, name);
const byLabel = (params: readonly unknown[] = [], name = 'b') =>
  scene.ask<readonly Row[]>('listreceivedbylabel', params, name);

describe('listreceivedbyaddress', () => {
  it('tells what came to each address that was given out, by their kinds', async () => {
    expect(await byAddress()).toEqual([
      { address: rent, amount: 2, confirmations: 1, label: 'rent', txids: [first] },
      { address: shop, amount: 10, confirmations: 1, label: 'shop', txids: [first] },
    ]);
    const text = await scene.call('listreceivedbyaddress', '[]', 'b');
    expect(text).toContain(`{"address":"${rent}","amount":2.00000000,"confirmations":1,"label":`);
  });

  it('counts what waits, and addresses to which nothing came, where that is wanted', async () => {
    const found = await byAddress([0, true]);
    // Addresses of others are in the book, too.
    const labels = found.map(({ label }) => label);
    expect(labels.slice(0, 2).sort()).toEqual(['friend', 'rent']);
    expect(labels.slice(2)).toEqual(['shop', 'empty']);
    expect(found.find(({ label }) => label === 'shop')).toEqual({
      ...{ address: shop, amount: 11, confirmations: 0, label: 'shop', txids: [second, first] },
    });
    expect(found.find(({ label }) => label === 'empty')).toEqual({
      ...{ address: empty, amount: 0, confirmations: 0, label: 'empty', txids: [] },
    });
    expect(await byAddress([2])).toEqual([]);
  });

  it('looks at one address', async () => {
    expect(await byAddress([0, false, true, shop])).toMatchObject([{ label: 'shop', amount: 11 }]);
    expect(await byAddress([0, true, true, empty])).toMatchObject([{ label: 'empty' }]);
    expect(await byAddress([0, false, true, empty])).toEqual([]);
    expect(await byAddress([0, true, true, ''])).toHaveLength(4);
    const { address } = await a.newAddress();
    expect(await byAddress([0, true, true, address])).toEqual([]);
  });

  it('leaves change out', async () => {
    const own = await byAddress([0, true], 'a');
    expect(own.map(({ label }) => label)).not.toContain(undefined);
    expect(own.filter(({ amount }) => amount > 0)).toHaveLength(1);
  });

  it.each([
    [[0, true, true, 'bamboozling'], '-4 address_filter parameter was invalid'],
    [['x'], /^-3 Wrong type passed:/],
    [[1.5], '-1 JSON integer out of range'],
    [
      [1, 2, 3, 4, 5, 6],
      /^-1 listreceivedbyaddress \( minconf include_empty include_watchonly "address_filter" include_immature_coinbase \)\n/,
    ],
  ])('refuses %j', async (params, words) => {
    const text = await scene.refusal('listreceivedbyaddress', params, 'b');
    if (typeof words === 'string') expect(text).toBe(words);
    else expect(text).toMatch(words);
  });
});

describe('listreceivedbylabel', () => {
  it('sums up what came to each name', async () => {
    expect(await byLabel()).toEqual([
      { amount: 2, confirmations: 1, label: 'rent' },
      { amount: 10, confirmations: 1, label: 'shop' },
    ]);
    expect(await byLabel([0, true])).toEqual([
      { amount: 0, confirmations: 0, label: 'empty' },
      { amount: 0, confirmations: 0, label: 'friend' },
      { amount: 2, confirmations: 1, label: 'rent' },
      { amount: 11, confirmations: 0, label: 'shop' },
    ]);
    expect(await scene.refusal('listreceivedbylabel', [1, 2, 3, 4, 5])).toMatch(
      /^-1 listreceivedbylabel \( minconf include_empty include_watchonly include_immature_coinbase \)\n/,
    );
  });
});

describe('getreceivedbyaddress and getreceivedbylabel', () => {
  it('count what came, be it there or not', async () => {
    expect(await scene.call('getreceivedbyaddress', `["${shop}"]`, 'b')).toBe('10.00000000');
    expect(await scene.ask('getreceivedbyaddress', [shop, 0], 'b')).toBe(11);
    expect(await scene.ask('getreceivedbyaddress', [shop, 2], 'b')).toBe(0);
    expect(await scene.ask('getreceivedbylabel', ['shop', 0], 'b')).toBe(11);
    expect(await scene.ask('getreceivedbylabel', ['empty'], 'b')).toBe(0);
  });

  it('know of what was mined when it can be spent, and not without its block', async () => {
    await scene.mine(1);
    const { address } = await b.newAddress({ label: 'block' });
    const [block] = await scene.mine(1, address);
    const asked = (immature: boolean, minconf = 1) =>
      Promise.all([
        scene.ask('getreceivedbyaddress', [address, minconf, immature], 'b'),
        scene.ask('getreceivedbylabel', ['block', minconf, immature], 'b'),
      ]);
    expect(await asked(false)).toEqual([0, 0]);
    expect(await asked(true)).toEqual([50, 50]);
    const rows = async (immature: boolean, minconf = 1) =>
      [
        await byAddress([minconf, false, false, '', immature]),
        await byLabel([minconf, false, false, immature]),
      ].map((found) => found.filter(({ label }) => label === 'block').length);
    expect(await rows(false)).toEqual([0, 0]);
    expect(await rows(true)).toEqual([1, 1]);
    await scene.ask('invalidateblock', [block]);
    expect(await asked(true, 0)).toEqual([0, 0]);
    expect(await rows(true, 0)).toEqual([0, 0]);
    await scene.ask('reconsiderblock', [block]);
    await scene.mine(MATURITY);
    expect(await asked(false)).toEqual([50, 50]);
  });

  it.each([
    ['getreceivedbyaddress', ['bad'], '-5 Invalid Bitcoin address'],
    ['getreceivedbyaddress', [STRANGER], '-4 Address not found in wallet'],
    ['getreceivedbylabel', ['none'], '-4 Label not found in wallet'],
    // It is in the book, and nothing that comes to it comes to the wallet.
    ['getreceivedbylabel', ['friend'], '-4 Address not found in wallet'],
    ['getreceivedbylabel', ['*'], '-11 Invalid label name'],
    [
      'getreceivedbyaddress',
      [],
      /^-1 getreceivedbyaddress "address" \( minconf include_immature_coinbase \)\n/,
    ],
    [
      'getreceivedbylabel',
      [],
      /^-1 getreceivedbylabel "label" \( minconf include_immature_coinbase \)\n/,
    ],
  ])('%s %j is refused', async (method, params, words) => {
    const text = await scene.refusal(method, params, 'b');
    if (typeof words === 'string') expect(text).toBe(words);
    else expect(text).toMatch(words);
  });
});

describe('listaddressgroupings', () => {
  it('joins what was spent together, and the change of that', async () => {
    const own = await scene.create('groups');
    const one = (await own.newAddress({ label: 'one' })).address;
    const two = (await own.newAddress({ type: 'legacy', label: 'two' })).address;
    await scene.mine(1, one);
    await scene.mine(1, two);
    await scene.mine(MATURITY);
    const groups = () =>
      scene.ask<readonly (readonly (readonly [string, number, string?])[])[]>(
        'listaddressgroupings',
        [],
        'groups',
      );
    expect(await groups()).toEqual([[[two, 50, 'two']], [[one, 50, 'one']]]);
    const coins = await scene.ask<readonly NamedCoin[]>('listunspent', [], 'groups');
    const change = (await own.changeAddress()).address;
    await scene.submit(await scene.payment(own, coins, [{ [STRANGER]: 90 }, { [change]: 9.9 }]));
    const [group, ...others] = await groups();
    expect(others).toEqual([]);
    expect(group?.[0]).toEqual([two, 0, 'two']);
    expect([...(group ?? [])].map(([address]) => address).sort()).toEqual(
      [change, one, two].sort(),
    );
    expect(group?.find(([address]) => address === change)).toEqual([change, 9.9]);
    expect(await scene.refusal('listaddressgroupings', [1], 'groups')).toMatch(
      /^-1 listaddressgroupings\n/,
    );
  });
});
