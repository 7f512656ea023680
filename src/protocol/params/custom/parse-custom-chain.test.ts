import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressFromScript } from '../../script/address.ts';
import { p2pkh, p2wpkh } from '../../script/templates.ts';
import { lab } from '../lab.ts';
import { regtest } from '../regtest.ts';
import { ChainSpecError } from './chain-spec-error.ts';
import { parseCustomChain } from './custom-chain.ts';
import { customChainFieldNames } from './custom-chain-fields.ts';
import type { CustomChainSpec } from './custom-chain-spec.ts';
import { firstLetters } from './field-objects.ts';

const COIN = 100_000_000n;
const file = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ name: 'classroom', difficultyBits: 4, ...fields });

function refusal(text: string): ChainSpecError {
  try {
    parseCustomChain(text);
  } catch (error) {
    if (error instanceof ChainSpecError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const labAddress = (hash: Uint8Array): string =>
  addressFromScript(p2wpkh(hash), lab.addressPrefixes) as string;
const alice = labAddress(new Uint8Array(20).fill(1));
const bob = addressFromScript(p2pkh(new Uint8Array(20).fill(2)), lab.addressPrefixes) as string;

describe('what a chain file leaves out', () => {
  it('is as in the lab', () => {
    expect(parseCustomChain('{ "name": "classroom" }')).toEqual({
      basedOn: 'lab',
      name: 'classroom',
      difficultyBits: 20,
      retarget: 'asert',
      spacingSeconds: 10,
      blockReward: 50n * COIN,
      halvingInterval: 8640,
      minTransactionsPerBlock: 1,
      maxTransactionsPerBlock: 100_000,
      coinbaseMaturity: 10,
      confirmations: 6,
      addressPrefixes: { pubKeyHash: 26, scriptHash: 63, bech32: 'yard' },
      premine: [],
      ports: { p2p: 22333, rpc: 22332 },
      genesisMessage: 'A chain of my own',
      genesisTime: 1_735_689_600,
      genesisNonce: undefined,
      genesisHash: undefined,
    } satisfies CustomChainSpec);
  });

  it('is as on regtest, if the file says so', () => {
    expect(parseCustomChain('{ "basedOn": "regtest", "name": "ci" }')).toMatchObject({
      difficultyBits: 1,
      retarget: 'none',
      spacingSeconds: 600,
      halvingInterval: 150,
      coinbaseMaturity: 100,
      addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
    });
  });

  it('is taken from the base part by part', () => {
    const spec = parseCustomChain(
      file({ addressPrefixes: { bech32: 'class' }, ports: { rpc: 9999 } }),
    );
    expect(spec.addressPrefixes).toEqual({ pubKeyHash: 26, scriptHash: 63, bech32: 'class' });
    expect(spec.ports).toEqual({ p2p: 22333, rpc: 9999 });
  });
});

describe('a wrong field gets an error that names it, its value, and what is allowed', () => {
  const amounts = 'coins from 0 to 21,000,000, with 8 decimals at most, as a number or in quotes';
  it.each<[Record<string, unknown>, string, string]>([
    [{ basedOn: 'main' }, 'basedOn', 'basedOn is "main" (line 1); allowed: "lab", "regtest"'],
    [
      { name: 'My Chain' },
      'name',
      'name is "My Chain" (line 1); allowed: lower-case letters, digits and hyphens, a letter first, 30 at most, and not the name of a chain that exists',
    ],
    [
      { difficultyBits: 33 },
      'difficultyBits',
      'difficultyBits is 33 (line 1); allowed: whole numbers from 0 to 32',
    ],
    [
      { difficultyBits: -1 },
      'difficultyBits',
      'difficultyBits is -1 (line 1); allowed: whole numbers from 0 to 32',
    ],
    [
      { difficultyBits: '8' },
      'difficultyBits',
      'difficultyBits is "8" (line 1); allowed: whole numbers from 0 to 32',
    ],
    [
      { retarget: 'fast' },
      'retarget',
      'retarget is "fast" (line 1); allowed: "none", "bitcoin", "asert"',
    ],
    [
      { spacingSeconds: 0 },
      'spacingSeconds',
      'spacingSeconds is 0 (line 1); allowed: whole numbers from 1 to 1,209,600',
    ],
    [
      { spacingSeconds: 2.5 },
      'spacingSeconds',
      'spacingSeconds is 2.5 (line 1); allowed: whole numbers from 1 to 1,209,600',
    ],
    [
      { blockReward: '0.000000001' },
      'blockReward',
      `blockReward is "0.000000001" (line 1); allowed: ${amounts}`,
    ],
    [
      { blockReward: 21_000_001 },
      'blockReward',
      `blockReward is 21000001 (line 1); allowed: ${amounts}`,
    ],
    [{ blockReward: null }, 'blockReward', `blockReward is null (line 1); allowed: ${amounts}`],
    [
      { halvingInterval: [] },
      'halvingInterval',
      'halvingInterval is a list (line 1); allowed: whole numbers from 1 to 1,000,000,000',
    ],
    [
      { minTransactionsPerBlock: 5, maxTransactionsPerBlock: 4 },
      'minTransactionsPerBlock',
      'minTransactionsPerBlock is 5; allowed: up to maxTransactionsPerBlock, which is 4',
    ],
    [
      { coinbaseMaturity: true },
      'coinbaseMaturity',
      'coinbaseMaturity is true (line 1); allowed: whole numbers from 1 to 10,000',
    ],
    [
      { confirmations: 0 },
      'confirmations',
      'confirmations is 0 (line 1); allowed: whole numbers from 1 to 10,000',
    ],
    [
      { ports: { p2p: 70_000 } },
      'ports.p2p',
      'ports.p2p is 70000 (line 1); allowed: whole numbers from 1 to 65,535',
    ],
    [
      { ports: { p2p: 1234, rpc: 1234 } },
      'ports.rpc',
      'ports.rpc is 1234, and so is ports.p2p; allowed: two different ports',
    ],
    [{ ports: 8333 }, 'ports', 'ports is 8333 (line 1); allowed: { … } with p2p, rpc'],
    [
      { genesisMessage: '' },
      'genesisMessage',
      'genesisMessage is "" (line 1); allowed: text of 1 to 91 bytes in UTF-8, without control characters',
    ],
    [
      { genesisTime: 12 },
      'genesisTime',
      'genesisTime is 12 (line 1); allowed: whole numbers from 1,231,006,505 to 4,294,967,295',
    ],
    [
      { genesisNonce: 4_294_967_296 },
      'genesisNonce',
      'genesisNonce is 4294967296 (line 1); allowed: whole numbers from 0 to 4,294,967,295',
    ],
    [
      { genesisHash: 'F00D' },
      'genesisHash',
      'genesisHash is "F00D" (line 1); allowed: 64 lower-case hex digits',
    ],
    [
      { premine: [{ address: alice }] },
      'premine[0].amount',
      'premine[0].amount is missing; allowed: coins from 0.00000001 to 21,000,000, with 8 decimals at most, as a number or in quotes',
    ],
    [
      {
        premine: [
          { address: alice, amount: 20_999_999 },
          { address: bob, amount: 2 },
        ],
      },
      'premine',
      'premine adds up to 21000001 coins; allowed: 21000000 in one transaction',
    ],
    [
      { premine: alice },
      'premine',
      `premine is "${alice.slice(0, 40)}…" (line 1); allowed: lists of 1000 outputs at most`,
    ],
  ])('%j', (fields, field, message) => {
    const error = refusal(file(fields));
    expect(error.message).toBe(message);
    expect(error.field).toBe(field);
    expect(error.code).toBe(message.includes('missing') ? 'missing-field' : 'bad-value');
  });

  it('the line is that of the value', () => {
    const text = '{\n  // a comment\n  "name": "classroom",\n\n  "spacingSeconds":\n    0\n}';
    expect(refusal(text).message).toMatch(/^spacingSeconds is 0 \(line 6\)/);
  });

  it.each([
    ['spaceingSeconds', 'did you mean spacingSeconds?'],
    ['SPACINGSECONDS', 'did you mean spacingSeconds?'],
    ['maxTransactionPerBlock', 'did you mean maxTransactionsPerBlock?'],
    ['port', 'did you mean ports?'],
    ['colour', `allowed: ${customChainFieldNames.join(', ')}`],
  ])('the unknown field %s is answered with the nearest name', (name, hint) => {
    const error = refusal(file({ [name]: 1 }));
    expect(error.code).toBe('unknown-field');
    expect(error.message).toBe(`"${name}" is no field of a chain (line 1); ${hint}`);
  });

  it('a part of a field is looked for among its parts', () => {
    expect(refusal(file({ ports: { rcp: 1 } })).message).toBe(
      '"ports.rcp" is no field of a chain (line 1); did you mean rpc?',
    );
    expect(refusal(file({ premine: [{ adress: 'x', amount: 1 }] })).message).toBe(
      '"premine[0].adress" is no field of a chain (line 1); did you mean address?',
    );
  });

  it('a field may be there once', () => {
    const error = refusal('{ "name": "a",\n "name": "b" }');
    expect([error.code, error.field]).toEqual(['repeated-field', 'name']);
    expect(error.message).toBe('name is there a second time (line 2); allowed: once');
  });

  it('a name is needed, and none that means another chain', () => {
    expect(refusal('{}')).toMatchObject({ code: 'missing-field', field: 'name' });
    for (const name of ['main', 'mainnet', 'testnet', 'testnet4', 'regtest', 'lab', '-a', 'a b']) {
      expect(refusal(file({ name })).field).toBe('name');
    }
  });

  it('a file holds one object', () => {
    expect(refusal('[]').message).toMatch(/^the file is a list \(line 1\); allowed: \{ … \} with/);
    expect(refusal('{').code).toBe('bad-json');
  });
});

describe('addresses of a custom chain', () => {
  it.each([
    [{ pubKeyHash: 0 }, 'addressPrefixes.pubKeyHash'],
    [{ pubKeyHash: 5 }, 'addressPrefixes.pubKeyHash'],
    [{ scriptHash: 5 }, 'addressPrefixes.scriptHash'],
    [{ scriptHash: 0 }, 'addressPrefixes.scriptHash'],
    [{ bech32: 'bc' }, 'addressPrefixes.bech32'],
  ])('are never taken for real bitcoin addresses: %j', (addressPrefixes, field) => {
    const error = refusal(file({ addressPrefixes }));
    expect(error.field).toBe(field);
    expect(error.message).toContain("Bitcoin's main network, whose addresses hold real money");
  });

  it.each(['Yard', 'a', 'a1b', 'abcdefghijklmnopq', 'ya-rd', '', 'ä'])(
    'do not begin with %j',
    (bech32) => {
      expect(refusal(file({ addressPrefixes: { bech32 } })).field).toBe('addressPrefixes.bech32');
    },
  );

  it('are told apart by their first letter, or some could not be paid to', () => {
    expect(refusal(file({ addressPrefixes: { bech32: 'school' } })).message).toBe(
      'addressPrefixes.bech32 is "school", and addresses with scriptHash 63 begin with S; allowed: letters that no other address begins with',
    );
    expect(refusal(file({ addressPrefixes: { pubKeyHash: 63 } })).message).toBe(
      'addressPrefixes.scriptHash is 63, and so is pubKeyHash; allowed: two different numbers',
    );
  });

  it('begin with the letters that are said to be possible', () => {
    expect([5, 111, 196, 26, 63].map(firstLetters)).toEqual(['3', 'mn', '2', 'B', 'S']);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 255 }),
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        (pubKeyHash, hash) => {
          const prefixes = { pubKeyHash, scriptHash: 256, bech32: 'x' };
          const address = addressFromScript(p2pkh(hash), prefixes) as string;
          expect(firstLetters(pubKeyHash)).toContain(address[0]);
        },
      ),
    );
  });

  it('of another chain get no premine', () => {
    const stranger = addressFromScript(p2wpkh(new Uint8Array(20)), regtest.addressPrefixes);
    const error = refusal(file({ premine: [{ address: stranger, amount: 1 }] }));
    expect(error.field).toBe('premine[0].address');
    expect(error.message).toMatch(
      /^premine\[0\]\.address is "bcrt1q.*…": .*; allowed: addresses that begin with yard1, B, S$/,
    );
  });
});

describe('hostile files', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'have no field %s',
    (name) => {
      const text = `{ "name": "classroom", ${JSON.stringify(name)}: { "difficultyBits": 1 } }`;
      expect(refusal(text).code).toBe('unknown-field');
      expect(Object.hasOwn(Object.prototype, 'difficultyBits')).toBe(false);
    },
  );

  it.each([
    `{ "name": "classroom", "blockReward": ${'9'.repeat(100_000)} }`,
    '{ "name": "classroom", "blockReward": 1e999999999 }',
    `{ "name": "classroom", "difficultyBits": 0.${'0'.repeat(100_000)} }`,
    `{ "name": "${'x'.repeat(500_000)}" }`,
    `{ "${'x'.repeat(500_000)}": 1 }`,
    `{ "name": "a\\u001b[2J\\u009b31m" }`,
    `{ "name": "classroom", "premine": [${'{},'.repeat(100_000)}] }`,
    `{ "name": "classroom", "premine": ${'['.repeat(100_000)}`,
  ])('are refused in one short line: %#', (text) => {
    const { message, field } = refusal(text);
    expect(message.length).toBeLessThan(400);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be in there
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(field.length).toBeLessThan(60);
  });

  it('throw nothing but typed errors, whatever their fields hold', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.integer(), fc.string());
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...customChainFieldNames), value), (fields) => {
        try {
          parseCustomChain(JSON.stringify(fields));
        } catch (error) {
          expect(error).toBeInstanceOf(ChainSpecError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('amounts', () => {
  it.each([
    ['50', 50n * COIN],
    ['"50"', 50n * COIN],
    ['0.1', 10_000_000n],
    ['"0.00000001"', 1n],
    ['1.00', COIN],
    ['21000000', 21_000_000n * COIN],
    ['20999999.99999999', 2_099_999_999_999_999n],
    ['0', 0n],
  ])('%s is exact', (written, satoshis) => {
    const text = `{ "name": "classroom", "blockReward": ${written} }`;
    expect(parseCustomChain(text).blockReward).toBe(satoshis);
  });

  it.each([
    '1e2',
    '-1',
    '"1,5"',
    '" 1"',
    '"0x10"',
    '1.000000000',
    '"."',
    '""',
    '21000000.00000001',
  ])('%s is none', (written) => {
    expect(refusal(`{ "name": "classroom", "blockReward": ${written} }`).field).toBe('blockReward');
  });
});
