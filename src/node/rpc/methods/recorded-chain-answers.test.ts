import { describe, expect, it } from 'vitest';
import { playSession } from '../../../../test/conformance/rpc.ts';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { blockchainMethods } from './blockchain.ts';
import { feeMethods } from './fees.ts';
import { mempoolMethods } from './mempool.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('rpc: SKIPPED in part, there are no recorded answers in ../shared/vectors');
}

describe.skipIf(vectors === undefined)('what Bitcoin Core 28.1 answered', () => {
  const own = new Set(
    [...blockchainMethods, ...mempoolMethods, ...feeMethods].map(({ name }) => name),
  );

  async function differences(session: string): Promise<readonly string[]> {
    const played = await playSession(vectors as VectorFolder, `rpc/${session}.jsonl`);
    return played.flatMap(({ call, outcome }) =>
      own.has(call.method) && outcome !== undefined ? [outcome] : [],
    );
  }

  it.each(['blockchain', 'rawtx', 'mining-util'])(
    'of the chain, the mempool and fees is answered here, in the session %s',
    async (session) => {
      expect(await differences(session)).toEqual([]);
    },
  );
});
