import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { Transaction, TxOut } from '../../protocol/primitives/transaction.ts';

/**
 * Where a transaction of the wallet stands.
 *
 * - `confirmed`: in a block of the chain
 * - `pool`: the node has it and waits for a block; is not written down, since nodes forget
 * - `waiting`: nobody has it, as far as the wallet knows: it is sent again
 * - `abandoned`: it is not sent again, and what it spends is free
 * - `conflicted`: a block has another one that spends the same coin, or one that it depends on does
 */
export type TxState =
  | ConfirmedState
  | { readonly kind: 'pool' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'abandoned' }
  | ConflictedState;

interface ConflictedState {
  readonly kind: 'conflicted';
  /** The block that has the other one. */
  readonly block: Uint8Array;
  readonly height: number;
  /** Whether it had been given up before: then it is again, once the block is gone. */
  readonly wasAbandoned: boolean;
}

interface ConfirmedState {
  readonly kind: 'confirmed';
  readonly block: Uint8Array;
  readonly height: number;
  /** Which transaction of the block it is; 0 is the coinbase. */
  readonly position: number;
  readonly blockTime: number;
}

/** What the user, or the wallet, has noted beside a transaction. */
export interface TxNotes {
  readonly comment?: string;
  /** Who it was for. */
  readonly to?: string;
  /** The transaction that this one took the place of, by a higher fee. */
  readonly replaces?: Txid;
  readonly replacedBy?: Txid;
}

/** A transaction that pays to the wallet or from it, and all that the wallet knows of it. */
export interface WalletTx {
  readonly txid: Txid;
  readonly tx: Transaction;
  readonly isCoinbase: boolean;
  readonly state: TxState;
  readonly notes: TxNotes;
  /** Counts up with each transaction that comes. */
  readonly order: number;
  /** When the wallet heard of it first, in seconds since 1970. */
  readonly timeReceived: number;
  /** When it happened, as well as one can tell: of an old block, the time that it bears. */
  readonly time: number;
  /** Whether a pool had let it go by itself, not for a block; is not written down. */
  readonly wasDropped?: boolean;
}

/**
 * Why a transaction has left a pool: a block has it, or another one that spends the same coin, or it is
 * for something else.
 */
export type PoolExit = 'block' | 'conflict' | 'other';

/** An output of a transaction of the wallet that is the wallet's. */
export interface OwnCoin {
  readonly walletTx: WalletTx;
  readonly vout: number;
  readonly output: TxOut;
  /** Its outpoint, in bytes. */
  readonly key: Uint8Array;
}
