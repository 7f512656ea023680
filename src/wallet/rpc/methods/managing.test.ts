import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walletCaller } from '../../../../test/fixtures/wallet-caller.ts';
import { addChecksum } from '../../../protocol/script/descriptor/checksum.ts';
import type { WalletMethod } from '../wallet-method.ts';
import { managingMethods } from './managing.ts';

const XPRV =
  'tprv8ZgxMBicQKsPeuVhWwi6wuMQGfPKi9Li5GtX35jVNknACgqe3CY4g5xgkfDDJcmtF7o1QnxWDRYw4H5P26PXq7sbcUkEqeR4fg3Kxp2tigg';
const SECRET = 'correct horse';

const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, -1, 0, 1, 7, 1.5, 2 ** 31, 1e300, [], {}),
  fc.constantFrom('', 'a', 'b', '*', '@', '..', 'a/b', 'bech32', 'legacy', 'avoid_reuse', SECRET),
  fc.record(
    {
      desc: fc.constantFrom(
        addChecksum(`wpkh(${XPRV}/0/*)`),
        addChecksum(`tr(${XPRV}/0h/*h)`),
        addChecksum('raw(51)'),
        'raw(51)',
      ),
      timestamp: fc.constantFrom<unknown>('now', 0, -1, 2 ** 53, 'then'),
      range: fc.constantFrom<unknown>(3, [1, 2], [2 ** 31 - 3, 2 ** 31 - 1], 'x', null),
      next_index: fc.constantFrom<unknown>(0, 2 ** 31 - 2, 'x'),
      active: fc.boolean(),
      internal: fc.constantFrom<unknown>(true, false, 'x'),
      label: fc.constantFrom('x', '*'),
    },
    { requiredKeys: ['timestamp'] },
  ),
);
const TYPED: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.constantFrom('', 'a', 'b', 'c', '*', '..', 'bech32', 'legacy', 'avoid_reuse', SECRET),
  boolean: fc.boolean(),
  number: fc.constantFrom<unknown>(-1, 0, 1, 7, 1.5, 2 ** 31 - 1, 1e300),
  array: fc.array(value, { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom('private', 'active_only', 'internal', 'hdkey'), value),
};

/** Mostly of the types that the method wants, and as many as it takes. */
function argumentsOf({ parameters }: WalletMethod): fc.Arbitrary<readonly unknown[]> {
  const kinds = parameters
    .filter(({ namedOnly }) => namedOnly !== true)
    .map(({ type }) => fc.oneof({ weight: 9, arbitrary: TYPED[type] ?? value }, value));
  const whole = fc.tuple(...kinds);
  return fc.tuple(whole, fc.nat(kinds.length)).map(([args, cut]) => {
    return cut === 0 ? args : args.slice(0, cut);
  });
}

const anyCall = fc
  .constantFrom(...managingMethods)
  .chain((method) => fc.tuple(fc.constant(method.name), argumentsOf(method)));

describe('methods that manage wallets', () => {
  it('answer, whatever they are given, and never with a passphrase', async () => {
    const { call, close, context } = await walletCaller();
    const bugs: string[] = [];
    Object.assign(context, { log: (_: unknown, __: unknown, words: string) => bugs.push(words) });
    await call('createwallet', '["a"]');
    await call('createwallet', `["b",false,true,"${SECRET}"]`);
    const wallet = fc.constantFrom(undefined, 'a', 'b', 'none');
    await fc.assert(
      fc.asyncProperty(anyCall, wallet, async ([name, given], path) => {
        const answer = await call(name, JSON.stringify(given), path);
        expect(bugs).toEqual([]);
        if (/passphrase|encrypt/.test(name)) expect(answer).not.toContain(SECRET);
      }),
      { numRuns: 400 },
    );
    await close();
  }, 30_000);
});
