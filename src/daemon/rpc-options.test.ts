import { describe, expect, it } from 'vitest';
import { loadSettings } from '../node/options/load-settings.ts';
import { parseAddress } from '../node/p2p/addresses/address-text.ts';
import type { NetAddress } from '../node/p2p/addresses/net-address.ts';
import { isInSubnet } from '../node/p2p/addresses/subnet.ts';
import { type RpcChoice, rpcOptions } from './rpc-options.ts';

const PORT = 18443;
const HASH = 'a'.repeat(64);

async function choice(...words: readonly string[]): Promise<RpcChoice> {
  const settings = await loadSettings({
    words: ['-regtest', ...words],
    readFile: async () => undefined,
    isFolder: async () => true,
    home: '/home/ada',
    defaultDataFolder: '/data',
  });
  return rpcOptions(settings.rpc, PORT);
}

describe('where JSON-RPC is served', () => {
  it('is this machine, on the port of the chain or another one', async () => {
    const here = ['::1', '127.0.0.1'];
    const bound = (port: number) => here.map((host) => ({ host, port }));
    expect((await choice()).options.bind).toEqual(bound(PORT));
    expect((await choice('-rpcport=9000')).options.bind).toEqual(bound(9000));
    expect((await choice('-rpcport=0')).options.bind).toEqual([{ host: '127.0.0.1', port: 0 }]);
  });

  it('is elsewhere only for those who say both where and for whom', async () => {
    const { options, warnings } = await choice(
      ...['-rpcbind=0.0.0.0', '-rpcbind=[::1]:9000', '-rpcbind=10.0.0.1:9001', '-rpcbind=::'],
      '-rpcallowip=10.0.0.0/8',
    );
    expect(options.bind).toEqual([
      { host: '0.0.0.0', port: PORT },
      { host: '::1', port: 9000 },
      { host: '10.0.0.1', port: 9001 },
      { host: '::', port: PORT },
    ]);
    expect(warnings).toEqual([]);
    const [subnet] = options.allow ?? [];
    if (subnet === undefined) throw new Error('nobody is allowed');
    expect(isInSubnet(parseAddress('10.9.8.7') as NetAddress, subnet)).toBe(true);
    expect(isInSubnet(parseAddress('11.9.8.7') as NetAddress, subnet)).toBe(false);
  });

  it('is this machine, with a warning, for those who say one of the two', async () => {
    const bound = await choice('-rpcbind=0.0.0.0');
    expect(bound.options.bind.map(({ host }) => host)).toEqual(['::1', '127.0.0.1']);
    expect(bound.warnings).toEqual([
      'Warning: option -rpcbind was ignored because -rpcallowip was not specified, refusing to allow everyone to connect',
    ]);
    const allowed = await choice('-rpcallowip=0.0.0.0/0');
    expect(allowed.options.bind.map(({ host }) => host)).toEqual(['::1', '127.0.0.1']);
    expect(allowed.warnings).toEqual([
      "Warning: option -rpcallowip was specified without -rpcbind; this doesn't usually make sense",
    ]);
  });
});

describe('whom it is served to', () => {
  it('is whoever has a password, or one that a hash is of', async () => {
    const { users } = await choice(
      ...['-rpcuser=ada', '-rpcpassword=secret', `-rpcauth=bob:salt$${HASH}`],
    );
    expect(users).toEqual([
      { name: 'ada', password: 'secret' },
      { name: 'bob', salt: 'salt', hash: HASH },
    ]);
    expect((await choice('-rpcuser=ada')).users).toEqual([]);
  });

  it('is limited to methods, to those that all lists of a user have', async () => {
    const { options } = await choice(
      ...['-rpcwhitelist=ada:getblock,getblockcount, stop', '-rpcwhitelist=ada:stop,getblock'],
      ...['-rpcwhitelist=bob:', '-rpcwhitelist=eve', '-rpcwhitelistdefault=0'],
    );
    const allowed = (user: string) => [...(options.whitelist?.get(user) ?? [])].sort();
    expect(allowed('ada')).toEqual(['getblock', 'stop']);
    expect(allowed('bob')).toEqual(['']);
    expect(allowed('eve')).toEqual([]);
    expect(options.whitelistDefault).toBe(false);
    expect((await choice()).options.whitelist).toBeUndefined();
  });

  it.each([
    ['-rpcauth=foo'],
    ['-rpcauth=ada:salt'],
    ['-rpcallowip=10.0.0.256'],
    ['-rpcbind=[::1]:70000'],
  ])('is not told by %s', async (word) => {
    const both = ['-rpcallowip=::/0', '-rpcbind=::1'];
    await expect(choice(word, ...both)).rejects.toMatchObject({ name: 'DaemonError' });
  });
});

describe('how it is served', () => {
  it('is what the options say, and otherwise left to the server', async () => {
    expect((await choice()).options).toMatchObject({ timeoutMs: 30_000, rest: false });
    expect((await choice()).options.workQueue).toBeUndefined();
    const words = ['-rpcworkqueue=2', '-rpcthreads=3', '-rpcservertimeout=7', '-rest'];
    // Of those that are under way, as many as there are threads do not wait.
    expect((await choice(...words)).options).toMatchObject({
      workQueue: 5,
      timeoutMs: 7000,
      rest: true,
    });
  });
});
