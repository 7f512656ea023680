import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../bytes/compare.ts';
import { toHex } from '../../bytes/hex.ts';
import { blockHash } from '../../primitives/block-hash.ts';
import { addressFromScript, scriptFromAddress } from '../../script/address.ts';
import { p2pkh, p2tr, p2wpkh } from '../../script/templates.ts';
import type { GenesisFacts } from '../genesis.ts';
import { lab } from '../lab.ts';
import { regtest } from '../regtest.ts';
import { ChainSpecError } from './chain-spec-error.ts';
import { customChainParams, parseCustomChain, searchGenesis, withGenesis } from './custom-chain.ts';
import { customChainFieldNames, customChainFields } from './custom-chain-fields.ts';
import type { CustomChainSpec } from './custom-chain-spec.ts';
import { firstLetters } from './field-objects.ts';
import { explanation, fallbackText, writeCustomChain } from './write-custom-chain.ts';

const COIN = 100_000_000n;
/** Few bits, so that the tests mine in an instant. */
const file = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ name: 'classroom', difficultyBits: 4, ...fields });

function mined(spec: CustomChainSpec): CustomChainSpec {
  const search = searchGenesis(spec);
  let found: GenesisFacts | undefined;
  while (found === undefined) found = search.search(1000);
  return withGenesis(spec, found);
}

function errorOf(run: () => unknown): ChainSpecError {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainSpecError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const refusal = (text: string): ChainSpecError => errorOf(() => parseCustomChain(text));

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
      '"ports.rcp" is no field of a chain (line 1); allowed: p2p, rpc',
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

describe('the chain that a file describes', () => {
  const fields = {
    name: 'classroom',
    difficultyBits: 8,
    retarget: 'bitcoin',
    spacingSeconds: 30,
    blockReward: '12.5',
    halvingInterval: 1000,
    minTransactionsPerBlock: 2,
    maxTransactionsPerBlock: 5,
    coinbaseMaturity: 3,
    confirmations: 2,
    addressPrefixes: { pubKeyHash: 28, scriptHash: 64, bech32: 'klasse' },
    genesisMessage: 'Monday, 9 o’clock',
    genesisTime: 1_750_000_000,
    ports: { p2p: 1234, rpc: 4321 },
  };

  it('has what the file says, and the rest of its base', () => {
    const spec = mined(parseCustomChain(JSON.stringify(fields)));
    const params = customChainParams(spec);
    expect(params).toMatchObject({
      name: 'classroom',
      ports: { p2p: 1234, rpc: 4321 },
      dnsSeeds: [],
      confirmations: 2,
      addressPrefixes: fields.addressPrefixes,
      keyPrefixes: lab.keyPrefixes,
    });
    expect(params.consensus).toEqual({
      ...lab.consensus,
      powLimit: (1n << 248n) - 1n,
      spacingSeconds: 30,
      retarget: {
        kind: 'bitcoin',
        timespanSeconds: 2016 * 30,
        allowMinDifficultyBlocks: false,
        enforceBip94: false,
        noRetargeting: false,
      },
      initialSubsidy: 1_250_000_000n,
      halvingInterval: 1000,
      coinbaseMaturity: 3,
      genesisSpendable: true,
      blockTransactions: { min: 2, max: 5 },
    });
    const { header } = params.genesis;
    expect(header.time).toBe(1_750_000_000);
    expect(header.bits).toBe(0x2000ffff);
    expect(blockHash(params.genesis)[31]).toBe(0);
  });

  it('has a half-life of twelve block times with ASERT, and no counting rule by default', () => {
    const spec = mined(parseCustomChain(file({ spacingSeconds: 60 })));
    const { consensus } = customChainParams(spec);
    expect(consensus.retarget).toEqual({ kind: 'asert', halfLifeSeconds: 720 });
    expect(consensus.blockTransactions).toBeUndefined();
  });

  it('can have blocks without work', () => {
    const spec = mined(parseCustomChain(file({ basedOn: 'regtest', difficultyBits: 0 })));
    const { consensus, genesis } = customChainParams(spec);
    expect(spec.genesisNonce).toBeLessThan(2);
    expect(consensus.powLimit).toBe((1n << 256n) - 1n);
    expect(genesis.header.bits).toBe(0x2100ffff);
    expect(consensus.retarget).toEqual({ kind: 'none' });
  });

  it('pays its premine in the first block, as coins', () => {
    const premine = [
      { address: alice, amount: 1000 },
      { address: bob, amount: '0.5' },
    ];
    const { genesis, consensus } = customChainParams(mined(parseCustomChain(file({ premine }))));
    const [rules, ...outputs] = genesis.transactions[0]?.outputs ?? [];
    expect(consensus.genesisSpendable).toBe(true);
    expect(outputs).toEqual([
      { value: 1000n * COIN, scriptPubKey: scriptFromAddress(alice, lab.addressPrefixes) },
      { value: COIN / 2n, scriptPubKey: scriptFromAddress(bob, lab.addressPrefixes) },
    ]);
    expect(rules?.value).toBe(0n);
    // OP_RETURN and a hash: no coin.
    expect(toHex(rules?.scriptPubKey.subarray(0, 2) ?? new Uint8Array())).toBe('6a20');
  });
});

describe('two chains never mix', () => {
  const base = parseCustomChain(file());

  const changes: readonly Partial<CustomChainSpec>[] = [
    { basedOn: 'regtest' },
    { name: 'classroom2' },
    { difficultyBits: 5 },
    { retarget: 'none' },
    { spacingSeconds: 11 },
    { blockReward: 51n * COIN },
    { halvingInterval: 8641 },
    { minTransactionsPerBlock: 2 },
    { maxTransactionsPerBlock: 2 },
    { coinbaseMaturity: 11 },
    { premine: [{ address: alice, amount: 1n }] },
    { genesisMessage: 'Another' },
    { genesisTime: 1_735_689_601 },
  ];

  it.each(changes)('%o makes another first block, and other magic bytes', (change) => {
    const one = customChainParams(mined(base));
    const other = customChainParams(mined({ ...base, ...change }));
    expect(equalBytes(blockHash(one.genesis), blockHash(other.genesis))).toBe(false);
    expect(toHex(one.magic)).not.toBe(toHex(other.magic));
    expect(one.magic).toEqual(blockHash(one.genesis).slice(0, 4));
  });

  it('unless all that differs is how they are shown and reached', () => {
    const one = customChainParams(mined(base));
    const other = customChainParams(
      mined({ ...base, confirmations: 1, ports: { p2p: 1, rpc: 2 } }),
    );
    expect(blockHash(one.genesis)).toEqual(blockHash(other.genesis));
  });
});

describe('the first block of a file', () => {
  const spec = mined(parseCustomChain(file({ difficultyBits: 10 })));

  it('has to be mined', () => {
    const error = errorOf(() => customChainParams({ ...spec, genesisNonce: undefined }));
    expect([error.code, error.field]).toEqual(['genesis-not-mined', 'genesisNonce']);
  });

  it('is the same on every machine', () => {
    // Made once more by a program of its own, in another language.
    const fixed = mined(parseCustomChain(file()));
    expect([fixed.genesisNonce, fixed.genesisHash]).toEqual([
      0,
      '0e564f872e8a13306f3c8ba5aaf2ed8cab5b222a4d31f0c93692b9b445fc5912',
    ]);
  });

  it('may not fall short of its difficulty', () => {
    const wrong = { ...spec, genesisNonce: (spec.genesisNonce ?? 0) + 1, genesisHash: undefined };
    const error = errorOf(() => customChainParams(wrong));
    expect([error.code, error.field]).toEqual(['genesis-mismatch', 'genesisNonce']);
    expect(error.message).toMatch(
      /^genesisNonce is \d+, but with it the first block's hash [0-9a-f]{64} does not begin with 10 zero bits: a rule was changed after it was mined; change it back, or take out genesisNonce and genesisHash and mine anew/,
    );
  });

  it('shows that a rule was changed, even where the work would do', () => {
    const error = errorOf(() => customChainParams({ ...spec, blockReward: 1n }));
    expect([error.code, error.field]).toEqual(['genesis-mismatch', 'genesisHash']);
    expect(error.message).toContain(`genesisHash is ${spec.genesisHash}, but`);
  });
});

describe('the file that is written', () => {
  const full = mined(
    parseCustomChain(
      file({
        premine: [
          { address: alice, amount: '1.5' },
          { address: bob, amount: 2 },
        ],
        genesisMessage: 'A "quoted" \\ message',
      }),
    ),
  );

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
