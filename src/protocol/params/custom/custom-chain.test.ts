import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../bytes/compare.ts';
import { toHex } from '../../bytes/hex.ts';
import { blockHash } from '../../primitives/block-hash.ts';
import { addressFromScript, scriptFromAddress } from '../../script/address.ts';
import { p2pkh, p2wpkh } from '../../script/templates.ts';
import type { GenesisFacts } from '../genesis.ts';
import { lab } from '../lab.ts';
import { ChainSpecError } from './chain-spec-error.ts';
import { customChainParams, parseCustomChain, searchGenesis, withGenesis } from './custom-chain.ts';
import type { CustomChainSpec } from './custom-chain-spec.ts';

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

const labAddress = (hash: Uint8Array): string =>
  addressFromScript(p2wpkh(hash), lab.addressPrefixes) as string;
const alice = labAddress(new Uint8Array(20).fill(1));
const bob = addressFromScript(p2pkh(new Uint8Array(20).fill(2)), lab.addressPrefixes) as string;

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
