import { fromHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { decodeBlock } from '../../src/protocol/primitives/block.ts';
import { MemoryChain } from './memory-chain.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

interface Recording {
  readonly blocks: readonly string[];
  readonly mocktime: number;
}

const FILE = 'core/rpc_getblockstats.json';

/** A chain that Bitcoin Core made, with payments of several kinds: every block must become the tip. */
export const blockStatsCheck: VectorCheck = {
  file: FILE,
  total: 104,
  run(vectors) {
    const { blocks, mocktime } = vectors.json<Recording>(FILE);
    const chain = new MemoryChain(regtest, mocktime);
    return blocks.map((hex, i) =>
      outcomeOf(`block ${i}`, () => {
        const block = decodeBlock(fromHex(hex));
        chain.offerBlock(block);
        if (chain.tip.block !== block && chain.tip.height !== 0) {
          throw new Error(`the tip is ${toReversedHex(chain.tip.hash)} at ${chain.tip.height}`);
        }
      }),
    );
  },
};
