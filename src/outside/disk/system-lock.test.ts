import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DiskError } from './disk-error.ts';
import { lockFolder } from './system-lock.ts';
import { type Owner, thisProcess, writeOwner } from './system-process.ts';

let compiled: string;
let folder: string;
let children: ChildProcess[];

/** Other processes need the lock in JavaScript: this Node runs no TypeScript by itself. */
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'blockyard-lock-code-'));
  const config = {
    extends: resolve('tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      noCheck: true,
      rootDir: resolve('src'),
      outDir: compiled,
      typeRoots: [resolve('node_modules/@types')],
    },
    files: [resolve('src/outside/disk/system-lock.ts')],
    include: [],
  };
  await writeFile(join(compiled, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
  execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', compiled]);
  await access(join(compiled, 'outside/disk/system-lock.js'));
});
afterAll(() => rm(compiled, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blockyard-lock-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function run(script: string): ChildProcess {
  const head = `import { lockFolder } from ${JSON.stringify(join(compiled, 'outside/disk/system-lock.js'))};
const folder = ${JSON.stringify(folder)};
`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', head + script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function locked(): Promise<DiskError> {
  const error = await lockFolder(folder).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DiskError);
  expect(error).toMatchObject({ code: 'locked', path: folder });
  return error as DiskError;
}

const lockIn = (path: string): string => join(path, '.lock');

describe('a locked folder', () => {
  it('is refused to a second process, and free as soon as the first is killed', async () => {
    const child = run(`
      await lockFolder(folder);
      console.log('locked');
      setInterval(() => {}, 1000);
    `);
    await once(child.stdout ?? child, 'data');
    const error = await locked();
    expect(error.message).toBe(
      `cannot lock ${folder}: it is in use by process ${child.pid}; stop that one first`,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await lockFolder(folder);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('holds one plain file, which only its owner reads', async () => {
    const lock = await lockFolder(folder);
    expect(await readdir(folder)).toEqual(['.lock']);
    expect((await stat(lockIn(folder))).isFile()).toBe(true);
    if (process.platform !== 'win32') {
      expect((await stat(lockIn(folder))).mode & 0o777).toBe(0o600);
    }
    await lock.release();
  });

  it('is not given to another by releasing twice', async () => {
    const first = await lockFolder(folder);
    await first.release();
    const second = await lockFolder(folder);
    await first.release();
    await locked();
    await second.release();
  });
});

describe('a lock that was left behind', () => {
  async function leave(change: Partial<Owner>): Promise<void> {
    await writeFile(lockIn(folder), writeOwner({ ...(await thisProcess()), ...change }, 'a tag'));
  }

  async function expectTakenOver(): Promise<void> {
    const lock = await lockFolder(folder);
    expect(await readFile(lockIn(folder), 'utf8')).toContain(`"pid":${process.pid}`);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  }

  it('is void when no process has its number', async () => {
    await leave({ pid: 2 ** 30 });
    await expectTakenOver();
  });

  it('is void when its number went to another process', async () => {
    await leave({ started: '1' });
    if (process.platform === 'linux') await expectTakenOver();
    else await locked();
  });

  it('is void when the machine was started since', async () => {
    await leave({ boot: '00000000-0000-0000-0000-000000000000' });
    if (process.platform === 'linux') await expectTakenOver();
    else await locked();
  });

  it('holds when its process is one that this one may not signal', async () => {
    await leave({ pid: 1, started: '' });
    await locked();
  });

  it('holds when it comes from another machine, and the message says what to remove', async () => {
    await leave({ host: `not-${hostname()}` });
    const error = await locked();
    expect(error.message).toBe(
      `cannot lock ${folder}: it is in use by process ${process.pid} on not-${hostname()}; ` +
        `if that has ended, remove ${lockIn(folder)}`,
    );
  });

  it('is void when it is empty, as Bitcoin Core leaves its own, or garbage', async () => {
    const contents = ['', '{', 'null', '{"pid":0,"host":"","boot":"","started":""}', '{"pid":"1"}'];
    for (const content of contents) {
      await writeFile(lockIn(folder), content);
      await expectTakenOver();
    }
  });
});

it('clears away what processes that were killed while they tried have left', async () => {
  const dead = { ...(await thisProcess()), pid: 2 ** 30 };
  await writeFile(join(folder, `.lock.of.${2 ** 30}.0a`), '');
  await writeFile(join(folder, `.lock.of.${2 ** 30}.0b`), writeOwner(dead, 'b'));
  await writeFile(join(folder, '.lock.after.0c'), writeOwner(dead, 'c'));
  await writeFile(join(folder, `.lock.of.${process.pid}.0d`), '');
  const lock = await lockFolder(folder);
  await lock.release();
  expect(await readdir(folder)).toEqual([`.lock.of.${process.pid}.0d`]);
});

describe('the folder', () => {
  it('must be there, and be a folder', async () => {
    const missing = join(folder, 'missing');
    await expect(lockFolder(missing)).rejects.toMatchObject({ code: 'not-found', path: missing });
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(lockFolder(file)).rejects.toMatchObject({ code: 'not-a-folder', path: file });
  });
});

/**
 * Each contender binds a name that the system gives to one process at a time, and takes back when
 * that ends, as long as it believes to have the lock. It is killed at a random moment.
 */
const CONTENDER = `
import { createServer } from 'node:net';
const killSoon = (ms) => setTimeout(() => process.kill(process.pid, 'SIGKILL'), Math.random() * ms);
// Some die in their first attempt. The others get past it, however busy the machine is.
if (Math.random() < 0.3) killSoon(10);
for (let attempt = 1; ; attempt++) {
  let lock;
  try {
    lock = await lockFolder(folder);
  } catch (error) {
    if (error.code !== 'locked') { console.log('FAILED', error.message); process.exit(1); }
  }
  if (attempt === 1) killSoon(40);
  if (lock === undefined) continue;
  const server = createServer();
  await new Promise((resolve) => {
    server.once('error', (error) => { console.log('TWO AT ONCE', error.message); process.exit(1); });
    server.listen({ path: '\\0' + folder }, resolve);
  });
  console.log('held');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  await new Promise((resolve) => server.close(resolve));
  await lock.release();
}
`;

it.runIf(process.platform === 'linux')(
  'is never held by two, however many want it and whenever they are killed',
  async () => {
    const output: string[] = [];
    async function contend(): Promise<void> {
      for (let life = 0; life < 6; life++) {
        const child = run(CONTENDER);
        child.stdout?.on('data', (data) => output.push(...String(data).trim().split('\n')));
        await once(child, 'close');
      }
    }
    await Promise.all([contend(), contend(), contend(), contend(), contend(), contend()]);
    expect(output.filter((line) => line !== 'held')).toEqual([]);
    expect(output.length).toBeGreaterThan(10);
    const lock = await lockFolder(folder);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  },
);
