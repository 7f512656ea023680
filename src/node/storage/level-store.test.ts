import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemDisk } from '../../outside/disk/system-disk.ts';
import { describeKeyValueStore } from './key-value-contract.ts';
import { openLevelStore } from './level-store.ts';

describeKeyValueStore('LevelDB', async (clock) => {
  const folder = await mkdtemp(join(tmpdir(), 'blockyard-level-'));
  const disk = new SystemDisk();
  return {
    open: () => openLevelStore(join(folder, 'store'), { disk, clock }),
    remove: () => rm(folder, { recursive: true }),
  };
});
