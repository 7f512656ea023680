import { describe, expect, it } from 'vitest';
import { noLog } from '../node/log/log.ts';
import { loadSettings } from '../node/options/load-settings.ts';
import { NETWORKS } from '../node/p2p/addresses/net-address.ts';
import { parseWhitelist } from '../node/p2p/permissions.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { toHex, toReversedHex } from '../protocol/bytes/hex.ts';
import type { ServiceOptions } from '../service/service-options.ts';
import { DEFAULT_WALLET_OPTIONS } from '../wallet/wallet-options.ts';
import { chainParams } from './chain-params.ts';
import { serviceOptions } from './service-options.ts';

async function options(...words: readonly string[]): Promise<ServiceOptions> {
  const settings = await loadSettings({
    words,
    readFile: async () => undefined,
    isFolder: async () => true,
    home: '/home/ada',
    defaultDataFolder: '/data',
  });
  const params = await chainParams(settings, new MemoryDisk());
  const { signal } = new AbortController();
  return serviceOptions(settings, { params, log: noLog, signal });
}

const regtest = (...words: readonly string[]) => options('-regtest', ...words);

describe('the rules of a chain', () => {
  it('are those of its name, changed for tests', async () => {
    const { node } = await regtest(
      ...['-testactivationheight=segwit@5', '-testactivationheight=cltv@7'],
      '-vbparams=testdummy:1:9223372036854775807:9',
    );
    const { buried, versionBits } = node.params.consensus;
    expect(buried).toMatchObject({ segwit: 5, bip65: 7, csv: 1 });
    expect(versionBits.deployments.testdummy).toMatchObject({
      startTime: 1,
      timeout: Number.POSITIVE_INFINITY,
      minActivationHeight: 9,
    });
    expect((await options()).node.params.name).toBe('main');
    expect((await options('-chain=lab')).node.params.name).toBe('lab');
  });

  it('are those of a signet of one’s own, by its challenge', async () => {
    const { params } = (await options('-signet', '-signetchallenge=51')).node;
    expect(toHex(params.consensus.signetChallenge ?? new Uint8Array())).toBe('51');
    // The first four bytes of the double SHA-256 of 0x0151.
    expect(toHex(params.magic)).toBe('54d26fbd');
    expect(params.dnsSeeds).toEqual([]);
  });
});

describe('storage', () => {
  it('is as the options want it', async () => {
    const { node } = await regtest(
      ...['-dbcache=2', '-par=3', '-prune=600', '-checkblocks=9', '-checklevel=7', '-reindex'],
      ...['-minimumchainwork=0x10', '-maxtipage=60', '-maxsigcachesize=4', '-persistmempool=0'],
      ...[`-assumevalid=${'0'.repeat(62)}ff`, '-blocksdir=/blocks'],
    );
    expect(node).toMatchObject({ dataFolder: '/data', persistMempool: false });
    expect(node.scriptCacheBytes).toBe(2 * 2 ** 20);
    expect(node.chain).toMatchObject({
      ...{ dbcacheBytes: 4 * 2 ** 20, par: 3, prune: 600, checkBlocks: 9, checkLevel: 4 },
      ...{ reindex: 'blocks', minimumChainWork: 16n, maxTipAgeSeconds: 60 },
      blocksFolder: '/blocks/regtest/blocks',
    });
    expect(toReversedHex(node.chain?.assumeValid ?? new Uint8Array())).toMatch(/^0{62}ff$/);
    expect((await regtest('-assumevalid=0')).node.chain?.assumeValid).toBeNull();
    expect((await regtest('-reindex-chainstate')).node.chain?.reindex).toBe('coins');
    const plain = await regtest();
    expect(plain.node.chain).not.toHaveProperty('reindex');
    expect(plain.node.chain).not.toHaveProperty('assumeValid');
    expect((await regtest('-memory')).node).not.toHaveProperty('dataFolder');
  });

  it('has the indexes that are wished', async () => {
    const words = ['-txindex', '-blockfilterindex', '-coinstatsindex'];
    const { node } = await regtest(...words);
    expect(node.indexes).toEqual(['transactions', 'filters', 'coins']);
    expect((await regtest()).node.indexes).toEqual([]);
  });
});

describe('the network', () => {
  it('is taken part in as the options want it', async () => {
    const { network } = (
      await regtest(
        ...['-bind=127.0.0.1', '-bind=[::1]:9000', '-bind=127.0.0.1:9001=onion', '-port=8000'],
        ...['-whitebind=noban@10.0.0.1:9002', '-externalip=1.2.3.4:9003', '-externalip=1.2.3.5'],
        ...[
          '-whitelist=10.0.0.0/8',
          '-whitelistforcerelay',
          '-onlynet=ipv4',
          '-dns=0',
          '-timeout=9',
        ],
        ...[
          '-peertimeout=5',
          '-bantime=6',
          '-networkactive=0',
          '-maxconnections=3',
          '-uacomment=a',
        ],
        ...['-maxreceivebuffer=7', '-maxsendbuffer=8', '-addnode=b', '-seednode=c', '-blocksonly'],
      )
    ).node;
    expect(network?.listen).toEqual([
      { host: '127.0.0.1', port: 8000 },
      { host: '::1', port: 9000 },
      { host: '10.0.0.1', port: 9002, permissions: new Set(['noban', 'download']) },
    ]);
    expect(network).toMatchObject({
      externalAddresses: [
        { host: '1.2.3.4', port: 9003 },
        { host: '1.2.3.5', port: 0 },
      ],
      ...{ tellOwnAddresses: false, onlyNetworks: ['ipv4'], lookUpNames: false },
      ...{ connectTimeoutMs: 9, peerTimeoutMs: 5000, banSeconds: 6, isActive: false },
      ...{ maxConnections: 3, comments: ['a'], receiveBufferBytes: 7000, sendBufferBytes: 8000 },
      ...{ addNode: ['b'], seedNode: ['c'], blocksOnly: true, seeds: 'if-needed' },
    });
    const [peers] = (network?.whitelist ?? []).map((text) =>
      parseWhitelist(text, network?.whitelistGrants),
    );
    expect(peers?.permissions).toEqual(
      new Set(['noban', 'download', 'mempool', 'relay', 'forcerelay']),
    );
    expect(NETWORKS).toHaveProperty(network?.onlyNetworks?.[0] ?? '');
  });

  it('is listened to everywhere unless somebody says where, or not at all', async () => {
    expect((await regtest()).node.network?.listen).toEqual([
      { host: '0.0.0.0', port: 18444 },
      { host: '::', port: 18444, ipv6Only: true, isOptional: true },
    ]);
    expect((await regtest('-port=0')).node.network?.listen).toEqual([{ host: '0.0.0.0', port: 0 }]);
    expect((await regtest('-listen=0')).node.network?.listen).toEqual([]);
    expect((await regtest('-connect=a')).node.network?.listen).toEqual([]);
  });

  it('is looked around in on chains of one’s own, and on regtest only if that is wished', async () => {
    const looks = async (...words: readonly string[]) =>
      (await options(...words)).node.network?.discover;
    expect(await looks('-chain=lab')).toBe(true);
    expect(await looks('-chain=lab', '-nodiscovery')).toBe(false);
    expect(await looks('-chain=lab', '-connect=a')).toBe(false);
    expect(await looks('-regtest')).toBe(false);
    expect(await looks('-regtest', '-discovery')).toBe(true);
    expect(await looks('-chain=main', '-discovery')).toBe(false);
  });

  it('has its seeds asked when they are needed, at once, or never', async () => {
    const seeds = async (...words: readonly string[]) =>
      (await options(...words)).node.network?.seeds;
    expect(await seeds()).toBe('if-needed');
    expect(await seeds('-forcednsseed')).toBe('at-once');
    expect(await seeds('-dnsseed=0')).toBe('never');
    expect(await seeds('-connect=a')).toBe('never');
  });
});

describe('blocks and transactions', () => {
  it('are made and taken as the options want it', async () => {
    const address = 'bcrt1q6rhpng9evdsfnn833a4f4vej0asu6dk5srld6x';
    const { node, mine, mineThreads, mockTime } = await regtest(
      ...['-maxmempool=50', '-blockmaxweight=8000', '-blockversion=4', `-mine=${address}`],
      ...['-minethreads=2', '-mocktime=1700000000'],
    );
    expect(node.mempool).toMatchObject({ maxBytes: 50_000_000, blockMaxWeight: 8000 });
    expect(node.blockVersion).toBe(4);
    expect(toHex(mine?.scriptPubKey ?? new Uint8Array())).toMatch(/^0014[0-9a-f]{40}$/);
    expect({ mineThreads, mockTime }).toEqual({ mineThreads: 2, mockTime: 1_700_000_000 });
    // As in Bitcoin Core, other chains have no use for it.
    expect((await options('-blockversion=4')).node).not.toHaveProperty('blockVersion');
    expect(await regtest()).not.toHaveProperty('mine');
  });
});

describe('wallets', () => {
  it('are as the options want them', async () => {
    const { wallets } = await regtest(
      ...['-wallet=a', '-walletdir=/vault/', '-keypool=5', '-addresstype=bech32m'],
      ...['-changetype=legacy', '-fallbackfee=0.0002', '-paytxfee=0.0001', '-mintxfee=0.00002'],
      ...['-discardfee=0.00003', '-consolidatefeerate=0.00004', '-dustrelayfee=0.00005'],
      ...['-maxtxfee=0.2', '-maxapsfee=0.001', '-avoidpartialspends', '-txconfirmtarget=3'],
      ...['-spendzeroconfchange=0', '-walletrbf=0', '-walletbroadcast=0'],
      '-walletrejectlongchains=0',
    );
    expect(wallets).toEqual({
      folder: '/vault',
      names: ['a'],
      rejectsLongChains: false,
      wallet: {
        ...{ lookAhead: 5, addressType: 'bech32m', changeType: 'legacy', confirmTarget: 3 },
        ...{ fallbackFeeRate: 20_000n, payFeeRate: 10_000n, minFeeRate: 2000n },
        rates: { discardFeeRate: 3000n, longTermFeeRate: 4000n, dustFeeRate: 5000n },
        ...{ maxFee: 20_000_000n, maxGroupingFee: 100_000n, avoidsPartialSpends: true },
        ...{ spendsPendingChange: false, replaceable: false, broadcasts: false },
      },
    });
  });

  it('are what they are by default where nothing is said of them, and none if that is wished', async () => {
    const { wallets } = await regtest();
    const { chain, scrypt, ...defaults } = { ...DEFAULT_WALLET_OPTIONS, chain: undefined };
    expect(wallets?.wallet).toEqual(defaults);
    expect(wallets?.names).toBeUndefined();
    expect(await regtest('-disablewallet')).not.toHaveProperty('wallets');
  });
});
