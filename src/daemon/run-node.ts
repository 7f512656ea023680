/** A daemon from its settings to its end: what it makes and takes, and in which order it gives it back. */
import { ChainError } from '../node/chain/chain-error.ts';
import type { Log } from '../node/log/log.ts';
import type { NodeSettings } from '../node/options/node-settings.ts';
import { ListenError } from '../node/p2p/listen-error.ts';
import type { RpcUser } from '../node/rpc/rpc-auth.ts';
import type { RpcServerOptions } from '../node/rpc/rpc-server.ts';
import { version } from '../node/version.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import { parentPath } from '../outside/disk/disk-path.ts';
import { NetworkError } from '../outside/network/network-error.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { NodeService } from '../service/node-service.ts';
import type { ServiceOptions } from '../service/service-options.ts';
import { startWords } from '../service/start-words.ts';
import { WalletError } from '../wallet/wallet-error.ts';
import { type ChainFolder, lockChainFolder } from './chain-folder.ts';
import { DaemonError, type DaemonErrorCode } from './daemon-error.ts';
import type { DaemonGuest } from './daemon-guest.ts';
import type { DaemonIo } from './daemon-io.ts';
import { type DaemonLog, openDaemonLog } from './daemon-log.ts';
import { Ending } from './ending.ts';
import { OwnFiles, pathIn } from './own-files.ts';
import { type Plan, readPlan } from './plan.ts';
import { noServer, type RpcChoice } from './rpc-options.ts';
import { type ServiceParts, serviceOptions } from './service-options.ts';
import { serveUntilEnd } from './serving.ts';
import { SettingsKeeper } from './settings-keeper.ts';
import { walletNotifier } from './wallet-notifier.ts';

const DEFAULT_COOKIE = '.cookie';

/** What has been made so far, to be given back in the opposite order. */
type Undo = () => Promise<void> | void;

/**
 * Runs a node until somebody wants it to end, and gives everything back.
 *
 * @throws CodedError what kept it from starting, or from going on
 */
export async function runNode(
  settings: NodeSettings,
  io: DaemonIo,
  guest: DaemonGuest = {},
): Promise<void> {
  const undo: Undo[] = [];
  let failure: { readonly error: unknown } | undefined;
  const attempt = async (step: Undo): Promise<void> => {
    try {
      await step();
    } catch (error) {
      // What went wrong first is what is told, and no reason to leave the rest undone.
      failure ??= { error };
    }
  };
  await attempt(() => run(settings, io, guest, undo));
  for (const step of undo.reverse()) await attempt(step);
  if (failure !== undefined) throw failure.error;
}

async function run(
  given: NodeSettings,
  io: DaemonIo,
  guest: DaemonGuest,
  undo: Undo[],
): Promise<void> {
  const ending = new Ending(io.onStop);
  undo.push(() => ending.close());
  io.outliveReaders(() => {
    if (guest.watch !== undefined) ending.wish();
  });
  const plan = await readPlan(given, io.disk);
  const { params } = plan;
  const folder = await openFolder(given, params, io, undo);
  const settings = (await guest.prepare?.(given, { params, folder: folder?.path })) ?? given;
  const { log, categories, reopen } = await openLog(settings, folder, io, undo);
  // Where somebody looks on, it ends with their terminal.
  undo.push(io.onHangUp(guest.watch === undefined ? reopen : () => ending.wish()));
  tellSettings(settings, plan, folder, log);
  const files = new OwnFiles(io.disk, folder?.path ?? io.programs.folder);
  undo.push(() => files.remove());
  const { pidFile } = settings.process;
  const startup = await settingsKeeper(settings, io);
  if (folder !== undefined && pidFile !== undefined) {
    await files.writePid(pidFile, io.programs.pid);
  }
  const isServed = settings.rpc.server;
  const rpc = isServed ? await rpcServer(settings, plan.rpc, files, folder, io) : undefined;
  const options = serviceOptions(settings, {
    ...{ params, folder, log, rpc, categories },
    walletHooks: walletHooks(settings, startup, io, log),
    signal: ending.signal,
    onPhase: phaseTeller(log),
    onFatal: (error) => ending.fail(error),
  });
  const service = await startService(options, io, ending);
  if (service === undefined) return;
  undo.push(() => service.stop());
  await serveUntilEnd(service, { settings, io, guest, log, ending });
  log('info', 'node', 'Shutdown: done');
  if (ending.fault !== undefined) throw fatalError(ending.fault);
}

/** It is written at every start, so that what cannot be written is not found out too late. */
async function settingsKeeper(
  { settingsFile: file }: NodeSettings,
  { disk }: DaemonIo,
): Promise<SettingsKeeper> {
  const keeper = new SettingsKeeper(file, disk);
  const words = `Settings file could not be written:\n- Error: Unable to open settings file ${file?.path}.tmp for writing`;
  await keeper.write().catch(orDaemonError('unwritable', words));
  return keeper;
}

function walletHooks(
  { wallet }: NodeSettings,
  startup: SettingsKeeper,
  { programs, err }: DaemonIo,
  log: Log,
): ServiceParts['walletHooks'] {
  const { notify } = wallet;
  return {
    startup,
    ...(notify !== undefined &&
      notify !== '' && { onTransaction: walletNotifier(notify, { programs, log }) }),
    onWarning: (words) => {
      log('warn', 'node', words);
      err.write(`Warning: ${words}\n`);
    },
  };
}

/** What the disk refused, in Bitcoin Core's words. */
function orDaemonError(code: DaemonErrorCode, words: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof DiskError ? new DaemonError(code, words) : error;
  };
}

/** Many steps are told of again and again, with how far they are. */
function phaseTeller(log: Log): (words: string) => void {
  let told = '';
  return (words) => {
    if (words === told) return;
    told = words;
    log('info', 'node', `init message: ${words}`);
  };
}

async function openFolder(
  { dataFolder, storage }: NodeSettings,
  params: ChainParams,
  { disk }: DaemonIo,
  undo: Undo[],
): Promise<ChainFolder | undefined> {
  if (dataFolder === undefined) return undefined;
  const rebuild = storage.reindex === 'all';
  const folder = await lockChainFolder(disk, dataFolder, params, { rebuild });
  undo.push(() => folder.lock.release());
  return folder;
}

async function openLog(
  { log: settings }: NodeSettings,
  folder: ChainFolder | undefined,
  { disk, clock, out }: DaemonIo,
  undo: Undo[],
): Promise<DaemonLog> {
  const { file } = settings;
  const path = file === undefined || folder === undefined ? undefined : pathIn(folder.path, file);
  // A folder that is not there is a mistake, unless it is that of the chain.
  const isPlaced = path === undefined || (await disk.stat(parentPath(path)))?.kind === 'folder';
  const unopenable = `Could not open debug log file ${path}`;
  if (!isPlaced) throw new DaemonError('unwritable', unopenable);
  const parts = { settings, path, disk, clock, write: out.write };
  const opened = await openDaemonLog(parts).catch(orDaemonError('unwritable', unopenable));
  undo.push(() => opened.close());
  return opened;
}

function tellSettings(
  { configFile, givenLines, notices, network, wallet }: NodeSettings,
  { params, rpc: { warnings } }: Plan,
  folder: ChainFolder | undefined,
  log: Log,
): void {
  log('info', 'node', `Blockyard version v${version()}`);
  log('info', 'node', `Using chain ${params.name}, ${folder?.path ?? 'in memory'}`);
  if (folder !== undefined) log('note', 'node', `Using data directory ${folder.path}`);
  if (configFile !== undefined) log('info', 'node', `Config file: ${configFile}`);
  for (const words of givenLines) log('note', 'node', words);
  for (const { level, words } of notices) log(level, 'node', words);
  for (const words of warnings) log('warn', 'http', words);
  if (params.name === 'signet') {
    log('note', 'node', `Signet derived magic (message start): ${toHex(params.magic)}`);
  }
  if (wallet.disabled) log('note', 'node', 'Wallet disabled!');
  log('note', 'net', `SetNetworkActive: ${network.active}`);
}

/** Whoever has a password needs no cookie. */
async function rpcServer(
  { rpc }: NodeSettings,
  { options, users }: RpcChoice,
  files: OwnFiles,
  folder: ChainFolder | undefined,
  { entropy }: DaemonIo,
): Promise<RpcServerOptions> {
  const { cookieFile, cookieReaders, password = '' } = rpc;
  const all: RpcUser[] = [...users];
  // In memory there is no place for it, unless somebody names one.
  const hasPlace = folder !== undefined || cookieFile !== DEFAULT_COOKIE;
  if (password === '' && cookieFile !== undefined && hasPlace) {
    const writing = files.writeCookie(cookieFile, cookieReaders, entropy);
    const { code, message } = noServer();
    all.push(await writing.catch(orDaemonError(code, message)));
  }
  return { ...options, users: all };
}

/** Undefined if somebody wanted it to end before it was there. */
async function startService(
  options: ServiceOptions,
  io: DaemonIo,
  ending: Ending,
): Promise<NodeService | undefined> {
  let hasBegun = false;
  const onPhase = (words: string): void => {
    hasBegun = true;
    options.node.onPhase?.(words);
  };
  try {
    return await NodeService.start({ ...options, node: { ...options.node, onPhase } }, io);
  } catch (error) {
    if (ending.fault !== undefined) throw fatalError(ending.fault);
    if (error instanceof ChainError && error.code === 'stopped') return undefined;
    if (error instanceof WalletError) throw new DaemonError('bad-wallet', startWords(error));
    // The first that listens is the server.
    if (!hasBegun && error instanceof NetworkError) throw noServer();
    // Whoever looks for either of Core's two lines finds it.
    if (error instanceof ListenError) {
      const words = 'Failed to listen on any port. Use -listen=0 if you want this.';
      throw new DaemonError('cannot-listen', `${error.message}\nError: ${words}`);
    }
    throw error;
  }
}

function fatalError(fault: unknown): DaemonError {
  const words = fault instanceof Error ? fault.message : String(fault);
  return new DaemonError(
    'failed',
    `A fatal internal error occurred, see debug.log for details: ${words}`,
  );
}
