import { Writer } from '../../../protocol/bytes/writer.ts';
import { type Block, strippedBlockSize } from '../../../protocol/primitives/block.ts';
import { encodeBlockHeader } from '../../../protocol/primitives/block-header.ts';
import { encodeTxWithoutWitness } from '../../../protocol/primitives/transaction.ts';

/** The bytes of a block without witnesses: as it was before SegWit, and as old peers ask for it. */
export function encodeBlockWithoutWitness(block: Block): Uint8Array {
  const writer = new Writer(strippedBlockSize(block));
  writer.bytes(encodeBlockHeader(block.header));
  writer.compactSize(block.transactions.length);
  for (const tx of block.transactions) writer.bytes(encodeTxWithoutWitness(tx));
  return writer.finish();
}
