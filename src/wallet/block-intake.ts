import type { WriteBatch } from '../node/storage/write-batch.ts';
import type { Block } from '../protocol/primitives/block.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import type { PoolExit } from './ledger/wallet-tx.ts';
import type { BlockPlace } from './source/chain-source.ts';
import type { WalletState } from './wallet-state.ts';

/**
 * What blocks and pools do to a wallet: each step is a change of its own. All steps are made within
 * tasks of the wallet's queue.
 */
export class BlockIntake {
  readonly #state: WalletState;
  #undone = 0;

  constructor(state: WalletState) {
    this.#state = state;
  }

  /** How often blocks were taken back: who has looked at the chain before looks again. */
  get undone(): number {
    return this.#undone;
  }

  isTip({ hash, height }: BlockPlace): boolean {
    const { branch } = this.#state;
    return branch.tip?.height === height && branch.has({ height, hash });
  }

  /** Whether a block stands on the last one that the wallet knows. */
  isNext({ height, parent }: BlockPlace): boolean {
    const { branch } = this.#state;
    return branch.tip?.height === height - 1 && branch.has({ height: height - 1, hash: parent });
  }

  /** Takes a block in: as the tip, or as one that is looked at once more. */
  async look(place: BlockPlace, block: Block, isRescan: boolean): Promise<void> {
    const { ledger, keys, now } = this.#state;
    const notice = { now, isRescan };
    await this.#change((batch) => {
      let found = isRescan
        ? ledger.scan(place, block, notice)
        : ledger.connect(place, block, notice);
      for (let watched = -1; watched !== keys.scripts.length; ) {
        watched = keys.scripts.length;
        for (const { tx } of found) {
          for (const { scriptPubKey } of tx.outputs) this.#state.markUsed(scriptPubKey, batch);
        }
        // The same block may pay to a script that is watched only since the last look.
        if (watched !== keys.scripts.length) found = ledger.scan(place, block, notice);
      }
      if (!isRescan) this.#push(place, batch);
    });
  }

  /** Goes on to a block, and none since the last one concerns the wallet. */
  async advance(place: BlockPlace): Promise<void> {
    if (this.isTip(place)) return;
    await this.#change((batch) => {
      this.#state.ledger.advanceTo(place.height);
      this.#push(place, batch);
    });
  }

  /** The tip is no part of the chain any more. */
  async disconnect({ height, parent }: BlockPlace): Promise<void> {
    await this.#goBack(height - 1, parent);
  }

  /** All that is above a height that the wallet knows is no part of the chain any more. */
  async goBackTo(height: number): Promise<void> {
    if ((this.#state.branch.tip?.height ?? height) > height) await this.#goBack(height);
  }

  async enterPool(transactions: readonly Transaction[]): Promise<void> {
    const { ledger, now } = this.#state;
    await this.#change((batch) => {
      for (const tx of transactions) {
        if (ledger.enterPool(tx, { now }) === undefined) continue;
        for (const { scriptPubKey } of tx.outputs) this.#state.markUsed(scriptPubKey, batch);
      }
    });
  }

  async leavePool(tx: Transaction, exit: PoolExit): Promise<void> {
    await this.#change(() => this.#state.ledger.leavePool(tx, exit));
  }

  async forgetPool(): Promise<void> {
    await this.#change(() => this.#state.ledger.forgetPool());
  }

  async #goBack(height: number, hash?: Uint8Array): Promise<void> {
    const { branch, ledger } = this.#state;
    this.#undone++;
    await this.#change((batch) => {
      ledger.disconnectTo(height);
      branch.cutTo(height);
      if (hash !== undefined && branch.tip?.height !== height) branch.push({ height, hash });
      this.#state.saveBranch(batch);
    });
  }

  #push(place: BlockPlace, batch: WriteBatch): void {
    this.#state.branch.push(place);
    this.#state.saveBranch(batch);
  }

  /** A change that can be found again: it need not outlive a loss of power. */
  #change(make: (batch: WriteBatch) => unknown): Promise<unknown> {
    return this.#state.changeNow(make, { durable: false });
  }
}
