import { describe, expect, it } from 'vitest';
import { startedNode } from '../../test/fixtures/embedded-nodes.ts';
import type { Duration } from './node-time.ts';

describe('the time of a node', () => {
  it('stands still once it is set, and blocks have it', async () => {
    const node = await startedNode();
    expect(Math.abs(node.time.now() - Date.now() / 1000)).toBeLessThan(2);
    expect(node.time.isSet).toBe(false);
    node.time.set(new Date('2030-01-01T00:00:00Z'));
    expect(node.time.now()).toBe(1_893_456_000);
    expect(node.time.isSet).toBe(true);
    await node.mine(1);
    expect(node.tip.time).toBe(1_893_456_000);
    node.time.advance({ days: 1, hours: 3, minutes: 2, seconds: 1 });
    await node.mine(1);
    expect(node.tip.time).toBe(1_893_456_000 + 97_321);
    // Where it stands still, each block is a second later than the median of those before it.
    await node.mine(20);
    expect(node.tip.time).toBeLessThan(1_893_456_000 + 97_321 + 20);
    expect(node.tip.time).toBeGreaterThanOrEqual(1_893_456_000 + 97_321);
  });

  it('is ahead where it was moved while it went, and is as the machine’s again', async () => {
    const node = await startedNode();
    const before = node.time.now();
    node.time.advance(3600);
    expect(node.time.isSet).toBe(false);
    expect(node.time.now() - before).toBeGreaterThanOrEqual(3600);
    expect(node.time.now() - before).toBeLessThan(3605);
    node.time.resume();
    expect(node.time.now() - before).toBeLessThan(5);
  });

  it('is the time that setmocktime sets', async () => {
    const node = await startedNode({ time: 1_700_000_000 });
    expect(node.time.now()).toBe(1_700_000_000);
    await node.rpc('setmocktime', 1_700_000_500);
    expect(node.time.now()).toBe(1_700_000_500);
    node.time.advance(1);
    await node.mine(1);
    expect(node.tip.time).toBe(1_700_000_501);
  });

  it('makes locks of time open', async () => {
    const node = await startedNode({ time: 1_700_000_000 });
    await node.mine(20);
    const { mediantime } = await node.rpc<{ mediantime: number }>('getblockchaininfo');
    expect(mediantime).toBeLessThan(1_700_003_600);
    node.time.advance({ hours: 2 });
    await node.mine(11);
    const later = await node.rpc<{ mediantime: number }>('getblockchaininfo');
    expect(later.mediantime).toBeGreaterThanOrEqual(1_700_007_200);
  });

  it.each([1.5, -1, Number.NaN, Date.now(), new Date(Number.NaN)])('cannot be %s', async (time) => {
    const node = await startedNode();
    expect(() => node.time.set(time)).toThrow(/allowed: a Date, or whole seconds since 1970/);
    expect(node.time.isSet).toBe(false);
  });

  it.each<Duration>([-1, 0.5, { hours: -1 }, { weeks: 1 } as Duration, Number.NaN, 2 ** 33])(
    'cannot advance by %j',
    async (by) => {
      const node = await startedNode();
      expect(() => node.time.advance(by)).toThrow(/allowed/);
    },
  );
});
