import { Node } from '../../../src/node/node.ts';
import { MemoryStores } from '../../../src/node/storage/memory-stores.ts';
import { InProcessVerifier } from '../../../src/node/verify/in-process-verifier.ts';
import { SystemClock } from '../../../src/outside/clock/system-clock.ts';
import { MemoryDisk } from '../../../src/outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { SystemNetwork } from '../../../src/outside/network/system-network.ts';
import { LocalThreads } from '../../../src/outside/threads/local-threads.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';

/** An honest node, which connects to that port and to nobody else. */
export async function honestNode(port: number, onFatal: (error: unknown) => void): Promise<Node> {
  const clock = new SystemClock();
  const node = await Node.open(
    {
      params: regtest,
      chain: { verifier: new InProcessVerifier(clock) },
      network: { connect: [`127.0.0.1:${port}`] },
      onFatal,
    },
    {
      clock,
      entropy: new SeededEntropy('an honest peer'),
      network: new SystemNetwork(),
      disk: new MemoryDisk(),
      openStore: new MemoryStores().open,
      threads: new LocalThreads(clock),
    },
  );
  await node.connect();
  return node;
}
