/** `docs/first-payment.md`, done as it is written, with the program that was built: it has to come out the same. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCode, buildCode } from './fixtures/built-code.ts';
import { until } from './fixtures/daemon-process.ts';
import { freePorts } from './fixtures/free-ports.ts';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/first-payment.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'blockyard-payment-'));
const [home, work] = ['home', 'work'].map((name) => join(folder, name)) as [string, string];

/** A block of the page: commands, what they print, or what the second terminal shows. */
interface Step {
  readonly kind: 'commands' | 'printed' | 'told';
  readonly text: string;
}

const steps: readonly Step[] = [...page.matchAll(/^```(sh|text)\n(.*?)^```$/gms)].map(
  ([, language, text = '']) => {
    const isTold = /^\d\d:\d\d:\d\d /.test(text);
    return { kind: language === 'sh' ? 'commands' : isTold ? 'told' : 'printed', text };
  },
);

/** What differs each time: addresses, hashes, moments, speeds. The longest come first. */
const HOLES: readonly (readonly [RegExp, string])[] = [
  [/\byard1?[0-9a-z]*(…[0-9a-z]+)?/g, 'ADDRESS'],
  [/\b[0-9a-f]{4,}…([0-9a-f]{4,})?|(?<![.\d])\b[0-9a-f]{8,}\b/g, 'HASH'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'DATE'],
  [/^\d\d:\d\d:\d\d/, 'TIME'],
  [/127\.0\.0\.1:\d+/g, 'NODE'],
  [/with \d+ threads?/g, 'THREADS'],
  [/for \d+ s:/g, 'SECONDS'],
  [/[\d.]+ [kMG]?H\/s/g, 'SPEED'],
  [/\b(\d+) {2}[a-z]{3,8}(?= {2}|$)/g, '$1 WORD'],
];

/** The lines of an output without what differs each time, and without the width of its columns. */
function shapeOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => HOLES.reduce((shape, [hole, name]) => shape.replace(hole, name), line.trim()))
    .map((line) => line.replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '');
}

/** The addresses and hashes that are written out, in the order in which they come. */
function namesIn(text: string): readonly string[] {
  return text.match(/\byard1[0-9a-z]{20,}|\b[0-9a-f]{64}\b/g) ?? [];
}

/** The page leaves out what is always the same, in a line with dots. */
function expectSame(printed: string, expected: string): void {
  const [before = '', after] = expected.split(/^…\n/m);
  if (after === undefined) {
    expect(shapeOf(printed), printed).toEqual(shapeOf(expected));
    return;
  }
  const [lines, first, last] = [printed, before, after].map(shapeOf) as [
    string[],
    string[],
    string[],
  ];
  expect(lines.slice(0, first.length), printed).toEqual(first);
  expect(lines.slice(-last.length), printed).toEqual(last);
}

class Session {
  readonly #ports: readonly number[];
  /** What is written on the page, and what it is here. */
  readonly #names = new Map<string, string>();
  #words = '';
  #watch: ChildProcess | undefined;
  #told = '';
  #toldLines = 0;

  constructor(ports: readonly number[]) {
    this.#ports = ports;
    const [rpc, p2p] = ports;
    mkdirSync(join(home, '.blockyard'), { recursive: true });
    mkdirSync(work);
    // Nodes pass on at once what they hear, to whom they know; and nobody else is invited.
    const conf = `[lab]\nrpcport=${rpc}\nport=${p2p}\ndiscovery=0\nwhitelist=noban@127.0.0.1\n`;
    writeFileSync(join(home, '.blockyard/bitcoin.conf'), conf);
  }

  /** Runs commands as they are written, and gives what they print. */
  async run(text: string): Promise<string> {
    if (/wallet sync/.test(text)) {
      this.#watch = this.#start(text, (said) => {
        this.#told += said;
      });
      return '';
    }
    // One program at a time has a wallet: Ctrl-C in the other terminal.
    if (/restore/.test(text)) await this.#end();
    let said = '';
    const process = this.#start(text, (part) => {
      said += part;
    });
    process.stdin?.end(`${this.#words}\n`);
    const [code] = await once(process, 'close');
    expect({ text, code, said }).toMatchObject({ code: 0 });
    return said;
  }

  /** Holds what was printed against the page, and learns what things are called here. */
  compare(printed: string, expected: string): void {
    expectSame(printed, expected.replace(/^The words of the wallet, in a line:\n/, ''));
    const here = namesIn(printed);
    // Where the page leaves lines out, their hashes are not to be had; no command names them.
    if (!/^…$/m.test(expected)) {
      for (const [i, name] of namesIn(expected).entries()) this.#names.set(name, here[i] ?? '');
    }
    const words = [...printed.matchAll(/\b(\d+) {2}([a-z]{3,8})\b/g)].map(([, n, word]) => [
      n,
      word,
    ]);
    if (words.length !== 12 || this.#words !== '') return;
    words.sort(([a], [b]) => Number(a) - Number(b));
    this.#words = words.map(([, word]) => word).join(' ');
  }

  /** What the second terminal shows by then. */
  async compareTold(expected: string): Promise<void> {
    const wanted = shapeOf(expected);
    const lines = (): readonly string[] => shapeOf(this.#told).slice(this.#toldLines);
    await until(() => lines().length >= wanted.length, `${expected} after ${this.#told}`);
    expect(lines().slice(0, wanted.length)).toEqual(wanted);
    this.#toldLines += wanted.length;
  }

  /** What is still running. */
  async close(): Promise<void> {
    await this.#end();
    for (const place of [join(home, '.blockyard'), join(work, 'bob')]) {
      try {
        process.kill(Number(readFileSync(join(place, 'lab/bitcoind.pid'), 'utf8')));
      } catch {
        // It has ended, as it should.
      }
    }
  }

  #start(text: string, hear: (said: string) => void): ChildProcess {
    const script = `set -e\nexec 2>&1\nnpx() { shift; node "${program}" "$@"; }\n${this.#translate(text)}`;
    const env = { ...process.env, HOME: home, npm_command: 'exec' };
    const started = spawn('bash', ['-c', script], { cwd: work, env, detached: true });
    started.stdout.on('data', (data: Buffer) => hear(data.toString()));
    return started;
  }

  /** The same commands with what things are called here, and ports that are free. */
  #translate(text: string): string {
    const [, p2p, bobRpc, bobP2p] = this.#ports;
    let here = text
      .replace('port=21343', `port=${bobP2p}\ndiscovery=0`)
      .replace('rpcport=21342', `rpcport=${bobRpc}`)
      .replace('connect=127.0.0.1', `connect=127.0.0.1:${p2p}`);
    for (const [name, other] of this.#names) {
      here = here
        .replaceAll(name, other)
        .replaceAll(` ${name.slice(0, 8)}\n`, ` ${other.slice(0, 8)}\n`);
    }
    return here;
  }

  async #end(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    if (watch?.pid === undefined) return;
    const closed = once(watch, 'close');
    // The shell and the program in it, as Ctrl-C does.
    process.kill(-watch.pid, 'SIGINT');
    await closed;
  }
}

let built: BuiltCode;
let program: string;
let session: Session | undefined;
beforeAll(async () => {
  built = await buildCode();
  program = await built.pack();
}, 60_000);
afterAll(async () => {
  await built.remove();
  await session?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('the first payment', () => {
  it('has commands for all that a newcomer does', () => {
    const commands = steps.filter(({ kind }) => kind === 'commands').map(({ text }) => text);
    for (const name of ['create', 'send', 'sync', 'bump', 'restore', 'history', 'balance']) {
      expect(commands.join(''), name).toContain(`blockyard wallet ${name}`);
    }
  });

  it('comes out as the page says, command by command', async () => {
    session = new Session(await freePorts(4));
    let printed = '';
    for (const { kind, text } of steps) {
      if (kind === 'commands') printed = await session.run(text);
      else if (kind === 'printed') session.compare(printed, text);
      else await session.compareTold(text);
    }
  });
});
