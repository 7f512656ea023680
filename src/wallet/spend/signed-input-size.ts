import { compactSizeLength } from '../../protocol/bytes/compact-size.ts';
import type { TxIn } from '../../protocol/primitives/transaction.ts';
import type { InputSize } from './input-size.ts';

const DER_SEQUENCE = 0x30;
/** With its hash type. Shorter ones come of small numbers, which the next signature may not have. */
const LONGEST_ECDSA_SIGNATURE = 72;
const SHORTEST_LIKELY = 60;

/**
 * The size of an input that somebody else has signed, as it may be when he signs it again.
 *
 * @example
 * signedInputSize(tx.inputs[0]) // { scriptSig: 0, witness: 108 }
 */
export function signedInputSize({ scriptSig, witness }: TxIn): InputSize {
  let size = witness.length === 0 ? 0 : compactSizeLength(witness.length);
  for (const element of witness) {
    const length = element.length + missing(element, 0, element.length);
    size += compactSizeLength(length) + length;
  }
  let grown = scriptSig.length;
  for (let i = 0; i < scriptSig.length; i += 1 + (scriptSig[i] as number)) {
    const length = scriptSig[i] as number;
    // Beyond this, it is no plain push, and signatures come first.
    if (length > 75) break;
    grown += missing(scriptSig, i + 1, length);
  }
  return { scriptSig: grown, witness: size };
}

/** What a signature of this length lacks of the longest; 0 for what is none. */
function missing(bytes: Uint8Array, start: number, length: number): number {
  const isSignature =
    length >= SHORTEST_LIKELY &&
    length <= LONGEST_ECDSA_SIGNATURE &&
    bytes[start] === DER_SEQUENCE &&
    bytes[start + 1] === length - 3;
  return isSignature ? LONGEST_ECDSA_SIGNATURE - length : 0;
}
