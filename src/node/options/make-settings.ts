/** From settings by name to the settings of a node. */
import { hasFilterIndex } from './check-settings.ts';
import type {
  LogSettings,
  MempoolSettings,
  MiningSettings,
  NetworkSettings,
  NodeSettings,
  ProcessSettings,
  RpcSettings,
  RuleSettings,
  StorageSettings,
  WalletSettings,
} from './node-settings.ts';
import { OptionError } from './option-error.ts';
import type { Settings } from './settings.ts';

/** What files and folders say, and not settings. */
export type Places = Pick<
  NodeSettings,
  'dataFolder' | 'configFile' | 'notices' | 'givenLines' | 'spoken' | 'settingsFile'
>;

/** The settings of a node, from settings that were checked. */
export function makeSettings(
  settings: Settings,
  wallet: WalletSettings,
  places: Places,
): NodeSettings {
  const { chain, number } = settings;
  const mockTime = number('mocktime') ?? 0;
  return {
    chain,
    ...places,
    blocksFolder: path(settings, 'blocksdir', undefined),
    rules: ruleSettings(settings),
    storage: storageSettings(settings),
    network: networkSettings(settings),
    mempool: mempoolSettings(settings),
    persistMempool: settings.flag('persistmempool') ?? true,
    mining: miningSettings(settings),
    rpc: rpcSettings(settings),
    log: logSettings(settings),
    wallet,
    process: processSettings(settings),
    mockTime: mockTime === 0 ? undefined : mockTime,
  };
}

/** A path without slashes at its end; undefined if it was negated. */
function path(settings: Settings, name: string, byDefault: string | undefined): string | undefined {
  if (settings.isNegated(name)) return undefined;
  const text = settings.text(name) ?? '';
  return text === '' ? byDefault : text.replace(/(?<=.)[/\\]+$/, '');
}

const RULES: readonly string[] = ['segwit', 'bip34', 'dersig', 'cltv', 'csv'];

function ruleSettings({ list, chain }: Settings): RuleSettings {
  const activationHeights: Record<string, number> = {};
  for (const text of chain === 'regtest' ? list('testactivationheight') : []) {
    const [name, height, ...more] = text.split('@');
    const refuse = (words: string) => new OptionError('bad-value', words);
    const form = '-testactivationheight=name@height.';
    if (name === undefined || height === undefined || more.length > 0) {
      throw refuse(`Invalid format (${text}) for ${form}`);
    }
    if (!/^\+?[0-9]+$/.test(height) || Number(height) >= 2 ** 31 - 1) {
      throw refuse(`Invalid height value (${text}) for ${form}`);
    }
    if (!RULES.includes(name)) throw refuse(`Invalid name (${text}) for ${form}`);
    activationHeights[name] = Number(height);
  }
  const challenges = list('signetchallenge');
  if (challenges.length > 1) {
    throw new OptionError('bad-value', '-signetchallenge cannot be multiple values.');
  }
  return {
    activationHeights,
    deployments: list('vbparams'),
    signetChallenge: challenges[0],
  };
}

function storageSettings(settings: Settings): StorageSettings {
  const { flag, number, text, list } = settings;
  const reindexed = flag('reindex-chainstate') === true ? 'coins' : 'nothing';
  const stopAtHeight = number('stopatheight') ?? 0;
  return {
    dbcacheMib: number('dbcache'),
    par: number('par'),
    prune: number('prune') ?? 0,
    reindex: flag('reindex') === true ? 'all' : reindexed,
    transactionIndex: flag('txindex') ?? false,
    filterIndex: hasFilterIndex(settings),
    statisticsIndex: flag('coinstatsindex') ?? false,
    loadBlocks: list('loadblock'),
    assumeValid: text('assumevalid'),
    minimumChainWork: text('minimumchainwork'),
    maxTipAgeSeconds: number('maxtipage'),
    stopAtHeight: stopAtHeight > 0 ? stopAtHeight : undefined,
    stopAfterImport: flag('stopafterblockimport') ?? false,
    checkBlocks: number('checkblocks'),
    checkLevel: number('checklevel'),
    scriptCacheMib: number('maxsigcachesize'),
  };
}

function networkSettings(settings: Settings): NetworkSettings {
  const { flag, number, text, list } = settings;
  const connect = list('connect');
  const proxy = text('proxy') ?? '';
  const timeoutMs = number('timeout') ?? 0;
  const connections = number('maxconnections');
  return {
    active: flag('networkactive') ?? true,
    listen: flag('listen') ?? true,
    port: number('port'),
    bind: list('bind'),
    whitebind: list('whitebind'),
    // `-connect=0` is `-noconnect`, a form of old.
    connect:
      connect.length > 0 || settings.isNegated('connect') ? without(connect, '0') : undefined,
    addNode: list('addnode'),
    seedNode: [...list('seednode'), ...(settings.chain === 'signet' ? list('signetseednode') : [])],
    externalIp: list('externalip'),
    whitelist: list('whitelist'),
    whitelistRelay: flag('whitelistrelay') ?? true,
    whitelistForceRelay: flag('whitelistforcerelay') ?? false,
    onlyNet: list('onlynet'),
    maxConnections: connections === undefined ? undefined : Math.max(0, connections),
    discover: flag('discover') ?? true,
    discovery: flag('discovery'),
    dns: flag('dns') ?? true,
    dnsSeed: flag('dnsseed') ?? true,
    forceDnsSeed: flag('forcednsseed') ?? false,
    fixedSeeds: flag('fixedseeds') ?? true,
    timeoutMs: timeoutMs > 0 ? timeoutMs : undefined,
    peerTimeoutSeconds: number('peertimeout'),
    banSeconds: number('bantime'),
    receiveBufferBytes: scaled(settings, 'maxreceivebuffer', KILOBYTE),
    sendBufferBytes: scaled(settings, 'maxsendbuffer', KILOBYTE),
    proxy: proxy === '' || proxy === '0' ? undefined : proxy,
    blocksOnly: flag('blocksonly') ?? false,
    serveBloomFilters: flag('peerbloomfilters') ?? false,
    serveBlockFilters: flag('peerblockfilters') ?? false,
    comments: list('uacomment'),
  };
}

function without(list: readonly string[], word: string): readonly string[] {
  return list.length === 1 && list[0] === word ? [] : list;
}

function atLeast(least: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(least, value);
}

/** A number in a unit of its own. */
function scaled({ number }: Settings, name: string, unit: number): number | undefined {
  const value = number(name);
  return value === undefined ? undefined : value * unit;
}

const KILOBYTE = 1000;
const HOUR = 3600;
const MEGABYTE = 1_000_000;
const KILO_VBYTE = 1000;

function mempoolSettings(settings: Settings): MempoolSettings {
  const { flag, number, amount, chain } = settings;
  const incremental = amount('incrementalrelayfee');
  const nonStandard = flag('acceptnonstdtxn');
  return given({
    maxBytes: scaled(settings, 'maxmempool', MEGABYTE),
    expirySeconds: scaled(settings, 'mempoolexpiry', HOUR),
    // Whoever raises the step raises the floor with it.
    minRelayFeeRate: amount('minrelaytxfee') ?? atLeastDefault(incremental),
    incrementalFeeRate: incremental,
    dustFeeRate: amount('dustrelayfee'),
    bytesPerSigop: number('bytespersigop'),
    requireStandard: nonStandard === undefined || chain === 'main' ? undefined : !nonStandard,
    permitBareMultisig: flag('permitbaremultisig'),
    maxDataCarrierBytes: flag('datacarrier') === false ? 0 : number('datacarriersize'),
    fullRbf: flag('mempoolfullrbf'),
    limitAncestorCount: number('limitancestorcount'),
    limitAncestorVsize: scaled(settings, 'limitancestorsize', KILO_VBYTE),
    limitDescendantCount: number('limitdescendantcount'),
    limitDescendantVsize: scaled(settings, 'limitdescendantsize', KILO_VBYTE),
    blockMinFeeRate: amount('blockmintxfee'),
  });
}

const DEFAULT_MIN_RELAY_FEE_RATE = 1000n;

function atLeastDefault(rate: bigint | undefined): bigint | undefined {
  return rate !== undefined && rate > DEFAULT_MIN_RELAY_FEE_RATE ? rate : undefined;
}

/** Without what was not given. */
function given(
  fields: {
    readonly [K in keyof MempoolSettings]: MempoolSettings[K] | undefined;
  },
): MempoolSettings {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as MempoolSettings;
}

function miningSettings({ number, text }: Settings): MiningSettings {
  const threads = number('minethreads') ?? 0;
  return {
    maxBlockWeight: number('blockmaxweight'),
    blockVersion: number('blockversion'),
    mineFor: text('mine'),
    threads: threads > 0 ? threads : undefined,
  };
}

function rpcSettings(settings: Settings): RpcSettings {
  const { flag, number, text, list } = settings;
  const readers = text('rpccookieperms') ?? 'owner';
  if (readers !== 'owner' && readers !== 'group' && readers !== 'all') {
    throw new OptionError(
      'bad-value',
      `Invalid -rpccookieperms=${readers}; must be one of 'owner', 'group', or 'all'.`,
    );
  }
  return {
    server: flag('server') ?? true,
    rest: flag('rest') ?? false,
    port: number('rpcport'),
    bind: list('rpcbind'),
    allowIp: list('rpcallowip'),
    auth: list('rpcauth'),
    user: text('rpcuser'),
    password: text('rpcpassword'),
    cookieFile: path(settings, 'rpccookiefile', '.cookie'),
    cookieReaders: readers,
    whitelist: list('rpcwhitelist'),
    whitelistDefault: flag('rpcwhitelistdefault'),
    threads: Math.max(1, number('rpcthreads') ?? 4),
    workQueue: atLeast(1, number('rpcworkqueue')),
    timeoutSeconds: number('rpcservertimeout') ?? 30,
    deprecated: list('deprecatedrpc'),
  };
}

function logSettings(settings: Settings): LogSettings {
  const { flag, list, text } = settings;
  return {
    file: path(settings, 'debuglogfile', 'debug.log'),
    toConsole: flag('printtoconsole') ?? flag('daemon') !== true,
    categories: logCategories(list('debug')),
    excluded: list('debugexclude'),
    levels: list('loglevel'),
    timestamps: flag('logtimestamps') ?? true,
    microseconds: flag('logtimemicros') ?? false,
    addresses: flag('logips') ?? false,
    shrink: flag('shrinkdebugfile'),
    consoleFormat: oneOf('log-format', text('log-format') ?? 'text', ['text', 'json', 'core']),
    consoleLevel: oneOf('log-level', text('log-level') ?? 'info', CONSOLE_LEVELS),
  };
}

const CONSOLE_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === text);
  if (found !== undefined) return found;
  const words = `Invalid -${name}=${text}; must be one of ${allowed.join(', ')}.`;
  throw new OptionError('bad-value', words);
}

/** `0` and `none` take back what was named before them. */
function logCategories(given: readonly string[]): readonly string[] {
  const last = Math.max(given.lastIndexOf('0'), given.lastIndexOf('none'));
  const names = given.slice(last + 1).map((name) => (name === '' || name === '1' ? 'all' : name));
  return [...new Set(names)];
}

function processSettings(settings: Settings): ProcessSettings {
  const { flag, text, list } = settings;
  return {
    daemon: flag('daemon') ?? false,
    daemonWait: flag('daemonwait') ?? false,
    pidFile: path(settings, 'pid', 'bitcoind.pid'),
    blockNotify: text('blocknotify'),
    alertNotify: text('alertnotify'),
    startupNotify: text('startupnotify'),
    shutdownNotify: list('shutdownnotify'),
  };
}
