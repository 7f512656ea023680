/** The commands that work with blocks, as people run them: built, in processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCode, buildCode } from '../../test/fixtures/built-code.ts';
import { blockFile, framed, regtestBlocks } from '../../test/fixtures/framed-blocks.ts';
import { SystemDisk } from '../outside/disk/system-disk.ts';
import { shuffled } from '../outside/entropy/draw.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { concatBytes } from '../protocol/bytes/concat.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import { main } from '../protocol/params/main.ts';
import { regtest } from '../protocol/params/regtest.ts';
import type { Block } from '../protocol/primitives/block.ts';
import { blockHash } from '../protocol/primitives/block-hash.ts';
import { COMMAND_NAMES, type CommandName, specOf } from './command-table.ts';

let built: BuiltCode;
let place: string;
const blocks = regtestBlocks(200);
const TIP = toReversedHex(blockHash(blocks[199] as Block));

beforeAll(async () => {
  built = await buildCode();
  place = mkdtempSync(join(tmpdir(), 'blockyard-chain-'));
  writeFileSync(join(place, 'blocks.dat'), blockFile([regtest.genesis, ...blocks]));
}, 60_000);

afterAll(async () => {
  rmSync(place, { recursive: true, force: true });
  await built.remove();
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(words: readonly string[]): ChildProcess {
  const program = join(built.folder, 'dist/src/cli/main.js');
  const env = { ...process.env, HOME: place, USERPROFILE: place };
  return spawn(process.execPath, [program, ...words], { cwd: place, env });
}

async function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    err += data.toString();
  });
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, out, err };
}

/** Runs `blockyard` on a chain in a data folder of this name. */
function run(folder: string, ...words: readonly string[]): Promise<Ended> {
  return ended(start([...words, '--chain', 'regtest', '--datadir', folder]));
}

async function importJson(folder: string, ...files: readonly string[]) {
  const { code, out, err } = await run(folder, 'import', ...files, '--json');
  return { code, err, ...JSON.parse(out) };
}

async function utxoHash(folder: string): Promise<string> {
  const { code, out, err } = await run(folder, 'chain', 'utxo-hash', '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out).hash_serialized_3;
}

function write(name: string, ...parts: readonly Uint8Array[]): string {
  writeFileSync(join(place, name), concatBytes(...parts));
  return name;
}

describe('an import', () => {
  it('is kept, and does nothing the second time', async () => {
    expect(await importJson('kept', 'blocks.dat')).toMatchObject({
      code: 0,
      err: '',
      height: 200,
      tip: TIP,
      added: 200,
      known: 0,
    });
    expect(await importJson('kept', 'blocks.dat')).toMatchObject({ code: 0, added: 0, known: 200 });
    const { out } = await run('kept', 'chain', 'info', '--json');
    expect(JSON.parse(out)).toMatchObject({ blocks: 200, bestblockhash: TIP, pruned: false });
    const verified = await run('kept', 'chain', 'verify', '--level=4', '--blocks=0');
    expect(verified).toMatchObject({ code: 0, err: '' });
  });

  it('of a file that was exported gives the same chain', async () => {
    await run('first', 'import', 'blocks.dat');
    const { code, out } = await run('first', 'chain', 'export', 'exported.dat');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`up to ${TIP}`) });
    expect(readFileSync(join(place, 'exported.dat'))).toEqual(
      readFileSync(join(place, 'blocks.dat')),
    );
    const again = await run('first', 'chain', 'export', 'exported.dat');
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringContaining('--force writes over it'),
    });
    expect(await importJson('second', 'exported.dat')).toMatchObject({ code: 0, tip: TIP });
    expect(await utxoHash('second')).toBe(await utxoHash('first'));
  });

  it('takes shuffled blocks from several files', async () => {
    const mixed = shuffled(new SeededEntropy('shuffled'), blocks);
    const files = [0, 1, 2].map((part) =>
      write(`part${part}.dat`, blockFile(mixed.filter((_, i) => i % 3 === part))),
    );
    expect(await importJson('mixed', ...files)).toMatchObject({ code: 0, tip: TIP, added: 200 });
    expect(await utxoHash('mixed')).toBe(await utxoHash('first'));
  });

  it('keeps what is good of what is not, and tells the rest in lines', async () => {
    const bad = write(
      'bad.dat',
      blockFile(blocks.slice(0, 100)),
      Uint8Array.of(7, 7, 7),
      blockFile(blocks.slice(100, 150)),
      framed(blocks[150] as Block).subarray(0, 60),
    );
    const foreign = write('main.dat', framed(main.genesis, main.magic));
    const { code, out, err } = await run('bad', 'import', bad, foreign);
    expect(code).toBe(1);
    expect(out).toMatch(/height +150\n/);
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^bad.dat: the 3 bytes from byte \d+ on are no part of a block/),
      expect.stringMatching(/^bad.dat: the block at byte \d+ is cut off: 52 of its 1\d\d bytes/),
      expect.stringMatching(/^main.dat: at byte 0 begin blocks of main .*--chain main$/),
    ]);
    expect(await importJson('bad', 'blocks.dat')).toMatchObject({ code: 0, tip: TIP, added: 50 });
  });

  it('can be repaired from its own block files', async () => {
    await run('rebuilt', 'import', 'blocks.dat');
    const before = await utxoHash('rebuilt');
    for (const how of ['--reindex', '--reindex-chainstate']) {
      rmSync(join(place, 'rebuilt/regtest/chainstate/CURRENT'));
      const broken = await run('rebuilt', 'chain', 'info');
      expect(broken).toMatchObject({ code: 1, out: '' });
      expect(broken.err).toMatch(/^blockyard chain info: [^\n]*--reindex[^\n]*\n$/);
      const { code, out, err } = await run('rebuilt', 'import', how);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^Rebuilt the chain in /);
      expect(out).toContain(TIP);
      expect(await utxoHash('rebuilt')).toBe(before);
    }
  });
});

describe('a folder', () => {
  it('that somebody works in is left alone', async () => {
    const folder = join(place, 'locked/regtest');
    mkdirSync(folder, { recursive: true });
    const lock = await new SystemDisk().lock(folder);
    const { code, out, err } = await run('locked', 'import', 'blocks.dat');
    await lock.release();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^blockyard import: cannot lock locked\/regtest: [^\n]*in use[^\n]*\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is worked in by one of two at a time', async () => {
    const ends = await Promise.all([
      run('busy', 'import', 'blocks.dat'),
      run('busy', 'import', 'blocks.dat'),
    ]);
    expect(ends.some(({ code }) => code === 0)).toBe(true);
    for (const { code, err } of ends) {
      if (code === 0) expect(err).toBe('');
      else expect(err).toMatch(/^blockyard import: cannot lock busy\/regtest: [^\n]*\n$/);
    }
    expect(await utxoHash('busy')).toBe(await utxoHash('first'));
  });

  it('that is a file is told', async () => {
    writeFileSync(join(place, 'file'), 'not a folder');
    const { code, out, err } = await run('file', 'import', 'blocks.dat');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^blockyard import: cannot make file\/regtest: [^\n]*\n$/);
  });

  it('that is not there is not made by looking', async () => {
    const { code, out } = await run('nowhere', 'chain', 'info');
    expect(code).toBe(0);
    expect(out).toContain('nothing is in nowhere/regtest yet');
    expect(out).toContain('import FILE --chain regtest --datadir nowhere');
    const printed = await run('nowhere', 'chain', 'print');
    expect(printed.out.trimEnd().split('\n')).toHaveLength(1);
    expect(printed.err).toBe(
      'There is nothing in nowhere/regtest yet: this is the first block, and no more.\n',
    );
    expect(existsSync(join(place, 'nowhere'))).toBe(false);
  });

  it('is no trace of --memory', async () => {
    const before = readdirSync(place);
    const { code } = await run('trace', 'import', 'blocks.dat', '--memory');
    expect(code).toBe(0);
    expect(readdirSync(place)).toEqual(before);
  });
});

describe('an import that is interrupted', () => {
  const COUNT = 5000;
  let tip: string;
  let hash: string;

  beforeAll(async () => {
    const many = regtestBlocks(COUNT);
    writeFileSync(join(place, 'many.dat'), blockFile(many));
    tip = toReversedHex(blockHash(many.at(-1) as Block));
    await run('whole', 'import', 'many.dat');
    hash = await utxoHash('whole');
  }, 60_000);

  /** Starts an import, and waits until it is in the midst of it. */
  async function begin(folder: string, more: number) {
    // Again and again, so that even a fast machine is still at it when it is interrupted.
    const files = Array.from({ length: 50 }, () => 'many.dat');
    const child = start(['import', ...files, '--chain', 'regtest', '--datadir', folder]);
    const end = ended(child);
    while (!existsSync(join(place, folder, 'regtest/chainstate/CURRENT'))) await sleep(5);
    await sleep(more);
    return { child, end };
  }

  it.each([0, 100, 300])('by kill -9, %i ms later, goes on as if nothing had been', async (ms) => {
    const { child, end } = await begin(`killed${ms}`, ms);
    child.kill('SIGKILL');
    await end;
    expect(await importJson(`killed${ms}`, 'many.dat')).toMatchObject({
      code: 0,
      err: '',
      height: COUNT,
      tip,
    });
    expect(await utxoHash(`killed${ms}`)).toBe(hash);
  });

  it('by Ctrl-C ends in order, says where, and goes on from there', async () => {
    const { child, end } = await begin('stopped', 200);
    child.kill('SIGINT');
    const { code, out } = await end;
    expect(code).toBe(130);
    expect(out).toMatch(/^Stopped\. The same command goes on from here\.\nImported [\d,]+ blocks/);
    const height = Number(/height +([\d,]+)/.exec(out)?.[1]?.replace(',', ''));
    expect(height).toBeGreaterThan(0);
    const info = await run('stopped', 'chain', 'info', '--json');
    expect(JSON.parse(info.out).blocks).toBe(height);
    expect(await importJson('stopped', 'many.dat')).toMatchObject({
      code: 0,
      tip,
      known: height,
      added: COUNT - height,
    });
    expect(await utxoHash('stopped')).toBe(hash);
  });
});

describe('every example', () => {
  const examplesOf = (name: CommandName): readonly string[] =>
    specOf(name).examples.map(({ line }) => line);
  // Those of wallets need some, and coins: see `commands/wallet-examples.test.ts`.
  const isElsewhere = (name: CommandName): boolean =>
    name === 'node' || name === 'mine' || name.startsWith('wallet ');
  const examples = COMMAND_NAMES.filter(
    (name) => 'datadir' in specOf(name).options && !isElsewhere(name),
  ).flatMap(examplesOf);

  it('works as it stands in the help', async () => {
    const core = join(place, '.bitcoin/blocks');
    mkdirSync(core, { recursive: true });
    writeFileSync(join(core, 'blk00000.dat'), framed(main.genesis, main.magic));
    expect(examples.length).toBeGreaterThan(10);
    for (const line of examples) {
      const [command = '', target] = line.split(' > ');
      // There is one already, as everything else here needs it.
      if (line.includes('export blocks.dat')) rmSync(join(place, 'blocks.dat'));
      const words = command
        .split(' ')
        .slice(1)
        .map((word) => word.replace(/^~.*\*\.dat$/, join(core, 'blk00000.dat')));
      const { code, out, err } = await ended(start(words));
      expect({ line, code, err }).toEqual({ line, code: 0, err: '' });
      expect(out.length).toBeGreaterThan(10);
      if (target !== undefined) expect(out.trimEnd().split('\n')).toHaveLength(201);
    }
  }, 60_000);

  it('of a node runs until Ctrl-C, and ends in order', async () => {
    for (const line of examplesOf('node')) {
      // Whoever else is on this machine and its network shall not be bothered.
      const apart = ['-nodiscovery', '-port=0', '-rpcport=0'];
      const child = start([...line.split(' ').slice(1), ...apart]);
      let said = '';
      child.stdout?.on('data', (data: Buffer) => {
        const wasReady = said.includes('Done loading');
        said += data.toString();
        if (!wasReady && said.includes('Done loading')) child.kill('SIGINT');
      });
      const { code, out, err } = await ended(child);
      expect({ line, code, err }).toEqual({ line, code: 0, err: '' });
      expect(out).toMatch(/Done loading.*Shutdown: done/s);
    }
  });
});
