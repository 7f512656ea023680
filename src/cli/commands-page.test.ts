import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMAND_NAMES, specOf } from './command-table.ts';
import { commandsPage } from './commands-page.ts';
import { writtenName } from './help-text.ts';

it('docs/commands.md is what the table says (write it anew with npm run docs)', () => {
  expect(readFileSync('docs/commands.md', 'utf8')).toBe(commandsPage());
});

it('the reference has every command, option and example', () => {
  const page = commandsPage();
  for (const name of COMMAND_NAMES) {
    expect(page).toContain(`## blockyard ${name}\n`);
    const { options, examples } = specOf(name);
    for (const [option, its] of Object.entries(options)) {
      expect(page).toContain(`| \`${writtenName(option, its)}`);
    }
    for (const { line } of examples) expect(page).toContain(`\n${line}\n`);
  }
});
