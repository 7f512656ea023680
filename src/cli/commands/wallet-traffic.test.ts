/** What random traffic refuses before it begins; what it does is tested beside `Traffic`. */
import { describe, expect, it } from 'vitest';
import { fakeIo, withTurns } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

async function traffic(...words: readonly string[]) {
  const io = fakeIo();
  await io.disk.makeFolder('/data');
  const line = ['wallet', 'traffic', '--datadir', '/data', ...words];
  return { code: await withTurns(runCommand(line, io), io), ...io.said() };
}

describe('blockyard wallet traffic', () => {
  it.each([
    [['--chain', 'main'], 2, 'random payments on main would burn real money; take a test chain'],
    [['--rate', '0'], 2, 'allowed are payments a second from 0.001 to 1000, such as 2 or 0.5'],
    [['--rate', '1001'], 2, '--rate is "1001"'],
    [['--rate', 'fast'], 2, '--rate is "fast"'],
    [['--wallets', 'a,,b'], 2, 'name them with commas between'],
    [[], 1, 'there is no wallet yet: make one with blockyard wallet create NAME'],
    [['--wallets', 'ada'], 1, 'there is no wallet "ada"'],
  ])('refuses in a line: %j', async (words, code, message) => {
    const said = await traffic(...words);
    expect([said.code, said.out]).toEqual([code, '']);
    expect(said.err).toContain(message);
    expect(said.err.match(/\n/g)).toHaveLength(1);
  });
});
