/** How large an input will be once it is signed: what its fee is reckoned from before it is. */
import { compactSizeLength } from '../../protocol/bytes/compact-size.ts';
import { WITNESS_SCALE_FACTOR } from '../../protocol/consensus/limits.ts';
import type { TxOut } from '../../protocol/primitives/transaction.ts';
import { type Descriptor, keysOf } from '../../protocol/script/descriptor/descriptor.ts';
import type { KeyExpression } from '../../protocol/script/descriptor/key-expression.ts';
import { maxMiniscriptElements, maxMiniscriptWitness } from './miniscript-witness.ts';
import { PaymentError } from './payment-error.ts';

/** The most that unlocks a coin, in bytes. */
export interface InputSize {
  /** The script of the input, without its length. */
  readonly scriptSig: number;
  /** The witness, with the count of its elements and their lengths; 0 where there is none. */
  readonly witness: number;
}

export interface SigningHabits {
  /**
   * Whether the signer draws nonces until the signature takes 71 bytes instead of 72, as this one and
   * Bitcoin Core do. Those who sign elsewhere may not.
   */
  readonly lowR?: boolean;
}

/** An outpoint and a sequence. */
const INPUT_SIZE_WITHOUT_SCRIPT = 32 + 4 + 4;
const SCHNORR_SIGNATURE = 65;
const WITNESS_PROGRAM_32 = 34;
const WITNESS_PROGRAM_20 = 22;

/** What unlocks a script, wherever it stands: bytes with the length of each element, and how many. */
interface Satisfaction {
  readonly bytes: number;
  readonly elements: number;
}

/**
 * The size of an input that spends an output of this descriptor; the same at every index.
 *
 * A Taproot output is taken to be spent by its key, as Bitcoin Core takes it.
 *
 * @example
 * inputSize(parseDescriptor('wpkh(xpub…/0/*)', mainnet)) // { scriptSig: 0, witness: 107 }
 * @throws {@link PaymentError} `unknown-size`: an address, a raw script, `combo`.
 */
export function inputSize(descriptor: Descriptor, { lowR = true }: SigningHabits = {}): InputSize {
  const signature = lowR ? 71 : 72;
  switch (descriptor.kind) {
    case 'tr':
    case 'rawtr':
      return inWitness({ bytes: 1 + SCHNORR_SIGNATURE, elements: 1 });
    case 'wpkh':
      return inWitness(keyHash(signature, 33));
    case 'wsh':
      return inWitness(witnessScript(descriptor.inner, signature));
    case 'sh':
      return scriptHash(descriptor.inner, signature);
    default:
      return { scriptSig: satisfaction(descriptor, signature).bytes, witness: 0 };
  }
}

/** What an input weighs (BIP141), in a transaction without any witness if it has none itself. */
export function inputWeight({ scriptSig, witness }: InputSize): number {
  const size = INPUT_SIZE_WITHOUT_SCRIPT + compactSizeLength(scriptSig) + scriptSig;
  return size * WITNESS_SCALE_FACTOR + witness;
}

/**
 * The virtual bytes that an input pays for, by itself: rounded up, and with the byte that says that it
 * has no witness, which it needs as soon as any other input has one.
 *
 * @example
 * inputVsize({ scriptSig: 0, witness: 107 }) // 68
 */
export function inputVsize(size: InputSize): number {
  return Math.ceil((inputWeight(size) + (size.witness === 0 ? 1 : 0)) / WITNESS_SCALE_FACTOR);
}

/** The bytes of an output. */
export function outputSize({ scriptPubKey: { length } }: TxOut): number {
  return 8 + compactSizeLength(length) + length;
}

/**
 * What a transaction weighs at most once all of its inputs are signed.
 *
 * @example
 * signedWeight([inputSize(wpkh)], [{ value: 1000n, scriptPubKey: p2wpkh(hash) }]) // 437
 */
export function signedWeight(inputs: readonly InputSize[], outputs: readonly TxOut[]): number {
  const hasWitness = inputs.some(({ witness }) => witness > 0);
  let size = 8 + compactSizeLength(inputs.length) + compactSizeLength(outputs.length);
  for (const output of outputs) size += outputSize(output);
  let weight = size * WITNESS_SCALE_FACTOR + (hasWitness ? 2 : 0);
  for (const input of inputs) {
    weight += inputWeight(input) + (hasWitness && input.witness === 0 ? 1 : 0);
  }
  return weight;
}

function inWitness({ bytes, elements }: Satisfaction): InputSize {
  return { scriptSig: 0, witness: compactSizeLength(elements) + bytes };
}

function scriptHash(inner: Descriptor, signature: number): InputSize {
  const redeemScript = push(scriptSize(inner));
  switch (inner.kind) {
    case 'wpkh':
      return { ...inWitness(keyHash(signature, 33)), scriptSig: redeemScript };
    case 'wsh':
      return { ...inWitness(witnessScript(inner.inner, signature)), scriptSig: redeemScript };
    default:
      return { scriptSig: satisfaction(inner, signature).bytes + redeemScript, witness: 0 };
  }
}

function witnessScript(inner: Descriptor, signature: number): Satisfaction {
  const { bytes, elements } = satisfaction(inner, signature);
  const script = scriptSize(inner);
  return { bytes: bytes + compactSizeLength(script) + script, elements: elements + 1 };
}

/** What unlocks a script that is no program of a witness. */
function satisfaction(descriptor: Descriptor, signature: number): Satisfaction {
  switch (descriptor.kind) {
    case 'pk':
      return { bytes: 1 + signature, elements: 1 };
    case 'pkh':
      return keyHash(signature, keySize(descriptor.key));
    case 'multi':
    case 'sortedmulti':
      // OP_CHECKMULTISIG takes one element too many.
      return {
        bytes: 1 + descriptor.threshold * (1 + signature),
        elements: 1 + descriptor.threshold,
      };
    case 'miniscript': {
      const bytes = maxMiniscriptWitness(descriptor.node);
      const elements = maxMiniscriptElements(descriptor.node);
      if (bytes === undefined || elements === undefined) throw unknownSize(descriptor);
      return { bytes, elements };
    }
    default:
      throw unknownSize(descriptor);
  }
}

function keyHash(signature: number, key: number): Satisfaction {
  return { bytes: 1 + signature + 1 + key, elements: 2 };
}

/** The bytes of the script that a descriptor gives, the same at every index. */
function scriptSize(descriptor: Descriptor): number {
  switch (descriptor.kind) {
    case 'pk':
      return 1 + keySize(descriptor.key) + 1;
    case 'pkh':
      return 25;
    case 'wpkh':
      return WITNESS_PROGRAM_20;
    case 'wsh':
      return WITNESS_PROGRAM_32;
    case 'multi':
    case 'sortedmulti': {
      const keys = keysOf(descriptor).reduce((sum, key) => sum + 1 + keySize(key), 0);
      return numberSize(descriptor.threshold) + keys + numberSize(descriptor.keys.length) + 1;
    }
    case 'miniscript':
      return descriptor.node.scriptSize;
    default:
      throw unknownSize(descriptor);
  }
}

function keySize(key: KeyExpression): number {
  return key.kind === 'constant' ? key.publicKey.length : 33;
}

/** Numbers above 16 have no opcode of their own. */
function numberSize(value: number): number {
  return value > 16 ? 2 : 1;
}

/** A push of so many bytes. Core counts one byte for its opcode, whatever its size. */
function push(size: number): number {
  if (size <= 75) return 1 + size;
  return size <= 0xff ? 2 + size : 3 + size;
}

function unknownSize({ kind }: Descriptor): PaymentError {
  return new PaymentError('unknown-size', {
    message: `the size of an input that spends ${kind}() is unknown: allowed are pk, pkh, wpkh, tr, rawtr, multi, and sh and wsh around what can be spent`,
  });
}
