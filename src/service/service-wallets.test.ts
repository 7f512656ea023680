import { afterEach, describe, expect, it } from 'vitest';
import { changedObject } from '../../test/fixtures/changed-object.ts';
import type { KeyValueStore } from '../node/storage/key-value-store.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { sleep } from '../outside/clock/clock.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { SystemHttp } from '../outside/http/system-http.ts';
import { VirtualNetwork } from '../outside/network/virtual-network.ts';
import { LocalThreads } from '../outside/threads/local-threads.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { scriptFromAddress } from '../protocol/script/address.ts';
import { NodeService } from './node-service.ts';
import type { ServiceOptions, ServiceOutside, WalletsOfService } from './service-options.ts';

const HOME = '127.0.0.1';
const USERS = [{ name: 'ada', password: 'secret' }];
const DATA = '/data';
const running = new Set<NodeService>();

/** A machine: what is on it stays when a service has ended. */
function machine(): ServiceOutside {
  const clock = new SystemClock();
  const entropy = new SeededEntropy('wallets of a service');
  return {
    ...{ clock, entropy },
    http: new SystemHttp(),
    disk: new MemoryDisk(),
    network: new VirtualNetwork({ clock, entropy: entropy.fork('net') }).host('10.0.0.1'),
    openStore: new MemoryStores().open,
    threads: new LocalThreads(clock),
  };
}

async function start(
  wallets: WalletsOfService | undefined,
  outside = machine(),
  options: Partial<ServiceOptions> = {},
): Promise<NodeService> {
  const wallet = { lookAhead: 2, fallbackFeeRate: 20_000n };
  const service = await NodeService.start(
    {
      node: { params: regtest, dataFolder: DATA },
      mineThreads: 1,
      ...(wallets && { wallets: { wallet, ...wallets } }),
      ...options,
    },
    outside,
  );
  running.add(service);
  return service;
}

const call = (service: NodeService, method: string, ...params: readonly string[]) =>
  service.call({ method, params });

afterEach(async () => {
  for (const service of running) await service.stop();
  running.clear();
});

describe('the wallets of a service', () => {
  it('are called with the methods of its node, in the same table', async () => {
    const service = await start({});
    expect(await call(service, 'getblockcount')).toBe(0);
    expect(await call(service, 'createwallet', 'savings')).toEqual({ name: 'savings' });
    expect(await call(service, 'help')).toMatch(/== Wallet ==.*createwallet/s);
    await expect(call(service, 'nothing')).rejects.toMatchObject({ number: -32601 });
  });

  it('are not there without a word of them, and neither are their methods', async () => {
    const service = await start(undefined);
    await expect(call(service, 'listwallets')).rejects.toMatchObject({ number: -32601 });
    expect(await call(service, 'help')).not.toContain('createwallet');
    expect(await service.openWallets()).toBeUndefined();
  });

  it('are there for whoever has the service in its own process', async () => {
    const service = await start({});
    const wallets = await service.openWallets();
    await wallets?.create('mine');
    expect(await call(service, 'listwallets')).toEqual(['mine']);
    expect(wallets?.get('mine')?.state.options).toMatchObject({ lookAhead: 2, confirmTarget: 6 });
  });

  it('go by the clock of the node', async () => {
    const service = await start({}, machine(), { mockTime: 1_700_000_000 });
    await call(service, 'createwallet', 'a');
    expect((await service.openWallets())?.get('a')?.state.now).toBe(1_700_000_000);
  });

  it('are opened before anything is answered, and catch up', async () => {
    const outside = machine();
    const first = await start({}, outside);
    await call(first, 'createwallet', 'a');
    const address = await call(first, 'getnewaddress');
    await first.stop();
    const without = await start(undefined, outside);
    await without.node.generate(1, scriptFromAddress(String(address), regtest.addressPrefixes));
    await without.stop();
    // Somebody asks from the first moment on, and the disk is slow enough for that to be seen.
    const answers: string[] = [];
    let asking: Promise<string> | undefined;
    const http = changedObject(outside.http, {
      serve: async (at, handler, limits) => {
        const server = await outside.http.serve(at, handler, limits);
        asking = ask(server.address.port, answers);
        return server;
      },
    });
    const openStore: ServiceOutside['openStore'] = async (path, options) => {
      const isHeard = () => answers.includes('-28 Loading wallet…');
      while (path.includes('/wallets/') && !isHeard()) await sleep(outside.clock, 1);
      return outside.openStore(path, options);
    };
    const rpc = { bind: [{ host: HOME, port: 0 }], users: USERS };
    await start({ names: ['a'] }, { ...outside, http, openStore }, { rpc });
    expect(await asking).toContain('"immature":50.00000000');
    expect(answers.filter((answer) => !answer.startsWith('-28 '))).toEqual([]);
  });

  it('send nothing while somebody changes the past, and afterwards what was made meanwhile', async () => {
    const service = await start({});
    await call(service, 'createwallet', 'a');
    const address = String(await call(service, 'getnewaddress'));
    await service.node.generate(101, scriptFromAddress(address, regtest.addressPrefixes));
    const { mempool } = service.node;
    await service.wallets?.withoutSending(async () => {
      await call(service, 'sendtoaddress', address, '1');
      expect(mempool.size).toBe(0);
    });
    await service.wallets?.settled();
    expect(mempool.size).toBe(1);
  });

  it('are closed when the last call was answered, and before their node', async () => {
    const order: string[] = [];
    const outside = machine();
    const openStore: ServiceOutside['openStore'] = async (path, options) => {
      const store: KeyValueStore = await outside.openStore(path, options);
      return changedObject(store, {
        close: async () => {
          order.push(path);
          await store.close();
        },
      });
    };
    const service = await start({}, { ...outside, openStore });
    await call(service, 'createwallet', 'a');
    order.length = 0;
    await service.stop();
    expect(order[0]).toBe(`${DATA}/regtest/wallets/a/records`);
    expect(order.length).toBeGreaterThan(1);
    const again = await start({ names: ['a'] }, outside);
    expect(await call(again, 'listwallets')).toEqual(['a']);
  });

  it('end the start if one of them cannot be opened, and leave nothing open', async () => {
    const outside = machine();
    await outside.disk.makeFolder(`${DATA}/regtest/wallets/odd`);
    await expect(start({ names: ['odd'] }, outside)).rejects.toMatchObject({
      code: 'not-a-wallet',
    });
    await start({}, outside);
  });
});

/** Asks for balances until they are told, and remembers what there was instead. */
async function ask(port: number, errors: string[]): Promise<string> {
  for (;;) {
    const response = await fetch(`http://${HOME}:${port}/wallet/a`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa('ada:secret')}` },
      body: '{"method":"getbalances"}',
    });
    const text = await response.text();
    const { error } = JSON.parse(text) as { error: { code: number; message: string } | null };
    if (error === null) return text;
    errors.push(`${error.code} ${error.message}`);
  }
}
