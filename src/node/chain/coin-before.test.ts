import { describe, expect, it } from 'vitest';
import type { Coin } from '../../protocol/consensus/coin.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { BlockHash, Txid } from '../../protocol/primitives/hashes.ts';
import type { OutPoint, Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { coinBefore, UNTOUCHED } from './coin-before.ts';

const output = { value: 1n, scriptPubKey: Uint8Array.of(0x51) };
const id = (byte: number): Txid => new Uint8Array(32).fill(byte) as Txid;
const coin = (height: number): Coin => ({ output, height, isCoinbase: false });

function spending(...prevouts: readonly OutPoint[]): Transaction {
  const inputs = prevouts.map((prevout) => ({
    prevout: { txid: prevout.txid.slice() as Txid, vout: prevout.vout },
    scriptSig: new Uint8Array(0),
    sequence: 0,
    witness: [],
  }));
  return { version: 2, inputs, outputs: [output, output], lockTime: 0 };
}

describe('what a coin was before a block', () => {
  const first = spending({ txid: id(7), vout: 1 }, { txid: id(7), vout: 2 });
  const second = spending({ txid: txid(first), vout: 0 }, { txid: id(8), vout: 0 });
  const zero = new Uint8Array(32);
  const block: Block = {
    header: {
      version: 4,
      previousBlockHash: zero as BlockHash,
      merkleRoot: zero,
      time: 0,
      bits: 0,
      nonce: 0,
    },
    transactions: [spending({ txid: id(0), vout: 0xffffffff }), first, second],
  };
  const undo = [
    [coin(1), coin(2)],
    [coin(9), coin(3)],
  ];

  it('is what the undo data say, if the block spent it', () => {
    expect(coinBefore({ txid: id(7), vout: 1 }, block, undo)).toBe(undo[0]?.[0]);
    expect(coinBefore({ txid: id(7), vout: 2 }, block, undo)).toBe(undo[0]?.[1]);
    expect(coinBefore({ txid: id(8), vout: 0 }, block, undo)).toBe(undo[1]?.[1]);
  });

  it('is nothing, if the block created it, and even if it spent it as well', () => {
    expect(coinBefore({ txid: txid(first), vout: 1 }, block, undo)).toBeUndefined();
    expect(coinBefore({ txid: txid(first), vout: 0 }, block, undo)).toBeUndefined();
  });

  it('is left to others, if the block has nothing to do with it', () => {
    expect(coinBefore({ txid: id(7), vout: 0 }, block, undo)).toBe(UNTOUCHED);
    expect(coinBefore({ txid: id(9), vout: 0 }, block, undo)).toBe(UNTOUCHED);
    expect(coinBefore({ txid: id(0), vout: 0xffffffff }, block, undo)).toBe(UNTOUCHED);
  });
});
