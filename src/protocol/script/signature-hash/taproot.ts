/**
 * What signatures in Taproot sign (BIP341, and BIP342 for those within a script): every message
 * commits to the amounts and scripts of all spent outputs, so that a signing device cannot be lied to
 * about the fee.
 */
import { sha256 } from '../../crypto/hash.ts';
import type { TxOut } from '../../primitives/transaction.ts';
import { SIGHASH_ALL, SIGHASH_ANYONECANPAY, SIGHASH_DEFAULT, SIGHASH_SINGLE } from './hash-type.ts';
import { Message, OUTPOINT_SIZE, outputSize } from './message.ts';
import { hashOfOutputs, type Spend } from './spend.ts';

/** BIP340 puts the hash of a tag in front of a message, twice. */
const TAG_HASH = sha256(new TextEncoder().encode('TapSighash'));

/** Everything but an output that is written out, which only ANYONECANPAY has. */
const FIXED_SIZE = 64 + 10 + 5 * 32 + 1 + OUTPOINT_SIZE + 4 + 4 + 3 * 32 + 5;
const NO_CODE_SEPARATOR = 0xffffffff;

const message = new Message();

/** What a signature commits to beyond the transaction. */
export interface TaprootExtension {
  /** The hash of the annex with its length in front, if the witness has one. */
  readonly annexHash?: Uint8Array | undefined;
  /** For a signature within a script: the script. */
  readonly leafHash?: Uint8Array | undefined;
  /** The instruction number of the last OP_CODESEPARATOR that was run before. */
  readonly codeSeparator?: number | undefined;
}

/**
 * The hash that a signature in Taproot signs. The spend must hold every spent output. There is no hash
 * (undefined) for a hash type that is not defined, and for SINGLE where the input has no output at
 * its position: what was a trap before is an error here.
 *
 * @example
 * taprootSignatureHash(new Spend(tx, spentOutputs), 0, SIGHASH_DEFAULT)
 */
export function taprootSignatureHash(
  spend: Spend,
  inputIndex: number,
  hashType: number,
  extension: TaprootExtension = {},
): Uint8Array | undefined {
  const { tx } = spend;
  const input = spend.inputAt(inputIndex);
  const outputs = hashType === SIGHASH_DEFAULT ? SIGHASH_ALL : hashType & 0x03;
  const oneInput = (hashType & SIGHASH_ANYONECANPAY) !== 0;
  if ((hashType & ~0x83) !== 0 || outputs === 0) return undefined;
  const ownOutput = tx.outputs[inputIndex];
  if (outputs === SIGHASH_SINGLE && ownOutput === undefined) return undefined;
  if (!oneInput) spend.requireAllSpentOutputs();
  const spent = spend.spentOutputAt(inputIndex);
  const { annexHash, leafHash } = extension;

  message.start(FIXED_SIZE + (oneInput ? outputSize(spent) : 0));
  message.bytes(TAG_HASH).bytes(TAG_HASH);
  message.u8(0).u8(hashType).u32(tx.version).u32(tx.lockTime);
  if (!oneInput) {
    message
      .bytes(spend.shaPrevouts)
      .bytes(spend.shaAmounts)
      .bytes(spend.shaScriptPubKeys)
      .bytes(spend.shaSequences);
  }
  if (outputs === SIGHASH_ALL) message.bytes(spend.shaOutputs);
  message.u8((leafHash === undefined ? 0 : 2) + (annexHash === undefined ? 0 : 1));
  if (oneInput) {
    message.outPoint(input.prevout).output(spent).u32(input.sequence);
  } else {
    message.u32(inputIndex);
  }
  if (annexHash !== undefined) message.bytes(annexHash);
  if (outputs === SIGHASH_SINGLE) message.bytes(hashOfOutputs([ownOutput as TxOut]));
  if (leafHash !== undefined) {
    // Between them the version of public keys, of which there is one so far.
    message
      .bytes(leafHash)
      .u8(0)
      .u32(extension.codeSeparator ?? NO_CODE_SEPARATOR);
  }
  return sha256(message.finish());
}
