import { describe, expect, it } from 'vitest';
import { playSession } from '../../../../test/conformance/rpc.ts';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { psbtMethods } from './psbt.ts';
import { rawTransactionMethods } from './rawtransactions.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('rpc: SKIPPED in part, there are no recorded answers in ../shared/vectors');
}

describe.skipIf(vectors === undefined)('what Bitcoin Core 28.1 answered', () => {
  const own = new Set([...rawTransactionMethods, ...psbtMethods].map(({ name }) => name));

  it.each([
    ['blockchain', 16],
    ['rawtx', 102],
  ])('of transactions and PSBTs is answered here, in the session %s', async (session, count) => {
    const played = await playSession(vectors as VectorFolder, `rpc/${session}.jsonl`);
    const calls = played.filter(({ call }) => own.has(call.method));
    expect(calls.flatMap(({ outcome }) => outcome ?? [])).toEqual([]);
    expect(calls).toHaveLength(count);
  });
});
