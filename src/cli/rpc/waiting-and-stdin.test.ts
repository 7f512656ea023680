/** What a call waits for: a node that is not there yet, and lines of standard input. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../test/fixtures/played-node.ts';
import {
  REGTEST_PORT,
  RpcHome,
  type Said,
  turnsOf,
  type World,
  wordsOf,
} from '../../../test/fixtures/rpc-home.ts';
import { runCommand } from '../run-command.ts';

const GENESIS = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206';

let played: PlayedNode;
let home: RpcHome;
beforeAll(async () => {
  played = await playedNode();
  home = new RpcHome(played);
});
afterAll(() => played.close());

const rpc = (line: string | readonly string[], world: World = {}): Promise<Said> =>
  home.rpc(line, world);
const printed = (out: string): Said => ({ code: 0, out, err: '' });

describe('-rpcwait', () => {
  it('waits for a node that is not there yet, and for one that starts', async () => {
    const io = await home.io();
    const ended = runCommand(wordsOf('rpc -regtest -rpcwait getblockcount'), io);
    await turnsOf(io, 3000);
    const late = await home.server(io);
    late.warmUp('Loading block index…');
    await turnsOf(io, 3000);
    expect(io.said()).toEqual({ out: '', err: '' });
    late.ready(played.context);
    await turnsOf(io, 3000);
    expect(await ended).toBe(0);
    expect(io.said()).toEqual({ out: '0\n', err: '' });
    await late.close();
  });

  it('gives up after -rpcwaittimeout', async () => {
    const io = await home.io();
    const line = 'rpc -regtest -rpcwait -rpcwaittimeout=5 getblockcount';
    const ended = runCommand(wordsOf(line), io);
    for (let i = 0; i < 6; i++) await turnsOf(io, 1000);
    expect(await ended).toBe(1);
    expect(io.said().err).toContain('timeout on transient error: Could not connect');
  });

  it('without it, a node that starts is an error', async () => {
    const io = await home.io();
    const starting = await home.server(io);
    starting.warmUp('Loading block index…');
    expect(await runCommand(wordsOf('rpc -regtest getblockcount'), io)).toBe(28);
    expect(io.said().err).toBe('error code: -28\nerror message:\nLoading block index…\n');
    await starting.close();
  });
});

describe('standard input', () => {
  it('-stdin has the last arguments, or the method too, one in each line', async () => {
    const input = 'one\n\n{"two": 2}\r\nthree';
    expect((await rpc('-regtest -stdin echo zero', { input })).out).toBe(
      '[\n  "zero",\n  "one",\n  "",\n  "{\\"two\\": 2}",\n  "three"\n]\n',
    );
    expect((await rpc('-regtest -stdin', { input: 'getblockhash\n0\n' })).out).toBe(`${GENESIS}\n`);
  });

  it('-stdinrpcpass has the password in its first line, before the arguments', async () => {
    const line = '-regtest -rpcuser=alice -stdinrpcpass -stdin getblockhash';
    expect(await rpc(line, { input: 'sécret\n0\n' })).toEqual(printed(`${GENESIS}\n`));
    expect((await rpc(line, { input: '' })).err).toBe(
      'error: -stdinrpcpass specified but failed to read from standard input\n',
    );
    const typed = await rpc('-regtest -rpcuser=alice -stdinrpcpass getblockcount', {
      isTerminal: true,
      secrets: ['sécret'],
    });
    expect([typed.out, typed.err]).toEqual(['0\n', 'RPC password> ']);
  });

  it('-stdinwalletpassphrase is the first argument of methods that take one, and of no other', async () => {
    const io = await home.io({ input: 'sécret\nopen sesame\n' });
    let body = '';
    const other = await io.http.serve(
      { host: '127.0.0.1', port: REGTEST_PORT },
      async (request) => {
        body = new TextDecoder().decode(await request.body());
        return { status: 200, body: '{"jsonrpc":"2.0","result":null,"id":1}' };
      },
    );
    const line =
      'rpc -regtest -rpcuser=alice -stdinrpcpass -stdinwalletpassphrase walletpassphrase 60';
    expect(await runCommand(wordsOf(line), io)).toBe(0);
    expect(body).toBe(
      '{"jsonrpc":"2.0","id":1,"method":"walletpassphrase","params":["open sesame",60]}\n',
    );
    await other.close();
    const wrong = await rpc('-regtest -stdinwalletpassphrase getblockcount', { input: 'x\n' });
    expect(wrong.err).toBe(
      'error: -stdinwalletpassphrase is only applicable for walletpassphrase(change)\n',
    );
  });
});
