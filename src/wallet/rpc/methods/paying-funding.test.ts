import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NOBODY,
  type PayingScene,
  payingScene,
  STRANGER,
} from '../../../../test/fixtures/paying-scene.ts';

let scene: PayingScene;

beforeAll(async () => {
  scene = await payingScene();
});

afterAll(() => scene.close());

interface Funded {
  readonly hex: string;
  readonly psbt: string;
  readonly fee: number;
  readonly changepos: number;
}

interface Coin {
  readonly txid: string;
  readonly vout: number;
}

interface Decoded {
  readonly locktime: number;
  readonly version: number;
  readonly vin: readonly { txid: string; sequence: number; scriptSig: { hex: string } }[];
  readonly vout: readonly { value: number; scriptPubKey: { address: string } }[];
}

const raw = (inputs: unknown[], outputs: unknown, lockTime = 0) =>
  scene.ask<string>('createrawtransaction', [inputs, outputs, lockTime]);
const fund = (hex: string, options: unknown = undefined) =>
  scene.ask<Funded>('fundrawtransaction', [hex, options], 'a');
const decode = (hex: string) => scene.ask<Decoded>('decoderawtransaction', [hex]);
const coins = () => scene.ask<Coin[]>('listunspent', [], 'a');

describe('fundrawtransaction', () => {
  it('adds inputs and change, and keeps the rest as it is', async () => {
    const funded = await fund(await raw([], { [STRANGER]: 1 }, 7));
    expect(Object.keys(funded)).toEqual(['hex', 'fee', 'changepos']);
    const tx = await decode(funded.hex);
    expect([tx.locktime, tx.version, tx.vin.length, tx.vout.length]).toEqual([7, 2, 1, 2]);
    expect(tx.vout[1 - funded.changepos]).toMatchObject({ value: 1 });
    const signed = await scene.ask<{ complete: boolean }>(
      ...(['signrawtransactionwithwallet', [funded.hex], 'a'] as const),
    );
    expect(signed.complete).toBe(true);
    expect(await scene.ask<string[]>('getrawmempool')).toEqual([]);
  });

  it('keeps inputs with their scripts and sequences, and fills up from the wallet', async () => {
    const [first] = (await coins()) as [Coin];
    const made = await raw([{ ...first, sequence: 5 }], { [NOBODY]: 51 });
    // An empty script becomes OP_1.
    const scripted = made.replace('0005000000', '015105000000');
    const tx = await decode((await fund(scripted)).hex);
    expect(tx.vin).toHaveLength(2);
    expect(tx.vin[0]).toMatchObject({ txid: first.txid, sequence: 5, scriptSig: { hex: '51' } });
    expect(
      await scene.call('fundrawtransaction', JSON.stringify([made, { add_inputs: false }]), 'a'),
    ).toBe(
      '-4 The preselected coins total amount does not cover the transaction target. Please allow other inputs to be automatically selected or include more coins manually',
    );
  });

  it('takes rates of either kind, though nobody may relay them', async () => {
    const hex = await raw([], { [STRANGER]: 1 });
    const fees = await Promise.all(
      [{ fee_rate: 0.999 }, { feeRate: '0.00000999' }, { fee_rate: 0 }, { feeRate: 0 }].map(
        async (options) => Math.round((await fund(hex, options)).fee * 1e8),
      ),
    );
    expect(fees).toEqual([141, 141, 0, 0]);
    const none = await raw([], { data: '00' });
    const empty = JSON.stringify([none, { fee_rate: 0 }]);
    expect(await scene.call('fundrawtransaction', empty, 'a')).toBe(
      '-4 Transaction requires one destination of non-0 value, a non-0 feerate, or a pre-selected input',
    );
  });

  it('puts change where it is told to, and takes the fee off outputs', async () => {
    const hex = await raw([], { [STRANGER]: 1, [NOBODY]: 2 });
    const funded = await fund(hex, {
      ...{ changeAddress: await scene.address('b'), changePosition: 1 },
      ...{ subtractFeeFromOutputs: [1], lockUnspents: true, replaceable: false },
    });
    expect(funded.changepos).toBe(1);
    const { vin, vout } = await decode(funded.hex);
    expect(vin.map(({ sequence }) => sequence)).toEqual([0xfffffffe]);
    expect(vout[0]?.value).toBe(1);
    expect(Math.round(((vout[2]?.value ?? 0) + funded.fee) * 1e8)).toBe(200_000_000);
    expect(await scene.ask<Coin[]>('listlockunspent', [], 'a')).toHaveLength(1);
    await scene.ask('lockunspent', [true], 'a');
  });

  it.each<[words: string, outputs: unknown, options: unknown]>([
    ['-8 TX must have at least one output', {}, {}],
    ['-3 Unexpected key foo', { [NOBODY]: 1 }, { foo: 'bar' }],
    ['-4 Insufficient funds', { [NOBODY]: 10_000 }, {}],
    ['-8 changePosition out of bounds', { [NOBODY]: 1 }, { changePosition: 2 }],
    [
      '-5 Change address must be a valid bitcoin address',
      { [NOBODY]: 1 },
      { changeAddress: 'foobar' },
    ],
    ["-5 Unknown change type ''", { [NOBODY]: 1 }, { change_type: '' }],
    [
      '-8 Cannot specify both fee_rate (sat/vB) and feeRate (BTC/kvB)',
      { [NOBODY]: 1 },
      { fee_rate: 0.1, feeRate: 0.1 },
    ],
    [
      '-8 Cannot specify both estimate_mode and feeRate',
      { [NOBODY]: 1 },
      { estimate_mode: 'economical', feeRate: 0.1 },
    ],
    [
      '-8 Cannot specify both conf_target and feeRate. Please provide either a confirmation target in blocks for automatic fee estimation, or an explicit fee rate.',
      { [NOBODY]: 1 },
      { conf_target: 1, feeRate: 0.1 },
    ],
    [
      '-4 Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)',
      { [NOBODY]: 1 },
      { feeRate: 1 },
    ],
    [
      '-8 Invalid parameter, duplicated position: 0',
      { [NOBODY]: 1 },
      { subtractFeeFromOutputs: [0, 0] },
    ],
    [
      '-8 Invalid parameter, missing weight key',
      { [NOBODY]: 1 },
      { input_weights: [{ txid: '77'.repeat(32), vout: 0 }] },
    ],
    [
      '-8 Invalid parameter, weight cannot be less than 165 (41 bytes (size of outpoint + sequence + empty scriptSig) * 4 (witness scaling factor)) + 1 (empty witness)',
      { [NOBODY]: 1 },
      { input_weights: [{ txid: '77'.repeat(32), vout: 0, weight: 164 }] },
    ],
    [
      '-8 Invalid parameter, weight cannot be greater than the maximum standard tx weight of 400000',
      { [NOBODY]: 1 },
      { input_weights: [{ txid: '77'.repeat(32), vout: 0, weight: 400_001 }] },
    ],
    [
      '-5 Pubkey "01234567890a0b0c0d0e0f" must have a length of either 33 or 65 bytes',
      { [NOBODY]: 1 },
      { solving_data: { pubkeys: ['01234567890a0b0c0d0e0f'] } },
    ],
    [
      "-5 'not a script' is not hex",
      { [NOBODY]: 1 },
      { solving_data: { scripts: ['not a script'] } },
    ],
    [
      "-8 Unable to parse descriptor 'not a descriptor': Missing checksum",
      { [NOBODY]: 1 },
      { solving_data: { descriptors: ['not a descriptor'] } },
    ],
    [
      '-4 Maximum transaction weight is less than transaction weight without inputs',
      { [NOBODY]: 1, [STRANGER]: 1 },
      { max_tx_weight: 260 },
    ],
  ])('is refused: %s', async (words, outputs, options) => {
    const params = JSON.stringify([await raw([], outputs), options]);
    expect(await scene.call('fundrawtransaction', params, 'a')).toBe(words);
  });

  it('says what it cannot read', async () => {
    expect(await scene.call('fundrawtransaction', '["00"]', 'a')).toBe('-22 TX decode failed');
    const lost = await raw([{ txid: '77'.repeat(32), vout: 0 }], { [NOBODY]: 1 });
    expect(await scene.call('fundrawtransaction', JSON.stringify([lost]), 'a')).toBe(
      '-4 Unable to find UTXO for external input',
    );
  });
});

describe('walletcreatefundedpsbt', () => {
  it('takes the inputs that are named, with sequences by what is replaceable', async () => {
    const [first] = (await coins()) as [Coin];
    const psbt = async (options: unknown, lockTime = 0) => {
      const params = [
        [{ txid: first.txid, vout: first.vout }],
        { [NOBODY]: 51 },
        lockTime,
        options,
      ];
      const made = await scene.ask<Funded>('walletcreatefundedpsbt', params, 'a');
      return (await scene.ask<{ tx: Decoded }>('decodepsbt', [made.psbt])).tx;
    };
    const plain = await psbt({ add_inputs: true });
    expect(plain.vin.map(({ sequence }) => sequence)).toEqual([0xfffffffd, 0xfffffffd]);
    const final = await psbt({ add_inputs: true, replaceable: false }, 300);
    expect(final.vin.map(({ sequence }) => sequence)).toEqual([0xfffffffe, 0xfffffffe]);
    expect(final.locktime).toBe(300);
    // Inputs may be null.
    const open = await scene.ask<Funded>('walletcreatefundedpsbt', [null, { [NOBODY]: 1 }], 'a');
    expect(open.changepos).toBeGreaterThanOrEqual(0);
  });

  it('is the same after somebody has looked at it who has nothing to add', async () => {
    const params = [[], { [NOBODY]: 1 }];
    const { psbt } = await scene.ask<Funded>('walletcreatefundedpsbt', params, 'a');
    const after = await scene.ask<Funded>('walletprocesspsbt', [psbt], 'b');
    expect(after).toEqual({ psbt, complete: false });
  });

  it.each<[words: string, params: unknown[]]>([
    ['-4 Insufficient funds', [[], { [NOBODY]: 10_000 }]],
    ['-8 Invalid parameter, output argument must be non-null', [[], null]],
    ['-5 Invalid Bitcoin address: bad', [[], { bad: 1 }]],
    ['-8 Invalid parameter, locktime out of range', [[], { [NOBODY]: 1 }, -1]],
    [
      '-8 Invalid parameter combination: Sequence number(s) contradict replaceable option',
      [
        [{ txid: '77'.repeat(32), vout: 0, sequence: 0xfffffffe }],
        { [NOBODY]: 1 },
        0,
        { replaceable: true },
      ],
    ],
    [
      '-4 Maximum transaction weight is too low, can not accommodate change output',
      [[], { [NOBODY]: 1, [STRANGER]: 1 }, 0, { max_tx_weight: 312 }],
    ],
    [
      "-4 The inputs size exceeds the maximum weight. Please try sending a smaller amount or manually consolidating your wallet's UTXOs",
      [[], { [NOBODY]: 1, [STRANGER]: 1 }, 0, { max_tx_weight: 450 }],
    ],
  ])('is refused: %s', async (words, params) => {
    expect(await scene.call('walletcreatefundedpsbt', JSON.stringify(params), 'a')).toBe(words);
  });
});

describe('a wallet that watches a little', () => {
  it('says what it lacks: an address for change, or what a coin is made of', async () => {
    const watch = async (name: string, text: string, amount: number) => {
      await scene.ask('createwallet', { wallet_name: name, disable_private_keys: true });
      const { descriptor } = await scene.ask<{ descriptor: string }>('getdescriptorinfo', [text]);
      const request = { desc: descriptor, timestamp: 'now' };
      await scene.ask('importdescriptors', [[request]], name);
      const [address] = await scene.ask<string[]>('deriveaddresses', [descriptor]);
      await scene.ask('sendtoaddress', [address, amount], 'a');
      await scene.mine();
    };
    const pay = (amount: number, options = {}) =>
      JSON.stringify([[], { [NOBODY]: amount }, 0, options]);
    const key = '02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5';
    await watch('key', `wpkh(${key})`, 1);
    expect(await scene.call('walletcreatefundedpsbt', pay(0.5), 'key')).toBe(
      "-4 Transaction needs a change address, but we can't generate it. Error: No bech32 addresses available.",
    );
    const all = pay(1, { subtractFeeFromOutputs: [0], fee_rate: 2 });
    const { fee, changepos } = JSON.parse(
      await scene.call('walletcreatefundedpsbt', all, 'key'),
    ) as Funded;
    // Others sign, so that a signature may take a byte more.
    expect([Math.round(fee * 1e8), changepos]).toEqual([226, -1]);
    const { address } = await scene.ask<{ address: string }>('validateaddress', [STRANGER]);
    await watch('addr', `addr(${address})`, 2);
    expect(await scene.call('walletcreatefundedpsbt', pay(1), 'addr')).toBe(
      '-4 Missing solving data for estimating transaction size',
    );
    expect(await scene.call('walletcreatefundedpsbt', pay(3), 'addr')).toBe(
      '-4 Insufficient funds',
    );
  });
});
