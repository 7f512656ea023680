import { drawU64 } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import type { CmpctBlockMessage } from '../../../protocol/wire/cmpct-block.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import { compactBlock } from './compact-block.ts';

/**
 * The last block that was connected. In the seconds after that every peer wants it, in one form or the
 * other, and nobody should have to wait for the disk.
 */
export class RecentBlock {
  readonly #entropy: Entropy;
  readonly #leave: () => void;
  #node: BlockNode | undefined;
  #block: Block | undefined;
  #compact: CmpctBlockMessage | undefined;

  constructor(chain: Pick<Chain, 'on'>, entropy: Entropy) {
    this.#entropy = entropy;
    this.#leave = chain.on((event) => {
      if (event.kind !== 'connected') return;
      this.#node = event.node;
      this.#block = event.block;
      this.#compact = undefined;
    });
  }

  /** The block, if it is the last one. */
  get(node: BlockNode): Block | undefined {
    return node === this.#node ? this.#block : undefined;
  }

  /** A block in its compact form, which is made once for all peers if it is the last one. */
  compactOf(block: Block, node: BlockNode): CmpctBlockMessage {
    if (node !== this.#node) return compactBlock(block, drawU64(this.#entropy));
    this.#compact ??= compactBlock(block, drawU64(this.#entropy));
    return this.#compact;
  }

  close(): void {
    this.#leave();
  }
}
