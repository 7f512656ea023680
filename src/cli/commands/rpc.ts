import type { Command } from '../command-spec.ts';
import { runRpc } from '../rpc/run-rpc.ts';
import type { rpcSpec as spec } from '../table/rpc.ts';

export const rpc: Command<typeof spec> = ({ words }, io) => runRpc(words, io);
