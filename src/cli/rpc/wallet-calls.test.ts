/** `blockyard rpc` against a node with wallets, as it is started by `blockyard node`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regtest } from '../../protocol/params/regtest.ts';
import { NodeService } from '../../service/node-service.ts';
import { type FakeIo, fakeIo, withTurns } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

const NODE = { host: '127.0.0.1', port: 18443 };

let io: FakeIo;
let service: NodeService;

beforeAll(async () => {
  io = fakeIo({ now: 1_700_000_000_000 });
  const users = [{ name: 'ada', password: 'secret' }];
  const wallets = { wallet: { lookAhead: 3 } };
  service = await NodeService.start(
    { node: { params: regtest }, rpc: { bind: [NODE], users }, wallets },
    io,
  );
});
afterAll(() => withTurns(service.stop(), io));

async function rpc(...words: readonly string[]) {
  const before = io.said();
  const login = ['-regtest', '-rpcuser=ada', '-rpcpassword=secret'];
  const code = await withTurns(runCommand(['rpc', ...login, ...words], io), io);
  const { out, err } = io.said();
  return { code, out: out.slice(before.out.length), err: err.slice(before.err.length) };
}

describe('blockyard rpc', () => {
  it('makes wallets, and says which it needs to know', async () => {
    expect((await rpc('-generate')).code).toBe(18);
    expect((await rpc('createwallet', 'ada')).out).toBe('{\n  "name": "ada"\n}\n');
    expect((await rpc('-named', 'createwallet', 'wallet_name=bob', 'blank=true')).code).toBe(0);
    const { code, err } = await rpc('getbalance');
    expect(code).toBe(19);
    expect(err).toContain('Try adding "-rpcwallet=<filename>" option');
  });

  it('-generate mines to a new address of a wallet', async () => {
    const { out, code } = await rpc('-rpcwallet=ada', '-generate', '101');
    expect(code).toBe(0);
    const { address, blocks } = JSON.parse(out) as { address: string; blocks: string[] };
    expect(address).toMatch(/^bcrt1q/);
    expect(blocks).toHaveLength(101);
    expect((await rpc('-rpcwallet=ada', 'getbalance')).out).toBe('50.00000000\n');
  });

  it('-getinfo tells of one wallet, or of all of them', async () => {
    const one = await rpc('-rpcwallet=ada', '-getinfo');
    expect(one.out).toContain('Wallet: ada\nKeypool size: ');
    expect(one.out).toContain('\nBalance: 50.00000000\n');
    const all = await rpc('-getinfo');
    expect(all.out).toContain('\nBalances\n50.00000000 ada\n 0.00000000 bob\n');
    expect(all.out).not.toContain('Keypool');
  });
});
