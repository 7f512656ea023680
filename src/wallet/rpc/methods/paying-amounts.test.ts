import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NOBODY,
  type PayingScene,
  payingScene,
  STRANGER,
} from '../../../../test/fixtures/paying-scene.ts';

const open: PayingScene[] = [];
let scene: PayingScene;

async function start(...parts: Parameters<typeof payingScene>): Promise<PayingScene> {
  const started = await payingScene(...parts);
  open.push(started);
  return started;
}

beforeAll(async () => {
  scene = await start();
});

afterAll(async () => {
  for (const each of open) await each.close();
});

interface Told {
  readonly fee: number;
  readonly comment?: string;
  readonly to?: string;
  readonly hex: string;
}

describe('sendtoaddress', () => {
  it('pays, and tells why the fee is what it is', async () => {
    const { ask, node } = scene;
    const txid = await ask<string>('sendtoaddress', [NOBODY, 1], 'a');
    expect(txid).toMatch(/^[0-9a-f]{64}$/);
    expect(await ask<string[]>('getrawmempool')).toContain(txid);
    const named = { address: NOBODY, amount: '0.5', fee_rate: 3, verbose: true, comment: 'rent' };
    const told = await ask<{ txid: string; fee_reason: string }>('sendtoaddress', named, 'a');
    expect(Object.keys(told)).toEqual(['txid', 'fee_reason']);
    expect(told.fee_reason).toBe('PayTxFee set');
    const tx = await ask<Told>('gettransaction', [told.txid], 'a');
    expect([tx.comment, tx.to]).toEqual(['rent', undefined]);
    const entry = await ask<{ vsize: number; fees: { base: number } }>('getmempoolentry', [
      told.txid,
    ]);
    expect(Math.round(entry.fees.base * 1e8)).toBe(3 * entry.vsize);
    const plain = { address: NOBODY, amount: 1, verbose: true };
    const usual = await ask<{ fee_reason: string }>('sendtoaddress', plain, 'a');
    expect(usual.fee_reason).toBe('Fallback fee');
    expect(node.mempool.size).toBe(3);
    await scene.mine();
  });

  it('takes the fee off the amount, and announces a replacement as it is told to', async () => {
    const { ask } = scene;
    const params = [STRANGER, 1, 'for', 'whom', true, false, null, 'unset', null, 10];
    const txid = await ask<string>('sendtoaddress', params, 'a');
    const tx = await ask<Told>('gettransaction', [txid], 'a');
    expect([tx.comment, tx.to]).toEqual(['for', 'whom']);
    const decoded = await ask<{ vin: { sequence: number }[]; vout: { value: number }[] }>(
      'decoderawtransaction',
      [tx.hex],
    );
    expect(decoded.vin.every(({ sequence }) => sequence === 0xfffffffe)).toBe(true);
    const paid = decoded.vout.map(({ value }) => Math.round((value - tx.fee) * 1e8));
    expect(paid).toContain(100_000_000);
    await scene.mine();
  });

  it.each<[words: string, params: unknown]>([
    ['-6 Transaction amount too small', [NOBODY, 0.00000001]],
    ['-3 Amount out of range', [NOBODY, -1]],
    ['-3 Invalid amount', [NOBODY, 'x']],
    ['-3 Amount is not a number or string', [NOBODY, {}]],
    ['-5 Invalid Bitcoin address: bad', ['bad', 1]],
    ['-6 Insufficient funds', [NOBODY, 1000]],
    [
      '-6 Fee rate (0.999 sat/vB) is lower than the minimum fee rate setting (1.000 sat/vB)',
      { address: NOBODY, amount: 1, fee_rate: 0.999 },
    ],
    ['-3 Invalid amount', { address: NOBODY, amount: 1, fee_rate: 0.0001 }],
    ['-3 Amount out of range', { address: NOBODY, amount: 1, fee_rate: -1 }],
    [
      '-8 Cannot specify both conf_target and fee_rate. Please provide either a confirmation target in blocks for automatic fee estimation, or an explicit fee rate.',
      { address: NOBODY, amount: 1, fee_rate: 1, conf_target: 1 },
    ],
    [
      '-8 Cannot specify both estimate_mode and fee_rate',
      { address: NOBODY, amount: 1, fee_rate: 1, estimate_mode: 'economical' },
    ],
    [
      '-8 Invalid estimate_mode parameter, must be one of: "unset", "economical", "conservative"',
      { address: NOBODY, amount: 1, estimate_mode: 'foo' },
    ],
    [
      '-8 Invalid conf_target, must be between 1 and 1008',
      { address: NOBODY, amount: 1, conf_target: 1009 },
    ],
    [
      '-4 wallet does not have the "avoid reuse" feature enabled',
      { address: NOBODY, amount: 1, avoid_reuse: true },
    ],
    [
      '-6 Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)',
      { address: NOBODY, amount: 1, fee_rate: 100_000 },
    ],
    [
      '-6 The transaction amount is too small to pay the fee',
      { address: NOBODY, amount: 0.00001, subtractfeefromamount: true, fee_rate: 100 },
    ],
    ['-8 Unknown named parameter feerate', { address: NOBODY, amount: 1, feerate: 1 }],
  ])('is refused: %s', async (words, params) => {
    expect(await scene.call('sendtoaddress', JSON.stringify(params), 'a')).toBe(words);
  });

  it('needs an estimate, or a fee rate', async () => {
    const { call } = await start({ fallbackFeeRate: 0n }, 1);
    expect(await call('sendtoaddress', `["${NOBODY}", 1]`, 'a')).toBe(
      '-6 Fee estimation failed. Fallbackfee is disabled. Wait a few blocks or enable -fallbackfee.',
    );
    expect(await call('settxfee', '[0.00002]', 'a')).toBe('true');
    expect(await call('sendtoaddress', `["${NOBODY}", 1]`, 'a')).toMatch(/^"[0-9a-f]{64}"$/);
  });

  it('answers the txid though the pool refuses it, and keeps the payment', async () => {
    const { ask, node } = await start({}, 1);
    const broadcast = node.broadcast.bind(node);
    Object.assign(node, {
      broadcast: async () => ({ kind: 'rejected', error: new Error('full') }),
    });
    const txid = await ask<string>('sendtoaddress', [NOBODY, 1], 'a');
    Object.assign(node, { broadcast });
    const tx = await ask<{ confirmations: number }>('gettransaction', [txid], 'a');
    expect(tx.confirmations).toBe(0);
    expect(await ask<string[]>('getrawmempool')).toEqual([]);
    await ask('abandontransaction', [txid], 'a');
  });

  it('refuses what would wait with too many others', async () => {
    const { ask, call } = await start({}, 1);
    for (let i = 0; i < 25; i++) await ask('sendtoaddress', [NOBODY, 0.1], 'a');
    expect(await call('sendtoaddress', `["${NOBODY}", 0.1]`, 'a')).toBe(
      '-6 Unconfirmed UTXOs are available, but spending them creates a chain of transactions that will be rejected by the mempool',
    );
  });

  it('refuses what would wait for a transaction that too many others wait for', async () => {
    const { ask, call, address } = await start({}, 1);
    const amounts: Record<string, number> = {};
    for (let i = 0; i < 30; i++) amounts[await address('a')] = 1;
    await ask('sendmany', ['', amounts], 'a');
    for (let i = 0; i < 24; i++) await ask('sendtoaddress', [NOBODY, 0.5], 'a');
    expect(await ask<string[]>('getrawmempool')).toHaveLength(25);
    expect(await call('sendtoaddress', `["${NOBODY}", 0.5]`, 'a')).toBe(
      '-6 Unconfirmed UTXOs are available, but spending them creates a chain of transactions that will be rejected by the mempool',
    );
  });

  it('leaves coins at addresses that were paid from, where the wallet is made so', async () => {
    const { ask, call, address, mine } = await start({}, 1);
    await ask('createwallet', { wallet_name: 'shy', avoid_reuse: true });
    const shy = await address('shy');
    await ask('sendtoaddress', [shy, 10], 'a');
    await mine();
    await ask('sendtoaddress', { address: NOBODY, amount: 10, subtractfeefromamount: true }, 'shy');
    await mine();
    await ask('sendtoaddress', [shy, 10], 'a');
    await mine();
    expect(await call('sendtoaddress', `["${NOBODY}", 1]`, 'shy')).toBe('-6 Insufficient funds');
    const reuse = JSON.stringify({ address: NOBODY, amount: 1, avoid_reuse: false });
    expect(await call('sendtoaddress', reuse, 'shy')).toMatch(/^"[0-9a-f]{64}"$/);
  });
});

describe('sendmany', () => {
  it('pays several at once, and shares the fee among those that are named', async () => {
    const { ask } = scene;
    const other = await scene.address('b');
    const params = ['', { [NOBODY]: 1, [STRANGER]: 2, [other]: 3 }, 1, 'all', [NOBODY, other]];
    const txid = await ask<string>('sendmany', params, 'a');
    const { hex, fee, comment } = await ask<Told>('gettransaction', [txid], 'a');
    expect(comment).toBe('all');
    const { vout } = await ask<{ vout: { value: number; scriptPubKey: { address: string } }[] }>(
      'decoderawtransaction',
      [hex],
    );
    const paid = (to: string) =>
      Math.round((vout.find((each) => each.scriptPubKey.address === to)?.value ?? 0) * 1e8);
    expect(paid(STRANGER)).toBe(200_000_000);
    expect(paid(NOBODY) + paid(other)).toBe(400_000_000 + Math.round(fee * 1e8));
    await scene.mine();
  });

  it.each<[words: string, params: unknown]>([
    ['-8 Dummy value must be set to ""', ['x', { [NOBODY]: 1 }]],
    ['-6 Transaction must have at least one recipient', ['', {}]],
    ['-5 Invalid Bitcoin address: bad', ['', { bad: 1 }]],
    ['-8 Invalid parameter, position too large: 1', ['', { [NOBODY]: 1 }, 1, '', [1]]],
    ['-8 Invalid parameter, negative position: -1', ['', { [NOBODY]: 1 }, 1, '', [-1]]],
    ['-8 Invalid parameter, duplicated position: 0', ['', { [NOBODY]: 1 }, 1, '', [0, 0]]],
    ['-6 Insufficient funds', ['', { [NOBODY]: 1_000_000 }]],
  ])('is refused: %s', async (words, params) => {
    expect(await scene.call('sendmany', JSON.stringify(params), 'a')).toBe(words);
  });
});

describe('settxfee', () => {
  it.each<[amount: string, answer: string]>([
    ['0.000001', '-8 txfee cannot be less than min relay tx fee (0.00001000 BTC/kvB)'],
    ['1', '-8 txfee cannot be more than wallet max tx fee (0.10000000 BTC/kvB)'],
    ['-1', '-3 Amount out of range'],
    ['"0.0002"', 'true'],
    ['0', 'true'],
  ])('of %s answers %s', async (amount, answer) => {
    expect(await scene.call('settxfee', `[${amount}]`, 'a')).toBe(answer);
  });
});
