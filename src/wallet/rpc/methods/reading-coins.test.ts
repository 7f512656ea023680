import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MATURITY,
  type NamedCoin,
  type ReadingScene,
  readingScene,
  STRANGER,
} from '../../../../test/fixtures/reading-scene.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { parseDescriptor } from '../../../protocol/script/descriptor/parse.ts';
import type { Wallet } from '../../wallet.ts';

interface Coin extends NamedCoin {
  readonly [name: string]: unknown;
  readonly address: string;
  readonly amount: number;
  readonly safe: boolean;
}

const KEY = '0296b538e853519c726a2c91e61ec11600ae1390813a627c66fb8be7947be63c52';

/** Of a script that nobody here knows. */
const LONE_HASH = '2MuU3R1qMmdk5tjtXEU7VxjuFGcHVfqPsLu';

let scene: ReadingScene;
let a: Wallet;
/** Where a's coins of 50 bitcoins are: one of each kind, legacy first. */
const addresses: string[] = [];

beforeAll(async () => {
  scene = await readingScene();
  a = await scene.create('a');
  for (const type of ['bech32m', 'bech32', 'p2sh-segwit', 'legacy'] as const) {
    const { address } = await a.newAddress({ type, label: `of ${type}` });
    addresses.unshift(address);
    await scene.mine(1, address);
  }
  await scene.mine(MATURITY);
});

afterAll(() => scene.close());

const coins = (params: readonly unknown[] = [], name = 'a') =>
  scene.ask<readonly Coin[]>('listunspent', params, name);
const named = ({ txid, vout }: NamedCoin): NamedCoin => ({ txid, vout });

describe('listunspent', () => {
  it('tells all of each coin, by their kinds, in the order of Core', async () => {
    const found = await coins();
    expect(found.map(({ address }) => address)).toEqual(addresses);
    expect(Object.keys(found[2] as Coin)).toEqual([
      'txid',
      'vout',
      'address',
      'label',
      'scriptPubKey',
      'amount',
      'confirmations',
      'spendable',
      'solvable',
      'desc',
      'parent_descs',
      'safe',
    ]);
    expect(found[1]).toMatchObject({ label: 'of p2sh-segwit', confirmations: 7, safe: true });
    expect(found[1]?.['redeemScript']).toMatch(/^0014[0-9a-f]{40}$/);
    const { desc } = await scene.ask<Coin>('getaddressinfo', [addresses[1]]);
    expect(found[1]?.['desc']).toBe(desc);
    const parents = found.map((coin) => (coin['parent_descs'] as readonly string[]).length);
    expect(parents).toEqual([1, 1, 1, 1]);
  });

  it('looks at depths, addresses and amounts', async () => {
    expect(await coins([7, 8])).toHaveLength(2);
    expect(await coins([1, 9_999_999, [addresses[0], addresses[3]]])).toHaveLength(2);
    expect(await coins([1, 9_999_999, []])).toHaveLength(4);
    expect(await coins([1, 9_999_999, [STRANGER]])).toHaveLength(0);
    const limited = (options: object) => coins([1, 9_999_999, [], true, options]);
    expect(await limited({ minimumAmount: 50 })).toHaveLength(4);
    expect(await limited({ minimumAmount: '50.00000001' })).toHaveLength(0);
    expect(await limited({ maximumAmount: 49.99 })).toHaveLength(0);
    expect(await limited({ maximumCount: 3 })).toHaveLength(3);
    expect(await limited({ maximumCount: 0 })).toHaveLength(4);
    expect(await limited({ maximumCount: -1 })).toHaveLength(4);
    expect(await limited({ minimumSumAmount: 50.1 })).toHaveLength(2);
    expect(await limited({ include_immature_coinbase: null })).toHaveLength(4);
  });

  it('takes options by their names', async () => {
    const text = await scene.call('listunspent', '{"minconf":0,"maximumCount":1}', 'a');
    expect(JSON.parse(text)).toHaveLength(1);
  });

  it('finds what was mined too late, where that is wanted', async () => {
    const own = await scene.create('young');
    await scene.mine(1, (await own.newAddress()).address);
    expect(await coins([], 'young')).toHaveLength(0);
    const options = { include_immature_coinbase: true };
    expect(await coins([1, 9_999_999, [], true, options], 'young')).toHaveLength(1);
  });

  it('tells of what is under way how safe it is, and what stands behind it', async () => {
    const b = await scene.create('b');
    const [legacy] = await coins();
    const change = (await a.changeAddress()).address;
    const { address } = await b.newAddress();
    const outputs = [{ [address]: 10 }, { [change]: 39.99 }];
    const txid = await scene.submit(await scene.payment(a, [legacy as Coin], outputs));
    const [own] = (await coins([0, 0])) as readonly [Coin];
    expect(own).toMatchObject({ txid, vout: 1, confirmations: 0, ancestorcount: 1, safe: true });
    expect(own).toMatchObject({ ancestorfees: 1_000_000 });
    expect(own).not.toHaveProperty('label');
    const fields = Object.keys(own);
    const at = fields.indexOf('confirmations');
    expect(fields.slice(at, at + 4)).toEqual([
      ...['confirmations', 'ancestorcount', 'ancestorsize', 'ancestorfees'],
    ]);
    expect(await coins([0], 'b')).toMatchObject([{ txid, vout: 0, safe: false, label: '' }]);
    expect(await coins([0, 9_999_999, [], false], 'b')).toHaveLength(0);
    const again = (await a.changeAddress()).address;
    await scene.submit(await scene.payment(a, [own], [{ [again]: 39.98 }]));
    expect(await coins([0, 0])).toMatchObject([{ ancestorcount: 2, ancestorfees: 2_000_000 }]);
    await scene.mine(1);
  });

  it('shows scripts that are hidden in others', async () => {
    const watching = await scene.create('w', { hasPrivateKeys: false });
    const watch = (text: string) =>
      watching.importDescriptor({
        descriptor: parseDescriptor(text, regtest),
        ...{ timestamp: 0, rangeStart: 0, rangeEnd: 1, nextIndex: 0 },
      });
    await watch(`sh(wsh(pk(${KEY})))`);
    await watch(`wsh(pk(${KEY}))`);
    await watch(`pk(${KEY})`);
    await watch(`sh(multi(1,${KEY}))`);
    await watch(`addr(${LONE_HASH})`);
    const scripts = watching.state.keys.scripts;
    for (const script of scripts) {
      await scene.ask('generatetodescriptor', [1, await rawDescriptor(script)]);
    }
    const options = { include_immature_coinbase: true };
    const found = await coins([0, 9_999_999, [], true, options], 'w');
    expect(found.map(({ desc }) => String(desc).split('(')[0])).toEqual([
      ...['undefined', 'sh', 'wsh', 'sh', 'pk'],
    ]);
    const witnessScript = `21${KEY}ac`;
    expect(found[0]).toMatchObject({ address: LONE_HASH, solvable: false, spendable: true });
    expect(found[1]).toMatchObject({ witnessScript, solvable: true });
    expect(found[1]?.['redeemScript']).toMatch(/^0020/);
    expect(found[2]).toMatchObject({ witnessScript, desc: expect.stringMatching(/^wsh\(pk\(/) });
    expect(found[3]).toMatchObject({ redeemScript: `5121${KEY}51ae`, solvable: true });
    expect(found[4]).toMatchObject({ solvable: true, spendable: true });
    expect(found[4]).not.toHaveProperty('address');
  });

  it('names all descriptors that a coin comes from', async () => {
    const twice = await scene.create('twice', { hasPrivateKeys: false });
    for (const text of [`wpkh(${KEY})`, `combo(${KEY})`]) {
      await twice.importDescriptor({
        descriptor: parseDescriptor(text, regtest),
        ...{ timestamp: 0, rangeStart: 0, rangeEnd: 1, nextIndex: 0 },
      });
    }
    await scene.ask('generatetodescriptor', [1, `wpkh(${KEY})`]);
    const options = { include_immature_coinbase: true };
    const [coin] = await coins([0, 9_999_999, [], true, options], 'twice');
    expect(coin?.['parent_descs']).toEqual([
      expect.stringContaining('wpkh('),
      expect.stringContaining('combo('),
    ]);
  });

  it.each([
    [['x'], /^-3 Wrong type passed:/],
    [[1.5], '-1 JSON integer out of range'],
    [[1, 2, ['bad']], '-5 Invalid Bitcoin address: bad'],
    [[1, 2, [1]], '-3 JSON value of type number is not of expected type string'],
    [[1, 2, [STRANGER, STRANGER]], `-8 Invalid parameter, duplicated address: ${STRANGER}`],
    [[1, 2, [], true, { minimumAmount: -1 }], '-3 Amount out of range'],
    [[1, 2, [], true, { minimumAmount: null }], '-3 Amount is not a number or string'],
    [[1, 2, [], true, { maximumAmount: 'x' }], '-3 Invalid amount'],
    [
      [1, 2, [], true, { maximumCount: 'x' }],
      '-3 JSON value of type string for field maximumCount is not of expected type number',
    ],
    [[1, 2, [], true, { unheardOf: 1 }], '-3 Unexpected key unheardOf'],
  ])('refuses %j', async (params, words) => {
    const text = await scene.refusal('listunspent', params);
    if (typeof words === 'string') expect(text).toBe(words);
    else expect(text).toMatch(words);
  });
});

describe('locked coins', () => {
  const locked = () => scene.ask<readonly NamedCoin[]>('listlockunspent');

  it('are left out, until they are unlocked', async () => {
    const [first, second] = (await coins([1])).map(named);
    const before = (await coins([1])).length;
    expect(await scene.ask('lockunspent', [false, [first, second]])).toBe(true);
    expect(await coins([1])).toHaveLength(before - 2);
    expect(await locked()).toHaveLength(2);
    expect(await scene.ask('lockunspent', [true, [first]])).toBe(true);
    expect(await locked()).toEqual([second]);
    expect(await scene.ask('lockunspent', [false])).toBe(true);
    expect(await locked()).toEqual([second]);
    expect(await scene.ask('lockunspent', [true])).toBe(true);
    expect(await locked()).toEqual([]);
  });

  it('stay locked where that is wanted, and others do not', async () => {
    const [first, second] = (await coins([1])).map(named);
    await scene.ask('lockunspent', [false, [first, second]]);
    await scene.ask('lockunspent', [false, [second], true]);
    await scene.desk.wallets.unload('a');
    a = await scene.desk.wallets.load('a');
    expect(await locked()).toEqual([second]);
    expect(await scene.refusal('lockunspent', [false, [second]])).toBe(
      '-8 Invalid parameter, output already locked',
    );
    await scene.ask('lockunspent', [true, [second]]);
    await scene.desk.wallets.unload('a');
    a = await scene.desk.wallets.load('a');
    expect(await locked()).toEqual([]);
  });

  it('are no longer locked once they are spent', async () => {
    const [coin] = await coins([1]);
    await scene.ask('lockunspent', [false, [named(coin as Coin)], true]);
    const change = (await a.changeAddress()).address;
    const amount = ((coin as Coin).amount - 0.01).toFixed(8);
    await scene.submit(await scene.payment(a, [coin as Coin], [{ [change]: amount }]));
    expect(await locked()).toEqual([]);
    expect(await scene.refusal('lockunspent', [false, [named(coin as Coin)]])).toBe(
      '-8 Invalid parameter, expected unspent output',
    );
    await scene.mine(1);
  });

  it('are locked all, or none', async () => {
    const [first, second] = (await coins([1])).map(named);
    await scene.ask('lockunspent', [false, [second]]);
    expect(await scene.refusal('lockunspent', [false, [first, second]])).toBe(
      '-8 Invalid parameter, output already locked',
    );
    expect(await locked()).toEqual([second]);
    await scene.ask('lockunspent', [true]);
  });

  it('may be outputs that went to others', async () => {
    const [coin] = await coins([1]);
    const amount = ((coin as Coin).amount - 0.01).toFixed(8);
    const txid = await scene.submit(
      await scene.payment(a, [coin as Coin], [{ [STRANGER]: amount }]),
    );
    expect(await scene.ask('lockunspent', [false, [{ txid, vout: 0 }]])).toBe(true);
    await scene.ask('lockunspent', [true]);
  });

  const NOBODY = '00'.repeat(32);
  it.each([
    [['x'], /^-3 Wrong type passed:/],
    [[], /^-1 lockunspent unlock \( \[\{"txid":"hex","vout":n\},\.\.\.\] persistent \)\n/],
    [[false, ['x']], '-3 JSON value of type string is not of expected type object'],
    [[false, [{ vout: 0 }]], '-3 Missing txid'],
    [[false, [{ txid: NOBODY }]], '-3 Missing vout'],
    [
      [false, [{ txid: NOBODY, vout: 'x' }]],
      '-3 JSON value of type string for field vout is not of expected type number',
    ],
    [[false, [{ txid: '00', vout: 0 }]], "-8 txid must be of length 64 (not 2, for '00')"],
    [
      [false, [{ txid: `ZZ${NOBODY.slice(2)}`, vout: 0 }]],
      `-8 txid must be hexadecimal string (not 'ZZ${NOBODY.slice(2)}')`,
    ],
    [[false, [{ txid: NOBODY, vout: -1 }]], '-8 Invalid parameter, vout cannot be negative'],
    [[false, [{ txid: NOBODY, vout: 0 }]], '-8 Invalid parameter, unknown transaction'],
  ])('lockunspent %j is refused', async (params, words) => {
    const text = await scene.refusal('lockunspent', params);
    if (typeof words === 'string') expect(text).toBe(words);
    else expect(text).toMatch(words);
  });

  it('have to be there', async () => {
    const [coin] = (await coins([0])).map(named);
    const asked = [true, [{ txid: coin?.txid, vout: 999 }]];
    expect(await scene.refusal('lockunspent', asked)).toBe(
      '-8 Invalid parameter, vout index out of bounds',
    );
    expect(await scene.refusal('lockunspent', [true, [coin]])).toBe(
      '-8 Invalid parameter, expected locked output',
    );
  });
});

async function rawDescriptor(script: Uint8Array): Promise<string> {
  const text = `raw(${toHex(script)})`;
  const { descriptor } = await scene.ask<{ descriptor: string }>('getdescriptorinfo', [text]);
  return descriptor;
}
