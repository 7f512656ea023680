/** How a node and the process that it is in end. Runs what was built, as a user's script does. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCode, buildCode } from '../../test/fixtures/built-code.ts';

let built: BuiltCode;
let library: URL;

beforeAll(async () => {
  built = await buildCode();
  library = built.locate(new URL('./index.ts', import.meta.url));
});

afterAll(() => built.remove());

/** Runs a script, and says what it said, and how it ended. */
function run(script: string): { readonly said: string; readonly status: number | null } {
  const code = `import { Node } from '${library.href}';\n${script}\nconsole.log('end');`;
  const options = ['--input-type=module', '-e', code];
  const { stdout, stderr, status } = spawnSync(process.execPath, options, { timeout: 20_000 });
  return { said: `${stdout}${stderr}`, status };
}

describe('a process', () => {
  it('ends by itself when its nodes are stopped', () => {
    expect(
      run(`
        const nodes = await Promise.all([1, 2, 3].map(() => Node.start()));
        await nodes[0].connect(nodes[1]);
        await nodes[0].mine(3);
        await Promise.all(nodes.map((node) => node.stop()));
      `),
    ).toEqual({ said: 'end\n', status: 0 });
  });

  it('ends though somebody forgot to stop them, and though they talk to each other and to clients', () => {
    expect(
      run(`
        const [a, b] = [await Node.start(), await Node.start()];
        await a.connect(b);
        const { origin, username, password } = new URL(a.url);
        const authorization = 'Basic ' + btoa(username + ':' + password);
        const body = '{"method":"getblockcount"}';
        await (await fetch(origin, { method: 'POST', headers: { authorization }, body })).text();
      `),
    ).toEqual({ said: 'end\n', status: 0 });
  });

  it('does not end while somebody waits for a node', () => {
    expect(
      run(`
        const node = await Node.start();
        setTimeout(() => void node.mine(1), 50).unref();
        const { height } = await node.next('block');
        console.log(height);
      `),
    ).toEqual({ said: '1\nend\n', status: 0 });
  });

  it('stays for a node that it shall stay for, until a client stops that', () => {
    expect(
      run(`
        const node = await Node.start({ keepAlive: true });
        setTimeout(() => void node.rpc('stop'), 50).unref();
      `),
    ).toEqual({ said: 'end\n', status: 0 });
  });
});
