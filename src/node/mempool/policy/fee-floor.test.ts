import { describe, expect, it } from 'vitest';
import { checkFeeFloor, checkOwnRelayFee } from './fee-floor.ts';
import { PolicyError } from './policy-error.ts';

function refusal(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    const { message, reject } = error as PolicyError;
    expect(error).toBeInstanceOf(PolicyError);
    return `${reject}: ${message}`;
  }
}

describe('checkFeeFloor', () => {
  const check = (modifiedFee: bigint, poolMinFeeRate: bigint) =>
    refusal(() =>
      checkFeeFloor({ modifiedFee, vsize: 141 }, { minRelayFeeRate: 1_000n, poolMinFeeRate }),
    );

  it('min relay fee not met', () => {
    expect(check(141n, 0n)).toBeUndefined();
    expect(check(140n, 0n)).toBe('reconsiderable: min relay fee not met, 140 < 141');
    expect(check(-1n, 0n)).toBe('reconsiderable: min relay fee not met, -1 < 141');
  });

  it('mempool min fee not met, which is looked at first', () => {
    expect(check(212n, 1_500n)).toBeUndefined();
    expect(check(211n, 1_500n)).toBe('reconsiderable: mempool min fee not met, 211 < 212');
    expect(check(1n, 1_500n)).toBe('reconsiderable: mempool min fee not met, 1 < 212');
  });
});

describe('checkOwnRelayFee', () => {
  const check = (modifiedFee: bigint, version: number) =>
    refusal(() => checkOwnRelayFee({ modifiedFee, vsize: 141, version }, 1_000n));

  it('no package can help a transaction below it', () => {
    expect(check(141n, 2)).toBeUndefined();
    expect(check(140n, 2)).toBe('mempool-policy: min relay fee not met, 140 < 141');
  });

  it('version 3 is exempt', () => {
    expect(check(0n, 3)).toBeUndefined();
  });
});
