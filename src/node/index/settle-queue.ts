import type { BlockNode } from '../chain/block-node.ts';
import type { IndexError } from './index-error.ts';

interface Waiting {
  readonly node: BlockNode;
  readonly resolve: () => void;
  readonly reject: (error: IndexError) => void;
}

/** Those who wait for a follower to have seen a block. */
export class SettleQueue {
  #waiting: Waiting[] = [];

  wait(node: BlockNode): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ node, resolve, reject });
    });
  }

  /** Lets those go on whose block has been seen. */
  release(hasSeen: (node: BlockNode) => boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      if (hasSeen(one.node)) one.resolve();
      else this.#waiting.push(one);
    }
  }

  reject(error: IndexError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
