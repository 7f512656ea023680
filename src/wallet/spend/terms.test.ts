import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import { p2pk, p2sh, p2wsh } from '../../protocol/script/templates.ts';
import { changeTerms } from './change-terms.ts';
import { changeType } from './change-type.ts';
import { coinKind, coinTier, DEFAULT_RATES, effectiveValue, spendingFee } from './coin-input.ts';
import { CHANGE, coin, PKH, scriptOf, TR } from './fake-coins.ts';
import { antiFeeSnipingLockTime, isTipCurrent } from './lock-time.ts';
import { messageOutput } from './message-output.ts';
import { PaymentError } from './payment-error.ts';

const SCRIPT_HASH = p2sh(new Uint8Array(20));

describe('what a coin is worth', () => {
  it('is its value, less what it costs to spend, each input rounded up', () => {
    expect(spendingFee(coin(1n), 1_000n)).toBe(68n);
    expect(spendingFee(coin(1n), 1_001n)).toBe(69n);
    expect(effectiveValue(coin(1_000n, { kind: 'tr' }), 10_000n)).toBe(420n);
    expect(effectiveValue(coin(1_000n, { kind: 'pkh' }), 10_000n)).toBe(-480n);
  });

  it('has the kind of its address, and of what is behind a script hash', () => {
    const kinds = (['wpkh', 'tr', 'pkh'] as const).map((kind) => coinKind(coin(1n, { kind })));
    expect(kinds).toEqual(['bech32', 'bech32m', 'legacy']);
    const nested = coin(1n);
    const output = { value: 1n, scriptPubKey: SCRIPT_HASH };
    expect(coinKind({ ...nested, output })).toBe('p2sh-segwit');
    expect(coinKind({ ...nested, output, size: PKH })).toBe('legacy');
    const bare = { value: 1n, scriptPubKey: p2pk(Uint8Array.of(2, ...new Uint8Array(32).fill(1))) };
    expect(coinKind({ ...nested, output: bare, size: PKH })).toBe('unknown');
  });

  it('has the tiers of Core: six blocks for what others paid, one for change', () => {
    const tiers = [0, 1, 5, 6].map((depth) =>
      [true, false].map((isOwn) => coinTier({ depth, isOwn })),
    );
    expect(tiers).toEqual([
      [2, 6],
      [0, 1],
      [0, 1],
      [0, 0],
    ]);
    const families = [1, 2, 3, 4, 5, 12, 13, 24];
    expect(families.map((ancestors) => coinTier({ depth: 0, isOwn: true, ancestors }))).toEqual([
      2, 2, 3, 3, 4, 4, 5, 5,
    ]);
  });

  it('is reckoned with the rates of Core 28', () => {
    expect(DEFAULT_RATES).toEqual({
      ...{ longTermFeeRate: 10_000n, discardFeeRate: 10_000n, dustFeeRate: 3_000n },
    });
  });
});

describe('change', () => {
  it('costs its output now and its input later', () => {
    const terms = changeTerms(CHANGE, { ...DEFAULT_RATES, feeRate: 5_000n });
    // 31 bytes at 5 sat; 68 bytes at 10 sat; the dust limit at 10 sat for 31 + 67 bytes.
    expect(terms).toEqual({ fee: 155n, cost: 155n + 680n, leastValue: 980n, weight: 124 });
  });

  it('is never what nodes take for dust, however low the discard rate is', () => {
    const rates = { ...DEFAULT_RATES, feeRate: 1_000n, discardFeeRate: 0n };
    expect(changeTerms(CHANGE, rates).leastValue).toBe(294n);
    expect(changeTerms({ script: scriptOf('tr', 1), size: TR }, rates).leastValue).toBe(330n);
  });

  it('is taken for nested P2WPKH where nobody knows how it will be spent', () => {
    const rates = { ...DEFAULT_RATES, feeRate: 1_000n };
    expect(changeTerms({ script: CHANGE.script }, rates).cost).toBe(31n + 910n);
  });
});

describe('the kind of change', () => {
  const all = new Set<OutputType>(['legacy', 'p2sh-segwit', 'bech32', 'bech32m']);
  const [pkh, wpkh, tr] = (['pkh', 'wpkh', 'tr'] as const).map((kind) => scriptOf(kind, 1)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];

  it.each<[string, readonly Uint8Array[], OutputType]>([
    ['P2TR', [pkh, wpkh, SCRIPT_HASH, tr], 'bech32m'],
    ['P2WPKH', [pkh, SCRIPT_HASH, wpkh], 'bech32'],
    ['P2SH', [pkh, SCRIPT_HASH], 'p2sh-segwit'],
    ['P2PKH', [pkh], 'legacy'],
    ['P2WSH alone', [p2wsh(new Uint8Array(32))], 'bech32m'],
  ])('is that of a recipient: %s', (_, recipients, expected) => {
    expect(changeType(recipients, { addressType: 'bech32', available: all })).toBe(expected);
  });

  it('is one that the wallet has', () => {
    const available = new Set<OutputType>(['bech32']);
    expect(changeType([tr], { addressType: 'bech32', available })).toBe('bech32');
    expect(changeType([pkh], { addressType: 'bech32', available })).toBe('bech32');
    const none = new Set<OutputType>();
    expect(changeType([tr], { addressType: 'p2sh-segwit', available: none })).toBe('p2sh-segwit');
  });

  it('is the one that was asked for, and legacy where addresses are', () => {
    expect(changeType([tr], { wanted: 'legacy', addressType: 'bech32', available: all })).toBe(
      'legacy',
    );
    expect(changeType([tr], { addressType: 'legacy', available: all })).toBe('legacy');
  });
});

describe('the lock time against fee sniping', () => {
  it('is the height of the tip, and in one of ten cases up to 99 less', () => {
    const entropy = new SeededEntropy('lock times');
    const tip = { height: 850_000, isCurrent: true };
    const drawn = Array.from({ length: 5_000 }, () => antiFeeSnipingLockTime(tip, entropy));
    const earlier = drawn.filter((height) => height < 850_000).length;
    expect(Math.max(...drawn)).toBe(850_000);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(849_901);
    expect(earlier).toBeGreaterThan(400);
    expect(earlier).toBeLessThan(600);
  });

  it('is never below zero, and zero where the tip is old or unknown', () => {
    const entropy = new SeededEntropy('lock times');
    for (let i = 0; i < 500; i++) {
      const drawn = antiFeeSnipingLockTime({ height: 3, isCurrent: true }, entropy);
      expect(drawn === 3 || (drawn >= 0 && drawn < 3)).toBe(true);
    }
    expect(antiFeeSnipingLockTime({ height: 850_000, isCurrent: false }, entropy)).toBe(0);
    expect(antiFeeSnipingLockTime(undefined, entropy)).toBe(0);
  });

  it('takes a tip for current for eight hours', () => {
    expect(isTipCurrent(1_000_000, 1_000_000 + 28_800)).toBe(true);
    expect(isTipCurrent(1_000_000, 1_000_000 + 28_801)).toBe(false);
  });
});

describe('a message', () => {
  it('rides behind OP_RETURN, in UTF-8, and pays nobody', () => {
    const { script, amount } = messageOutput('für dich');
    expect(toHex(script)).toBe('6a0966c3bc722064696368');
    expect(amount).toBe(0n);
  });

  it('has 80 bytes at most', () => {
    expect(messageOutput('x'.repeat(80)).script).toHaveLength(83);
    expect(() => messageOutput('ü'.repeat(41))).toThrow(PaymentError);
    expect(() => messageOutput('ü'.repeat(41))).toThrow(
      'a message of 82 bytes is too long: nodes relay 80 at most',
    );
  });
});
