import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NOBODY,
  type PayingScene,
  payingScene,
  STRANGER,
} from '../../../../test/fixtures/paying-scene.ts';

let scene: PayingScene;

beforeAll(async () => {
  scene = await payingScene({ fallbackFeeRate: 2_000n }, 8);
});

afterAll(() => scene.close());

interface Bumped {
  readonly txid: string;
  readonly origfee: number;
  readonly fee: number;
  readonly errors: readonly string[];
}

interface Decoded {
  readonly vin: readonly { sequence: number }[];
  readonly vout: readonly { value: number; scriptPubKey: { address: string } }[];
}

const pay = (to = NOBODY, amount = 1, more = {}) =>
  scene.ask<string>('sendtoaddress', { address: to, amount, ...more }, 'a');
const decoded = async (txid: string) => {
  const { hex } = await scene.ask<{ hex: string }>('gettransaction', [txid], 'a');
  return scene.ask<Decoded>('decoderawtransaction', [hex]);
};

describe('bumpfee', () => {
  it('replaces a payment out of its change, and both know of each other', async () => {
    const txid = await pay(NOBODY, 1, { comment: 'rent' });
    const bumped = await scene.ask<Bumped>('bumpfee', [txid], 'a');
    expect(Object.keys(bumped)).toEqual(['txid', 'origfee', 'fee', 'errors']);
    expect(bumped.errors).toEqual([]);
    const tx = await decoded(bumped.txid);
    expect(tx.vout).toHaveLength(2);
    expect(tx.vin.map(({ sequence }) => sequence)).toEqual([0xfffffffd]);
    const tell = (id: string) => scene.ask<Record<string, string>>('gettransaction', [id], 'a');
    expect(await tell(txid)).toMatchObject({ replaced_by_txid: bumped.txid });
    expect(await tell(bumped.txid)).toMatchObject({ replaces_txid: txid, comment: 'rent' });
    expect(await scene.ask<string[]>('getrawmempool')).toEqual([bumped.txid]);
    const again = JSON.stringify([txid]);
    expect(await scene.call('bumpfee', again, 'a')).toBe(
      `-4 Cannot bump transaction ${txid} which was already bumped by transaction ${bumped.txid}`,
    );
    // 147 vB, since its change looks like the payment: at 2 sat/vB, and at 7.001 sat/vB.
    expect([bumped.origfee, bumped.fee].map((fee) => Math.round(fee * 1e8))).toEqual([294, 1030]);
    await scene.mine();
    expect(await scene.call('bumpfee', again, 'a')).toMatch(
      /^-1 [0-9a-f]{64}:\d+ is already spent$/,
    );
  });

  it('pays others instead, says where change goes, and ends replacement if it is told to', async () => {
    const txid = await pay();
    const other = { outputs: [{ [STRANGER]: 2 }], fee_rate: 20, replaceable: false };
    const bumped = await scene.ask<Bumped>('bumpfee', [txid, other], 'a');
    const { vin, vout } = await decoded(bumped.txid);
    expect(vin.map(({ sequence }) => sequence)).toEqual([0xfffffffe]);
    const paid = vout.find(({ scriptPubKey }) => scriptPubKey.address === STRANGER);
    expect(paid?.value).toBe(2);
    expect(await scene.call('bumpfee', JSON.stringify([bumped.txid]), 'a')).toBe(
      '-4 Transaction is not BIP 125 replaceable',
    );
    await scene.mine();
    const back = await scene.address('a');
    const sent = await scene.ask<{ txid: string }>(
      'send',
      { outputs: [{ [await scene.address('a')]: 1 }], change_address: back },
      'a',
    );
    const before = await decoded(sent.txid);
    const place = before.vout.findIndex(({ scriptPubKey }) => scriptPubKey.address === back);
    const after = await scene.ask<Bumped>(
      'bumpfee',
      [sent.txid, { original_change_index: place }],
      'a',
    );
    const { vout: outputs } = await decoded(after.txid);
    const change = outputs.find(({ scriptPubKey }) => scriptPubKey.address === back);
    expect(outputs).toHaveLength(2);
    expect(change?.value).toBeLessThan(before.vout[place]?.value ?? 0);
    await scene.mine();
  });

  it('takes the fee off what came back as a whole', async () => {
    const [coin] = await scene.ask<unknown[]>('listunspent', [], 'a');
    const all = { recipients: [await scene.address('a')], inputs: [coin], fee_rate: 2 };
    const { txid } = await scene.ask<{ txid: string }>('sendall', all, 'a');
    const bumped = await scene.ask<Bumped>(
      'bumpfee',
      [txid, { fee_rate: 10, original_change_index: 0 }],
      'a',
    );
    expect((await decoded(bumped.txid)).vout).toHaveLength(1);
    await scene.mine();
  });

  describe('is refused', () => {
    let txid: string;

    beforeAll(async () => {
      const coins = await scene.ask<{ amount: number }[]>('listunspent', [], 'a');
      const inputs = coins.filter(({ amount }) => amount > 10).slice(0, 1);
      const sent = { outputs: { [STRANGER]: 1 }, inputs, fee_rate: 2 };
      ({ txid } = await scene.ask<{ txid: string }>('send', sent, 'a'));
    });

    it.each<[words: string, options: Record<string, unknown>]>([
      ['-3 Unexpected key totalFee', { totalFee: 1 }],
      [
        '-8 Insufficient total fee 0.00000141, must be at least 0.00000423 (oldFee 0.00000282 + incrementalFee 0.00000141)',
        { fee_rate: 1 },
      ],
      [
        '-8 Insufficient total fee 0.00, must be at least 0.00000423 (oldFee 0.00000282 + incrementalFee 0.00000141)',
        { fee_rate: 0 },
      ],
      [
        '-4 Specified or calculated fee 0.141 is too high (cannot be higher than -maxtxfee 0.10)',
        { fee_rate: 100_000 },
      ],
      ['-3 Invalid amount', { fee_rate: '' }],
      ['-3 Amount is not a number or string', { fee_rate: true }],
      [
        '-8 confTarget and conf_target options should not both be set. Use conf_target (confTarget is deprecated).',
        { confTarget: 123, conf_target: 456 },
      ],
      [
        '-3 JSON value of type number for field estimate_mode is not of expected type string',
        { estimate_mode: 42 },
      ],
      ['-8 Invalid parameter, output argument cannot be an empty array', { outputs: [] }],
      [
        `-8 Invalid parameter, duplicated address: ${NOBODY}`,
        { outputs: [{ [NOBODY]: 0.1 }, { [NOBODY]: 0.2 }] },
      ],
      ['-1 JSON integer out of range', { original_change_index: -1 }],
      ['-8 Change position is out of range', { original_change_index: 2 }],
      [
        "-8 The options 'outputs' and 'original_change_index' are incompatible. You can only either specify a new set of outputs, or designate a change output to be recycled.",
        { original_change_index: 2, outputs: [{ [NOBODY]: 0.1 }] },
      ],
      ['-4 Unable to create transaction. Insufficient funds', { outputs: [{ [NOBODY]: 10_000 }] }],
    ])('%s', async (words, options) => {
      expect(await scene.call('bumpfee', JSON.stringify([txid, options]), 'a')).toBe(words);
    });

    it('where something spends what it pays', async () => {
      await scene.ask('sendall', [[NOBODY]], 'a');
      expect(await scene.call('bumpfee', JSON.stringify([txid]), 'a')).toBe(
        '-8 Transaction has descendants in the wallet',
      );
      await scene.mine();
    });

    it.each<[words: string, txid: string]>([
      ["-8 txid must be of length 64 (not 3, for 'bad')", 'bad'],
      ['-5 Invalid or non-wallet transaction id', '77'.repeat(32)],
    ])('%s', async (words, id) => {
      expect(await scene.call('bumpfee', JSON.stringify([id]), 'a')).toBe(words);
      expect(await scene.call('psbtbumpfee', JSON.stringify([id]), 'a')).toBe(words);
    });
  });
});

describe('psbtbumpfee', () => {
  beforeAll(async () => {
    await scene.ask('generatetoaddress', [3, await scene.address('a')]);
    await scene.mine(100);
  });

  it('replaces what others have paid for too, whose coins the wallet does not know', async () => {
    await pay(await scene.address('b'), 5);
    await scene.mine();
    const [own] = await scene.ask<{ amount: number }[]>('listunspent', [], 'a');
    const [theirs] = await scene.ask<{ amount: number }[]>('listunspent', [], 'b');
    const total = ((own?.amount ?? 0) + (theirs?.amount ?? 0)).toFixed(8);
    const change = (Number(total) - 1.0001).toFixed(8);
    const outputs = {
      [STRANGER]: 1,
      [await scene.ask<string>('getrawchangeaddress', [], 'a')]: change,
    };
    let hex = await scene.ask<string>('createrawtransaction', [[own, theirs], outputs]);
    for (const wallet of ['a', 'b']) {
      const signed = await scene.ask<{ hex: string }>(
        'signrawtransactionwithwallet',
        [hex],
        wallet,
      );
      hex = signed.hex;
    }
    const txid = await scene.ask<string>('sendrawtransaction', [hex]);
    expect(await scene.call('bumpfee', JSON.stringify([txid]), 'a')).toBe(
      "-4 Transaction contains inputs that don't belong to this wallet",
    );
    let { psbt } = await scene.ask<{ psbt: string }>('psbtbumpfee', [txid], 'a');
    let final = '';
    for (const wallet of ['a', 'b']) {
      const done = await scene.ask<{ psbt: string; hex?: string }>(
        ...(['walletprocesspsbt', [psbt], wallet] as const),
      );
      psbt = done.psbt;
      final = done.hex ?? '';
    }
    const [verdict] = await scene.ask<{ allowed: boolean }[]>('testmempoolaccept', [[final]]);
    expect(verdict?.allowed).toBe(true);
    await scene.mine();
  });

  it('is refused where somebody else spends what it pays', async () => {
    const txid = await pay(await scene.address('b'), 5);
    const spend = { outputs: { [NOBODY]: 1 }, include_unsafe: true, minconf: 0, maxconf: 0 };
    await scene.ask('send', spend, 'b');
    for (const method of ['bumpfee', 'psbtbumpfee']) {
      expect(await scene.call(method, JSON.stringify([txid]), 'a')).toBe(
        '-8 Transaction has descendants in the mempool',
      );
    }
    await scene.mine();
  });
});

describe('abandontransaction', () => {
  it('gives up what no node has', async () => {
    await scene.ask('generatetoaddress', [1, await scene.address('a')]);
    await scene.mine(100);
    const sent = { outputs: { [NOBODY]: 1 }, locktime: 10_000 };
    const { txid } = await scene.ask<{ txid: string }>('send', sent, 'a');
    const held = JSON.stringify([txid]);
    const left = await scene.ask<unknown[]>('listunspent', [], 'a');
    expect(await scene.call('abandontransaction', held, 'a')).toBe('null');
    expect(await scene.call('abandontransaction', held, 'a')).toBe('null');
    const { details } = await scene.ask<{ details: { abandoned: boolean }[] }>(
      ...(['gettransaction', [txid], 'a'] as const),
    );
    expect(details.map(({ abandoned }) => abandoned)).toEqual([true]);
    const free = await scene.ask<unknown[]>('listunspent', [], 'a');
    expect(free).toHaveLength(left.length + 1);
    const pooled = JSON.stringify([await pay()]);
    expect(await scene.call('abandontransaction', pooled, 'a')).toBe(
      '-5 Transaction not eligible for abandonment',
    );
    expect(await scene.call('abandontransaction', `["${'88'.repeat(32)}"]`, 'a')).toBe(
      '-5 Invalid or non-wallet transaction id',
    );
    await scene.mine();
  });
});

describe('simulaterawtransaction', () => {
  it('tells what would become of the balance', async () => {
    const [coin] = await scene.ask<{ txid: string; vout: number; amount: number }[]>(
      ...(['listunspent', [], 'a'] as const),
    );
    const amount = coin?.amount ?? 0;
    const make = (inputs: unknown[], outputs: unknown) =>
      scene.ask<string>('createrawtransaction', [inputs, outputs]);
    const first = await make([coin], {
      [await scene.address('a')]: (amount - 5).toFixed(8),
      [NOBODY]: 4,
    });
    const simulate = async (list: unknown, options = {}) =>
      scene.call('simulaterawtransaction', JSON.stringify({ rawtxs: list, ...options }), 'a');
    expect(await simulate([first])).toBe('{"balance_change":-5.00000000}');
    expect(await simulate([first], { include_watchonly: true })).toMatch(/-5/);
    expect(await scene.call('simulaterawtransaction', JSON.stringify([[first]]), 'b')).toBe(
      '{"balance_change":0.00000000}',
    );
    const { txid } = await scene.ask<{ txid: string }>('decoderawtransaction', [first]);
    const second = await make([{ txid, vout: 0 }], { [NOBODY]: 1 });
    expect(await simulate([first, second])).toBe(`{"balance_change":-${amount.toFixed(8)}}`);
    expect(await simulate([first, second, second])).toBe(
      '-8 Transaction(s) are spending the same output more than once',
    );
    expect(await simulate([second])).toBe(
      '-8 One or more transaction inputs are missing or have been spent already',
    );
    expect(await simulate(['zz'])).toBe('-22 Transaction hex string decoding failure.');
    expect(await simulate([first], { unknown: 1 })).toBe('-8 Unknown named parameter unknown');
  });
});
