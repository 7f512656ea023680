/** A chain as trials want it: opened in a folder or in memory, asked for its coins, and closed. */
import type { Chain } from '../../src/node/chain/chain.ts';
import { utxoStatistics } from '../../src/node/coins/utxo-set.ts';
import { type OpenChainOptions, type OpenedChain, openChain } from '../../src/node/open-chain.ts';
import { openLevelStore } from '../../src/node/storage/level-store.ts';
import type { Clock } from '../../src/outside/clock/clock.ts';
import { SystemClock } from '../../src/outside/clock/system-clock.ts';
import { SystemDisk } from '../../src/outside/disk/system-disk.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { LocalThreads } from '../../src/outside/threads/local-threads.ts';
import { SystemThreads } from '../../src/outside/threads/system-threads.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';

export interface TrialNode extends OpenedChain {
  /** The hash of all coins, as people see it. */
  utxoHash(): Promise<string>;
}

export interface TrialNodeOptions extends Omit<OpenChainOptions, 'dataFolder'> {
  /** The data folder; undefined for memory. */
  readonly folder: string | undefined;
  readonly clock?: Clock;
}

/** What is in memory is verified there too: nothing needs to be started for it. */
export async function openTrialNode(options: TrialNodeOptions): Promise<TrialNode> {
  const { folder, clock = new SystemClock(), ...rest } = options;
  const disk = new SystemDisk();
  const opened = await openChain(
    { ...rest, ...(folder !== undefined && { dataFolder: folder }) },
    {
      disk,
      clock,
      openStore: (path, storeOptions) => openLevelStore(path, { disk, clock }, storeOptions),
      entropy: new SeededEntropy('a node in a trial'),
      threads: folder === undefined ? new LocalThreads(clock) : new SystemThreads(),
    },
  );
  return {
    ...opened,
    utxoHash: () => hashOfCoins(opened.chain, clock),
  };
}

/** The hash of all coins of a chain, as people see it. */
export async function hashOfCoins(
  chain: Pick<Chain, 'snapshotCoins'>,
  clock: Clock,
): Promise<string> {
  const { snapshot } = await chain.snapshotCoins();
  const { hash } = await utxoStatistics(snapshot, 'hash_serialized_3', { clock });
  await snapshot.release();
  return toReversedHex(hash as Uint8Array);
}
