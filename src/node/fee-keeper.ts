import type { Cancel, Clock } from '../outside/clock/clock.ts';
import type { Disk } from '../outside/disk/disk.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import type { Chain } from './chain/chain.ts';
import type { Log } from './log/log.ts';
import { FeeEstimator } from './mempool/fees/fee-estimator.ts';
import type { Mempool } from './mempool/mempool.ts';

const FILE = 'fee_estimates.dat';
const SAVING_GAP_MS = 3_600_000;

export interface FeeKeeperParts {
  readonly chain: Chain;
  readonly pool: Mempool;
  /** Where the history is kept; nowhere for a node in memory. */
  readonly folder: string | undefined;
  readonly log: Log;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Estimates fees, and keeps what that is based on from one run of the node to the next. */
export class FeeKeeper {
  readonly estimator: FeeEstimator;
  readonly #parts: FeeKeeperParts;
  #cancel: Cancel = () => {};

  constructor(parts: FeeKeeperParts) {
    this.#parts = parts;
    this.estimator = new FeeEstimator(parts);
  }

  async start(): Promise<void> {
    const { folder, disk, log } = this.#parts;
    if (folder !== undefined) {
      const problem = await this.estimator.load(disk, joinPath(folder, FILE));
      if (problem !== undefined) log('warn', 'mempool', problem);
      this.#saveLater();
    }
    this.estimator.start();
  }

  async stop(): Promise<void> {
    const { folder } = this.#parts;
    this.#cancel();
    this.estimator.close();
    if (folder !== undefined) await this.#save(folder, { final: true });
  }

  async #save(folder: string, options: { readonly final?: boolean } = {}): Promise<void> {
    const { disk, log } = this.#parts;
    await this.estimator.save(disk, joinPath(folder, FILE), options);
    log('note', 'estimatefee', `Flushed fee estimates to ${FILE}.`);
  }

  #saveLater(): void {
    const { folder, clock, log } = this.#parts;
    if (folder === undefined) return;
    this.#cancel = clock.schedule(SAVING_GAP_MS, () => {
      this.#save(folder).catch((error: unknown) => {
        if (!(error instanceof DiskError)) throw error;
        log('warn', 'mempool', `fee estimates are not saved: ${error.message}`);
      });
      this.#saveLater();
    });
  }
}
