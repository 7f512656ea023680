import { runDaemon } from '../../daemon/run-daemon.ts';
import type { Command } from '../command-spec.ts';
import { daemonIo } from '../import/load-blocks.ts';
import type { nodeSpec as spec } from '../table/node.ts';

export const runNode: Command<typeof spec> = ({ options }, io) => runDaemon(options, daemonIo(io));
