import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltCode, buildCode } from '../../../test/fixtures/built-code.ts';
import { systemThreadPort } from './system-thread-port.ts';
import { SystemThreads } from './system-threads.ts';
import type { ThreadProgram } from './threads.ts';

let built: BuiltCode;
beforeAll(async () => {
  built = await buildCode();
});
afterAll(() => built.remove());

function programOf(file: URL): ThreadProgram {
  return { purpose: 'be tried', file, run: () => {} };
}

function failureOf(program: ThreadProgram): Promise<Error> {
  return new Promise((resolve) => {
    const thread = new SystemThreads().start(program, { message: () => {}, failed: resolve });
    thread.setBusy(true);
  });
}

it('says that the project has to be built where a program is missing', async () => {
  const file = pathToFileURL('/nowhere/worker.ts');
  expect(await failureOf(programOf(file))).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /^a thread to be tried cannot be started \(.*\/nowhere\/worker\.js.*npm run build/,
    ),
  });
});

it('takes a thread that ends by itself for a failure', async () => {
  const file = new URL('data:text/javascript,setTimeout(() => process.exit(3), 10)');
  expect(await failureOf(programOf(file))).toMatchObject({
    code: 'ended',
    message: 'a thread to be tried ended by itself (exit code 3)',
  });
});

it('has a port on threads alone', () => {
  expect(() => systemThreadPort()).toThrow('for a thread');
});

/** How a process of its own ends that starts a thread which waits for ever. */
async function outputOf(lastWords: string): Promise<string> {
  const waiting =
    "import { parentPort } from 'node:worker_threads'; parentPort.on('message', (m) => parentPort.postMessage(m));";
  const door = built.locate(new URL('./system-threads.ts', import.meta.url)).href;
  const script = `
    import { SystemThreads } from ${JSON.stringify(door)};
    const file = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(waiting)}));
    const thread = new SystemThreads().start(
      { purpose: 'wait', file, run() {} },
      { message(m) { console.log(m); thread.setBusy(false); }, failed: console.error },
    );
    ${lastWords}`;
  const arguments_ = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, arguments_, { timeout: 20_000 });
  return stdout;
}

it('keeps a process from ending while it is busy, and no longer', async () => {
  expect(await outputOf("thread.post('heard');")).toBe('');
  expect(await outputOf("thread.setBusy(true); thread.post('heard');")).toBe('heard\n');
});
