/** The chain that everybody gets who mines on regtest under the same clock: the tip and the coins. */
import { join } from 'node:path';
import { BlockGenerator } from '../../src/node/mining/block-generator.ts';
import { InProcessSearch } from '../../src/node/mining/nonce-search.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { scriptFromAddress } from '../../src/protocol/script/address.ts';
import { frozenClock } from './frozen-clock.ts';
import type { Trial } from './trial.ts';
import { openTrialNode } from './trial-node.ts';

/** Regtest's first block is of this second. */
const GENESIS_TIME = 1296688602;
const BLOCKS = 100;
const ADDRESS = 'mjTkW3DjgyZck4KbiRusZsqTgaYTxdSz6z';
/** As Bitcoin Core has them. */
const TIP = '09abf0e7b510f61ca6cf33bab104e9ee99b3528b371d27a2d4b39abb800fba7e';
const UTXO_HASH = 'a0b7baa3bf5ccbd3279728f230d7ca0c44a76e9923fca8f32dbfd08d65ea496a';

export const goldenTrial: Trial = {
  name: 'golden',
  shows: '100 blocks on regtest lead to the tip and the coins that Bitcoin Core has',
  times: { long: 1, short: 1 },
  async run({ folder, times }) {
    const figures: Record<string, string> = {};
    const failures: string[] = [];
    for (let i = 0; i < times; i++) {
      for (const place of [undefined, join(folder, String(i))]) {
        const { tip, utxoHash } = await mineGolden(place);
        const where = place === undefined ? 'in memory' : 'on the disk';
        Object.assign(figures, { [`tip, ${where}`]: tip, [`coins, ${where}`]: utxoHash });
        if (tip !== TIP) failures.push(`the tip ${where} is ${tip}, and not ${TIP}`);
        if (utxoHash !== UTXO_HASH) {
          failures.push(`the coins ${where} are ${utxoHash}, and not ${UTXO_HASH}`);
        }
      }
    }
    return { figures, failures };
  },
};

async function mineGolden(
  folder: string | undefined,
): Promise<{ readonly tip: string; readonly utxoHash: string }> {
  const clock = frozenClock(GENESIS_TIME + 1);
  const node = await openTrialNode({ params: regtest, folder, clock });
  const { chain } = node;
  const generator = new BlockGenerator({ chain, clock, search: new InProcessSearch(clock) });
  await generator.generate(BLOCKS, scriptFromAddress(ADDRESS, regtest.addressPrefixes));
  const utxoHash = await node.utxoHash();
  const tip = toReversedHex(chain.tip.hash);
  await node.close();
  return { tip, utxoHash };
}
