import type { SettingsFile } from './settings-file.ts';

/** What a node is started with: plain data, in which every default is filled in or left to the node. */
export interface NodeSettings {
  /** A chain that is built in, or the file of one's own. */
  readonly chain: string;
  /** Where everything is kept; each chain has a folder of its name in it. Undefined in memory. */
  readonly dataFolder: string | undefined;
  /** Block files, where they are kept elsewhere. */
  readonly blocksFolder: string | undefined;
  /** The file that was read, if there was one. */
  readonly configFile: string | undefined;
  readonly rules: RuleSettings;
  readonly storage: StorageSettings;
  readonly network: NetworkSettings;
  /** What was given alone, in the names and units of the mempool's options. */
  readonly mempool: MempoolSettings;
  readonly persistMempool: boolean;
  readonly mining: MiningSettings;
  readonly rpc: RpcSettings;
  readonly log: LogSettings;
  readonly wallet: WalletSettings;
  readonly process: ProcessSettings;
  /** Seconds since 1970 at which the clock stands; undefined if it goes. */
  readonly mockTime: number | undefined;
  /** What was read, decided and overlooked on the way here, for the log. */
  readonly notices: readonly SettingsNotice[];
  /** What was given, a line each, for the log. */
  readonly givenLines: readonly string[];
  /** What is odd and does no harm, for whoever started it to see. */
  readonly spoken: readonly string[];
  /** What programs remember here; undefined where nothing is written. */
  readonly settingsFile: SettingsFile | undefined;
}

export interface SettingsNotice {
  readonly level: 'info' | 'warn';
  readonly words: string;
}

/** What changes the rules of a test chain. */
export interface RuleSettings {
  /** `-testactivationheight`, by the name of the rule. */
  readonly activationHeights: Readonly<Record<string, number>>;
  /** `-vbparams`, as they were written. */
  readonly deployments: readonly string[];
  readonly signetChallenge: string | undefined;
}

export interface StorageSettings {
  readonly dbcacheMib: number | undefined;
  readonly par: number | undefined;
  /** MiB; 0 for all blocks, 1 for removing them by hand. */
  readonly prune: number;
  readonly reindex: 'nothing' | 'coins' | 'all';
  readonly transactionIndex: boolean;
  readonly filterIndex: boolean;
  readonly statisticsIndex: boolean;
  readonly loadBlocks: readonly string[];
  /** As hex; `0` to check all scripts. */
  readonly assumeValid: string | undefined;
  readonly minimumChainWork: string | undefined;
  readonly maxTipAgeSeconds: number | undefined;
  readonly stopAtHeight: number | undefined;
  readonly stopAfterImport: boolean;
  readonly checkBlocks: number | undefined;
  readonly checkLevel: number | undefined;
  readonly scriptCacheMib: number | undefined;
}

export interface NetworkSettings {
  readonly active: boolean;
  readonly listen: boolean;
  /** 0 for a port that is free; undefined for that of the chain. */
  readonly port: number | undefined;
  readonly bind: readonly string[];
  readonly whitebind: readonly string[];
  /** The only nodes to connect to, perhaps none; undefined if it finds them by itself. */
  readonly connect: readonly string[] | undefined;
  readonly addNode: readonly string[];
  readonly seedNode: readonly string[];
  readonly externalIp: readonly string[];
  readonly whitelist: readonly string[];
  readonly whitelistRelay: boolean;
  readonly whitelistForceRelay: boolean;
  readonly onlyNet: readonly string[];
  readonly maxConnections: number | undefined;
  readonly discover: boolean;
  /** Whether to find nodes on the local network; undefined where nothing says it. */
  readonly discovery: boolean | undefined;
  readonly dns: boolean;
  readonly dnsSeed: boolean;
  readonly forceDnsSeed: boolean;
  readonly fixedSeeds: boolean;
  readonly timeoutMs: number | undefined;
  readonly peerTimeoutSeconds: number | undefined;
  readonly banSeconds: number | undefined;
  readonly receiveBufferBytes: number | undefined;
  readonly sendBufferBytes: number | undefined;
  readonly proxy: string | undefined;
  readonly blocksOnly: boolean;
  readonly serveBloomFilters: boolean;
  readonly serveBlockFilters: boolean;
  readonly comments: readonly string[];
}

export interface MempoolSettings {
  readonly maxBytes?: number;
  readonly expirySeconds?: number;
  /** Rates are satoshis for 1,000 vbytes. */
  readonly minRelayFeeRate?: bigint;
  readonly incrementalFeeRate?: bigint;
  readonly dustFeeRate?: bigint;
  readonly bytesPerSigop?: number;
  readonly requireStandard?: boolean;
  readonly permitBareMultisig?: boolean;
  readonly maxDataCarrierBytes?: number;
  readonly fullRbf?: boolean;
  readonly limitAncestorCount?: number;
  readonly limitAncestorVsize?: number;
  readonly limitDescendantCount?: number;
  readonly limitDescendantVsize?: number;
  readonly blockMinFeeRate?: bigint;
}

export interface MiningSettings {
  readonly maxBlockWeight: number | undefined;
  readonly blockVersion: number | undefined;
  /** Whom to mine for all the time. */
  readonly mineFor: string | undefined;
  /** Undefined for one less than there are cores. */
  readonly threads: number | undefined;
}

export interface RpcSettings {
  readonly server: boolean;
  readonly rest: boolean;
  /** 0 for a port that is free; undefined for that of the chain. */
  readonly port: number | undefined;
  readonly bind: readonly string[];
  readonly allowIp: readonly string[];
  readonly auth: readonly string[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Relative to the folder of the chain; undefined for none. */
  readonly cookieFile: string | undefined;
  readonly cookieReaders: 'owner' | 'group' | 'all';
  readonly whitelist: readonly string[];
  /** Undefined where nothing says it: then it follows from the whitelist. */
  readonly whitelistDefault: boolean | undefined;
  readonly threads: number;
  /** Undefined where nothing says it: then as many may wait as come. */
  readonly workQueue: number | undefined;
  readonly timeoutSeconds: number;
  readonly deprecated: readonly string[];
}

export interface LogSettings {
  /** Relative to the folder of the chain; undefined for none. */
  readonly file: string | undefined;
  readonly toConsole: boolean;
  /** What more is written about: `all`, or subjects. */
  readonly categories: readonly string[];
  readonly excluded: readonly string[];
  readonly levels: readonly string[];
  readonly timestamps: boolean;
  readonly microseconds: boolean;
  readonly addresses: boolean;
  readonly shrink: boolean | undefined;
  /** How lines look on the console: for people, JSON for programs, or as in `debug.log`. */
  readonly consoleFormat: 'text' | 'json' | 'core';
  /** The least important lines that are told on the console. */
  readonly consoleLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** The kinds of addresses, by Bitcoin Core's names. */
export type AddressKind = 'legacy' | 'p2sh-segwit' | 'bech32' | 'bech32m';

export interface WalletSettings {
  readonly disabled: boolean;
  /** Which are opened at the start; undefined where nothing says it. */
  readonly names: readonly string[] | undefined;
  /** As it was given, perhaps empty. */
  readonly folder: string | undefined;
  readonly keypool: number;
  readonly fallbackFeeRate: bigint;
  readonly payFeeRate: bigint;
  readonly minFeeRate: bigint;
  readonly discardFeeRate: bigint;
  readonly consolidateFeeRate: bigint;
  readonly maxFee: bigint;
  /** Undefined for never. */
  readonly maxPartialSpendFee: bigint | undefined;
  readonly avoidPartialSpends: boolean;
  readonly spendUnconfirmedChange: boolean;
  readonly confirmTarget: number;
  readonly replaceable: boolean;
  readonly broadcast: boolean;
  readonly rejectLongChains: boolean;
  readonly addressType: AddressKind;
  readonly changeType: AddressKind | undefined;
  readonly notify: string | undefined;
}

export interface ProcessSettings {
  readonly daemon: boolean;
  readonly daemonWait: boolean;
  /** Relative to the folder of the chain; undefined for none. */
  readonly pidFile: string | undefined;
  readonly blockNotify: string | undefined;
  readonly alertNotify: string | undefined;
  readonly startupNotify: string | undefined;
  readonly shutdownNotify: readonly string[];
}
