/** From the settings of a node to what its service is started with. */
import type { IndexName } from '../node/index/indexes.ts';
import type { Log } from '../node/log/log.ts';
import type { LogSwitches } from '../node/log/log-categories.ts';
import type { NodeOptions } from '../node/node-options.ts';
import type { NodeSettings, StorageSettings } from '../node/options/node-settings.ts';
import type { RpcServerOptions } from '../node/rpc/rpc-server.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import { fromReversedHex } from '../protocol/bytes/hex.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import type { BlockHash } from '../protocol/primitives/hashes.ts';
import { AddressError, scriptFromAddress } from '../protocol/script/address.ts';
import type { MineOptions, ServiceOptions, WalletsOfService } from '../service/service-options.ts';
import type { ChainFolder } from './chain-folder.ts';
import { DaemonError } from './daemon-error.ts';
import { networkOptions } from './network-options.ts';
import { walletOptions } from './wallet-options.ts';

const MIB = 2 ** 20;
const HASH_DIGITS = 64;

export interface ServiceParts {
  readonly params: ChainParams;
  /** Undefined for a node in memory. */
  readonly folder?: ChainFolder | undefined;
  readonly log: Log;
  /** What the method `logging` switches. */
  readonly categories?: LogSwitches | undefined;
  /** Where JSON-RPC is served; nowhere with `-server=0`. */
  readonly rpc?: RpcServerOptions | undefined;
  readonly signal: AbortSignal;
  /** What wallets tell, and what they have written down. */
  readonly walletHooks?:
    | Pick<WalletsOfService, 'startup' | 'onTransaction' | 'onWarning'>
    | undefined;
  readonly onPhase?: (words: string) => void;
  readonly onFatal?: (error: unknown) => void;
}

/**
 * What the service of a node is started with.
 *
 * @throws DaemonError, PermissionError
 */
export function serviceOptions(settings: NodeSettings, parts: ServiceParts): ServiceOptions {
  const { params, folder, rpc, categories } = parts;
  const { dataFolder, mining, mockTime } = settings;
  const mine = mineOptions(mining.mineFor, params);
  const wallets = walletOptions(settings);
  return {
    node: {
      ...{ params, log: parts.log },
      ...(parts.onPhase && { onPhase: parts.onPhase }),
      ...(parts.onFatal && { onFatal: parts.onFatal }),
      ...(dataFolder !== undefined && { dataFolder }),
      chain: chainOptions(settings, parts),
      mempool: mempoolOptions(settings),
      ...blockVersion(settings, params),
      persistMempool: settings.persistMempool,
      indexes: indexNames(settings.storage),
      network: networkOptions(settings.network, params),
      ...scriptCache(settings.storage),
    },
    ...(rpc && { rpc }),
    ...(mine && { mine }),
    ...(wallets && { wallets: { ...wallets, ...parts.walletHooks } }),
    ...(mining.threads !== undefined && { mineThreads: mining.threads }),
    ...(mockTime !== undefined && { mockTime }),
    ...(folder && { userFolder: folder.path }),
    ...(categories && { logCategories: categories }),
  };
}

function chainOptions(
  { storage, blocksFolder }: NodeSettings,
  { params, folder, log, signal }: ServiceParts,
): NonNullable<NodeOptions['chain']> {
  const { dbcacheMib, par, prune, reindex, checkBlocks, checkLevel } = storage;
  const { assumeValid, minimumChainWork, maxTipAgeSeconds } = storage;
  return {
    ...(folder && { lock: folder.lock }),
    ...(blocksFolder !== undefined && {
      blocksFolder: joinPath(blocksFolder, params.name, 'blocks'),
    }),
    ...(dbcacheMib !== undefined && { dbcacheBytes: Math.max(4, dbcacheMib) * MIB }),
    ...(par !== undefined && { par }),
    ...(prune !== 0 && { prune }),
    ...(reindex !== 'nothing' && { reindex: reindex === 'all' ? 'blocks' : 'coins' }),
    ...(checkBlocks !== undefined && { checkBlocks }),
    ...(checkLevel !== undefined && { checkLevel: levelFrom(checkLevel) }),
    ...(assumeValid !== undefined && { assumeValid: blockHashFrom(assumeValid) }),
    ...(minimumChainWork !== undefined && { minimumChainWork: wholeFromHex(minimumChainWork) }),
    ...(maxTipAgeSeconds !== undefined && { maxTipAgeSeconds }),
    signal,
    onNotice: (line) => log('warn', 'chain', line),
  };
}

function mempoolOptions({ mempool, mining }: NodeSettings): NonNullable<NodeOptions['mempool']> {
  const { maxBlockWeight } = mining;
  return { ...mempool, ...(maxBlockWeight !== undefined && { blockMaxWeight: maxBlockWeight }) };
}

/** As in Bitcoin Core: only where blocks come on demand. */
function blockVersion(
  { mining }: NodeSettings,
  { name }: ChainParams,
): Pick<NodeOptions, 'blockVersion'> {
  if (mining.blockVersion === undefined || name !== 'regtest') return {};
  return { blockVersion: mining.blockVersion };
}

function levelFrom(level: number): 0 | 1 | 2 | 3 | 4 {
  return Math.max(0, Math.min(4, level)) as 0 | 1 | 2 | 3 | 4;
}

/** `0` stands for no block: all scripts are checked. */
function blockHashFrom(hex: string): BlockHash | null {
  const digits = hex.replace(/^0x/, '').padStart(HASH_DIGITS, '0');
  return /^0*$/.test(digits) ? null : (fromReversedHex(digits) as BlockHash);
}

function wholeFromHex(hex: string): bigint {
  return BigInt.asUintN(256, BigInt(`0x${hex.replace(/^0x/i, '')}`));
}

function scriptCache({ scriptCacheMib }: StorageSettings): Pick<NodeOptions, 'scriptCacheBytes'> {
  if (scriptCacheMib === undefined) return {};
  // Core has a second cache of the same size, for signatures.
  return { scriptCacheBytes: Math.max(1, Math.floor((scriptCacheMib * MIB) / 2)) };
}

function indexNames({
  transactionIndex,
  filterIndex,
  statisticsIndex,
}: StorageSettings): readonly IndexName[] {
  return [
    ...(transactionIndex ? (['transactions'] as const) : []),
    ...(filterIndex ? (['filters'] as const) : []),
    ...(statisticsIndex ? (['coins'] as const) : []),
  ];
}

function mineOptions(
  address: string | undefined,
  { addressPrefixes }: ChainParams,
): MineOptions | undefined {
  if (address === undefined || address === '') return undefined;
  try {
    return { scriptPubKey: scriptFromAddress(address, addressPrefixes) };
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new DaemonError('bad-option', `Invalid -mine address '${address}': ${error.message}`);
  }
}
