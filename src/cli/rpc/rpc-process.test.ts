/** The built program in a process of its own, against a node that it reaches over real sockets. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../test/fixtures/played-node.ts';
import { noLog } from '../../node/log/log.ts';
import { methodTable } from '../../node/rpc/method-table.ts';
import { allMethods } from '../../node/rpc/methods/all-methods.ts';
import { writeCookie } from '../../node/rpc/rpc-auth.ts';
import { RpcServer } from '../../node/rpc/rpc-server.ts';
import { SystemDisk } from '../../outside/disk/system-disk.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { SystemHttp } from '../../outside/http/system-http.ts';

const main = resolve(import.meta.dirname, '../../../dist/src/cli/main.js');
const place = mkdtempSync(join(tmpdir(), 'blockyard-rpc-'));

let played: PlayedNode;
let server: RpcServer;

beforeAll(async () => {
  played = await playedNode();
  const disk = new SystemDisk();
  await disk.makeFolder(join(place, 'regtest'));
  const cookie = join(place, 'regtest', '.cookie');
  server = new RpcServer({
    http: new SystemHttp(),
    clock: played.context.clock,
    log: noLog,
    methods: methodTable(allMethods),
    options: {
      bind: [{ host: '127.0.0.1', port: 0 }],
      users: [await writeCookie(disk, cookie, new SeededEntropy('a cookie'))],
    },
  });
  await server.start();
  server.ready(played.context);
});

afterAll(async () => {
  await server.close();
  await played.close();
  rmSync(place, { recursive: true, force: true });
});

async function rpc(words: readonly string[], input = '') {
  const at = [`-datadir=${place}`, `-rpcport=${server.addresses[0]?.port}`];
  const child = spawn(process.execPath, [main, 'rpc', '-regtest', ...at, ...words]);
  const said = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    said.out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    said.err += data.toString();
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, ...said };
}

it('a process prints the answer, and ends with the number of the error', async () => {
  const [count, height, unknown, input] = await Promise.all([
    rpc(['getblockcount']),
    rpc(['getblockhash', '1']),
    rpc(['getblokcount']),
    rpc(['-stdin', 'echo'], 'a\nb\n'),
  ]);
  expect(count).toEqual({ code: 0, out: '0\n', err: '' });
  expect(height).toEqual({
    code: 8,
    out: '',
    err: 'error code: -8\nerror message:\nBlock height out of range\n',
  });
  expect(unknown).toMatchObject({ code: 89, out: '' });
  expect(input).toEqual({ code: 0, out: '[\n  "a",\n  "b"\n]\n', err: '' });
});
