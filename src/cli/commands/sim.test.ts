import { describe, expect, it } from 'vitest';
import { readFile } from '../../outside/disk/whole-file.ts';
import { EXIT_OK, EXIT_USAGE } from '../exit-code.ts';
import { fakeIo, withTurns } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

async function run(
  ...words: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo();
  const code = await withTurns(runCommand(['sim', ...words], io), io);
  return { code, ...io.said() };
}

describe('blockyard sim', () => {
  it('tells what became of a network, for people and for programs', async () => {
    const words = ['--nodes', '4', '--minutes', '4', '--interval', '20', '--seed', '5'];
    const people = await run(...words, '--quiet');
    expect(people).toMatchObject({ code: EXIT_OK, err: '' });
    expect(people.out).toMatch(/^Simulated 4 nodes for 4 min/);
    expect(people.out).toMatch(/all at one tip +yes, at height \d+/);
    const programs = await run(...words, '--json');
    expect(programs).toMatchObject({ code: EXIT_OK, err: '' });
    const report = JSON.parse(programs.out);
    expect(report).toMatchObject({ seed: 5, nodes: 4, agrees: true });
    expect(people.out).toContain(report.trace.digest);
  });

  it('writes the trace to a file', async () => {
    const io = fakeIo();
    const words = ['sim', '--nodes', '2', '--minutes', '2', '--seed', '5', '--trace', '/trace.txt'];
    expect(await withTurns(runCommand([...words, '--quiet'], io), io)).toBe(EXIT_OK);
    const text = new TextDecoder().decode(await readFile(io.disk, '/trace.txt'));
    expect(text).toMatch(/^\d+\.\d{3} node \d tip 1 [0-9a-f]{64}\n/);
  });

  it.each([
    [['--hours', '0'], '--hours and --minutes are 0; nothing would happen'],
    [['--nodes', '3', '--miners', '5'], '--miners is 5; allowed are at most as many as nodes, 3'],
    [['--loss', '80'], '--loss is "80"; allowed are whole numbers from 0 to 50'],
  ])('refuses %j', async (words, message) => {
    const { code, err } = await run(...words);
    expect(code).toBe(EXIT_USAGE);
    expect(err).toContain(message);
  });
});
