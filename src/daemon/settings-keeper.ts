import type { SettingsFile } from '../node/options/settings-file.ts';
import { settingsFileText } from '../node/options/settings-file.ts';
import { RPC, RpcError } from '../node/rpc/rpc-error.ts';
import { TaskQueue } from '../node/storage/task-queue.ts';
import type { Disk } from '../outside/disk/disk.ts';
import { replaceFile } from '../outside/disk/whole-file.ts';
import type { StartupWallets } from '../wallet/rpc/wallet-desk.ts';

/** The setting that wallets are written into. */
const WALLET = 'wallet';

/** `settings.json` of a node that runs: which wallets are opened at the next start. */
export class SettingsKeeper implements StartupWallets {
  readonly #disk: Disk;
  readonly #queue = new TaskQueue();
  #file: SettingsFile | undefined;
  /** As in Bitcoin Core, the list begins with them when it is written for the first time. */
  #assumed: readonly unknown[] = [];

  /** Without a file, nothing is kept: `-nosettings`. */
  constructor(file: SettingsFile | undefined, disk: Disk) {
    this.#file = file;
    this.#disk = disk;
  }

  /** @throws DiskError */
  async write(): Promise<void> {
    if (this.#file === undefined) return;
    const bytes = new TextEncoder().encode(settingsFileText(this.#file.values));
    await replaceFile(this.#disk, this.#file.path, bytes);
  }

  assume(names: readonly string[]): void {
    this.#assumed = names;
  }

  /**
   * Puts a wallet on the list, or takes it off.
   *
   * @throws RpcError if there is no file; DiskError
   */
  set(name: string, isLoaded: boolean): Promise<void> {
    return this.#queue.run(async () => {
      const file = this.#file;
      if (file === undefined) {
        const words = 'Attempt to write settings file when dynamic settings are disabled.';
        throw new RpcError(RPC.misc, words);
      }
      const before = file.values.get(WALLET);
      const isKept = Array.isArray(before) && before.length > 0;
      const names: readonly unknown[] = isKept ? before : this.#assumed;
      if (names.includes(name) === isLoaded) return;
      const after = isLoaded ? [...names, name] : names.filter((one) => one !== name);
      this.#file = { ...file, values: new Map([...file.values, [WALLET, after]]) };
      this.#assumed = [];
      await this.write();
    });
  }
}
