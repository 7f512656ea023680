/** The command that `npm start` runs, as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const PROGRAM = resolve(import.meta.dirname, '../../../dist/src/cli/main.js');
const FREE_PORTS = ['-port=0', '-rpcport=0', '-discover=0'];
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** Runs it until it has said something, then ends it as Ctrl-C does. */
async function runUntil(
  said: RegExp,
  ...options: readonly string[]
): Promise<{ out: string; err: string; code: number }> {
  const args = [PROGRAM, 'start', ...FREE_PORTS, ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
    if (said.test(out) && !child.killed) child.kill('SIGINT');
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const [code] = await once(child, 'close');
  return { out, err, code };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blockyard-start-'));
  folders.push(folder);
  return folder;
}

describe('blockyard start', () => {
  it('mines from the first second on, shows its blocks, and ends when it is told to', async () => {
    const { out, err, code } = await runUntil(/^block 2, 1 transaction, 00000/m, '-memory');
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('A full node on the chain lab, mining on this machine');
    expect(out).toMatch(/rewards +yard1q/);
    expect(out).toMatch(/JSON-RPC +127\.0\.0\.1:\d+/);
  });

  it('goes on the next time where it has been, with the same key', async () => {
    const folder = await newFolder();
    const first = await runUntil(/^block 3, /m, `-datadir=${folder}`);
    const second = await runUntil(/^block \d+, /m, `-datadir=${folder}`);
    expect([first.code, second.code]).toEqual([0, 0]);
    const addressIn = ({ out }: { out: string }): string => /yard1q\w+/.exec(out)?.[0] ?? '';
    expect(addressIn(second)).toBe(addressIn(first));
    expect(Number(/^block (\d+), /m.exec(second.out)?.[1])).toBeGreaterThan(3);
    expect((await stat(join(folder, 'lab/miner.pem'))).mode & 0o777).toBe(0o600);
  });

  it('ends when nobody reads on, and leaves nothing behind', async () => {
    const folder = await newFolder();
    const args = [PROGRAM, 'start', ...FREE_PORTS, `-datadir=${folder}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(await readdir(join(folder, 'lab'))).not.toContain('bitcoind.pid');
  });

  it('says how a second one is started where there is one already', async () => {
    const folder = await newFolder();
    const first = spawn(process.execPath, [
      ...[PROGRAM, 'start', ...FREE_PORTS, `-datadir=${folder}`],
    ]);
    await once(first.stdout, 'data');
    const second = await runUntil(/never/, `-datadir=${folder}`);
    first.kill('SIGINT');
    await once(first, 'close');
    expect(second.code).toBe(1);
    expect(second.err).toMatch(/^Error: Cannot obtain a lock .*\n.* start -datadir=.*\n$/);
  });

  it('mines on another chain, and for somebody else, if it is told to', async () => {
    const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
    const { out } = await runUntil(/^block 1, /m, '-memory', '-chain=regtest', `-mine=${address}`);
    expect(out).toContain('on the chain regtest');
    expect(out).toContain(`rewards    ${address}\n`);
  });
});
