/**
 * What signatures in SegWit version 0 sign (BIP143): fixed-size parts that every input shares, then
 * the input itself and, at last, the amount that it spends.
 */
import { sha256, sha256d } from '../../crypto/hash.ts';
import { ZERO_HASH } from '../../primitives/hashes.ts';
import { signsNoOutput, signsOneInput, signsOneOutput } from './hash-type.ts';
import { Message, OUTPOINT_SIZE, varBytesSize } from './message.ts';
import { hashOfOutputs, type Spend } from './spend.ts';

/** All of the message but the script. */
const FIXED_SIZE = 4 + 32 + 32 + OUTPOINT_SIZE + 8 + 4 + 32 + 4 + 4;

const message = new Message();

/**
 * The hash that a signature in SegWit version 0 signs. `value` is what the output holds that the
 * input spends; the hash type is the signature's last byte.
 *
 * @example
 * segwitV0SignatureHash(new Spend(tx, []), 0, p2pkh(hash160(publicKey)), value, SIGHASH_ALL)
 */
export function segwitV0SignatureHash(
  spend: Spend,
  inputIndex: number,
  scriptCode: Uint8Array,
  value: bigint,
  hashType: number,
): Uint8Array {
  const { tx } = spend;
  const input = spend.inputAt(inputIndex);
  const oneInput = signsOneInput(hashType);
  const fewerOutputs = signsNoOutput(hashType) || signsOneOutput(hashType);
  const hashPrevouts = oneInput ? ZERO_HASH : spend.hashPrevouts;
  const hashSequences = oneInput || fewerOutputs ? ZERO_HASH : spend.hashSequences;
  const hashOutputs = fewerOutputs
    ? hashOfOneOutput(spend, inputIndex, hashType)
    : spend.hashOutputs;
  message
    .start(FIXED_SIZE + varBytesSize(scriptCode))
    .u32(tx.version)
    .bytes(hashPrevouts)
    .bytes(hashSequences)
    .outPoint(input.prevout)
    .varBytes(scriptCode)
    .i64(value)
    .u32(input.sequence)
    .bytes(hashOutputs)
    .u32(tx.lockTime)
    .u32(hashType);
  return sha256d(message.finish());
}

/** Where there is no output at the input's position, SINGLE signs none. */
function hashOfOneOutput({ tx }: Spend, inputIndex: number, hashType: number): Uint8Array {
  const output = signsOneOutput(hashType) ? tx.outputs[inputIndex] : undefined;
  return output === undefined ? ZERO_HASH : sha256(hashOfOutputs([output]));
}
