import type { ArgumentsOf, Command } from './command-spec.ts';
import type { COMMANDS, CommandName } from './command-table.ts';

type SpecOf<N extends CommandName> = (typeof COMMANDS)[N];

export type CommandArguments<N extends CommandName> = ArgumentsOf<SpecOf<N>>;

/** A command is loaded when it is called, so that no other has to wait for its code. */
export const LOADERS: { readonly [N in CommandName]: () => Promise<Command<SpecOf<N>>> } = {
  start: async () => (await import('./commands/start.ts')).start,
  tour: async () => (await import('./commands/tour.ts')).tour,
  node: async () => (await import('./commands/node.ts')).runNode,
  mine: async () => (await import('./commands/mine.ts')).mine,
  rpc: async () => (await import('./commands/rpc.ts')).rpc,
  sim: async () => (await import('./commands/sim.ts')).sim,
  decode: async () => (await import('./commands/decode.ts')).decode,
  'chain list': async () => (await import('./commands/chain-list.ts')).chainList,
  'chain show': async () => (await import('./commands/chain-show.ts')).chainShow,
  'chain new': async () => (await import('./commands/chain-new.ts')).chainNew,
  import: async () => (await import('./commands/import.ts')).importBlocks,
  'chain info': async () => (await import('./commands/chain-info.ts')).chainInfo,
  'chain print': async () => (await import('./commands/chain-print.ts')).chainPrint,
  'chain verify': async () => (await import('./commands/chain-verify.ts')).chainVerify,
  'chain utxo-hash': async () => (await import('./commands/chain-utxo-hash.ts')).chainUtxoHash,
  'chain export': async () => (await import('./commands/chain-export.ts')).chainExport,
  help: async () => (await import('./commands/help.ts')).help,
};
