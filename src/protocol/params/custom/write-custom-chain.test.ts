import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressFromScript } from '../../script/address.ts';
import { p2tr } from '../../script/templates.ts';
import type { GenesisFacts } from '../genesis.ts';
import { lab } from '../lab.ts';
import { customChainParams, parseCustomChain, searchGenesis, withGenesis } from './custom-chain.ts';
import { customChainFieldNames, customChainFields } from './custom-chain-fields.ts';
import type { CustomChainSpec } from './custom-chain-spec.ts';
import { explanation, fallbackText, writeCustomChain } from './write-custom-chain.ts';

const COIN = 100_000_000n;
/** Few bits, so that the tests mine in an instant. */
const file = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ name: 'classroom', difficultyBits: 4, ...fields });

const [alice, bob] = [1, 2].map((fill) =>
  addressFromScript(p2tr(new Uint8Array(32).fill(fill)), lab.addressPrefixes),
);

describe('the file that is written', () => {
  const unmined = parseCustomChain(
    file({
      premine: [
        { address: alice, amount: '1.5' },
        { address: bob, amount: 2 },
      ],
      genesisMessage: 'A "quoted" \\ message',
    }),
  );
  const full = withGenesis(unmined, searchGenesis(unmined).search(100_000) as GenesisFacts);

  it('says the same when it is read again, and is plain JSON', () => {
    const text = writeCustomChain(full);
    expect(parseCustomChain(text)).toEqual(full);
    expect(customChainParams(parseCustomChain(text))).toEqual(customChainParams(full));
    const plain = JSON.parse(text) as Record<string, unknown>;
    expect(plain['blockReward']).toBe('50');
    expect(plain['premine']).toEqual([
      { address: alice, amount: '1.5' },
      { address: bob, amount: '2' },
    ]);
  });

  it('explains every field before it', () => {
    const lines = writeCustomChain(full).split('\n');
    for (const name of customChainFieldNames) {
      const at = lines.findIndex((line) => line.startsWith(`  "${name}": `));
      expect(lines[at - 1]).toContain(`"// ${name}": "`);
      expect(lines[at - 1]).toContain(JSON.stringify(explanation(name)).slice(1, -1));
    }
  });

  it('leaves out what is not known yet', () => {
    const text = writeCustomChain(parseCustomChain(file()));
    expect(text).not.toContain('genesisNonce"');
    expect(parseCustomChain(text).genesisNonce).toBeUndefined();
  });

  it('keeps any chain as it is', () => {
    const address = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((key) => addressFromScript(p2tr(key), lab.addressPrefixes) as string);
    const specs: fc.Arbitrary<CustomChainSpec> = fc.record({
      basedOn: fc.constantFrom('lab', 'regtest'),
      name: fc.stringMatching(/^x[a-z0-9-]{0,29}$/),
      difficultyBits: fc.integer({ min: 0, max: 32 }),
      retarget: fc.constantFrom('none', 'bitcoin', 'asert'),
      spacingSeconds: fc.integer({ min: 1, max: 1_209_600 }),
      blockReward: fc.bigInt(0n, 21_000_000n * COIN),
      halvingInterval: fc.integer({ min: 1, max: 1e9 }),
      minTransactionsPerBlock: fc.integer({ min: 1, max: 10 }),
      maxTransactionsPerBlock: fc.integer({ min: 10, max: 100_000 }),
      coinbaseMaturity: fc.integer({ min: 1, max: 10_000 }),
      confirmations: fc.integer({ min: 1, max: 10_000 }),
      addressPrefixes: fc.constant(lab.addressPrefixes),
      premine: fc.array(fc.record({ address, amount: fc.bigInt(1n, 1000n * COIN) }), {
        maxLength: 3,
      }),
      ports: fc.record({
        p2p: fc.integer({ min: 1, max: 9 }),
        rpc: fc.integer({ min: 10, max: 65_535 }),
      }),
      genesisMessage: fc.string({ minLength: 1, maxLength: 22 }),
      genesisTime: fc.integer({ min: 1_231_006_505, max: 0xffffffff }),
      genesisNonce: fc.option(fc.integer({ min: 0, max: 0xffffffff }), { nil: undefined }),
      genesisHash: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: undefined }),
    });
    fc.assert(
      fc.property(specs, (spec) => {
        expect(parseCustomChain(writeCustomChain(spec))).toEqual(spec);
      }),
    );
  });
});

describe('the table of fields', () => {
  it('explains every field in a sentence or two, and says what is allowed', () => {
    for (const name of customChainFieldNames) {
      const { about, allowed } = customChainFields[name];
      expect(about).toMatch(/^[A-Z].*\.$/);
      expect(about.split('. ').length).toBeLessThanOrEqual(3);
      expect(allowed).not.toMatch(/\.$/);
    }
  });

  it('gives the defaults of both bases', () => {
    expect(fallbackText('difficultyBits')).toBe('20 on lab, 1 on regtest');
    expect(fallbackText('blockReward')).toBe('"50"');
    expect(fallbackText('premine')).toBe('[]');
    expect(fallbackText('name')).toBeUndefined();
    expect(fallbackText('genesisNonce')).toBeUndefined();
  });
});
