import type { IndexName } from '../node/index/indexes.ts';
import type { LogLevel } from '../node/log/log.ts';
import type { MempoolOptions } from '../node/mempool/mempool-options.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import type { ChainDefinition, ChainName } from './chain-choice.ts';
import { checkOptions } from './check-options.ts';

/** How a node is started. Nothing has to be said: every default is what a test wants. */
export interface StartOptions {
  /** A chain that is built in, by its name, or one of your own. `regtest` by default. */
  readonly chain?: ChainName | ChainParams | ChainDefinition;
  /**
   * `memory`, which is the default and leaves no trace, or a folder: the chain is kept in a folder of
   * its name in there, laid out as Bitcoin Core does it, and found again the next time.
   */
  readonly storage?: 'memory' | (string & {});
  /** Where JSON-RPC is served. */
  readonly rpc?: RpcOptions;
  /** Where other nodes are talked to. */
  readonly p2p?: P2pOptions;
  /**
   * What is kept beside the chain. By default `['transactions']`, which is Core's `-txindex`. Others are
   * `filters` (`-blockfilterindex`), `coins` (`-coinstatsindex`), `addresses` and `statistics`.
   */
  readonly indexes?: readonly IndexName[];
  /** What the mempool takes, where it is not what Bitcoin Core 28 takes. */
  readonly mempool?: Partial<MempoolOptions>;
  /** At which time the clock of the node stands still, as a `Date` or in seconds since 1970. It goes by default. */
  readonly time?: Date | number;
  /** Hears what the node has to say, line by line: `console.error`. Nobody by default. */
  readonly log?: (line: string) => void;
  /** From which importance on: `info` by default. */
  readonly logLevel?: LogLevel;
  /** What the node calls itself beside its name, in brackets: `-uacomment`. */
  readonly comments?: readonly string[];
  /**
   * Whether the process stays alive for the node alone. It does not by default: a node that somebody
   * forgot to stop keeps no test run from ending. For a script that serves others, say true.
   */
  readonly keepAlive?: boolean;
}

export interface RpcOptions {
  /** `127.0.0.1` by default. */
  readonly host?: string;
  /** Any that is free by default: read it from `node.url`. */
  readonly port?: number;
  /** `blockyard` by default. */
  readonly user?: string;
  /** Drawn at random by default. */
  readonly password?: string;
}

export interface P2pOptions {
  /** Whether others can connect; they can by default, from this machine. */
  readonly listen?: boolean;
  /** `127.0.0.1` by default. */
  readonly host?: string;
  /** Any that is free by default: read it from `node.p2pAddress`. */
  readonly port?: number;
  /** Nodes to connect to from the start, and again whenever the connection is lost: `host:port`. */
  readonly connect?: readonly string[];
}

const START = {
  chain: true,
  storage: true,
  rpc: true,
  p2p: true,
  indexes: true,
  mempool: true,
  time: true,
  log: true,
  logLevel: true,
  comments: true,
  keepAlive: true,
} as const;
const RPC = { host: true, port: true, user: true, password: true } as const;
const P2P = { listen: true, host: true, port: true, connect: true } as const;

/** @throws NodeError `bad-option` for one that there is none of */
export function checkStartOptions(options: StartOptions): void {
  checkOptions('Node.start', options, START);
  if (options.rpc !== undefined) checkOptions('rpc', options.rpc, RPC);
  if (options.p2p !== undefined) checkOptions('p2p', options.p2p, P2P);
}
