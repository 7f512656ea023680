import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { VirtualNetwork } from '../outside/network/virtual-network.ts';
import { LocalThreads } from '../outside/threads/local-threads.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { Node } from './node.ts';
import type { NetworkOptions } from './node-options.ts';
import { MemoryStores } from './storage/memory-stores.ts';
import { InProcessVerifier } from './verify/in-process-verifier.ts';

const PORT = 18444;
/** OP_TRUE */
const ANYONE = Uint8Array.of(0x51);
const START = 1_700_000_000_000;

class World {
  readonly clock = new VirtualClock(START);
  readonly entropy = new SeededEntropy('a few nodes');
  readonly network = new VirtualNetwork({ clock: this.clock, entropy: this.entropy.fork('net') });
  readonly failures: unknown[] = [];

  async node(host: string, network: NetworkOptions = {}): Promise<Node> {
    const clock = this.clock;
    const node = await clock.settle(
      Node.open(
        {
          params: regtest,
          chain: { verifier: new InProcessVerifier(clock) },
          network: { listen: [{ host, port: PORT }], ...network },
          onFatal: (error) => this.failures.push(error),
        },
        {
          clock,
          entropy: this.entropy.fork(host),
          network: this.network.host(host),
          disk: new MemoryDisk(),
          openStore: new MemoryStores().open,
          threads: new LocalThreads(clock),
        },
      ),
    );
    await clock.settle(node.connect());
    return node;
  }

  tips(...nodes: readonly Node[]): readonly string[] {
    return [...new Set(nodes.map((node) => toReversedHex(node.chain.tip.hash)))];
  }
}

describe('nodes', () => {
  it('follow a chain that another one has, and each block that comes after it', async () => {
    const world = new World();
    const first = await world.node('10.0.0.1');
    await world.clock.settle(first.generate(120, ANYONE));
    const second = await world.node('10.0.0.2', { connect: ['10.0.0.1'] });
    const third = await world.node('10.0.0.3', { connect: ['10.0.0.2'] });
    await world.clock.advance(30_000);
    expect(third.chain.tip.height).toBe(120);
    await world.clock.settle(third.generate(3, ANYONE));
    await world.clock.advance(10_000);
    expect(world.tips(first, second, third)).toHaveLength(1);
    expect(first.chain.tip.height).toBe(123);
    for (const node of [first, second, third]) await world.clock.settle(node.stop());
    expect(world.failures).toEqual([]);
  });
});
