import { type Codec, fixedBytes, struct, vector } from '../bytes/codec.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { type Transaction, txCodec } from '../primitives/transaction.ts';
import { messageCodec } from './message-codec.ts';

/** The answer to `getblocktxn` (BIP152). */
export interface BlockTxnMessage {
  readonly command: 'blocktxn';
  readonly blockHash: BlockHash;
  readonly transactions: readonly Transaction[];
}

export const blockTxnCodec: Codec<BlockTxnMessage> = messageCodec(
  'blocktxn',
  struct({ blockHash: fixedBytes<BlockHash>(32), transactions: vector(txCodec) }),
);
