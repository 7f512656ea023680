import type { DaemonGuest } from '../../daemon/daemon-guest.ts';
import { runDaemon } from '../../daemon/run-daemon.ts';
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

export const start: Command<typeof spec> = ({ options }, io) =>
  runDaemon(options, daemonIo(io), showing(io));

/** Mines for a key of its own unless told otherwise, and shows what goes on in place of the log. */
function showing(io: Io): DaemonGuest {
  let key: MinerKey | undefined;
  return {
    defaultChain: CHAIN,
    makesDataFolder: true,
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
    watch: (service, { mining, dataFolder }) => {
      const { params } = service.node.chain;
      const facts = {
        params,
        folder: dataFolder === undefined ? undefined : `${dataFolder}/${params.name}`,
        address: mining.mineFor ?? '',
        keyFile: key?.path,
        rpcPort: service.addresses[0]?.port,
        port: service.node.peers.listening[0]?.port,
        command: io.command,
        home: io.home,
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
