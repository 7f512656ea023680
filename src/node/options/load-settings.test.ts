import { describe, expect, it } from 'vitest';
import { loadSettings } from './load-settings.ts';
import type { NodeSettings } from './node-settings.ts';
import { OptionError } from './option-error.ts';

interface World {
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const CONF = '/home/a/.blockyard/bitcoin.conf';

function load(words: string, { files = {}, folders = [], environment = {} }: World = {}) {
  return loadSettings({
    words: words.split(' ').filter((word) => word !== ''),
    environment,
    readFile: (path) => Promise.resolve(files[path]),
    isFolder: (path) => Promise.resolve(folders.includes(path)),
    home: '/home/a',
    defaultDataFolder: '~/.blockyard',
  });
}

async function refusal(words: string, world: World = {}): Promise<string> {
  try {
    await load(words, world);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  return 'accepted';
}

const conf = (text: string): World => ({ files: { [CONF]: text } });
const notices = ({ notices: all }: NodeSettings) => all.map(({ words }) => words);

describe('without options', () => {
  it('a node is as Bitcoin Core 28 is', async () => {
    const settings = await load('');
    expect(settings).toMatchObject({
      chain: 'main',
      dataFolder: '/home/a/.blockyard',
      configFile: undefined,
      persistMempool: true,
      mempool: {},
      mockTime: undefined,
      notices: [],
      storage: { prune: 0, reindex: 'nothing', transactionIndex: false, filterIndex: false },
      network: { listen: true, connect: undefined, discover: true, dnsSeed: true, bind: [] },
      rpc: { server: true, rest: false, port: undefined, threads: 4, workQueue: undefined },
      log: { file: 'debug.log', toConsole: true, categories: [] },
      wallet: { disabled: false, keypool: 1000, fallbackFeeRate: 0n, maxFee: 10_000_000n },
      process: { daemon: false, pidFile: 'bitcoind.pid' },
    });
    expect(settings.rpc.cookieFile).toBe('.cookie');
  });
});

describe('the command line', () => {
  it('has one dash or two, values behind equals signs, and negations', async () => {
    const settings = await load(
      '-regtest --rpcport=1 -txindex -nolisten --nodnsseed -connect=a --connect=b -prune=0 -debuglogfile=x',
    );
    expect(settings.chain).toBe('regtest');
    expect(settings.rpc.port).toBe(1);
    expect(settings.storage.transactionIndex).toBe(true);
    expect(settings.network).toMatchObject({ listen: false, dnsSeed: false, connect: ['a', 'b'] });
    expect(settings.log.file).toBe('x');
  });

  it('takes the next word for a value where there are two dashes, and the option has one', async () => {
    const settings = await load('--chain regtest --rpcuser alice --connect 10.0.0.2 --server');
    expect(settings.chain).toBe('regtest');
    expect(settings.rpc.user).toBe('alice');
    expect(settings.network.connect).toEqual(['10.0.0.2']);
    expect(await refusal('-rpcuser alice')).toMatch(/unexpected token 'alice'/);
    expect(await refusal('--server 1')).toMatch(/unexpected token '1'/);
  });

  it('counts the last of several values, and no value before a negation', async () => {
    expect((await load('-dbcache=4 -dbcache=8')).storage.dbcacheMib).toBe(8);
    expect((await load('-addnode=a -noaddnode -addnode=b')).network.addNode).toEqual(['b']);
    expect((await load('-noconnect')).network.connect).toEqual([]);
    expect((await load('-connect=0')).network.connect).toEqual([]);
  });

  it('takes words for 0, and a double negation for yes', async () => {
    expect((await load('-txindex=true')).storage.transactionIndex).toBe(false);
    expect((await load('-txindex=2')).storage.transactionIndex).toBe(true);
    expect((await load('-notxindex=0')).storage.transactionIndex).toBe(true);
    expect((await load('-dbcache=12MiB')).storage.dbcacheMib).toBe(12);
  });

  it.each([
    ['-foo', 'Invalid parameter -foo'],
    ['-rcpport=1', 'Invalid parameter -rcpport=1; did you mean -rpcport?'],
    ['--nolitsen', 'Invalid parameter --nolitsen; did you mean -listen?'],
    ['-regtest.rpcport=1', 'Invalid parameter -regtest.rpcport=1'],
    ['-nodatadir', 'Negating of -datadir is meaningless and therefore forbidden'],
    ['-proxy', 'Can not set -proxy with no value. Please specify value with -proxy=value.'],
    ['-includeconf=x', '-includeconf cannot be used from commandline; -includeconf="x"'],
  ])('is refused with %s', async (words, message) => {
    expect(await refusal(words)).toBe(`Error parsing command line arguments: ${message}`);
  });
});

describe('bitcoin.conf', () => {
  it('has comments, sections, and names with sections', async () => {
    const world = conf(
      '# all chains\ntxindex=1 # yes\n\nregtest.rpcport=5\n[regtest]\n  connect = a \nconnect=b\n[main]\nrpcport=6\n',
    );
    const regtest = await load('-regtest', world);
    expect(regtest.configFile).toBe(CONF);
    expect(regtest.storage.transactionIndex).toBe(true);
    expect(regtest.rpc.port).toBe(5);
    expect(regtest.network.connect).toEqual(['a', 'b']);
    expect((await load('', world)).rpc.port).toBe(6);
  });

  it('counts less than the command line, the environment and settings.json; its section more than the rest', async () => {
    const files = {
      [CONF]: 'dbcache=1\n[regtest]\ndbcache=2\ndbcache=3\n',
      '/home/a/.blockyard/regtest/settings.json': '{"_warning_":"x","dbcache":4,"par":[1,2]}',
    };
    const noSettings = { files: { [CONF]: files[CONF] as string } };
    expect((await load('', noSettings)).storage.dbcacheMib).toBe(1);
    // In a file, the first one counts.
    expect((await load('-regtest', noSettings)).storage.dbcacheMib).toBe(2);
    expect((await load('-regtest', { files })).storage.dbcacheMib).toBe(4);
    expect((await load('-regtest -nosettings', { files })).storage.dbcacheMib).toBe(2);
    const environment = { BLOCKYARD_DBCACHE: '5' };
    expect((await load('-regtest', { files, environment })).storage.dbcacheMib).toBe(5);
    expect((await load('-regtest -dbcache=6', { files, environment })).storage.dbcacheMib).toBe(6);
  });

  it('adds its lists to those of the command line', async () => {
    const world = conf('[regtest]\naddnode=b\naddnode=c');
    expect((await load('-regtest -addnode=a', world)).network.addNode).toEqual(['a', 'b', 'c']);
    expect((await load('-regtest -noaddnode', world)).network.addNode).toEqual([]);
    // What Core calls zombies: a value behind the negation brings those of the file back.
    expect((await load('-regtest -noaddnode -addnode=a', world)).network.addNode).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('includes other files, those of the chain first, and these include none', async () => {
    const files = {
      [CONF]: 'includeconf=one.conf\n[regtest]\nincludeconf=two.conf\n',
      '/home/a/.blockyard/one.conf': 'dbcache=1\nincludeconf=three.conf',
      '/home/a/.blockyard/two.conf': 'dbcache=2',
    };
    const settings = await load('-regtest', { files });
    expect(settings.storage.dbcacheMib).toBe(2);
    expect(notices(settings)).toEqual([
      'warning: -includeconf cannot be used from included files; ignoring -includeconf=three.conf',
    ]);
    expect(settings.spoken).toEqual(notices(settings));
    expect((await load('-regtest -noincludeconf', { files })).storage.dbcacheMib).toBeUndefined();
    expect(await refusal('', conf('includeconf=gone.conf'))).toBe(
      'Error reading configuration file: Failed to include configuration file gone.conf',
    );
  });

  it('is elsewhere with -conf, and nowhere with -noconf', async () => {
    const files = {
      [CONF]: 'dbcache=1',
      '/etc/x.conf': 'dbcache=2',
      '/home/a/.blockyard/y': 'dbcache=3',
    };
    const allow = '-allowignoredconf';
    expect((await load(`-conf=/etc/x.conf ${allow}`, { files })).storage.dbcacheMib).toBe(2);
    expect((await load(`-conf=y ${allow}`, { files })).storage.dbcacheMib).toBe(3);
    expect((await load('-noconf', { files })).storage.dbcacheMib).toBeUndefined();
    expect(await refusal('-conf=z', { files })).toBe(
      'Error reading configuration file: specified config file "/home/a/.blockyard/z" could not be opened.',
    );
  });

  it.each([
    [
      'a=1\n\nnot an option',
      'parse error on line 3: not an option, if you intended to specify a negated option, use not an option=1 instead',
    ],
    ['txindex', 'parse error on line 1: txindex'],
    [
      '-txindex=1',
      'parse error on line 1: -txindex=1, options in configuration file must be specified without leading -',
    ],
    [
      'rpcpassword=a#b',
      'parse error on line 1, using # in rpcpassword can be ambiguous and should be avoided',
    ],
    [
      'conf=x',
      'conf cannot be set in the configuration file; use includeconf= if you want to include additional config files',
    ],
    ['datadir=/gone', 'specified data directory "/gone" does not exist.'],
  ])('is refused with %j', async (text, message) => {
    expect(await refusal('', conf(text))).toBe(`Error reading configuration file: ${message}`);
  });

  it('may name what nobody knows', async () => {
    const settings = await load('', conf('rcpport=1\n[simnet]\na=1'));
    expect(notices(settings)).toEqual([
      'Ignoring unknown configuration value rcpport; did you mean rpcport?',
      'Ignoring unknown configuration value simnet.a',
      `${CONF}:2 Section [simnet] is not recognized.`,
    ]);
  });

  it('must name ports and peers of other chains in their sections', async () => {
    const world = conf('rpcport=1\naddnode=a\ndbcache=1');
    expect(await refusal('-regtest', world)).toBe(
      'Config setting for -addnode only applied on regtest network when in [regtest] section.\n' +
        'Config setting for -rpcport only applied on regtest network when in [regtest] section.\n',
    );
    expect((await load('', world)).rpc.port).toBe(1);
    expect((await load('-regtest -rpcport=2 -addnode=b', world)).rpc.port).toBe(2);
    // A negation counts everywhere, a wart of Core's.
    expect((await load('-regtest', conf('noconnect=1'))).network.connect).toEqual([]);
  });
});

describe('the environment', () => {
  it('has options in capitals, with underscores', async () => {
    const environment = {
      BLOCKYARD_CHAIN: 'lab',
      BLOCKYARD_NOLISTEN: '1',
      BLOCKYARD_REINDEX_CHAINSTATE: '1',
      BLOCKYARD_ADDNODE: 'a\nb',
      BLOCKYARD_OTHER: 'x',
      RPCPORT: '7',
    };
    const settings = await load('', { environment });
    expect(settings.chain).toBe('lab');
    expect(settings.network).toMatchObject({ listen: false, addNode: ['a', 'b'] });
    expect(settings.storage.reindex).toBe('coins');
    expect(settings.rpc.port).toBeUndefined();
  });
});

describe('the chain', () => {
  it.each([
    ['-regtest', 'regtest'],
    ['-testnet4', 'testnet4'],
    ['-signet', 'signet'],
    ['-chain=lab', 'lab'],
    ['-chain=./my.json', './my.json'],
    ['-regtest=0', 'main'],
  ])('%s is %s', async (words, chain) => {
    expect((await load(words)).chain).toBe(chain);
  });

  it('is one', async () => {
    const message =
      'Invalid combination of -regtest, -signet, -testnet, -testnet4 and -chain. Can use at most one.';
    expect(await refusal('-regtest -signet')).toBe(message);
    expect(await refusal('-chain=main -regtest')).toBe(message);
    expect(await refusal('-chain=foo')).toBe('Unknown chain foo.');
    expect(await refusal('-testnet')).toMatch(/^Unknown chain test\. Testnet3 is not supported/);
  });

  it('may be chosen in the file, and no negation on the command line undoes that', async () => {
    expect((await load('', conf('regtest=1'))).chain).toBe('regtest');
    expect((await load('-noregtest', conf('regtest=1'))).chain).toBe('regtest');
  });
});

describe('the data folder', () => {
  it('must be there if it is named', async () => {
    expect(await refusal('-datadir=/x')).toBe('Specified data directory "/x" does not exist.');
    const folders = ['/x', '/home/a/y'];
    expect((await load('-datadir=/x', { folders })).dataFolder).toBe('/x');
    expect((await load('-datadir=~/y', { folders })).dataFolder).toBe('/home/a/y');
    expect((await load('-memory')).dataFolder).toBeUndefined();
  });

  it('holds the file that may name another one', async () => {
    const world = { ...conf('datadir=/x'), folders: ['/x'] };
    expect((await load('', world)).dataFolder).toBe('/x');
  });

  it('has settings.json, which programs write', async () => {
    const at = '/home/a/.blockyard/main/settings.json';
    expect(await refusal('', { files: { [at]: '{' } })).toMatch(
      /^Settings file could not be read:\n- Settings file \S+ does not contain valid JSON\./,
    );
    expect(await refusal('', { files: { [at]: '[1]' } })).toBe(
      `Settings file could not be read:\n- Found non-object value [1] in settings file ${at}`,
    );
  });
});

describe('what one option sets for another', () => {
  it.each([
    ['-connect=a', { listen: false, dnsSeed: false, discover: false }],
    ['-connect=a -listen', { listen: true, dnsSeed: false, discover: true }],
    ['-connect=a -bind=b', { listen: true, dnsSeed: false }],
    ['-noconnect', { listen: false, dnsSeed: false, connect: [] }],
    ['-maxconnections=0', { listen: false, dnsSeed: false, maxConnections: 0 }],
    ['-proxy=127.0.0.1:9050', { listen: false, discover: false, dnsSeed: true }],
    ['-noproxy', { listen: true, proxy: undefined }],
    ['-externalip=1.2.3.4', { listen: true, discover: false }],
    ['-blocksonly', { blocksOnly: true, whitelistRelay: false }],
    ['-whitelistforcerelay', { whitelistForceRelay: true, whitelistRelay: true }],
    ['-onlynet=onion', { dnsSeed: false }],
    ['-onlynet=onion -onlynet=ipv4', { dnsSeed: true }],
  ])('%s', async (words, network) => {
    expect((await load(words)).network).toMatchObject(network);
  });

  it('is noted in Core’s words', async () => {
    expect(notices(await load('-connect=a'))).toContain(
      'parameter interaction: -connect or -maxconnections=0 set -> setting -listen=0',
    );
    const blocksOnly = await load('-blocksonly');
    expect(blocksOnly.mempool.maxBytes).toBe(5_000_000);
    expect((await load('-daemonwait')).process.daemon).toBe(true);
    expect((await load('-daemon')).log.toConsole).toBe(false);
  });
});

describe('what does not go together is refused in Core’s words:', () => {
  it.each([
    ['-prune=550 -txindex', 'Prune mode is incompatible with -txindex.'],
    [
      '-prune=550 -reindex-chainstate',
      'Prune mode is incompatible with -reindex-chainstate. Use full -reindex instead.',
    ],
    ['-prune=-1', 'Prune cannot be configured with a negative value.'],
    ['-prune=549', 'Prune configured below the minimum of 550 MiB.  Please use a higher number.'],
    ['-peerblockfilters', 'Cannot set -peerblockfilters without -blockfilterindex.'],
    ['-blockfilterindex=x', 'Unknown -blockfilterindex value x.'],
    [
      '-forcednsseed -dnsseed=0',
      'Cannot set -forcednsseed to true when setting -dnsseed to false.',
    ],
    ['-bind=a -listen=0', 'Cannot set -bind or -whitebind together with -listen=0'],
    ['-listen=0 -listenonion=1', 'Cannot set -listen=0 together with -listenonion=1'],
    ['-peertimeout=0', 'peertimeout must be a positive integer.'],
    ['-rpcport=65536', "Invalid port specified in -rpcport: '65536'"],
    ['-minrelaytxfee=x', "Invalid amount for -minrelaytxfee=<amount>: 'x'"],
    ['-debug=foo', 'Unsupported logging category -debug=foo.'],
    [
      '-loglevel=foo',
      'Unsupported global logging level -loglevel=foo. Valid values: info, debug, trace.',
    ],
    [
      '-loglevel=net:foo',
      'Unsupported category-specific logging level -loglevel=net:foo. Expected -loglevel=<category>:<loglevel>. ' +
        'Valid categories: addrman, bench, blockstorage, cmpctblock, coindb, estimatefee, http, i2p, ipc, leveldb, ' +
        'libevent, mempool, mempoolrej, net, proxy, prune, qt, rand, reindex, rpc, scan, selectcoins, tor, ' +
        'txpackages, txreconciliation, validation, walletdb, zmq. Valid loglevels: info, debug, trace.',
    ],
    ['-acceptnonstdtxn', 'acceptnonstdtxn is not currently supported for main chain'],
    ['-maxmempool=4', '-maxmempool must be at least 5 MB'],
    ['-test=addrman', '-test=<option> can only be used with regtest'],
    ['-minimumchainwork=x', 'Invalid non-hex (x) minimum chain work value specified'],
    ['-acceptstalefeeestimates', 'acceptstalefeeestimates is not supported on main chain.'],
    [
      '-dnsseed=1 -onlynet=i2p',
      'Incompatible options: -dnsseed=1 was explicitly specified, but -onlynet forbids connections to IPv4/IPv6',
    ],
    ['-signetchallenge=51 -signetchallenge=52', '-signetchallenge cannot be multiple values.'],
    [
      '-regtest -testactivationheight=segwit',
      'Invalid format (segwit) for -testactivationheight=name@height.',
    ],
    [
      '-regtest -testactivationheight=foo@1',
      'Invalid name (foo@1) for -testactivationheight=name@height.',
    ],
  ])('%s', async (words, message) => {
    expect(await refusal(words)).toBe(message);
  });

  it('and what does, is taken', async () => {
    expect((await load('-prune=550 -notxindex')).storage.prune).toBe(550);
    expect((await load('-blockfilterindex -peerblockfilters')).storage.filterIndex).toBe(true);
    expect((await load('-regtest -testactivationheight=segwit@7')).rules.activationHeights).toEqual(
      {
        segwit: 7,
      },
    );
  });
});

describe('units', () => {
  it('of the mempool are those of its options', async () => {
    const { mempool } = await load(
      '-regtest -maxmempool=50 -mempoolexpiry=2 -minrelaytxfee=0.00002 -limitancestorsize=50 -datacarrier=0 -acceptnonstdtxn',
    );
    expect(mempool).toEqual({
      maxBytes: 50_000_000,
      expirySeconds: 7200,
      minRelayFeeRate: 2000n,
      limitAncestorVsize: 50_000,
      maxDataCarrierBytes: 0,
      requireStandard: false,
    });
    expect((await load('-incrementalrelayfee=0.0001')).mempool.minRelayFeeRate).toBe(10_000n);
  });

  it('of logs: the last none counts', async () => {
    expect((await load('-debug=net -debug=none -debug=rpc -debug')).log.categories).toEqual([
      'rpc',
      'all',
    ]);
    expect((await load('-nodebuglogfile')).log.file).toBeUndefined();
    expect((await load('-mocktime=1296688602')).mockTime).toBe(1_296_688_602);
  });
});
