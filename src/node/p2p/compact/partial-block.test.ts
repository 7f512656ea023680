import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coinbaseTx, mineBlock, pay, payment } from '../../../../test/fixtures/regtest-blocks.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { type Block, encodeBlock } from '../../../protocol/primitives/block.ts';
import type { Txid, Wtxid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { wtxid } from '../../../protocol/primitives/transaction-id.ts';
import type { CmpctBlockMessage } from '../../../protocol/wire/cmpct-block.ts';
import { decodePayload, encodePayload } from '../../../protocol/wire/message.ts';
import { compactBlock } from './compact-block.ts';
import { ExtraTransactions, type KnownTransaction } from './extra-transactions.ts';
import { beginPartialBlock, fillPartialBlock, type PartialBlock } from './partial-block.ts';

function tx(seed: number): Transaction {
  const txid = new Uint8Array(32).fill(seed) as Txid;
  return payment([{ txid, vout: seed }], [pay(BigInt(seed))]);
}

const txs = Array.from({ length: 12 }, (_, i) => tx(i + 1));
const block: Block = mineBlock([coinbaseTx(1, [pay(50n)]), ...txs]);
const message = compactBlock(block, 42n);

function known(...list: readonly Transaction[]): readonly KnownTransaction[] {
  return list.map((one) => ({ tx: one, wtxid: wtxid(one) }));
}

/** Another transaction by an id that is somebody else's: what a collision of short ids looks like. */
function pretender(of: Transaction): KnownTransaction {
  return { tx: tx(200), wtxid: wtxid(of) };
}

function begin(
  pool: Iterable<KnownTransaction>,
  extra: Iterable<KnownTransaction> = [],
  changed: CmpctBlockMessage = message,
): PartialBlock {
  const begun = beginPartialBlock(changed, { pool, extra });
  if (begun.kind !== 'partial') throw new Error(begun.kind);
  return begun.block;
}

const nothing = { pool: [], extra: [] };

describe('a compact block', () => {
  it('has the coinbase and short ids for the rest, and becomes the block again', () => {
    expect(message.prefilled).toEqual([{ index: 0, tx: block.transactions[0] }]);
    expect(message.shortIds).toHaveLength(12);
    expect(encodePayload(message).length).toBeLessThan(encodeBlock(block).length / 3);
    const received = decodePayload('cmpctblock', encodePayload(message)) as CmpctBlockMessage;
    const filled = fillPartialBlock(begin(known(...txs), [], received), [], true);
    expect(filled).toEqual({ kind: 'complete', block });
  });

  it('whatever is known and wherever, lacks the rest, and is complete with that', () => {
    const where = fc.array(fc.constantFrom('pool', 'extra', 'both', 'nowhere', 'prefilled'), {
      minLength: 12,
      maxLength: 12,
    });
    fc.assert(
      fc.property(where, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (places, nonce) => {
        const at = (...wanted: readonly string[]): readonly Transaction[] =>
          txs.filter((_, i) => wanted.includes(places[i] as string));
        const compact = compactBlock(block, nonce);
        const prefilled = block.transactions
          .map((one, index) => ({ index, tx: one }))
          .filter(({ index }) => index === 0 || places[index - 1] === 'prefilled');
        const shortIds = compact.shortIds.filter((_, i) => places[i] !== 'prefilled');
        const partial = begin(
          known(tx(100), ...at('pool', 'both')),
          known(...at('extra', 'both'), tx(101), ...at('extra')),
          { ...compact, prefilled, shortIds },
        );
        const missing = at('nowhere');
        expect(partial.missing.map((index) => block.transactions[index])).toEqual(missing);
        expect(fillPartialBlock(partial, missing, true)).toEqual({ kind: 'complete', block });
      }),
      { numRuns: 50 },
    );
  });
});

describe('a collision of short ids', () => {
  it('within the block means that it is fetched as a whole', () => {
    const [first = 0, , ...rest] = message.shortIds;
    const twice = { ...message, shortIds: [first, first, ...rest] };
    expect(beginPartialBlock(twice, nothing).kind).toBe('failed');
  });

  it('within the pool means that the peer is asked', () => {
    const pool = [...known(...txs.slice(0, 5)), pretender(txs[2] as Transaction)];
    const partial = begin([...pool, ...known(...txs.slice(6))]);
    expect(partial.missing).toEqual([3, 6]);
  });

  it('between the pool and what is beside it, too, unless it is the same transaction', () => {
    const other: KnownTransaction = { tx: tx(200), wtxid: wtxid(tx(200)) };
    const pool = known(...txs.slice(0, 11));
    expect(begin(pool, known(...txs.slice(0, 11))).missing).toEqual([12]);
    expect(begin(pool, [other]).missing).toEqual([12]);
  });

  it('that nobody noticed shows when the block is complete', () => {
    const partial = begin([...known(...txs.slice(1)), pretender(txs[0] as Transaction)]);
    expect(partial.missing).toEqual([]);
    expect(fillPartialBlock(partial, [], true)).toEqual({ kind: 'failed' });
  });
});

describe('what no honest peer sends', () => {
  const coinbase = block.transactions[0] as Transaction;
  const nullTx: Transaction = { version: 1, inputs: [], outputs: [], lockTime: 0 };

  it.each([
    ['a block of nothing', { shortIds: [], prefilled: [] }],
    ['a transaction of nothing', { prefilled: [{ index: 0, tx: nullTx }] }],
    ['a transaction behind the end', { shortIds: [1], prefilled: [{ index: 2, tx: coinbase }] }],
    ['a position beyond 16 bits', { prefilled: [{ index: 65_536, tx: coinbase }] }],
  ] as const)('%s', (_what, changes) => {
    expect(beginPartialBlock({ ...message, ...changes }, nothing).kind).toBe('invalid');
  });

  it('more or fewer transactions than were asked for', () => {
    const partial = begin(known(...txs.slice(2)));
    expect(partial.missing).toEqual([1, 2]);
    for (const received of [txs.slice(0, 1), txs.slice(0, 3), []]) {
      expect(fillPartialBlock(partial, received, true)).toEqual({ kind: 'invalid' });
    }
    const swapped = [txs[1], txs[0]] as Transaction[];
    expect(fillPartialBlock(partial, swapped, true)).toEqual({ kind: 'failed' });
    expect(fillPartialBlock(partial, txs.slice(0, 2), true)).toMatchObject({ kind: 'complete' });
  });
});

it('transactions that are not in the pool are kept, the last 100 or so many', () => {
  const extra = new ExtraTransactions(3);
  for (const one of txs.slice(0, 5)) extra.add(one);
  const kept = [...extra].map(({ wtxid: id }) => toHex(id)).sort();
  expect(kept).toEqual(
    txs
      .slice(2, 5)
      .map((one) => toHex(wtxid(one) as Wtxid))
      .sort(),
  );
  const none = new ExtraTransactions(0);
  none.add(txs[0] as Transaction);
  expect([...none]).toEqual([]);
});
