import { findTopic } from '../command-line.ts';
import type { Command } from '../command-spec.ts';
import { commandsPage } from '../commands-page.ts';
import { EXIT_OK } from '../exit-code.ts';
import { helpText } from '../help-text.ts';
import type { help as spec } from '../table/help.ts';

export const help: Command<typeof spec> = async (args, io) => {
  io.out.write(args.markdown ? commandsPage() : helpText(findTopic(args.command), io.out));
  return EXIT_OK;
};
