import { afterEach, describe, expect, it } from 'vitest';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { SystemDisk } from '../outside/disk/system-disk.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { SystemHttp } from '../outside/http/system-http.ts';
import { VirtualNetwork } from '../outside/network/virtual-network.ts';
import { LocalThreads } from '../outside/threads/local-threads.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { NodeService } from './node-service.ts';
import type { ServiceOptions } from './service-options.ts';

const HOME = '127.0.0.1';
const SCRIPT = Uint8Array.of(0x51);
const running = new Set<NodeService>();

async function start(options: Partial<ServiceOptions> = {}): Promise<NodeService> {
  const clock = new SystemClock();
  const entropy = new SeededEntropy('a service');
  const service = await NodeService.start(
    { node: { params: regtest }, mineThreads: 1, ...options },
    {
      ...{ clock, entropy },
      http: new SystemHttp(),
      disk: new SystemDisk(),
      network: new VirtualNetwork({ clock, entropy: entropy.fork('net') }).host('10.0.0.1'),
      openStore: new MemoryStores().open,
      threads: new LocalThreads(clock),
    },
  );
  running.add(service);
  return service;
}

afterEach(async () => {
  for (const service of running) await service.stop();
  running.clear();
});

describe('a service', () => {
  it('answers calls without a server, as a client has them answered', async () => {
    const service = await start();
    expect(await service.call({ method: 'getblockcount', params: [] })).toBe(0);
    await expect(service.call({ method: 'getblockhash', params: ['x'] })).rejects.toMatchObject({
      number: -3,
    });
  });

  it('serves the same over HTTP, to whoever has the password', async () => {
    const users = [{ name: 'ada', password: 'secret' }];
    const { addresses } = await start({ rpc: { bind: [{ host: HOME, port: 0 }], users } });
    const url = `http://${HOME}:${addresses[0]?.port}/`;
    const ask = (password: string): Promise<Response> =>
      fetch(url, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`ada:${password}`)}` },
        body: '{"method":"getblockcount","id":7}',
      });
    expect(await (await ask('secret')).json()).toEqual({ result: 0, error: null, id: 7 });
    expect((await ask('wrong')).status).toBe(401);
  });

  it('has a clock that stands where it was told to, for the node as well', async () => {
    const service = await start({ mockTime: 1_700_000_000 });
    expect(service.clock.now()).toBe(1_700_000_000_000);
    const blocks = await service.node.generate(1, SCRIPT);
    expect(blocks).toHaveLength(1);
    expect(service.node.chain.tip.time).toBe(1_700_000_000);
  });

  it('mines for whom it is told to, until it is stopped', async () => {
    const service = await start({ mine: { scriptPubKey: SCRIPT } });
    await new Promise<void>((resolve) => {
      service.node.chain.on(({ kind }) => {
        if (kind === 'tip') resolve();
      });
    });
    expect(service.miner?.isMining).toBe(true);
    await service.stop();
    expect(service.miner?.isMining).toBe(false);
    expect(service.node.chain.tip.height).toBeGreaterThan(0);
  });

  it('says when somebody wishes its end, and lets those go who wait for a block', async () => {
    const service = await start();
    const waiting = service.call({ method: 'waitfornewblock', params: [] });
    expect(await service.call({ method: 'stop', params: [] })).toBe('Blockyard stopping');
    await service.stopWished;
    await service.stop();
    expect(await waiting).toMatchObject({ height: 0 });
  });

  it('tells what was wrong first if it cannot begin, and leaves no server behind', async () => {
    const users = [{ name: 'ada', password: 'secret' }];
    const first = await start({ rpc: { bind: [{ host: HOME, port: 0 }], users } });
    const { port = 0 } = first.addresses[0] ?? {};
    const bind = [{ host: HOME, port }];
    await expect(start({ rpc: { bind, users } })).rejects.toMatchObject({ code: 'in-use' });
  });
});
