/** What a command line, the environment and `bitcoin.conf` say of the node that is called. */
import {
  cookieCredentials,
  passwordCredentials,
  type RpcCredentials,
} from '../../client/rpc-credentials.ts';
import { chainFile, loadConfig } from '../../node/options/load-config.ts';
import { clientOptionSet } from '../../node/options/option-table.ts';
import type { LeadingOptions } from '../../node/options/read-command-line.ts';
import { type Settings, settingsOf } from '../../node/options/settings.ts';
import { DiskError } from '../../outside/disk/disk-error.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import { readFile } from '../../outside/disk/whole-file.ts';
import type { Endpoint } from '../../outside/network/endpoint.ts';
import { findChain } from '../find-chain.ts';
import type { Io } from '../io.ts';
import { ArgumentError } from './convert-arguments.ts';
import type { StdinWishes } from './stdin-words.ts';

/** When colours are shown. */
type ColourChoice = 'auto' | 'always' | 'never';

/** What several calls make together. Of two, the first one counts. */
const BOARDS = ['getinfo', 'netinfo', 'generate', 'addrinfo'] as const;
type Board = (typeof BOARDS)[number];

export interface RpcSettings {
  readonly chain: string;
  readonly endpoint: Endpoint;
  /** Who calls. A password from standard input counts more than any other. */
  readonly credentials: (password: string | undefined) => RpcCredentials;
  /** Whether there is a password, so that nobody has to be asked for one. */
  readonly hasPassword: boolean;
  /** The file that was looked for, whether it is there or not. */
  readonly configPath: string;
  readonly wallet: string | undefined;
  /** 0 is for ever. */
  readonly timeoutMs: number;
  /** How long the node is waited for; undefined for not at all. */
  readonly waitMs: number | undefined;
  readonly isNamed: boolean;
  /** What is called instead of a method. */
  readonly board: Board | undefined;
  readonly stdin: StdinWishes;
  readonly colours: ColourChoice;
  /** What odd things were said, which do no harm. */
  readonly warnings: readonly string[];
}

const DEFAULT_FOLDER = '.blockyard';
const COOKIE_FILE = '.cookie';
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_TIMEOUT_SECONDS = 900;
const LARGEST_PORT = 65_535;
const COLOUR_CHOICES: readonly string[] = ['auto', 'always', 'never'] satisfies ColourChoice[];

/**
 * The settings of a call.
 *
 * @throws OptionError, ArgumentError
 */
export async function loadRpcSettings(
  { given }: Pick<LeadingOptions, 'given'>,
  io: Io,
): Promise<RpcSettings> {
  const loaded = await loadConfig(given, clientOptionSet, {
    environment: io.environment,
    home: io.home,
    defaultDataFolder: joinPath(io.home, DEFAULT_FOLDER),
    readFile: (path) => textFile(path, io),
    isFolder: async (path) => (await io.disk.stat(path))?.kind === 'folder',
  });
  const settings = settingsOf(loaded.sources, loaded.chain);
  const params = await findChain(loaded.chain, io);
  const place = { dataFolder: loaded.dataFolder, chain: params.name };
  const cookie = settings.isNegated('rpccookiefile')
    ? undefined
    : chainFile(place, settings.text('rpccookiefile') || COOKIE_FILE, io.home);
  const { endpoint, warnings } = endpointOf(settings, params.ports.rpc);
  const wait = settings.number('rpcwaittimeout') ?? 0;
  return {
    ...{ chain: params.name, endpoint, warnings },
    credentials: (password) => credentialsOf(settings, password, cookie, io),
    hasPassword: (settings.text('rpcpassword') ?? '') !== '',
    configPath: loaded.configPath,
    wallet: settings.isNegated('rpcwallet') ? undefined : settings.text('rpcwallet'),
    timeoutMs: (settings.number('rpcclienttimeout') ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
    waitMs: settings.flag('rpcwait') === true ? (wait > 0 ? wait * 1000 : Infinity) : undefined,
    isNamed: settings.flag('named') === true,
    board: BOARDS.find((name) => settings.flag(name) === true),
    stdin: {
      rpcPassword: settings.flag('stdinrpcpass') === true,
      walletPassphrase: settings.flag('stdinwalletpassphrase') === true,
      words: settings.flag('stdin') === true,
    },
    colours: coloursOf(settings),
  };
}

async function textFile(path: string, { disk }: Io): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readFile(disk, path));
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}

/** Without a password, the cookie counts: a user alone is nobody. */
function credentialsOf(
  { text }: Settings,
  read: string | undefined,
  cookie: string | undefined,
  { disk }: Io,
): RpcCredentials {
  const password = read ?? text('rpcpassword') ?? '';
  if (password !== '') return passwordCredentials(text('rpcuser') ?? '', password);
  if (cookie !== undefined) return cookieCredentials(disk, cookie);
  return { mayChange: false, read: async () => undefined };
}

/** `-rpcport` counts more than a port in `-rpcconnect`, and that more than the port of the chain. */
function endpointOf(
  { text }: Settings,
  chainPort: number,
): { readonly endpoint: Endpoint; readonly warnings: readonly string[] } {
  const connect = text('rpcconnect') ?? DEFAULT_HOST;
  const { host, port: ownPort } = splitHostPort(connect);
  const connectPort = ownPort === undefined ? undefined : portFrom(ownPort, 'rpcconnect', connect);
  const given = text('rpcport');
  const port = given === undefined ? undefined : portFrom(given, 'rpcport', given);
  const isDouble = port !== undefined && connectPort !== undefined;
  return {
    endpoint: { host, port: port ?? connectPort ?? chainPort },
    warnings: isDouble
      ? [`Port specified in both -rpcconnect and -rpcport. Using -rpcport ${port}`]
      : [],
  };
}

/** `host`, `host:port`, `[::1]:port`; an IPv6 address without brackets has no port. */
function splitHostPort(text: string): { readonly host: string; readonly port?: string } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return { host: text };
  return port === undefined ? { host } : { host, port };
}

function portFrom(text: string, option: string, shown: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= LARGEST_PORT) return port;
  throw new ArgumentError(`Invalid port provided in -${option}: ${shown}`);
}

function coloursOf({ text }: Settings): ColourChoice {
  const choice = text('color') ?? 'auto';
  if (COLOUR_CHOICES.includes(choice)) return choice as ColourChoice;
  throw new ArgumentError('Invalid value for -color option. Valid values: always, auto, never.');
}
