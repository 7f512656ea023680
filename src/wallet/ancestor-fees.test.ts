import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOBODY, type PayingScene, payingScene } from '../../test/fixtures/paying-scene.ts';

let scene: PayingScene;

beforeAll(async () => {
  scene = await payingScene({ fallbackFeeRate: 1_000n }, 4);
});

afterAll(() => scene.close());

interface Entry {
  readonly vsize: number;
  readonly ancestorsize: number;
  readonly fees: { readonly base: number; readonly ancestor: number };
}

const satoshis = (amount: number) => Math.round(amount * 1e8);
const entry = (txid: string) => scene.ask<Entry>('getmempoolentry', [txid]);
/** Satoshis for a virtual byte, with all that it depends on. */
const familyRate = async (txid: string) => {
  const { ancestorsize, fees } = await entry(txid);
  return satoshis(fees.ancestor) / ancestorsize;
};
const ownRate = async (txid: string) => {
  const { vsize, fees } = await entry(txid);
  return satoshis(fees.base) / vsize;
};
/** A wallet of its own with one coin, so that there is nothing to choose from. */
async function walletWith(name: string, amount: number, feeRate?: number): Promise<void> {
  await scene.ask('createwallet', [name]);
  const pay = { address: await scene.address(name), amount };
  await scene.ask(
    'sendtoaddress',
    feeRate === undefined ? pay : { ...pay, fee_rate: feeRate },
    'a',
  );
  if (feeRate === undefined) await scene.mine();
}

describe('a payment that spends what waits', () => {
  it('pays for what it depends on, up to its own rate', async () => {
    await walletWith('chain', 10);
    const pay = (rate: number) =>
      scene.ask<string>('sendtoaddress', { address: NOBODY, amount: 1, fee_rate: rate }, 'chain');
    const first = await pay(1);
    const second = await pay(10);
    expect(await ownRate(second)).toBeGreaterThan(15);
    expect(await familyRate(second)).toBeGreaterThanOrEqual(10);
    expect(await familyRate(second)).toBeLessThan(10.1);
    // What has paid enough by now is no burden to the next one.
    const third = await pay(5);
    expect(await ownRate(third)).toBeCloseTo(5, 1);
    const fourth = await pay(30);
    expect(await familyRate(fourth)).toBeGreaterThanOrEqual(29.9);
    expect(await familyRate(first)).toBeCloseTo(1, 1);
    await scene.mine();
  });

  it('does not count on an ancestor that pays well: it confirms before its child', async () => {
    await walletWith('mixed', 10);
    const pay = (amount: number, rate: number) =>
      scene.ask<string>('sendtoaddress', { address: NOBODY, amount, fee_rate: rate }, 'mixed');
    await pay(1, 300);
    const cheap = await entry(await pay(1, 1));
    const { vsize, fees } = await entry(await pay(1, 30));
    const together = satoshis(cheap.fees.base) + satoshis(fees.base);
    expect(together / (cheap.vsize + vsize)).toBeGreaterThanOrEqual(30);
    expect(together / (cheap.vsize + vsize)).toBeLessThan(30.3);
    await scene.mine();
  });

  it('pays for what others sent too cheaply, where it is told to spend that', async () => {
    await walletWith('cheap', 3, 2);
    const [coin] = await scene.ask<{ txid: string }[]>('listunspent', [0], 'cheap');
    const all = { recipients: [NOBODY], inputs: [coin], fee_rate: 20 };
    const swept = await scene.ask<{ txid: string }>('sendall', all, 'cheap');
    expect(await familyRate(swept.txid)).toBeGreaterThanOrEqual(20);
    expect(await familyRate(swept.txid)).toBeLessThan(20.2);
    await scene.mine();
    await walletWith('unsafe', 3, 2);
    const pay = { outputs: { [NOBODY]: 1 }, include_unsafe: true, fee_rate: 20 };
    const sent = await scene.ask<{ txid: string }>('send', pay, 'unsafe');
    expect(await familyRate(sent.txid)).toBeGreaterThanOrEqual(20);
    const { txid } = await scene.ask<{ txid: string }>(
      ...(['bumpfee', [sent.txid, { fee_rate: 40 }], 'unsafe'] as const),
    );
    expect(await ownRate(txid)).toBeGreaterThan(39.9);
    await scene.mine();
  });

  it('pays nothing for what waits with a higher rate', async () => {
    await walletWith('dear', 3, 50);
    const [coin] = await scene.ask<{ txid: string }[]>('listunspent', [0], 'dear');
    const all = { recipients: [NOBODY], inputs: [coin], fee_rate: 20 };
    const { txid } = await scene.ask<{ txid: string }>('sendall', all, 'dear');
    expect(await ownRate(txid)).toBeCloseTo(20, 1);
    await scene.mine();
  });
});
