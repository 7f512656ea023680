import { importChain } from './import-chain.ts';
import { type SyncOptions, syncChain } from './sync-chain.ts';

export interface MeasureSyncOptions extends SyncOptions {
  readonly blocksFile: string;
  readonly rounds: number;
}

/** What one import or one sync took, of this process alone. */
export interface Taken {
  readonly seconds: number;
  /** Of all its threads. */
  readonly cpuSeconds: number;
}

/** In turns: a sync stands between two imports. */
export interface SyncFigures {
  /** One more than there are syncs, without the very first one, which compiles. */
  readonly imports: readonly Taken[];
  readonly syncs: readonly Taken[];
}

/** Times imports of a chain, and syncs of the same chain from another process. */
export async function measureSync(options: MeasureSyncOptions): Promise<SyncFigures> {
  const { blocksFile, rounds } = options;
  const once = (): Promise<Taken> => timed(async () => (await importChain({ blocksFile })).seconds);
  await once();
  // Likewise, of the code that only a sync runs.
  await syncChain(options);
  const imports = [await once()];
  const syncs: Taken[] = [];
  for (let round = 0; round < rounds; round++) {
    syncs.push(await timed(() => syncChain(options)));
    imports.push(await once());
  }
  return { imports, syncs };
}

async function timed(run: () => Promise<number>): Promise<Taken> {
  const before = process.cpuUsage();
  const seconds = await run();
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}
