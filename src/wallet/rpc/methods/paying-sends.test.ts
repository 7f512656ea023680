import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NOBODY,
  type PayingScene,
  payingScene,
  STRANGER,
} from '../../../../test/fixtures/paying-scene.ts';

let scene: PayingScene;

beforeAll(async () => {
  scene = await payingScene({}, 12);
});

afterAll(() => scene.close());

interface Completed {
  readonly complete: boolean;
  readonly txid?: string;
  readonly hex?: string;
  readonly psbt?: string;
}

interface Coin {
  readonly txid: string;
  readonly vout: number;
  readonly amount: number;
}

interface Decoded {
  readonly locktime: number;
  readonly vin: readonly { txid: string; vout: number; sequence: number }[];
  readonly vout: readonly { value: number; scriptPubKey: { address?: string; asm: string } }[];
}

const send = (params: unknown, wallet = 'a') => scene.ask<Completed>('send', params, wallet);
const decode = (hex: string | undefined) => scene.ask<Decoded>('decoderawtransaction', [hex]);
const coinsOf = (wallet = 'a') => scene.ask<Coin[]>('listunspent', [], wallet);

describe('send', () => {
  it('sends what it can sign, and answers the txid alone', async () => {
    const done = await send([{ [NOBODY]: 1 }]);
    expect(Object.keys(done)).toEqual(['txid', 'complete']);
    expect(await scene.ask<string[]>('getrawmempool')).toContain(done.txid);
    await scene.mine();
  });

  it('spends no coin twice where two pay at once', async () => {
    const pay = { outputs: { [NOBODY]: 1 } };
    const done = await Promise.all([1, 2, 3].map(() => send(pay)));
    const txs = await Promise.all(
      done.map(async ({ txid }) => {
        const { hex } = await scene.ask<{ hex: string }>('gettransaction', [txid], 'a');
        return decode(hex);
      }),
    );
    const spent = txs.flatMap(({ vin }) => vin.map(({ txid, vout }) => `${txid}:${vout}`));
    expect(new Set(spent).size).toBe(spent.length);
    expect((await scene.ask<string[]>('getrawmempool')).length).toBe(3);
    await scene.mine();
  });

  it('keeps nothing that it shall not add: the transaction, and a PSBT', async () => {
    const done = await send({ outputs: { [NOBODY]: 1 }, add_to_wallet: false, fee_rate: 7 });
    expect(Object.keys(done)).toEqual(['psbt', 'txid', 'hex', 'complete']);
    expect(await scene.ask<string[]>('getrawmempool')).toEqual([]);
    const psbt = await send({ outputs: { [NOBODY]: 1 }, psbt: true });
    expect(Object.keys(psbt)).toEqual(['psbt', 'txid', 'hex', 'complete']);
    expect(await scene.call('gettransaction', `["${done.txid}"]`, 'a')).toMatch(/^-5 /);
  });

  it('spends the inputs that are named, and others only where it may', async () => {
    const [first] = (await coinsOf()).filter(({ amount }) => amount === 50);
    const inputs = [first];
    const add = { add_to_wallet: false, inputs };
    const done = await send({ outputs: [{ [NOBODY]: 1 }], ...add });
    const tx = await decode(done.hex);
    expect(tx.vin.map(({ txid, vout }) => [txid, vout])).toEqual([[first?.txid, first?.vout]]);
    const short = JSON.stringify({ outputs: [{ [NOBODY]: 51 }], ...add });
    expect(await scene.call('send', short, 'a')).toBe(
      '-4 The preselected coins total amount does not cover the transaction target. Please allow other inputs to be automatically selected or include more coins manually',
    );
    const more = await send({ outputs: [{ [NOBODY]: 51 }], add_inputs: true, ...add });
    expect((await decode(more.hex)).vin.length).toBeGreaterThan(1);
  });

  it('puts change where it is told to, and sets lock time, sequence and data', async () => {
    const options = { change_address: STRANGER, change_position: 0, add_to_wallet: false };
    const done = await send([
      [{ [NOBODY]: 1 }, { data: '23' }],
      ...[null, null, 2],
      { ...options, locktime: 5, replaceable: false, subtract_fee_from_outputs: [0] },
    ]);
    const { vin, vout, locktime } = await decode(done.hex);
    expect(vout.map(({ scriptPubKey: { address, asm } }) => address ?? asm)).toEqual([
      ...[STRANGER, NOBODY, 'OP_RETURN 35'],
    ]);
    expect([locktime, vin[0]?.sequence]).toEqual([5, 0xfffffffe]);
    expect(vout[1]?.value).toBeLessThan(1);
    const legacy = await send({ outputs: { [NOBODY]: 1 }, change_type: 'legacy', psbt: true });
    const { tx } = await scene.ask<{ tx: Decoded }>('decodepsbt', [legacy.psbt]);
    expect(tx.vout.every(({ scriptPubKey }) => /^[mn]/.test(scriptPubKey.address ?? ''))).toBe(
      true,
    );
  });

  it('locks what it spends, until somebody unlocks it', async () => {
    const [first] = await coinsOf();
    const options = { inputs: [first], add_to_wallet: false, lock_unspents: true };
    await send({ outputs: { [NOBODY]: 1 }, ...options });
    expect(await scene.ask<Coin[]>('listlockunspent', [], 'a')).toEqual([
      { txid: first?.txid, vout: first?.vout },
    ]);
    // What is named is spent all the same, and is locked no more once it is.
    const done = await send({ outputs: { [NOBODY]: 1 }, inputs: [first] });
    expect(done.complete).toBe(true);
    expect(await scene.ask<Coin[]>('listlockunspent', [], 'a')).toEqual([]);
    await scene.mine();
  });

  it('spends what waits from others only where it is told to', async () => {
    await scene.ask('sendtoaddress', [await scene.address('b'), 2], 'a');
    const pay = { outputs: { [NOBODY]: 1 } };
    expect(await scene.call('send', JSON.stringify(pay), 'b')).toBe('-4 Insufficient funds');
    expect((await send({ ...pay, include_unsafe: true }, 'b')).complete).toBe(true);
    await scene.mine(3);
    const deep = JSON.stringify({ outputs: { [NOBODY]: 0.5 }, minconf: 4 });
    expect(await scene.call('send', deep, 'b')).toBe('-4 Insufficient funds');
    expect((await send({ outputs: { [NOBODY]: 0.5 }, minconf: 3, maxconf: 3 }, 'b')).complete).toBe(
      true,
    );
    await scene.mine();
  });

  it('finds out the size of inputs of others by what is told of them', async () => {
    const { address, pubkey } = await scene.ask<{ address: string; pubkey: string }>(
      'getaddressinfo',
      [await scene.address('b')],
      'b',
    );
    await scene.ask('sendtoaddress', [address, 1], 'a');
    await scene.mine();
    const theirs = (await coinsOf('b')).find(({ amount }) => amount === 1) as Coin;
    const pay = { outputs: { [NOBODY]: 2 }, inputs: [theirs], add_inputs: true, psbt: true };
    expect(await scene.call('send', JSON.stringify(pay), 'a')).toBe(
      `-4 Not solvable pre-selected input COutPoint(${theirs.txid.slice(0, 10)}, ${theirs.vout})`,
    );
    for (const help of [
      { solving_data: { pubkeys: [pubkey] } },
      { inputs: [{ txid: theirs.txid, vout: theirs.vout, weight: 272 }] },
    ]) {
      const { psbt, complete } = await send({ ...pay, ...help });
      expect(complete).toBe(false);
      const signed = await scene.ask<Completed>('walletprocesspsbt', [psbt], 'b');
      expect(signed.complete).toBe(true);
      const [verdict] = await scene.ask<{ allowed: boolean }[]>('testmempoolaccept', [
        [signed.hex],
      ]);
      expect(verdict?.allowed).toBe(true);
    }
  });

  it.each<[words: string, params: unknown]>([
    [
      '-8 Pass conf_target and estimate_mode either as arguments or in the options object, but not both',
      [{ [NOBODY]: 1 }, 1, 'economical', null, { conf_target: 1 }],
    ],
    [
      '-8 Pass the fee_rate either as an argument, or in the options object, but not both',
      [{ [NOBODY]: 1 }, null, null, 1, { fee_rate: 1 }],
    ],
    ['-8 Specify estimate_mode', [{ [NOBODY]: 1 }, 1]],
    [
      '-8 Use fee_rate (sat/vB) instead of feeRate',
      [{ [NOBODY]: 1 }, null, null, null, { feeRate: 1 }],
    ],
    ['-3 Unexpected key totalFee', [{ [NOBODY]: 1 }, null, null, null, { totalFee: 1 }]],
    [
      '-4 Fee rate (0.000 sat/vB) is lower than the minimum fee rate setting (1.000 sat/vB)',
      { outputs: { [NOBODY]: 1 }, fee_rate: 0 },
    ],
    [
      '-5 Change address must be a valid bitcoin address',
      { outputs: { [NOBODY]: 1 }, change_address: 'x' },
    ],
    ['-8 changePosition out of bounds', { outputs: { [NOBODY]: 1 }, change_position: 2 }],
    ["-5 Unknown change type 'x'", { outputs: { [NOBODY]: 1 }, change_type: 'x' }],
    [
      '-8 Cannot specify both change address and address type options',
      { outputs: { [NOBODY]: 1 }, change_type: 'legacy', change_address: NOBODY },
    ],
    ['-8 Negative minconf', { outputs: { [NOBODY]: 1 }, minconf: -4 }],
    [
      "-8 maxconf can't be lower than minconf: 1 < 2",
      { outputs: { [NOBODY]: 1 }, minconf: 2, maxconf: 1 },
    ],
    ["-8 Data must be hexadecimal string (not 'Hello World')", [{ data: 'Hello World' }]],
    ['-8 TX must have at least one output', [[]]],
    [
      '-4 Maximum transaction weight must be between 260 and 400000',
      { outputs: { [NOBODY]: 1 }, max_tx_weight: 1 },
    ],
    [
      '-8 Input weights should be specified in inputs rather than in options.',
      [{ [NOBODY]: 1 }, null, null, null, { input_weights: [] }],
    ],
    [
      '-4 Unable to find UTXO for external input',
      { outputs: { [NOBODY]: 1 }, inputs: [{ txid: '77'.repeat(32), vout: 0 }] },
    ],
    [
      '-3 JSON value of type string for field conf_target is not of expected type number',
      { outputs: { [NOBODY]: 1 }, options: { conf_target: 'x', estimate_mode: 'economical' } },
    ],
  ])('is refused: %s', async (words, params) => {
    expect(await scene.call('send', JSON.stringify(params), 'a')).toBe(words);
  });
});

describe('sendall', () => {
  const sendAll = (params: unknown, wallet = 'c') =>
    scene.ask<Completed>('sendall', params, wallet);
  const fill = async (...amounts: readonly number[]): Promise<void> => {
    for (const amount of amounts) {
      await scene.ask('sendtoaddress', [await scene.address('c'), amount], 'a');
    }
    await scene.mine();
  };
  const outputsOf = async ({ txid }: Completed): Promise<Record<string, number>> => {
    const { hex } = await scene.ask<{ hex: string }>('gettransaction', [txid], 'c');
    const { vout } = await decode(hex);
    return Object.fromEntries(
      vout.map(({ value, scriptPubKey: { address = '' } }) => [address, Math.round(value * 1e8)]),
    );
  };

  beforeAll(async () => {
    await scene.ask('createwallet', ['c']);
  });

  it('spends all, and shares what is left among those without an amount', async () => {
    await fill(8, 13);
    const done = await sendAll([[{ [STRANGER]: 5 }, NOBODY]]);
    expect(Object.keys(done)).toEqual(['txid', 'complete']);
    const outputs = await outputsOf(done);
    expect(outputs[STRANGER]).toBe(500_000_000);
    const { fee } = await scene.ask<{ fee: number }>('gettransaction', [done.txid], 'c');
    expect(outputs[NOBODY]).toBe(1_600_000_000 + Math.round(fee * 1e8));
    expect(await coinsOf('c')).toEqual([]);
    await scene.mine();
  });

  it('spends the inputs that are named, or those that are worth it', async () => {
    await fill(3, 0.000004);
    const [one] = (await coinsOf('c')).filter(({ amount }) => amount === 3);
    const named = await sendAll({ recipients: [NOBODY], inputs: [one], add_to_wallet: false });
    expect((await decode(named.hex)).vin).toHaveLength(1);
    const { txid, hex } = await sendAll({
      ...{ recipients: [NOBODY], fee_rate: 300, send_max: true, add_to_wallet: false },
    });
    expect(txid).toBeDefined();
    expect((await decode(hex)).vin.map((input) => input.txid)).toEqual([one?.txid]);
  });

  it.each<[words: string, params: unknown]>([
    ['-8 Must provide at least one address without a specified amount', [[{ [NOBODY]: 1 }]]],
    ['-8 Must provide at least one address without a specified amount', [[]]],
    [`-8 Invalid parameter, duplicated address: ${NOBODY}`, [[NOBODY, NOBODY]]],
    ['-6 Assigned more value to outputs than available funds.', [[{ [NOBODY]: 4 }, STRANGER]]],
    [
      '-6 Insufficient funds for fees after creating specified outputs.',
      [[{ [NOBODY]: 3.000004 }, STRANGER]],
    ],
    [
      `-8 Specified output amount to ${NOBODY} is below dust threshold.`,
      [[{ [NOBODY]: 0.00000001 }, STRANGER]],
    ],
    [
      "-6 Total value of UTXO pool too low to pay for transaction. Try using lower feerate or excluding uneconomic UTXOs with 'send_max' option.",
      { recipients: [NOBODY], minconf: 700 },
    ],
    [
      '-4 Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)',
      { recipients: [NOBODY], fee_rate: 100_000 },
    ],
    [
      '-8 Fee rate (0.999 sat/vB) is lower than the minimum fee rate setting (1.000 sat/vB)',
      { recipients: [NOBODY], fee_rate: 0.999 },
    ],
    [
      '-8 Invalid minconf (minconf cannot be negative): -2',
      { recipients: [NOBODY], options: { minconf: -2 } },
    ],
    [
      '-8 Cannot combine send_max with specific inputs.',
      { recipients: [NOBODY], inputs: [], send_max: true },
    ],
    [
      '-8 Cannot combine minconf or maxconf with specific inputs.',
      { recipients: [NOBODY], inputs: [], minconf: 2 },
    ],
    [
      `-8 Input not found. UTXO (${'77'.repeat(32)}:0) is not part of wallet.`,
      { recipients: [NOBODY], inputs: [{ txid: '77'.repeat(32), vout: 0 }] },
    ],
  ])('is refused: %s', async (words, params) => {
    expect(await scene.call('sendall', JSON.stringify(params), 'c')).toBe(words);
  });

  it('spends no coin twice', async () => {
    const inputs = await coinsOf('c');
    await sendAll({ recipients: [NOBODY], inputs });
    const [spent] = inputs as [Coin];
    const again = JSON.stringify({ recipients: [NOBODY], inputs: [spent] });
    expect(await scene.call('sendall', again, 'c')).toBe(
      `-8 Input not available. UTXO (${spent.txid}:${spent.vout}) was already spent.`,
    );
  });
});
