/**
 * The hash type at the end of a signature says which parts of the transaction it signs. It is a byte
 * in every signature, and goes into the hash as four.
 */

export const SIGHASH_ALL = 0x01;
export const SIGHASH_NONE = 0x02;
export const SIGHASH_SINGLE = 0x03;
export const SIGHASH_ANYONECANPAY = 0x80;
/** BIP341: signs as ALL does, and saves the byte. */
export const SIGHASH_DEFAULT = 0x00;

/** ALL, NONE and SINGLE are told apart by these bits alone; any other value there means ALL. */
const OUTPUTS_MASK = 0x1f;

/** Whether a hash type leaves out all outputs. */
export function signsNoOutput(hashType: number): boolean {
  return (hashType & OUTPUTS_MASK) === SIGHASH_NONE;
}

/** Whether a hash type signs one output, the one at the input's own position. */
export function signsOneOutput(hashType: number): boolean {
  return (hashType & OUTPUTS_MASK) === SIGHASH_SINGLE;
}

/** Whether a hash type leaves out all inputs but its own. */
export function signsOneInput(hashType: number): boolean {
  return (hashType & SIGHASH_ANYONECANPAY) !== 0;
}
