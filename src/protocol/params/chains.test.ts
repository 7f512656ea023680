import { describe, expect, it } from 'vitest';
import { fromHex, toHex, toReversedHex } from '../bytes/hex.ts';
import { decodeBlock, encodeBlock } from '../primitives/block.ts';
import { blockHash } from '../primitives/block-hash.ts';
import { compactFromTarget, meetsTarget } from '../primitives/target.ts';
import { scriptFlags } from '../script/flags.ts';
import { ChainNameError, chainByName, chainNames, chains } from './chains.ts';

/** All that tells chains apart, declared once more: as Bitcoin Core 28 has it, and for the lab our own. */
const facts = {
  main: {
    hash: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    merkleRoot: '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    magic: 'f9beb4d9',
    ports: [8333, 8332],
    prefixes: [0, 5, 'bc', 128, 0x0488b21e, 0x0488ade4],
    powLimit: '00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    spacingSeconds: 600,
    retarget: [1209600, false, false, false],
    halvingInterval: 210000,
    coinbaseMaturity: 100,
    buried: [227931, 388381, 363725, 419328, 481824],
    window: [2016, 1815],
    testdummy: [28, -2, Infinity, 0],
    taproot: [2, 1619222400, 1628640000, 709632],
    minimumChainWork: '000000000000000000000000000000000000000088e186b70e0862c193ec44d6',
    assumeValid: '000000000000000000011c5890365bdbe5d25b97ce0057589acaef4f1a57263f',
    dnsSeeds: 9,
    checkpoints: 13,
  },
  testnet4: {
    hash: '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043',
    merkleRoot: '7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e',
    magic: '1c163f28',
    ports: [48333, 48332],
    prefixes: [111, 196, 'tb', 239, 0x043587cf, 0x04358394],
    powLimit: '00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    spacingSeconds: 600,
    retarget: [1209600, true, true, false],
    halvingInterval: 210000,
    coinbaseMaturity: 100,
    buried: [1, 1, 1, 1, 1],
    window: [2016, 1512],
    testdummy: [28, -2, Infinity, 0],
    taproot: [2, -1, Infinity, 0],
    minimumChainWork: '00000000000000000000000000000000000000000000005faa15d02e6202f3ba',
    assumeValid: '000000005be348057db991fa5d89fe7c4695b667cfb311391a8db374b6f681fd',
    dnsSeeds: 2,
    checkpoints: 0,
  },
  signet: {
    hash: '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6',
    merkleRoot: '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    magic: '0a03cf40',
    ports: [38333, 38332],
    prefixes: [111, 196, 'tb', 239, 0x043587cf, 0x04358394],
    powLimit: '00000377ae000000000000000000000000000000000000000000000000000000',
    spacingSeconds: 600,
    retarget: [1209600, false, false, false],
    halvingInterval: 210000,
    coinbaseMaturity: 100,
    buried: [1, 1, 1, 1, 1],
    window: [2016, 1815],
    testdummy: [28, -2, Infinity, 0],
    taproot: [2, -1, Infinity, 0],
    minimumChainWork: '0000000000000000000000000000000000000000000000000000025dbd66e58f',
    assumeValid: '0000014aad1d58dddcb964dd749b073374c6306e716b22f573a2efe68d414539',
    dnsSeeds: 4,
    checkpoints: 0,
  },
  regtest: {
    hash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    merkleRoot: '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    magic: 'fabfb5da',
    ports: [18444, 18443],
    prefixes: [111, 196, 'bcrt', 239, 0x043587cf, 0x04358394],
    powLimit: '7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    spacingSeconds: 600,
    retarget: [86400, true, true, true],
    halvingInterval: 150,
    coinbaseMaturity: 100,
    buried: [1, 1, 1, 1, 0],
    window: [144, 108],
    testdummy: [28, 0, Infinity, 0],
    taproot: [2, -1, Infinity, 0],
    minimumChainWork: '0'.repeat(64),
    assumeValid: undefined,
    dnsSeeds: 0,
    checkpoints: 0,
  },
  lab: {
    hash: '00000dc38286cd4a67493e205a294872dca58a260ba787d24d170b956952a063',
    merkleRoot: '4eb3fe19e9c1d33711608387e8ff842c240431ac94526067aefd127bc0957fc5',
    magic: '63a05269',
    ports: [21333, 21332],
    prefixes: [26, 63, 'yard', 239, 0x043587cf, 0x04358394],
    powLimit: '00000fffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    spacingSeconds: 10,
    retarget: [120],
    halvingInterval: 8640,
    coinbaseMaturity: 10,
    buried: [1, 1, 1, 1, 0],
    window: [144, 108],
    testdummy: [28, -2, Infinity, 0],
    taproot: [2, -1, Infinity, 0],
    minimumChainWork: '0'.repeat(64),
    assumeValid: undefined,
    dnsSeeds: 0,
    checkpoints: 0,
  },
} as const;

const hex256 = (value: bigint): string => value.toString(16).padStart(64, '0');

describe.each(Object.entries(facts))('the chain %s', (name, expected) => {
  const params = chainByName(name);
  const { consensus } = params;

  it('has the first block that it should have, built from its parts', () => {
    expect(toReversedHex(blockHash(params.genesis))).toBe(expected.hash);
    expect(toReversedHex(params.genesis.header.merkleRoot)).toBe(expected.merkleRoot);
    expect(decodeBlock(encodeBlock(params.genesis))).toEqual(params.genesis);
  });

  it('begins with the work that it asks for', () => {
    const { bits } = params.genesis.header;
    expect(bits).toBe(compactFromTarget(consensus.powLimit));
    expect(meetsTarget(blockHash(params.genesis), bits, consensus.powLimit)).toBe(true);
  });

  it('is told from others by its magic bytes, ports and prefixes', () => {
    const { addressPrefixes, keyPrefixes, ports } = params;
    expect(toHex(params.magic)).toBe(expected.magic);
    expect([ports.p2p, ports.rpc]).toEqual(expected.ports);
    expect([
      addressPrefixes.pubKeyHash,
      addressPrefixes.scriptHash,
      addressPrefixes.bech32,
      keyPrefixes.wif,
      keyPrefixes.extendedPublic,
      keyPrefixes.extendedPrivate,
    ]).toEqual(expected.prefixes);
    expect(params.dnsSeeds.length).toBe(expected.dnsSeeds);
  });

  it('has its difficulty', () => {
    const { retarget } = consensus;
    expect(hex256(consensus.powLimit)).toBe(expected.powLimit);
    expect(consensus.spacingSeconds).toBe(expected.spacingSeconds);
    expect(retarget.kind).toBe(name === 'lab' ? 'asert' : 'bitcoin');
    const { kind, ...rules } = retarget;
    expect(Object.values(rules)).toEqual(expected.retarget);
  });

  it('has its money', () => {
    expect(consensus.initialSubsidy).toBe(5_000_000_000n);
    expect(consensus.halvingInterval).toBe(expected.halvingInterval);
    expect(consensus.coinbaseMaturity).toBe(expected.coinbaseMaturity);
    expect(consensus.genesisSpendable).toBe(false);
    expect(consensus.blockTransactions).toBeUndefined();
  });

  it('has its soft forks', () => {
    const { bip34, bip65, bip66, csv, segwit } = consensus.buried;
    const { window, threshold, deployments } = consensus.versionBits;
    const { testdummy, taproot } = deployments;
    expect([bip34, bip65, bip66, csv, segwit]).toEqual(expected.buried);
    expect([window, threshold]).toEqual(expected.window);
    for (const [deployment, values] of [
      [testdummy, expected.testdummy],
      [taproot, expected.taproot],
    ] as const) {
      const { bit, startTime, timeout, minActivationHeight } = deployment;
      expect([bit, startTime, timeout, minActivationHeight]).toEqual(values);
    }
  });

  it('has what spares a node work, and what it never leaves', () => {
    expect(hex256(consensus.minimumChainWork)).toBe(expected.minimumChainWork);
    expect(consensus.assumeValid).toBe(expected.assumeValid);
    expect(consensus.checkpoints.length).toBe(expected.checkpoints);
    for (const { blockHash: hash } of consensus.checkpoints) expect(hash).toMatch(/^0{8}\w{56}$/);
  });

  it('names script flags that exist', () => {
    for (const { flags } of consensus.scriptFlagExceptions) {
      expect(() => scriptFlags(...flags)).not.toThrow();
    }
  });
});

describe('the history of the main network', () => {
  const { consensus } = chainByName('main');

  it('has two blocks that broke a soft fork before it was one', () => {
    expect(consensus.scriptFlagExceptions).toEqual([
      {
        blockHash: '00000000000002dc756eebf4f49723ed8d30cc28a5f108eb94b1ba88ac4f9c22',
        flags: [],
      },
      {
        blockHash: '0000000000000000000f14c35b2d841e986ab5441de8c585d5ffe55ea1e395ad',
        flags: ['P2SH', 'WITNESS'],
      },
    ]);
  });

  it('BIP30: has two coinbases twice', () => {
    expect(consensus.bip30Exceptions).toEqual([
      {
        height: 91842,
        blockHash: '00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec',
      },
      {
        height: 91880,
        blockHash: '00000000000743f190a18c5577a3c2d2a1f610ae9601ac046a38084ccb7cd721',
      },
    ]);
    expect(consensus.bip30Overwritten.map(({ height }) => height)).toEqual([91722, 91812]);
    expect(consensus.bip34Hash).toBe(
      '000000000000024b89b42a942fe0d9fea3bb44ab7bd1b19115dd6a759c0808b8',
    );
  });

  it('begins with the 285 bytes that everybody knows', () => {
    const bytes = encodeBlock(chainByName('main').genesis);
    expect(bytes.length).toBe(285);
    expect(toHex(bytes.subarray(81))).toBe(
      toHex(
        fromHex(
          '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff' +
            '001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e20627269' +
            '6e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a0100000043' +
            '4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f355' +
            '04e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000',
        ),
      ),
    );
  });
});

describe('chains by name', () => {
  it('finds each of them, and the main network under its other name', () => {
    expect(chainNames).toEqual(['main', 'testnet4', 'signet', 'regtest', 'lab']);
    for (const name of chainNames) expect(chainByName(name).name).toBe(name);
    expect(chainByName('mainnet')).toBe(chainByName('main'));
  });

  it.each([
    ['Main', 'no chain is named "Main"; allowed: main, testnet4, signet, regtest, lab'],
    ['', 'no chain is named ""; allowed: main, testnet4, signet, regtest, lab'],
    [
      'testnet',
      'no chain is named "testnet" (testnet4 took the place of testnet3); allowed: main, testnet4, signet, regtest, lab',
    ],
    ['__proto__', 'no chain is named "__proto__"; allowed: main, testnet4, signet, regtest, lab'],
  ])('says of %j what is allowed', (name, message) => {
    expect(() => chainByName(name)).toThrow(new ChainNameError(name));
    expect(new ChainNameError(name).message).toBe(message);
    expect(new ChainNameError(name).code).toBe('unknown-chain');
  });

  it('keeps the error for a name of any length in one line', () => {
    expect(new ChainNameError('\n'.repeat(1e6)).message.length).toBeLessThan(300);
  });

  it('gives no two chains the same magic bytes, ports or SegWit letters by accident', () => {
    expect(new Set(chains.map(({ magic }) => toHex(magic))).size).toBe(chains.length);
    expect(new Set(chains.flatMap(({ ports }) => [ports.p2p, ports.rpc])).size).toBe(
      2 * chains.length,
    );
    // testnet4 and signet share theirs, as in Core.
    expect(new Set(chains.map(({ addressPrefixes }) => addressPrefixes.bech32)).size).toBe(4);
  });
});
