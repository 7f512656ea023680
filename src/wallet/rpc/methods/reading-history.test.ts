import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  idOf,
  MATURITY,
  type NamedCoin,
  type ReadingScene,
  readingScene,
  STRANGER,
} from '../../../../test/fixtures/reading-scene.ts';
import { fromHex, toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { sha256d } from '../../../protocol/crypto/hash.ts';
import { decodeTx } from '../../../protocol/primitives/transaction.ts';
import type { Wallet } from '../../wallet.ts';

interface Entry {
  readonly [name: string]: unknown;
  readonly category: string;
  readonly amount: number;
  readonly txid: string;
  readonly confirmations: number;
}
interface Since {
  readonly transactions: readonly Entry[];
  readonly removed?: readonly Entry[];
  readonly lastblock: string;
}

const NOBODY = '77'.repeat(32);

let scene: ReadingScene;
let a: Wallet;
let coin: NamedCoin;

/** A wallet with one coin of 50 bitcoins, at block 1 of 6. */
beforeEach(async () => {
  scene = await readingScene();
  a = await scene.create('a');
  const { address } = await a.newAddress({ label: 'mined' });
  await scene.mine(1, address);
  await scene.mine(MATURITY);
  [coin] = (await scene.ask<readonly NamedCoin[]>('listunspent')) as readonly [NamedCoin];
});

afterEach(() => scene.close());

const list = (params: readonly unknown[] = [], name = 'a') =>
  scene.ask<readonly Entry[]>('listtransactions', params, name);
const since = (params: readonly unknown[] = [], name = 'a') =>
  scene.ask<Since>('listsinceblock', params, name);
const get = (txid: string, ...more: readonly unknown[]) =>
  scene.ask<Entry>('gettransaction', [txid, ...more]);

async function pay(amount: number, from: NamedCoin = coin, total = 50, sequence?: number) {
  const change = (await a.changeAddress()).address;
  const rest = (total - amount - 0.01).toFixed(8);
  const outputs = [{ [STRANGER]: amount }, { [change]: rest }];
  return scene.payment(a, [from], outputs, sequence);
}

describe('listtransactions', () => {
  it('tells all of what was received, in the order of Core', async () => {
    const [entry] = (await list()) as readonly [Entry];
    expect(Object.keys(entry)).toEqual([
      ...['address', 'parent_descs', 'category', 'amount', 'label', 'vout', 'abandoned'],
      ...['confirmations', 'generated', 'blockhash', 'blockheight', 'blockindex', 'blocktime'],
      ...['txid', 'wtxid', 'walletconflicts', 'mempoolconflicts', 'time', 'timereceived'],
      'bip125-replaceable',
    ]);
    expect(entry).toMatchObject({
      ...{ category: 'generate', amount: 50, label: 'mined', generated: true, abandoned: false },
      ...{ confirmations: 6, blockheight: 1, blockindex: 0, 'bip125-replaceable': 'no' },
      ...{ walletconflicts: [], mempoolconflicts: [], timereceived: 1_700_000_000 },
    });
  });

  it('tells all of what was sent, in the order of Core', async () => {
    const txid = await scene.submit(await pay(10));
    const sent = (await list()).find(({ category }) => category === 'send');
    expect(Object.keys(sent as Entry)).toEqual([
      ...['address', 'category', 'amount', 'vout', 'fee', 'confirmations', 'trusted', 'txid'],
      ...['wtxid', 'walletconflicts', 'mempoolconflicts', 'time', 'timereceived'],
      ...['bip125-replaceable', 'abandoned'],
    ]);
    expect(sent).toMatchObject({
      ...{ txid, address: STRANGER, amount: -10, fee: -0.01, vout: 0, confirmations: 0 },
      ...{ trusted: true, abandoned: false, 'bip125-replaceable': 'yes' },
    });
    await scene.ask('setlabel', [STRANGER, 'friend']);
    expect((await list()).at(-1)).toMatchObject({ label: 'friend' });
  });

  it('shows what it paid to itself twice: the newest at the end, of each what was received first', async () => {
    const { address } = await a.newAddress({ label: 'self' });
    await scene.submit(await scene.payment(a, [coin], [{ [address]: 49.99 }]));
    const found = await list();
    expect(found.map(({ category, amount, label }) => [category, amount, label])).toEqual([
      ['generate', 50, 'mined'],
      ['receive', 49.99, 'self'],
      ['send', -49.99, 'self'],
    ]);
    expect((await list(['*', 1])).map(({ category }) => category)).toEqual(['send']);
    expect((await list(['*', 1, 1])).map(({ category }) => category)).toEqual(['receive']);
    expect((await list(['*', 5, 2])).map(({ category }) => category)).toEqual(['generate']);
    expect(await list(['*', 5, 3])).toEqual([]);
    expect(await list(['*', 0])).toEqual([]);
  });

  it('finds what came to a name', async () => {
    const { address } = await a.newAddress({ label: 'self' });
    await scene.submit(await scene.payment(a, [coin], [{ [address]: 49.99 }]));
    expect(await list(['self'])).toMatchObject([{ category: 'receive', label: 'self' }]);
    expect(await list(['mined'])).toMatchObject([{ category: 'generate' }]);
    expect(await list(['none'])).toEqual([]);
    const named = await scene.call('listtransactions', '{"dummy":"self"}', 'a');
    expect(JSON.parse(named)).toHaveLength(1);
  });

  it('has no address for a message', async () => {
    const change = (await a.changeAddress()).address;
    await scene.submit(await scene.payment(a, [coin], [{ data: 'aa' }, { [change]: 49.99 }]));
    const sent = (await list()).at(-1);
    expect(sent).toMatchObject({ category: 'send', vout: 0, fee: -0.01 });
    expect(Object.is(sent?.amount, -0) || sent?.amount === 0).toBe(true);
    expect(sent).not.toHaveProperty('address');
  });

  it('says what may be replaced, and what nobody can tell of', async () => {
    const own = await scene.submit(await pay(10, coin, 50, 0xfffffffe));
    expect(await get(own)).toMatchObject({ 'bip125-replaceable': 'no' });
    const second = await scene.submit(await pay(1, { txid: own, vout: 1 }, 39.99, 0));
    const third = await scene.submit(await pay(1, { txid: second, vout: 1 }, 38.98, 0xffffffff));
    expect(await get(second)).toMatchObject({ 'bip125-replaceable': 'yes' });
    // It does not say so itself.
    expect(await get(third)).toMatchObject({ 'bip125-replaceable': 'yes' });
    const rival = await scene.submit(await pay(30, { txid: own, vout: 1 }, 39));
    expect(await get(third)).toMatchObject({ 'bip125-replaceable': 'unknown', trusted: false });
    expect(await get(second)).toMatchObject({
      ...{ walletconflicts: [rival], mempoolconflicts: [rival], 'bip125-replaceable': 'yes' },
    });
    expect(await get(third)).toMatchObject({ walletconflicts: [], mempoolconflicts: [rival] });
    await scene.mine(1);
    expect(await get(rival)).toMatchObject({ confirmations: 1, 'bip125-replaceable': 'no' });
    expect(await get(second)).toMatchObject({ confirmations: -1, trusted: false });
    expect(await get(third)).toMatchObject({ confirmations: -1, mempoolconflicts: [] });
    await scene.mine(2);
    expect(await get(third)).toMatchObject({ confirmations: -3 });
  });

  it.each([
    [[''], '-8 Label argument must be a valid label name or "*".'],
    [['*', -1], '-8 Negative count'],
    [['*', 1, -1], '-8 Negative from'],
    [['*', 1.5], '-1 JSON integer out of range'],
    [[1], /^-3 Wrong type passed:\n\{\n {4}"Position 1 \(label\|dummy\)"/],
    [['*', 1, 0, 'x'], /^-3 Wrong type passed:/],
    [[1, 2, 3, 4, 5], /^-1 listtransactions \( "label" count skip include_watchonly \)\n/],
  ])('refuses %j', async (params, words) => {
    const text = await scene.refusal('listtransactions', params);
    if (typeof words === 'string') expect(text).toBe(words);
    else expect(text).toMatch(words);
  });
});

describe('gettransaction', () => {
  it('sums up what a transaction did, with all of it where that is wanted', async () => {
    const hex = await pay(10);
    const txid = await scene.submit(hex);
    const found = await get(txid);
    expect(found).toMatchObject({ amount: -10, fee: -0.01, txid, hex });
    expect(Object.keys(found)).toEqual([
      ...['amount', 'fee', 'confirmations', 'trusted', 'txid', 'wtxid', 'walletconflicts'],
      ...['mempoolconflicts', 'time', 'timereceived', 'bip125-replaceable', 'details', 'hex'],
      'lastprocessedblock',
    ]);
    expect(found['details']).toEqual([
      { address: STRANGER, category: 'send', amount: -10, vout: 0, fee: -0.01, abandoned: false },
    ]);
    const decoded = await scene.ask('decoderawtransaction', [hex]);
    expect(await get(txid, null, true)).toMatchObject({ decoded });
    expect(await get(txid, true, false)).toEqual(found);
    expect(found['lastprocessedblock']).toMatchObject({ height: 6 });
  });

  it('shows what was mined as it matures, and when its block is gone', async () => {
    const { address } = await a.newAddress();
    const [block] = await scene.mine(1, address);
    const { tx } = await scene.ask<{ tx: readonly string[] }>('getblock', [block]);
    const txid = tx[0] as string;
    expect(await get(txid)).toMatchObject({
      ...{ amount: 0, generated: true, confirmations: 1 },
      details: [{ category: 'immature', amount: 50 }],
    });
    expect(await get(txid)).not.toHaveProperty('fee');
    await scene.ask('invalidateblock', [block]);
    expect(await get(txid)).toMatchObject({
      ...{ amount: 0, generated: true, confirmations: 0, trusted: false },
      details: [{ category: 'orphan', amount: 50, abandoned: true }],
    });
  });

  it('shows what the wallet noted, by the names of the notes', async () => {
    const replaces = idOf('11'.repeat(32)) as never;
    const { walletTx } = await a.commit(decodeTx(fromHex(await pay(10))), {
      to: 'Eve',
      comment: 'lunch',
      replaces,
      replacedBy: replaces,
    });
    const txid = toReversedHex(walletTx.txid);
    const fields = Object.keys(await get(txid));
    const at = fields.indexOf('bip125-replaceable');
    expect(fields.slice(at + 1, at + 5)).toEqual([
      ...['comment', 'replaced_by_txid', 'replaces_txid', 'to'],
    ]);
    expect(await get(txid)).toMatchObject({ to: 'Eve', replaces_txid: '11'.repeat(32) });
  });

  it('marks what was given up', async () => {
    const offline = await readingScene({ broadcasts: false });
    try {
      const own = await offline.create('a');
      await offline.mine(1, (await own.newAddress()).address);
      await offline.mine(MATURITY);
      const { walletTx } = await own.send([{ script: Uint8Array.of(0x6a), amount: 0n }]);
      const txid = toReversedHex(walletTx.txid);
      const of = () => offline.ask<Entry>('gettransaction', [txid]);
      expect(await of()).toMatchObject({ trusted: false, details: [{ abandoned: false }] });
      await own.abandon(walletTx.txid);
      expect(await of()).toMatchObject({ confirmations: 0, details: [{ abandoned: true }] });
      expect(await offline.ask('getbalance')).toBe(50);
    } finally {
      await offline.close();
    }
  });

  it.each([
    [[NOBODY], '-5 Invalid or non-wallet transaction id'],
    [['bad'], "-8 txid must be of length 64 (not 3, for 'bad')"],
    [['Z'.repeat(64)], `-8 txid must be hexadecimal string (not '${'Z'.repeat(64)}')`],
    [[], /^-1 gettransaction "txid" \( include_watchonly verbose \)\n/],
    [[NOBODY, 'x'], /^-3 Wrong type passed:/],
  ])('refuses %j', async (params, words) => {
    const text = await scene.refusal('gettransaction', params);
    if (typeof words === 'string') expect(text).toBe(words);
    else expect(text).toMatch(words);
  });
});

describe('listsinceblock', () => {
  const best = () => scene.ask<string>('getbestblockhash');

  it('tells what is newer than a block, or everything', async () => {
    const genesis = await scene.ask<string>('getblockhash', [0]);
    const first = await scene.ask<string>('getblockhash', [1]);
    const tip = await best();
    const everything = await since();
    expect(everything).toMatchObject({ transactions: [{ category: 'generate' }], removed: [] });
    expect(everything.lastblock).toBe(tip);
    expect(await since([''])).toEqual(everything);
    expect((await since([genesis])).transactions).toHaveLength(1);
    expect((await since([first])).transactions).toEqual([]);
    const txid = await scene.submit(await pay(10));
    expect((await since([tip])).transactions).toMatchObject([{ txid, confirmations: 0 }]);
    const [block] = await scene.mine(1);
    expect((await since([tip])).transactions).toMatchObject([{ txid, confirmations: 1 }]);
    expect((await since([block])).transactions).toEqual([]);
    // As of Core's unordered map, the newest come first.
    expect((await since()).transactions.map(({ category }) => category)).toEqual([
      'send',
      'generate',
    ]);
  });

  it('counts back to the block that it names', async () => {
    const genesis = await scene.ask<string>('getblockhash', [0]);
    const tip = await best();
    expect((await since([tip, 3])).lastblock).toBe(await scene.ask('getblockhash', [4]));
    expect((await since([tip, 7])).lastblock).toBe(genesis);
    expect((await since([tip, 5000])).lastblock).toBe(genesis);
  });

  it('shows change where that is wanted, and only one name', async () => {
    const tip = await best();
    await scene.submit(await pay(10));
    const shown = (await since([tip, 1, false, true, true])).transactions;
    expect(shown.map(({ category, amount }) => [category, amount])).toEqual([
      ['send', -10],
      ['send', -39.99],
      ['receive', 39.99],
    ]);
    expect(shown[2]).not.toHaveProperty('label');
    expect((await since(['', 1, false, true, false, 'mined'])).transactions).toHaveLength(1);
    expect((await since(['', 1, false, true, false, ''])).transactions).toHaveLength(0);
  });

  it('tells what fell out of the chain with a block, wherever it is now', async () => {
    const txid = await scene.submit(await pay(10));
    const [gone] = await scene.mine(1);
    await scene.ask('invalidateblock', [gone]);
    await scene.mine(1, (await a.newAddress()).address);
    const tip = await best();
    const found = await since([gone]);
    expect(found.transactions.map((entry) => entry.txid)).toContain(txid);
    expect(found.removed).toMatchObject([{ txid, confirmations: 1 }]);
    expect(found.lastblock).toBe(tip);
    expect(await since([gone, 1, false, false])).not.toHaveProperty('removed');
  });

  it('tells what was ruled out by another branch', async () => {
    const one = await pay(10);
    const other = await pay(20);
    const fork = await best();
    const txid = await scene.submit(one);
    const [gone] = await scene.mine(1);
    await scene.ask('invalidateblock', [gone]);
    // What was in the block is in the pool again, and would be mined once more.
    await scene.ask('generateblock', [STRANGER, [other]]);
    await scene.mine(1);
    expect(await get(txid)).toMatchObject({ confirmations: -2, trusted: false });
    const found = await since([gone]);
    expect(found.removed).toMatchObject([{ txid, category: 'send', confirmations: -2 }]);
    expect((await since([fork])).transactions.map((entry) => entry.confirmations).sort()).toEqual([
      -2, 2,
    ]);
    // It is as deep as what ruled it out, and older than this.
    expect((await since([await best()])).transactions).toEqual([]);
  });

  it('says so where it cannot read what fell out', async () => {
    const tip = await best();
    const [next] = await scene.mine(1);
    const header = await scene.ask<string>('getblockheader', [next, false]);
    // Another header upon the same block, of which nobody has the transactions.
    const other = otherHeader(header);
    await scene.ask('submitheader', [other.hex]);
    expect(await scene.refusal('listsinceblock', [other.hash])).toBe(
      "-32603 Can't read block from disk",
    );
    const without = await since([other.hash, 1, false, false]);
    expect(without.lastblock).toBe(next);
    expect(tip).not.toBe(next);
  });

  it.each([
    [[NOBODY], '-5 Block not found'],
    [['bad'], "-8 blockhash must be of length 64 (not 3, for 'bad')"],
    [['', 0], '-8 Invalid parameter'],
    [['', 1, false, true, false, '*'], '-11 Invalid label name'],
    [['', 'x'], /^-3 Wrong type passed:/],
    [
      [1, 2, 3, 4, 5, 6, 7],
      /^-1 listsinceblock \( "blockhash" target_confirmations include_watchonly include_removed include_change "label" \)\n/,
    ],
  ])('refuses %j', async (params, words) => {
    const text = await scene.refusal('listsinceblock', params);
    if (typeof words === 'string') expect(text).toBe(words);
    else expect(text).toMatch(words);
  });
});

/** The same header with another nonce that does. */
function otherHeader(hex: string): { readonly hex: string; readonly hash: string } {
  const bytes = fromHex(hex);
  const view = new DataView(bytes.buffer);
  for (let nonce = view.getUint32(76, true) + 1; ; nonce++) {
    view.setUint32(76, nonce, true);
    const hash = sha256d(bytes);
    if ((hash[31] as number) < 0x7f) return { hex: toHex(bytes), hash: toReversedHex(hash) };
  }
}
