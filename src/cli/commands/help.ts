import { findTopic, type HelpTopic } from '../command-line.ts';
import type { Command } from '../command-spec.ts';
import { commandsPage } from '../commands-page.ts';
import { EXIT_OK } from '../exit-code.ts';
import { helpText } from '../help-text.ts';
import { quote } from '../quote.ts';
import type { help as spec } from '../table/help.ts';
import { UsageError } from '../usage-error.ts';

export const help: Command<typeof spec> = async (args, io) => {
  io.out.write(args.markdown ? commandsPage() : helpText(onlyTopic(args.command), io.out));
  return EXIT_OK;
};

function onlyTopic(words: readonly string[]): HelpTopic {
  const topic = findTopic(words);
  const extra = words[topic.kind === 'all' ? 0 : topic.name.split(' ').length];
  if (extra === undefined) return topic;
  throw new UsageError('unexpected-argument', `${quote(extra)} is one too many`);
}
