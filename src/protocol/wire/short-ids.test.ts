import { expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { fromHex } from '../bytes/hex.ts';
import { decodeBlock } from '../primitives/block.ts';
import { blockHash } from '../primitives/block-hash.ts';
import type { Transaction } from '../primitives/transaction.ts';
import { wtxid } from '../primitives/transaction-id.ts';
import { decodePayload, type MessageOf } from './message.ts';
import { shortId, shortIdKey } from './short-ids.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) console.log('skipped: recorded compact blocks (no vector folder)');

it('depend on header, nonce and transaction', () => {
  const header = decodeHeader('00'.repeat(80));
  const other = decodeHeader(`${'00'.repeat(79)}01`);
  const key = shortIdKey(header, 0n);
  expect(key).toHaveLength(16);
  expect(shortIdKey(header, 1n)).not.toEqual(key);
  expect(shortIdKey(other, 0n)).not.toEqual(key);
});

function decodeHeader(hex: string): MessageOf<'headers'>['headers'][number] {
  const { headers } = decodePayload('headers', fromHex(`01${hex}00`)) as MessageOf<'headers'>;
  return headers[0] as MessageOf<'headers'>['headers'][number];
}

it.skipIf(vectors === undefined)('are those that Bitcoin Core sent for its own blocks', () => {
  const rows = (vectors as VectorFolder)
    .text('p2p/core-session.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { recv?: string; payload?: string });
  const received = (command: string): readonly Uint8Array[] =>
    rows.filter(({ recv }) => recv === command).map(({ payload = '' }) => fromHex(payload));
  const blocks = received('block').map(decodeBlock);
  let compared = 0;
  for (const payload of received('cmpctblock')) {
    const compact = decodePayload('cmpctblock', payload) as MessageOf<'cmpctblock'>;
    const name = blockHash(compact.header).join();
    const block = blocks.find((one) => blockHash(one).join() === name);
    const key = shortIdKey(compact.header, compact.nonce);
    const prefilled = new Set(compact.prefilled.map(({ index }) => index));
    const rest = block?.transactions.filter((_: Transaction, index) => !prefilled.has(index)) ?? [];
    expect(rest.map((tx) => shortId(key, wtxid(tx)))).toEqual(compact.shortIds);
    compared += rest.length;
  }
  expect(compared).toBeGreaterThan(0);
});
