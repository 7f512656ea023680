/** Whatever reads bytes of the protocol. Where an input is accepted, it must encode to itself. */
import { signedTransactions } from '../../bench/signed-inputs.ts';
import { encode } from '../../src/protocol/bytes/codec.ts';
import { equalBytes } from '../../src/protocol/bytes/compare.ts';
import { checkBlockSanity, isBlockMutated } from '../../src/protocol/consensus/check-block.ts';
import { checkTransactionSanity } from '../../src/protocol/consensus/check-transaction.ts';
import { encodeDer, isLowS, parseDerLax } from '../../src/protocol/crypto/ecdsa-signature.ts';
import {
  decodeGolombCodedSet,
  encodeGolombCodedSet,
} from '../../src/protocol/crypto/golomb-coded-set.ts';
import { chains } from '../../src/protocol/params/chains.ts';
import { decodeBlock, encodeBlock } from '../../src/protocol/primitives/block.ts';
import {
  decodeBlockHeader,
  encodeBlockHeader,
} from '../../src/protocol/primitives/block-header.ts';
import {
  decodeTx,
  decodeTxOut,
  encodeTx,
  txOutCodec,
  txSize,
} from '../../src/protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../src/protocol/primitives/transaction-id.ts';
import type { FuzzTarget } from './target.ts';

const genesisBlocks = chains.map(({ genesis }) => encodeBlock(genesis));
const payments = (['P2WPKH', 'P2PKH', 'P2TR key path', 'P2WSH 2-of-3'] as const).flatMap((kind) =>
  signedTransactions(kind, 3).map(({ bytes }) => bytes),
);
const blockOfPayments = encodeBlock({
  header: decodeBlock(genesisBlocks[0] as Uint8Array).header,
  transactions: payments.map((bytes) => decodeTx(bytes)),
});
const filterKey = new Uint8Array(16);

/** A decoder that accepts two encodings of one thing lets strangers make two of it. */
function sameAgain(input: Uint8Array, encoded: Uint8Array): void {
  if (!equalBytes(input, encoded)) throw new Error('accepted, but encodes to other bytes');
}

export const wireTargets: readonly FuzzTarget[] = [
  {
    name: 'transaction',
    seeds: payments,
    run(input) {
      const tx = decodeTx(input);
      sameAgain(input, encodeTx(tx));
      if (txSize(tx) !== input.length) throw new Error('the size is not the length');
      txid(tx);
      wtxid(tx);
    },
  },
  {
    name: 'transaction-without-witness',
    seeds: payments.filter((bytes) => bytes[4] !== 0),
    run(input) {
      decodeTx(input, 'without');
    },
  },
  {
    name: 'transaction-sanity',
    seeds: payments,
    run(input) {
      checkTransactionSanity(decodeTx(input));
    },
  },
  {
    name: 'output',
    seeds: [encode(txOutCodec, { value: 5n, scriptPubKey: new Uint8Array(22) })],
    run(input) {
      sameAgain(input, encode(txOutCodec, decodeTxOut(input)));
    },
  },
  {
    name: 'header',
    seeds: genesisBlocks.map((bytes) => bytes.subarray(0, 80)),
    run(input) {
      sameAgain(input, encodeBlockHeader(decodeBlockHeader(input)));
    },
  },
  {
    name: 'block',
    seeds: [...genesisBlocks, blockOfPayments],
    run(input) {
      sameAgain(input, encodeBlock(decodeBlock(input)));
    },
  },
  {
    name: 'block-sanity',
    seeds: [genesisBlocks[0] as Uint8Array],
    run(input) {
      const block = decodeBlock(input);
      isBlockMutated(block, true);
      checkBlockSanity(block);
    },
  },
  {
    name: 'block-filter',
    seeds: [encodeGolombCodedSet(genesisBlocks, filterKey), encodeGolombCodedSet([], filterKey)],
    run(input) {
      decodeGolombCodedSet(input);
    },
  },
  {
    name: 'der-signature',
    seeds: [encodeDer(new Uint8Array(64).fill(1)), encodeDer(new Uint8Array(64).fill(0x7f))],
    run(input) {
      const compact = parseDerLax(input);
      if (compact !== undefined) isLowS(compact);
    },
  },
];
