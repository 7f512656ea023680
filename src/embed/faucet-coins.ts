import type { ChainEvent } from '../node/chain/chain-events.ts';
import { ByteMap } from '../protocol/bytes/byte-map.ts';
import { equalBytes } from '../protocol/bytes/compare.ts';
import { type Coin, coinKey } from '../protocol/consensus/coin.ts';
import type { BlockUndo } from '../protocol/consensus/connect-block.ts';
import type { Block } from '../protocol/primitives/block.ts';
import { isCoinbase, type OutPoint, type Transaction } from '../protocol/primitives/transaction.ts';
import { txid } from '../protocol/primitives/transaction-id.ts';

/** A coin that the faucet has, and where it is. */
export interface FaucetCoin extends Coin {
  readonly outPoint: OutPoint;
}

/** The confirmed coins of one script, as blocks come and go. */
export class FaucetCoins {
  readonly #script: Uint8Array;
  readonly #coins = new ByteMap<FaucetCoin>();

  constructor(script: Uint8Array) {
    this.#script = script;
  }

  all(): readonly FaucetCoin[] {
    return Array.from(this.#coins, ([, coin]) => coin);
  }

  /** Knows a coin that was there before it began to listen. */
  add(coin: FaucetCoin): void {
    this.#coins.set(coinKey(coin.outPoint), coin);
  }

  hear(event: ChainEvent): void {
    if (event.kind === 'connected') this.#connect(event.block, event.node.height);
    else if (event.kind === 'disconnected') this.#disconnect(event.block, event.undo);
  }

  /** What a transaction pays to the script, as coins of a block. */
  paidBy(tx: Transaction, height: number): readonly FaucetCoin[] {
    return tx.outputs.flatMap((output, vout) => {
      if (!equalBytes(output.scriptPubKey, this.#script)) return [];
      const outPoint = { txid: txid(tx), vout };
      return [{ outPoint, output, height, isCoinbase: isCoinbase(tx) }];
    });
  }

  #connect({ transactions }: Block, height: number): void {
    for (const tx of transactions) {
      if (this.#coins.size > 0) {
        for (const { prevout } of tx.inputs) this.#coins.delete(coinKey(prevout));
      }
      for (const coin of this.paidBy(tx, height)) this.add(coin);
    }
  }

  #disconnect({ transactions }: Block, undo: BlockUndo): void {
    for (const [i, tx] of [...transactions.entries()].reverse()) {
      for (const { outPoint } of this.paidBy(tx, 0)) this.#coins.delete(coinKey(outPoint));
      if (i === 0) continue;
      for (const [at, coin] of (undo[i - 1] ?? []).entries()) {
        if (!equalBytes(coin.output.scriptPubKey, this.#script)) continue;
        const outPoint = (tx.inputs[at] as Transaction['inputs'][number]).prevout;
        this.#coins.set(coinKey(outPoint), { ...coin, outPoint });
      }
    }
  }
}
