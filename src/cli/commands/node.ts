import type { Log } from '../../node/log/log.ts';
import { jsonLog, textLog } from '../../node/log/log-lines.ts';
import { Node } from '../../node/node.ts';
import type { NetworkOptions } from '../../node/node-options.ts';
import { version } from '../../node/version.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { dataFolderOf, stoppedError } from '../chain/use-chain.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { findChain } from '../find-chain.ts';
import type { Io } from '../io.ts';
import type { nodeSpec as spec } from '../table/node.ts';

type Arguments = ArgumentsOf<typeof spec>;

const MIB = 2 ** 20;

export const runNode: Command<typeof spec> = async (args, io) => {
  const params = await findChain(args.chain, io);
  const network = networkOptions(args, params);
  const log = logTo(args, io);
  const ending = new Ending(io);
  try {
    const node = await openNode(args, { params, network, log, ending }, io);
    try {
      await node.connect();
      await ending.wished;
      log('info', 'node', 'stopping');
    } finally {
      await node.stop();
    }
    if (ending.fault !== undefined) throw ending.fault;
    log('info', 'node', 'stopped');
    return EXIT_OK;
  } finally {
    ending.close();
  }
};

/** What ends a node: whoever runs it, or something that makes it impossible to go on. */
class Ending {
  readonly #stop = new AbortController();
  readonly #stopListening: () => void;
  readonly wished: Promise<void>;
  fault: unknown;

  constructor(io: Io) {
    const { signal } = this.#stop;
    this.wished = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    this.#stopListening = io.onStop(() => this.#stop.abort());
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  fail(fault: unknown): void {
    this.fault ??= fault;
    this.#stop.abort();
  }

  close(): void {
    this.#stopListening();
  }
}

interface OpenNodeParts {
  readonly params: ChainParams;
  readonly network: NetworkOptions;
  readonly log: Log;
  readonly ending: Ending;
}

async function openNode(
  args: Arguments,
  { params, network, log, ending }: OpenNodeParts,
  io: Io,
): Promise<Node> {
  const dataFolder = args.memory ? undefined : dataFolderOf(args.datadir, io);
  log('info', 'node', `Blockyard ${version()} on ${params.name}, ${dataFolder ?? 'in memory'}`);
  const { dbcache, par, prune } = args;
  const node = await Node.open(
    {
      params,
      ...(dataFolder !== undefined && { dataFolder }),
      chain: {
        ...(dbcache !== undefined && { dbcacheBytes: dbcache * MIB }),
        ...(par !== undefined && { par }),
        ...(prune !== undefined && { prune }),
        signal: ending.signal,
        onNotice: (line) => log('warn', 'chain', line),
      },
      indexes: args.peerblockfilters ? ['filters'] : [],
      network,
      log,
      onFatal: (error) => ending.fail(error),
    },
    io,
  );
  if (!ending.signal.aborted) return node;
  await node.stop();
  if (ending.fault !== undefined) throw ending.fault;
  throw stoppedError('before the node was open');
}

function logTo(args: Arguments, io: Io): Log {
  const make = args['log-format'] === 'json' ? jsonLog : textLog;
  const least = args['log-level'] as 'debug' | 'info' | 'warn' | 'error';
  return make({ clock: io.clock, least, write: io.out.write });
}

function networkOptions(args: Arguments, params: ChainParams): NetworkOptions {
  const { connect, maxconnections, port = params.ports.p2p } = args;
  const addresses = args.bind.length > 0 ? args.bind : ['0.0.0.0'];
  return {
    listen: args.listen ? addresses.map((host) => ({ host, port })) : [],
    ...(connect.length > 0 && { connect }),
    addNode: args.addnode,
    seedNode: args.seednode,
    whitelist: args.whitelist,
    ...(maxconnections !== undefined && { maxConnections: maxconnections }),
    // Whoever names all peers wants no others.
    discover: args.discovery && connect.length === 0,
    blocksOnly: args.blocksonly,
    serveBloomFilters: args.peerbloomfilters,
    serveBlockFilters: args.peerblockfilters,
  };
}
