import { beforeAll, expect, it } from 'vitest';
import { WalletHome } from '../../../test/fixtures/wallet-home.ts';
import { COMMAND_NAMES, type CommandName, specOf } from '../command-table.ts';
import type { FakeIoOptions } from '../fake-io.ts';
import { parseArguments } from '../parse-arguments.ts';
import { runCommand } from '../run-command.ts';

const NAMES = COMMAND_NAMES.filter((name) => name.startsWith('wallet '));
const WORDS = `${'abandon '.repeat(11)}about`;
/** What somebody types, or pipes in. */
const TYPED: FakeIoOptions = { isTerminal: true, secrets: ['horse', 'horse'], columns: 200 };
const PIPED: FakeIoOptions = { input: 'horse\n' };

let home: WalletHome;

beforeAll(async () => {
  home = await WalletHome.begin();
}, 60_000);

/** The words of a line as a shell hands them over, without what it takes for itself. */
function wordsOf(line: string): readonly string[] {
  const [command = ''] = line.split(/ [<>|] /);
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)]
    .slice(1)
    .map(([, quoted, plain]) => quoted ?? plain ?? '');
}

function examplesOf(name: CommandName): readonly string[] {
  return specOf(name)
    .examples.map(({ line }) => line)
    .filter((line) => line.startsWith('blockyard '));
}

async function runs(line: string, options: FakeIoOptions = {}): Promise<string> {
  const io = home.io(options);
  const code = await home.passTime(runCommand(wordsOf(line), io));
  expect({ line, code, err: code === 0 ? '' : io.said().err }).toEqual({ line, code: 0, err: '' });
  return io.said().out;
}

it.each(NAMES)('the examples of %s can be read', (name) => {
  for (const line of examplesOf(name)) {
    const words = wordsOf(line).slice(name.split(' ').length);
    expect(() => parseArguments(specOf(name), words), line).not.toThrow();
  }
});

it('those that take no coins work as they stand in the help, one after the other', async () => {
  const [create = '', encrypted = ''] = examplesOf('wallet create');
  await runs(create);
  expect(await runs(`${encrypted.replace('savings', 'rent')}`, TYPED)).toContain('passphrase');
  const [, since = ''] = examplesOf('wallet restore');
  await runs(since.replace('savings', 'again'), { input: WORDS });
  for (const line of examplesOf('wallet list')) await runs(line);
  const [label = '', taproot = ''] = examplesOf('wallet new-address');
  for (const line of [label, taproot]) await runs(`${line} --wallet savings`);
  for (const line of examplesOf('wallet addresses')) await runs(line);
  for (const line of examplesOf('wallet balance')) await runs(line);
  for (const line of examplesOf('wallet history')) await runs(`${line} --wallet savings`);
  for (const line of examplesOf('wallet name')) await runs(`${line} --wallet savings`);
  for (const line of examplesOf('wallet encrypt')) await runs(`${line} --passphrase-stdin`, PIPED);
});
