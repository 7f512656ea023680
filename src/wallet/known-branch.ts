import { equalBytes } from '../protocol/bytes/compare.ts';
import { readRecord, writeRecord } from './store/record-codec.ts';

/** A block that the wallet has seen. */
export interface KnownBlock {
  readonly height: number;
  readonly hash: Uint8Array;
}

const VERSION = 1;
/** So many of the last blocks are all kept; before them, ever fewer. */
const DENSE = 16;

/**
 * The branch that a wallet has followed: its last blocks, and a few of those before, ever farther
 * apart, like the locators of the network. That suffices to find where another branch forks off, or a
 * block a little before it; what lies between is then looked at once more.
 */
export class KnownBranch {
  /** From the lowest to the highest. */
  #blocks: KnownBlock[];

  constructor(blocks: readonly KnownBlock[]) {
    this.#blocks = [...blocks];
  }

  /** @throws `WalletError` `damaged`, `newer-version` */
  static decode(bytes: Uint8Array): KnownBranch {
    return readRecord('the place of the wallet in the chain', VERSION, bytes, (reader) => {
      const blocks: KnownBlock[] = [];
      while (reader.remaining > 0) {
        blocks.push({ height: reader.u32(), hash: reader.bytes(32).slice() });
      }
      return new KnownBranch(blocks);
    });
  }

  encode(): Uint8Array {
    return writeRecord(VERSION, (writer) => {
      for (const { height, hash } of this.#blocks) {
        writer.u32(height);
        writer.bytes(hash);
      }
    });
  }

  /** The last block; undefined for a wallet that has never met a node. */
  get tip(): KnownBlock | undefined {
    return this.#blocks.at(-1);
  }

  /** Those that are kept, the highest first. */
  highestFirst(): readonly KnownBlock[] {
    return this.#blocks.toReversed();
  }

  has({ height, hash }: KnownBlock): boolean {
    const found = this.#blocks.find((block) => block.height === height);
    return found !== undefined && equalBytes(found.hash, hash);
  }

  /** A block above the tip. */
  push({ height, hash }: KnownBlock): void {
    this.#blocks.push({ height, hash: hash.slice() });
    this.#thin();
  }

  /** Goes back: the blocks above a height are gone. */
  cutTo(height: number): void {
    this.#blocks = this.#blocks.filter((block) => block.height <= height);
  }

  /** Of old blocks, those stay whose heights divide by a power of two that doubles with their age. */
  #thin(): void {
    const top = this.tip?.height ?? 0;
    const [first] = this.#blocks;
    this.#blocks = this.#blocks.filter((block) => {
      const age = top - block.height;
      return age < DENSE || block === first || block.height % stepAt(age) === 0;
    });
  }
}

/** 2 from an age of 16 on, 4 from 32, and so on. */
function stepAt(age: number): number {
  return 2 ** (32 - Math.clz32(age / DENSE));
}
