import { afterEach, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../test/fixtures/played-node.ts';
import { WalletScene } from '../../../test/fixtures/wallet-scene.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';
import { NodeSource } from '../../wallet/source/node-source.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { Traffic, type TrafficEvent } from './traffic.ts';
import { cutAmount, trafficStep } from './traffic-plan.ts';
import { trafficEnd, trafficJson, trafficLine } from './traffic-text.ts';

const COIN = 100_000_000n;
const nobody = p2wpkh(new Uint8Array(20).fill(9));
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(): Promise<PlayedNode> {
  const played = await playedNode(['-mocktime=1700000000']);
  open.push(played);
  return played;
}

async function walletsOf(played: PlayedNode, names: readonly string[]): Promise<Wallet[]> {
  const scene = new WalletScene('traffic');
  const wallets: Wallet[] = [];
  for (const name of names) {
    const wallet = await scene.create(name);
    await wallet.attach(new NodeSource(played.node));
    open.push(wallet);
    wallets.push(wallet);
  }
  return wallets;
}

function watched(wallets: readonly Wallet[], seed: string): Traffic {
  const traffic = new Traffic(wallets, { rate: 1_000, seed }, new SystemClock());
  open.push({ close: async () => traffic.close() });
  return traffic;
}

/** Runs traffic until somebody has heard enough. */
async function runUntil(
  traffic: Traffic,
  isEnough: (event: TrafficEvent, stop: () => void) => void,
): Promise<readonly TrafficEvent[]> {
  const ending = new AbortController();
  const heard: TrafficEvent[] = [];
  const off = traffic.on((event) => {
    heard.push(event);
    isEnough(event, () => ending.abort());
  });
  await traffic.run(ending.signal);
  off();
  return heard;
}

const total = (wallets: readonly Wallet[]): bigint =>
  wallets.reduce((sum, wallet) => {
    const { trusted, untrustedPending, immature, waiting } = wallet.balances();
    return sum + trusted + untrustedPending + immature + waiting;
  }, 0n);

describe('random traffic', () => {
  it('pays between wallets from one coin on, waits for blocks, and loses nothing but fees', async () => {
    const played = await start();
    const wallets = await walletsOf(played, ['ada', 'bob', 'eve']);
    const [ada] = wallets as [Wallet, Wallet, Wallet];
    await played.node.generate(1, (await ada.newAddress()).script);
    await played.node.generate(100, nobody);
    const traffic = watched(wallets, 'a');
    const events: TrafficEvent[] = [];
    for (let round = 0; round < 3; round++) {
      let left = 25;
      const heard = await runUntil(traffic, (event, stop) => {
        if (event.kind !== 'payment' || --left === 0) stop();
      });
      events.push(...heard);
      for (const wallet of wallets) await wallet.settled();
      await played.node.generate(1, nobody);
      for (const wallet of wallets) await wallet.settled();
    }
    const { sent, waiting, confirmed, fees, refused } = traffic.totals;
    expect(sent).toBeGreaterThan(40);
    expect([waiting, confirmed, refused]).toEqual([0, sent, 0]);
    expect(total(wallets)).toBe(50n * COIN - fees);
    const payers = events.flatMap((event) => (event.kind === 'payment' ? [event.from] : []));
    expect(new Set(payers)).toEqual(new Set(['ada', 'bob', 'eve']));
    for (const event of events) {
      if (event.kind === 'payment') expect(event.to).not.toContain(event.from);
    }
    expect(events.filter(({ kind }) => kind === 'bump').length).toBe(traffic.totals.bumped);
  });

  it('never builds chains that nodes refuse, and says once that it waits', async () => {
    const played = await start();
    const wallets = await walletsOf(played, ['ada', 'bob']);
    const [ada] = wallets as [Wallet, Wallet];
    await played.node.generate(1, (await ada.newAddress()).script);
    await played.node.generate(100, nobody);
    const traffic = watched(wallets, 'b');
    const clock = new SystemClock();
    const heard = await runUntil(traffic, (event, stop) => {
      if (event.kind === 'short') clock.schedule(600, stop);
    });
    const payments = heard.flatMap((event) => (event.kind === 'payment' ? [event] : []));
    expect(payments.length).toBeGreaterThanOrEqual(19);
    expect(payments.length).toBeLessThanOrEqual(24);
    expect(payments.every(({ verdict }) => verdict.kind === 'accepted')).toBe(true);
    expect(heard.filter(({ kind }) => kind === 'short')).toEqual([
      { kind: 'short', reason: 'coins' },
    ]);
    expect(traffic.totals).toMatchObject({ sent: payments.length, waiting: payments.length });
  });

  it('goes on within one wallet, and tells of coins that are missing or too young', async () => {
    const played = await start();
    const [only] = (await walletsOf(played, ['only'])) as [Wallet];
    const traffic = watched([only], 'c');
    const stopAtOnce = (_: TrafficEvent, stop: () => void): void => stop();
    expect(await runUntil(traffic, stopAtOnce)).toEqual([{ kind: 'short', reason: 'none' }]);
    await played.node.generate(1, (await only.newAddress()).script);
    expect(await runUntil(traffic, stopAtOnce)).toEqual([{ kind: 'short', reason: 'immature' }]);
    await played.node.generate(100, nobody);
    const [payment] = await runUntil(traffic, stopAtOnce);
    expect(payment).toMatchObject({ kind: 'payment', from: 'only', to: ['only'] });
  });

  it('waits for a node that has gone, and says when it is there again', async () => {
    const played = await start();
    const wallets = await walletsOf(played, ['ada', 'bob']);
    const [ada, bob] = wallets as [Wallet, Wallet];
    await played.node.generate(1, (await ada.newAddress()).script);
    await played.node.generate(100, nobody);
    await bob.detach();
    const traffic = watched(wallets, 'd');
    const heard = await runUntil(traffic, (event, stop) => {
      if (event.kind === 'unreachable') void bob.attach(new NodeSource(played.node));
      if (event.kind === 'payment') stop();
    });
    expect(heard.map(({ kind }) => kind)).toEqual(['unreachable', 'resumed', 'payment']);
  });
});

describe('the choices of random traffic', () => {
  const facts = { rate: 5, wallets: 4 };

  it('are the same for the same seed and number, and others for others', () => {
    const step = trafficStep('friday', 7, facts);
    expect(trafficStep('friday', 7, facts)).toEqual(step);
    expect(trafficStep('friday', 8, facts)).not.toEqual(step);
    expect(trafficStep('monday', 7, facts)).not.toEqual(step);
  });

  it('come at the rate, and are what was promised', () => {
    const steps = Array.from({ length: 2_000 }, (_, i) => trafficStep('many', i, facts));
    const mean = steps.reduce((sum, { afterMs }) => sum + afterMs, 0) / steps.length;
    expect(mean).toBeGreaterThan(185);
    expect(mean).toBeLessThan(215);
    for (const { payers, share, feeFactor, parts } of steps) {
      expect([...payers].sort()).toEqual([0, 1, 2, 3]);
      expect(share).toBeGreaterThanOrEqual(0.001);
      expect(share).toBeLessThanOrEqual(0.2);
      expect(feeFactor).toBeGreaterThanOrEqual(1);
      expect(feeFactor).toBeLessThanOrEqual(20);
      expect(parts.length).toBeGreaterThanOrEqual(1);
    }
    const share = (holds: (step: (typeof steps)[number]) => boolean): number =>
      steps.filter(holds).length / steps.length;
    expect(share(({ bumps }) => bumps)).toBeCloseTo(0.04, 1);
    expect(share(({ message }) => message !== undefined)).toBeCloseTo(0.1, 1);
    expect(share(({ payers }) => payers[0] === 0)).toBeCloseTo(0.25, 1);
  });

  it('cut amounts into parts that are worth sending, and lose nothing', () => {
    expect(cutAmount(1_000n, [1, 3], 100n)).toEqual([250n, 750n]);
    expect(cutAmount(1_000n, [1, 1, 1], 100n)).toEqual([334n, 333n, 333n]);
    expect(cutAmount(1_000n, [1, 1, 1], 400n)).toEqual([500n, 500n]);
    expect(cutAmount(1_000n, [1, 1, 1], 600n)).toEqual([1_000n]);
  });
});

describe('what is said of random traffic', () => {
  const totals = {
    ...{ sent: 1_234, waiting: 30, confirmed: 1_204, bumped: 5, refused: 1 },
    ...{ amount: 150_000_000n, fees: 12_345n },
  };

  it('fits into a line of any width', () => {
    expect(trafficLine(totals, 100)).toBe(
      '1,234 sent  30 waiting  1,204 confirmed  12/s  1.5 coins  5 bumped  1 refused at first',
    );
    expect(trafficLine(totals, 100, 45)).toBe('1,234 sent  30 waiting  1,204 confirmed  12/s');
    expect(trafficLine(totals, 100, 5)).toBe('1,234');
  });

  it('ends with what it takes to do it again', () => {
    expect(trafficEnd(totals, 100, 'friday')).toBe(
      'Sent 1,234 payments in 1 min 40 s, 1.5 coins and 0.00012345 in fees: 1,204 confirmed, 30 waiting, 5 bumped, 1 refused at first. Seed: friday',
    );
  });

  it('is exact for programs', () => {
    const txid = new Uint8Array(32).fill(1) as never;
    const verdict = { kind: 'rejected', reason: 'min relay fee not met' } as const;
    const payment = { txid, from: 'ada', to: ['bob'], amount: 1n, fee: 141n, message: undefined };
    expect(trafficJson({ kind: 'payment', ...payment, verdict })).toMatchObject({
      ...{ event: 'payment', txid: '01'.repeat(32), amount: '0.00000001', fee: '0.00000141' },
      ...{ verdict: 'rejected', reason: 'min relay fee not met' },
    });
  });
});
