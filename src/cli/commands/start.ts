import type { DaemonGuest } from '../../daemon/daemon-guest.ts';
import { DEFAULT_FOLDER, runDaemon } from '../../daemon/run-daemon.ts';
import type { Command } from '../command-spec.ts';
import { daemonIo } from '../import/load-blocks.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { introduction } from '../start/introduction.ts';
import { StatusWatch } from '../start/live-status.ts';
import { LiveView } from '../start/live-view.ts';
import { forgottenKey, type MinerKey, minerKey } from '../start/miner-key.ts';
import type { startSpec as spec } from '../table/start.ts';

const CHAIN = 'lab';
/** The errors of whoever starts a second node with the folder or the ports of the first. */
const TAKEN: ReadonlySet<string> = new Set(['locked', 'cannot-listen', 'no-rpc']);

export const start: Command<typeof spec> = ({ options }, io) =>
  runDaemon(options, daemonIo(io), showing(io));

/** Mines for a key of its own unless told otherwise, and shows what goes on in place of the log. */
function showing(io: Io): DaemonGuest {
  let key: MinerKey | undefined;
  return {
    defaultChain: CHAIN,
    makesDataFolder: true,
    hint: ({ code }) => (TAKEN.has(code) ? `A node runs here already. ${besideIt(io)}` : undefined),
    prepare: async (settings, { params, folder }) => {
      const { mining, log, process } = settings;
      const { mineFor } = mining;
      if (mineFor === undefined) {
        key = folder === undefined ? forgottenKey(params, io) : await minerKey(folder, params, io);
      }
      return {
        ...settings,
        mining: { ...mining, mineFor: mineFor ?? key?.address },
        log: { ...log, toConsole: false },
        process: { ...process, daemon: false },
      };
    },
    watch: (service, { chain, mining, dataFolder }) => {
      const { params } = service.node.chain;
      const facts = {
        params,
        chain,
        dataFolder: dataFolder === `${io.home}/${DEFAULT_FOLDER}` ? undefined : dataFolder,
        folder: dataFolder === undefined ? undefined : `${dataFolder}/${params.name}`,
        address: mining.mineFor ?? '',
        keyFile: key?.path,
        rpcPort: service.addresses[0]?.port,
        port: service.node.peers.listening[0]?.port,
        command: io.command,
        home: io.home,
        columns: io.out.columns,
      };
      io.out.write(introduction(facts, paintFor(io.out)));
      const watch = new StatusWatch(service);
      const view = new LiveView({ ...io, status: () => watch.now() });
      return () => {
        view.end();
        watch.close();
      };
    },
  };
}

function besideIt({ command }: Io): string {
  return `For one more: ${command} start -datadir=./second -port=0 -rpcport=0 -connect=127.0.0.1`;
}
