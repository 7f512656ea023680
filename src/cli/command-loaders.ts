import type { ArgumentsOf, Command } from './command-spec.ts';
import type { COMMANDS, CommandName } from './command-table.ts';

type SpecOf<N extends CommandName> = (typeof COMMANDS)[N];

export type CommandArguments<N extends CommandName> = ArgumentsOf<SpecOf<N>>;

/** A command is loaded when it is called, so that no other has to wait for its code. */
export const LOADERS: { readonly [N in CommandName]: () => Promise<Command<SpecOf<N>>> } = {
  tour: async () => (await import('./commands/tour.ts')).tour,
  decode: async () => (await import('./commands/decode.ts')).decode,
  'chain list': async () => (await import('./commands/chain-list.ts')).chainList,
  'chain show': async () => (await import('./commands/chain-show.ts')).chainShow,
  'chain new': async () => (await import('./commands/chain-new.ts')).chainNew,
  help: async () => (await import('./commands/help.ts')).help,
};
