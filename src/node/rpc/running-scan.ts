/** Work that takes long, of which a node does one at a time, and which others can look at and call off. */
import { RPC, RpcError } from './rpc-error.ts';

/** How far a scan is. */
export interface Scan {
  /** From 0 to 100. */
  progress: number;
  /** The block that it has come to, if it goes from block to block. */
  height: number;
  isAborted: boolean;
}

/** The scans of one kind that are under way, by whatever they go over. */
export class RunningScans {
  readonly #scans = new WeakMap<object, Scan>();

  /** The scan that is under way. */
  of(owner: object): Scan | undefined {
    return this.#scans.get(owner);
  }

  /** Calls the scan off; false if there is none. */
  abort(owner: object): boolean {
    const scan = this.#scans.get(owner);
    if (scan !== undefined) scan.isAborted = true;
    return scan !== undefined;
  }

  /** @throws RpcError -8 if another one is under way */
  async run<T>(owner: object, action: (scan: Scan) => Promise<T>): Promise<T> {
    if (this.#scans.has(owner)) {
      throw new RpcError(
        RPC.invalidParameter,
        'Scan already in progress, use action "abort" or "status"',
      );
    }
    const scan: Scan = { progress: 0, height: 0, isAborted: false };
    this.#scans.set(owner, scan);
    try {
      return await action(scan);
    } finally {
      this.#scans.delete(owner);
    }
  }
}
