/** The built program in a process of its own, as people run it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VectorFolder } from '../../test/conformance/vector-check.ts';

const root = resolve(import.meta.dirname, '../..');
const place = mkdtempSync(join(tmpdir(), 'blockyard-cli-'));
const main = join(place, 'dist/src/cli/main.js');

/** Beside a copy of package.json, so that the package's own names lead to what was built here. */
beforeAll(() => {
  copyFileSync(join(root, 'package.json'), join(place, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'), 'junction');
  mkdirSync(join(place, 'work'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['-p', 'tsconfig.build.json', '--outDir', join(place, 'dist')];
  const built = spawnSync(process.execPath, [tsc, ...options], { cwd: root, encoding: 'utf8' });
  // Wrong types are another check's business; what was compiled runs in spite of them.
  expect(existsSync(main), built.stdout + built.stderr).toBe(true);
}, 60_000);

afterAll(() => rmSync(place, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(words: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const { npm_command: _, NO_COLOR: __, ...inherited } = process.env;
  return spawn(process.execPath, [main, ...words], {
    cwd: join(place, 'work'),
    env: { ...inherited, ...env },
  });
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

function run(words: readonly string[], input: string | Uint8Array = ''): Promise<Ended> {
  const child = start(words);
  // A program that stops reading early closes the pipe; that is not what is tested.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return ended(child);
}

describe('the program', () => {
  it('has a line that makes it run by its name', () => {
    expect(readFileSync(main, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
  });

  it('tells its version in a moment', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const before = performance.now();
      const { code, out } = await run(['--version']);
      times.push(performance.now() - before);
      expect({ code, out }).toEqual({ code: 0, out: `blockyard ${version}\n` });
    }
    const before = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    const bare = performance.now() - before;
    // Beside other work the whole machine is slow; what is ours is what Node alone does not take.
    expect(Math.min(...times)).toBeLessThan(Math.max(100, 3 * bare));
  });

  it('gives the tour', async () => {
    const { code, out, err } = await run(['tour']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('5 of 5 first blocks are valid');
    expect(out).not.toContain('\u001b');
    // Lines to copy work where they are read.
    expect(out).toContain(`node ${join('..', 'dist', 'src', 'cli', 'main.js')} help`);
  });

  it('reads standard input, hex and raw', async () => {
    const hex = '0100000000010000000000000000016a00000000';
    const byWord = await run(['decode', 'tx', hex]);
    expect(byWord.code).toBe(0);
    expect(await run(['decode', 'tx', '-'], `${hex}\n`)).toEqual(byWord);
    expect(await run(['decode', 'tx', '-'], Buffer.from(hex, 'hex'))).toEqual(byWord);
    const empty = await run(['decode', 'tx', '-']);
    expect(empty.code).toBe(1);
    expect(empty.err).toBe(
      'blockyard decode: standard input is empty; there is nothing to decode\n',
    );
  });

  it('makes a chain, and knows it', async () => {
    const made = await run(['chain', 'new', 'mine.json', '--difficulty-bits', '8']);
    expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: '' });
    const shown = await run(['chain', 'show', 'mine.json', '--json']);
    const script = ['decode', 'script', '00143333333333333333333333333333333333333333'];
    expect(JSON.parse(shown.out)).toMatchObject({ name: 'mine' });
    expect((await run([...script, '-chain=mine.json'])).out).toContain('"address": "yard1');
  });

  it.each([
    [['decoed'], 2],
    [['decode', 'tx', '00'], 1],
    [['decode', 'script', '00', '--chain', './nothing.json'], 1],
    [['chain', 'show'], 2],
  ])('ends %j with one line and exit code %i', async (words, exit) => {
    const { code, out, err } = await run(words);
    expect({ code, out }).toEqual({ code: exit, out: '' });
    expect(err).toMatch(/^blockyard[^\n]*\n$/);
  });
});

const vectors = VectorFolder.find();
if (vectors === undefined) console.warn('main: pipes SKIPPED, there is no ../shared/vectors');

describe.skipIf(vectors === undefined)('much output', () => {
  const block = vectors?.bytes('blocks/block928816.raw') ?? new Uint8Array();

  it('arrives to the end through a pipe', async () => {
    const { code, out } = await run(['decode', 'block', '-', '--compact'], block);
    expect(code).toBe(0);
    expect(out.endsWith('}]}\n')).toBe(true);
    expect(JSON.parse(out)).toMatchObject({ nTx: 889 });
  });

  it('may be cut off by a reader that has seen enough, in silence', async () => {
    const child = start(['decode', 'block', '-']);
    child.stdin?.end(block);
    child.stdout?.once('data', () => child.stdout?.destroy());
    let err = '';
    child.stderr?.on('data', (data: Buffer) => {
      err += data.toString();
    });
    const code = await new Promise<number | null>((done) => child.on('exit', done));
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});
