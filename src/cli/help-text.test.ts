import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, specOf } from './command-table.ts';
import { fakeIo } from './fake-io.ts';
import { helpText, usageLine, writtenName } from './help-text.ts';
import { runCommand } from './run-command.ts';

const plain = { columns: 80, colours: false };

describe('help', () => {
  it.each(COMMAND_NAMES)('on %s names each argument and option, and fits 80 columns', (name) => {
    const text = helpText({ kind: 'command', name }, plain);
    const { arguments: parts, options, examples, summary } = specOf(name);
    expect(text.replace(/\s+/g, ' ')).toContain(summary);
    for (const part of Object.keys(parts)) expect(text).toContain(part.toUpperCase());
    for (const [option, its] of Object.entries(options)) {
      expect(text).toContain(writtenName(option, its));
    }
    const lines = new Set(examples.map(({ line }) => line));
    for (const line of text.split('\n')) {
      if (!lines.has(line.trim())) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it('on everything names each command', () => {
    const text = helpText({ kind: 'all' }, plain);
    for (const name of COMMAND_NAMES) expect(text).toContain(`\n  ${name} `);
  });

  it('has colours only where they can be shown', () => {
    expect(helpText({ kind: 'all' }, plain)).not.toContain('\u001b');
    expect(helpText({ kind: 'all' }, { columns: 80, colours: true })).toContain('\u001b[1m');
  });

  it('fits narrow terminals, and is not stretched over wide ones', () => {
    const narrow = helpText({ kind: 'group', name: 'chain' }, { columns: 50, colours: false });
    for (const line of narrow.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60);
    expect(helpText({ kind: 'all' }, { columns: 400, colours: false })).toBe(
      helpText({ kind: 'all' }, plain),
    );
  });

  it('shows what may be left out in brackets', () => {
    expect(usageLine('decode')).toBe('blockyard decode KIND DATA [OPTIONS]');
    expect(usageLine('help')).toBe('blockyard help [COMMAND…] [OPTIONS]');
  });

  it('is the same from the command and from the option', async () => {
    const [byCommand, byOption] = [fakeIo(), fakeIo()];
    expect(await runCommand(['help', 'chain', 'new'], byCommand)).toBe(0);
    expect(await runCommand(['chain', 'new', '--help'], byOption)).toBe(0);
    expect(byCommand.said()).toEqual(byOption.said());
  });

  it('on what does not exist is a wrong argument', async () => {
    const io = fakeIo();
    expect(await runCommand(['help', 'decoed'], io)).toBe(2);
    expect(io.said().err).toContain('did you mean decode?');
  });
});
