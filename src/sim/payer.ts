import { drawBelow } from '../outside/entropy/draw.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import { LOCKTIME_THRESHOLD } from '../protocol/consensus/limits.ts';
import { sha256 } from '../protocol/crypto/hash.ts';
import type { OutPoint, Transaction } from '../protocol/primitives/transaction.ts';
import { txid } from '../protocol/primitives/transaction-id.ts';
import { opcodes } from '../protocol/script/opcodes.ts';
import { p2wsh } from '../protocol/script/templates.ts';

/** Anybody may spend what is paid to it. It has no signature, so that a simulation spends no time on any. */
const WITNESS_SCRIPT = Uint8Array.of(opcodes.OP_1);
export const OPEN_SCRIPT = p2wsh(sha256(WITNESS_SCRIPT));

const FEE = 500n;
/** So little is not worth being divided. */
const LEAST_TO_DIVIDE = 20_000n;
/** Spent first come, first served: so nothing gets near the limit of 25 unconfirmed ancestors. */
const MOST_COINS = 5000;
/** Opts in to being replaced, as wallets do. */
const SEQUENCE = 0xfffffffd;

interface SimCoin {
  readonly outpoint: OutPoint;
  readonly value: bigint;
}

export interface Payment {
  readonly tx: Transaction;
  /** What it spends. */
  readonly coin: SimCoin;
}

/** Makes payments out of thin air, as the simulated world is full of people who pay each other. */
export class Payer {
  readonly #entropy: Entropy;
  readonly #coins: SimCoin[] = [];

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  /** Has an output of a block that everybody has. */
  add(outpoint: OutPoint, value: bigint): void {
    this.#coins.push({ outpoint, value });
  }

  /** A payment that spends one coin; undefined if there is none. Say by {@link settle} what became of it. */
  pay(): Payment | undefined {
    const coin = this.#coins.shift();
    if (coin === undefined) return undefined;
    const left = coin.value - FEE;
    const isDivided = left > LEAST_TO_DIVIDE && this.#coins.length < MOST_COINS;
    const first = isDivided ? left / 2n : left;
    const values = isDivided ? [first, left - first] : [left];
    const tx: Transaction = {
      version: 2,
      inputs: [
        {
          prevout: coin.outpoint,
          scriptSig: new Uint8Array(0),
          sequence: SEQUENCE,
          witness: [WITNESS_SCRIPT],
        },
      ],
      outputs: values.map((value) => ({ value, scriptPubKey: OPEN_SCRIPT })),
      // Has no effect, as it is long past, and makes two payments of the same coin differ.
      lockTime: LOCKTIME_THRESHOLD + drawBelow(this.#entropy, 1_000_000),
    };
    return { tx, coin };
  }

  /** What a payment made can be spent when it was taken; otherwise what it spent is still there. */
  settle({ tx, coin }: Payment, wasTaken: boolean): void {
    if (!wasTaken) {
      this.#coins.push(coin);
      return;
    }
    const id = txid(tx);
    for (const [vout, { value }] of tx.outputs.entries()) this.add({ txid: id, vout }, value);
  }
}
