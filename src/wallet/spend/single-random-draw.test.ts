import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CoinGroup } from './coin-group.ts';
import { drawGroups, withoutNeedless } from './single-random-draw.ts';

function group(amount: number, weight = 100): CoinGroup {
  return {
    ...{ coins: [], kind: 'bech32', tier: 0, isPartial: false, fee: 0n, longTermFee: 0n, weight },
    amount: BigInt(amount),
  };
}

describe('a single random draw', () => {
  it('takes coins in the order it was given until there are enough', () => {
    const [a, b, c] = [group(5), group(50), group(500)];
    expect(drawGroups([a, b, c], 55n, 1_000).groups).toEqual([b, a]);
    expect(drawGroups([c, a, b], 55n, 1_000).groups).toEqual([c]);
    expect(drawGroups([a, b, c], 556n, 1_000)).toEqual({ groups: undefined, isTooHeavy: false });
  });

  it('lets the smallest go where they become too heavy', () => {
    const order = [group(1), group(2), group(30), group(40)];
    const { groups } = drawGroups(order, 70n, 200);
    expect(groups?.map(({ amount }) => amount)).toEqual([40n, 30n]);
    expect(drawGroups(order, 71n, 200)).toEqual({ groups: undefined, isTooHeavy: true });
  });

  it('leaves what it can do without, the smallest first, where fees are high', () => {
    const drawn = [group(50), group(40), group(10), group(5)];
    const dear = drawn.map((each) => ({ ...each, fee: 2n, longTermFee: 1n }));
    const left = (groups: readonly CoinGroup[], least: bigint) =>
      withoutNeedless(groups, least).map(({ amount }) => amount);
    expect(left(dear, 90n)).toEqual([50n, 40n]);
    expect(left(dear, 96n)).toEqual([50n, 40n, 10n]);
    expect(left(dear, 105n)).toEqual([50n, 40n, 10n, 5n]);
    expect(left(drawn, 1n)).toEqual([50n, 40n, 10n, 5n]);
  });

  it('reaches whatever the heaviest coins that fit can reach', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 5_000 }), (values, least) => {
        const room = 5;
        const { groups } = drawGroups(
          values.map((value) => group(value)),
          BigInt(least),
          100 * room,
        );
        const largest = [...values].sort((a, b) => b - a).slice(0, room);
        const most = largest.reduce((sum, value) => sum + value, 0);
        expect(groups !== undefined).toBe(most >= least);
        expect((groups ?? []).length).toBeLessThanOrEqual(room);
      }),
    );
  });
});
