import type { NodeOutside } from '../src/node/node.ts';
import { openLevelStore } from '../src/node/storage/level-store.ts';
import { SystemClock } from '../src/outside/clock/system-clock.ts';
import { SystemDisk } from '../src/outside/disk/system-disk.ts';
import { SystemEntropy } from '../src/outside/entropy/system-entropy.ts';
import { SystemNetwork } from '../src/outside/network/system-network.ts';
import { SystemThreads } from '../src/outside/threads/system-threads.ts';

/** The real doors, as the commands use them. */
export function systemDoors(): NodeOutside {
  const disk = new SystemDisk();
  const clock = new SystemClock();
  return {
    disk,
    clock,
    entropy: new SystemEntropy(),
    network: new SystemNetwork(),
    threads: new SystemThreads(),
    openStore: (path, store) => openLevelStore(path, { disk, clock }, store),
  };
}
