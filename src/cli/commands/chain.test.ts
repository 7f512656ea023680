import { describe, expect, it } from 'vitest';
import type { Clock } from '../../outside/clock/clock.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { chainNames } from '../../protocol/params/chains.ts';
import { customChainFieldNames } from '../../protocol/params/custom/custom-chain-fields.ts';
import { FIELD_OPTIONS } from '../chain/chain-from-options.ts';
import { miningLine } from '../chain/mine-genesis.ts';
import { COMMANDS } from '../command-table.ts';
import { type FakeIo, type FakeIoOptions, fakeIo } from '../fake-io.ts';
import type { Io } from '../io.ts';
import { runCommand } from '../run-command.ts';

/** Runs one command after the other on the same disk; answers with what the last one said. */
async function run(io: Io & Pick<FakeIo, 'said'>, ...words: readonly string[]) {
  const before = io.said();
  const code = await runCommand(['chain', ...words], io);
  const { out, err } = io.said();
  return { code, out: out.slice(before.out.length), err: err.slice(before.err.length) };
}

/** `/chains` exists, and a search is over at once unless a test asks for more. */
async function ioWithFolder(options: FakeIoOptions = {}): Promise<FakeIo> {
  const io = fakeIo(options);
  await io.disk.makeFolder('/chains');
  return io;
}

const FILE = '/chains/mine.json';
const EASY = ['--difficulty-bits', '4'];

async function textOf(io: FakeIo, file: string): Promise<string> {
  return new TextDecoder().decode(await readFile(io.disk, file));
}

async function edit(io: FakeIo, from: string, to: string): Promise<void> {
  const text = await textOf(io, FILE);
  expect(text).toContain(from);
  await writeFile(io.disk, FILE, new TextEncoder().encode(text.replace(from, to)));
}

describe('chain list', () => {
  it('has a line for each chain where nobody watches', async () => {
    const { code, out } = await run(fakeIo(), 'list');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(1 + chainNames.length);
    expect(lines[0]).toMatch(/^NAME +BLOCK TIME +PORT +ADDRESSES +FIRST BLOCK +WHAT IT IS$/);
    expect(lines.find((line) => line.startsWith('regtest'))).toMatch(
      /^regtest +10 minutes +18444 +bcrt1… +0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206 +A private/,
    );
  });

  it('fits a terminal', async () => {
    const { out } = await run(fakeIo({ isTerminal: true }), 'list');
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('is JSON on demand', async () => {
    const { out } = await run(fakeIo(), 'list', '--json');
    const chains = JSON.parse(out) as readonly { readonly name: string }[];
    expect(chains.map(({ name }) => name)).toEqual([
      'main',
      'testnet4',
      'signet',
      'regtest',
      'lab',
    ]);
  });
});

describe('chain show', () => {
  it.each([
    ['main', ['10 minutes', 'every 2,016 blocks', '20999999.97690000', '1… (byte 0)', 'f9beb4d9']],
    ['lab', ['10 seconds', 'half-life 2 minutes', '8,640 blocks (1 day)', 'yard1…', '50.00000000']],
    ['regtest', ['never changes', 'm or n… (byte 111)', '18444 for peers, 18443 for RPC']],
    [
      'signet',
      ['signed for', '512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be43'],
    ],
    ['testnet4', ['20 minutes late (BIP94)', '03/May/2024']],
  ])('explains %s', async (name, facts) => {
    const { code, out } = await run(fakeIo(), 'show', name);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${name} - `));
    for (const fact of facts) expect(out).toContain(fact);
    expect(out).not.toMatch(/undefined|NaN|\[object/);
  });

  it.each(['main', 'testnet4', 'signet', 'regtest', 'lab'])('gives %s as JSON', async (name) => {
    const { out } = await run(fakeIo(), 'show', name, '--json');
    const chain = JSON.parse(out);
    expect(chain).toMatchObject({
      name,
      genesis: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(out).toContain('"initialSubsidy": 50.00000000');
  });

  it('is told which chains there are when there is no such chain', async () => {
    const { code, err } = await run(fakeIo(), 'show', 'xyzzy');
    expect(code).toBe(2);
    expect(err).toContain('the chains are main, testnet4, signet, regtest and lab');
  });

  it('reads a file, and says what is wrong with it', async () => {
    const io = await ioWithFolder();
    await run(io, 'new', FILE, ...EASY);
    expect((await run(io, 'show', FILE)).out).toContain('mine - A chain of your own');
    await edit(io, '"spacingSeconds": 10', '"spacingSeconds": "fast"');
    const { code, err } = await run(io, 'show', FILE);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^blockyard chain show: \/chains\/mine.json: spacingSeconds is "fast"[^\n]*\n$/,
    );
  });
});

describe('chain new', () => {
  it('writes a file with every field, and mines its first block', async () => {
    const io = await ioWithFolder();
    const { code, out, err } = await run(io, 'new', FILE, ...EASY);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Wrote /chains/mine.json: the chain "mine", based on lab.');
    expect(out).toContain('blockyard chain show /chains/mine.json');
    const file = JSON.parse(await textOf(io, FILE));
    for (const field of customChainFieldNames) {
      expect(file).toHaveProperty(field);
      expect(file).toHaveProperty([`// ${field}`]);
    }
    expect(file.genesisHash).toMatch(/^0/);
    expect(out).toContain(file.genesisHash);
    expect(file.genesisTime).toBe(1231006505);
  });

  it('takes options by the names of the fields', async () => {
    const io = await ioWithFolder();
    const options = [
      '--name=fast',
      '--based-on=regtest',
      '--difficulty-bits=3',
      '--retarget=none',
      '--spacing-seconds=2',
      '--block-reward=12.5',
      '--halving-interval=1000',
      '--coinbase-maturity=5',
      '--min-transactions-per-block=2',
      '--max-transactions-per-block=50',
      '--genesis-message=Hello, "world"',
      '--premine=bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080=1000',
      '--premine=bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080=0.00000001',
    ];
    expect((await run(io, 'new', FILE, ...options)).code).toBe(0);
    expect(JSON.parse(await textOf(io, FILE))).toMatchObject({
      name: 'fast',
      basedOn: 'regtest',
      difficultyBits: 3,
      retarget: 'none',
      spacingSeconds: 2,
      blockReward: '12.5',
      halvingInterval: 1000,
      coinbaseMaturity: 5,
      minTransactionsPerBlock: 2,
      maxTransactionsPerBlock: 50,
      genesisMessage: 'Hello, "world"',
      premine: [{ amount: '1000' }, { amount: '0.00000001' }],
    });
    const shown = (await run(io, 'show', FILE)).out;
    expect(shown).toContain('1000.00000000 to bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080');
    expect(shown).toContain('2 to 50 in a block');
  });

  it('has an option for each field that it says it has', () => {
    const options = Object.keys(COMMANDS['chain new'].options);
    expect(options.filter((name) => !['premine', 'draft', 'force'].includes(name))).toEqual(
      Object.keys(FIELD_OPTIONS),
    );
  });

  it.each([
    ['/chains/My own_chain.v2.json', 'my-own-chain-v2'],
    ['/chains/2024.json', 'my-chain'],
    ['/chains/class-of-2024', 'class-of-2024'],
  ])('calls the chain after its file %s', async (file, name) => {
    const io = await ioWithFolder();
    expect((await run(io, 'new', file, ...EASY)).out).toContain(`the chain "${name}"`);
  });

  it('shows a person how far it is, and cleans up behind itself', async () => {
    const io = { ...(await ioWithFolder({ isTerminal: true })), clock: hastyClock() };
    const { code, err } = await run(io, 'new', FILE, '--difficulty-bits', '19');
    expect(code).toBe(0);
    expect(err).toContain(
      '\r\u001b[KMining: 20,000 hashes; a block takes about 524,288 (14 seconds)',
    );
    expect(err.endsWith('\r\u001b[K')).toBe(true);
    for (const line of err.split('\r')) expect(line.length).toBeLessThan(80 + '\u001b[K'.length);
  });

  it('shows it whole in 80 columns, at the hardest difficulty too', () => {
    const line = miningLine(9_999_999_999, 2 ** 32, 9_999);
    expect(line).toBe(
      'Mining: 9,999,999,999 hashes; a block takes about 4,294,967,296 (71.6 minutes)',
    );
    expect(line.length).toBeLessThan(80);
  });

  it('does not show it where nobody watches', async () => {
    const io = { ...(await ioWithFolder()), clock: hastyClock() };
    expect((await run(io, 'new', FILE, '--difficulty-bits', '17')).err).toBe('');
  });

  it.each([
    [[''], 2, 'FILE is empty'],
    [['lab'], 2, 'FILE is "lab", the name of a chain that is built in'],
    [
      [FILE, '--difficulty-bits', '33'],
      2,
      '--difficulty-bits is 33; allowed: whole numbers from 0 to 32',
    ],
    [[FILE, '--difficulty-bits', 'x'], 2, '--difficulty-bits is "x"; allowed: whole numbers'],
    [[FILE, '--name', 'main'], 2, '--name is "main"; allowed: lower-case letters'],
    [[FILE, '--block-reward', '0.123456789'], 2, '--block-reward is "0.123456789"; allowed: coins'],
    [
      [FILE, '--retarget', 'often'],
      2,
      '--retarget is "often"; allowed: "none", "bitcoin", "asert"',
    ],
    [[FILE, '--premine', 'x'], 2, '--premine is "x"; allowed: ADDRESS=COINS'],
    [[FILE, '--premine', 'x=1'], 2, 'premine[0].address is "x"'],
    [[FILE, '--premine', 'x=-1'], 2, 'premine[0].amount is "-1"; allowed: coins'],
    [
      [FILE, '--min-transactions-per-block', '9', '--max-transactions-per-block', '8'],
      2,
      'allowed: up to',
    ],
    [['/no/such/mine.json'], 1, 'there is no folder "/no/such"'],
    [['/chains'], 1, '"/chains" is a folder'],
  ])('refuses %j in one line, and writes nothing', async (words, code, message) => {
    const io = await ioWithFolder();
    const said = await run(io, 'new', ...words);
    expect({ code: said.code, out: said.out }).toEqual({ code, out: '' });
    expect(said.err).toMatch(/^blockyard chain new: [^\n]*\n$/);
    expect(said.err).toContain(message);
    expect(said.err).not.toContain('(line');
    expect(await io.disk.list('/chains')).toEqual([]);
  });

  it('does not write over a chain, unless it is forced', async () => {
    const io = await ioWithFolder();
    await run(io, 'new', FILE, ...EASY);
    const text = await textOf(io, FILE);
    const { code, err } = await run(io, 'new', FILE, ...EASY);
    expect(code).toBe(1);
    expect(err).toContain('is there already, its first block mined; --force writes');
    expect((await run(io, 'new', FILE, '--draft')).code).toBe(1);
    expect(await textOf(io, FILE)).toBe(text);
    expect((await run(io, 'new', FILE, ...EASY, '--force', '--name=other')).code).toBe(0);
    expect(await textOf(io, FILE)).toContain('"name": "other"');
  });

  it('does not write over what somebody else has written while it was mining', async () => {
    const io = await ioWithFolder();
    const meddle = () => writeFile(io.disk, FILE, new TextEncoder().encode('theirs'));
    const watched = { ...io, clock: { ...hastyClock(), nextTurn: meddle } };
    const { code, err } = await run(watched, 'new', FILE, '--difficulty-bits', '19');
    expect(code).toBe(1);
    expect(err).toContain('was written by somebody else while its first block was mined');
    expect(await textOf(io, FILE)).toBe('theirs');
    expect((await run(watched, 'new', FILE, '--difficulty-bits', '19', '--force')).code).toBe(0);
  });

  it('writes a draft to be edited, and mines what then stands in it', async () => {
    const io = await ioWithFolder();
    const draft = await run(io, 'new', FILE, '--draft', ...EASY);
    expect(draft.out).toContain('blockyard chain new /chains/mine.json');
    expect((await run(io, 'show', FILE)).err).toContain('the first block is not mined');
    await edit(io, '"spacingSeconds": 10', '"spacingSeconds": 0');
    const wrong = await run(io, 'new', FILE);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('spacingSeconds is 0 (line ');
    await edit(io, '"spacingSeconds": 0', '"spacingSeconds": 7');
    expect((await run(io, 'new', FILE, '--name=x')).err).toContain('and not by --name');
    expect((await run(io, 'new', FILE)).code).toBe(0);
    expect(JSON.parse(await textOf(io, FILE))).toMatchObject({ spacingSeconds: 7, name: 'mine' });
    expect((await run(io, 'show', FILE)).out).toContain('7 seconds');
  });
});

/** A clock whose wall time stands still, and on which half a second passes whenever somebody looks. */
function hastyClock(): Clock {
  const clock = new VirtualClock();
  let time = 0;
  return {
    now: () => clock.now(),
    monotonic: () => {
      time += 500;
      return time;
    },
    schedule: (delay, callback) => clock.schedule(delay, callback),
    nextTurn: async () => {},
  };
}
