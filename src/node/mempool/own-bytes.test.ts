import { describe, expect, it } from 'vitest';
import { pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { encodeTx, readTx } from '../../protocol/primitives/transaction.ts';
import { withOwnBytes } from './own-bytes.ts';

const tx = payment([{ txid: new Uint8Array(32).fill(1) as Txid, vout: 0 }], [pay(1n)]);

describe('a transaction that is kept', () => {
  it('does not hold on to a block that it came in', () => {
    const block = new Uint8Array(1_000_000);
    block.set(encodeTx(tx), 500);
    const read = readTx(new Reader(block.subarray(500)));
    const own = withOwnBytes(read);
    expect(own).toEqual(read);
    expect(own.inputs[0]?.prevout.txid.buffer.byteLength).toBeLessThan(1_000);
  });

  it('is left alone if it came by itself', () => {
    const read = readTx(new Reader(encodeTx(tx)));
    expect(withOwnBytes(read)).toBe(read);
  });
});
