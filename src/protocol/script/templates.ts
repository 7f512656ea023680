/**
 * The few forms that nearly all output scripts have: told apart as Bitcoin Core's `Solver` does,
 * under the names that its RPC prints, and built.
 */
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import { buildScript, pushBytes, pushNumber } from './build-script.ts';
import { MAX_PUBKEYS_PER_MULTISIG } from './limits.ts';
import { opcodes } from './opcodes.ts';
import { type Instruction, isPushOnly, parseScript } from './parse-script.ts';

/** A script by its form, with the parts that make it up. */
export type ScriptTemplate =
  | { readonly kind: 'pubkey'; readonly publicKey: Uint8Array }
  | { readonly kind: 'pubkeyhash'; readonly hash: Uint8Array }
  | { readonly kind: 'scripthash'; readonly hash: Uint8Array }
  | {
      readonly kind: 'multisig';
      readonly required: number;
      readonly publicKeys: readonly Uint8Array[];
    }
  /** Provably unspendable, and so never a coin: OP_RETURN, and pushes alone behind it. */
  | { readonly kind: 'nulldata' }
  | { readonly kind: 'witness_v0_keyhash'; readonly hash: Uint8Array }
  | { readonly kind: 'witness_v0_scripthash'; readonly hash: Uint8Array }
  | { readonly kind: 'witness_v1_taproot'; readonly outputKey: Uint8Array }
  /** Pay to anchor: anybody may spend it, to add a fee to its transaction (Bitcoin Core 28). */
  | { readonly kind: 'anchor' }
  | { readonly kind: 'witness_unknown'; readonly version: number; readonly program: Uint8Array }
  | { readonly kind: 'nonstandard' };

/** A witness version and program: what a SegWit output is made of (BIP141). */
export interface WitnessProgram {
  readonly version: number;
  readonly program: Uint8Array;
}

const {
  OP_0,
  OP_1,
  OP_16,
  OP_RETURN,
  OP_DUP,
  OP_EQUAL,
  OP_EQUALVERIFY,
  OP_HASH160,
  OP_CHECKSIG,
  OP_CHECKMULTISIG,
} = opcodes;

const HASH160_LENGTH = 20;
const SHA256_LENGTH = 32;
const X_ONLY_KEY_LENGTH = 32;
/** `fees` in the bech32m alphabet, so that all of its addresses read `bc1pfees…`. */
export const ANCHOR_PROGRAM = Uint8Array.of(0x4e, 0x73);

/**
 * What form an output script has.
 *
 * @example
 * solveScript(fromHex('51024e73')) // { kind: 'anchor' }
 */
export function solveScript(script: Uint8Array): ScriptTemplate {
  // The order is Core's, and it matters: a witness program can be read as nothing else.
  if (isPayToScriptHash(script)) return { kind: 'scripthash', hash: script.subarray(2, 22) };
  const witness = witnessProgramOf(script);
  if (witness !== undefined) return solveWitness(witness);
  if (script[0] === OP_RETURN && isPushOnly(script.subarray(1))) return { kind: 'nulldata' };
  return (
    solvePubKey(script) ??
    solvePubKeyHash(script) ??
    solveMultisig(script) ?? { kind: 'nonstandard' }
  );
}

/**
 * The witness version and program of an output script, where it has the form of one (BIP141).
 *
 * @example
 * witnessProgramOf(p2wpkh(hash)) // { version: 0, program: hash }
 */
export function witnessProgramOf(script: Uint8Array): WitnessProgram | undefined {
  if (script.length < 4 || script.length > 42) return undefined;
  const opcode = script[0] as number;
  if (opcode !== OP_0 && (opcode < OP_1 || opcode > OP_16)) return undefined;
  if (script[1] !== script.length - 2) return undefined;
  return { version: opcode === OP_0 ? 0 : opcode - OP_1 + 1, program: script.subarray(2) };
}

/**
 * Whether a script has the form of a pay-to-script-hash output (BIP16): exactly these 23 bytes,
 * and not another push of the same hash.
 */
export function isPayToScriptHash(script: Uint8Array): boolean {
  return (
    script.length === 23 &&
    script[0] === OP_HASH160 &&
    script[1] === HASH160_LENGTH &&
    script[22] === OP_EQUAL
  );
}

function solveWitness({ version, program }: WitnessProgram): ScriptTemplate {
  if (version === 0) {
    if (program.length === HASH160_LENGTH) return { kind: 'witness_v0_keyhash', hash: program };
    if (program.length === SHA256_LENGTH) return { kind: 'witness_v0_scripthash', hash: program };
    return { kind: 'nonstandard' };
  }
  if (version === 1 && program.length === X_ONLY_KEY_LENGTH) {
    return { kind: 'witness_v1_taproot', outputKey: program };
  }
  if (version === 1 && equalBytes(program, ANCHOR_PROGRAM)) return { kind: 'anchor' };
  return { kind: 'witness_unknown', version, program };
}

function solvePubKey(script: Uint8Array): ScriptTemplate | undefined {
  const length = script[0];
  if (length !== 33 && length !== 65) return undefined;
  if (script.length !== length + 2 || script[length + 1] !== OP_CHECKSIG) return undefined;
  const publicKey = script.subarray(1, length + 1);
  return hasPublicKeySize(publicKey) ? { kind: 'pubkey', publicKey } : undefined;
}

function solvePubKeyHash(script: Uint8Array): ScriptTemplate | undefined {
  const matches =
    script.length === 25 &&
    script[0] === OP_DUP &&
    script[1] === OP_HASH160 &&
    script[2] === HASH160_LENGTH &&
    script[23] === OP_EQUALVERIFY &&
    script[24] === OP_CHECKSIG;
  return matches ? { kind: 'pubkeyhash', hash: script.subarray(3, 23) } : undefined;
}

function solveMultisig(script: Uint8Array): ScriptTemplate | undefined {
  if (script.at(-1) !== OP_CHECKMULTISIG) return undefined;
  const { instructions } = parseScript(script);
  if (instructions.at(-1)?.opcode !== OP_CHECKMULTISIG) return undefined;
  const required = keyCount(instructions[0]);
  const total = keyCount(instructions.at(-2));
  if (required === undefined || total === undefined || total < required) return undefined;
  const publicKeys: Uint8Array[] = [];
  for (const { data } of instructions.slice(1, -2)) {
    if (data === undefined || !hasPublicKeySize(data)) return undefined;
    publicKeys.push(data);
  }
  return publicKeys.length === total ? { kind: 'multisig', required, publicKeys } : undefined;
}

/**
 * Whether a key has the size that its first byte announces, which says nothing about the curve. Core
 * asks no more of what looks like a key; and what does not is none, and signs nothing.
 */
export function hasPublicKeySize(key: Uint8Array): boolean {
  const first = key[0];
  if (first === 2 || first === 3) return key.length === 33;
  return (first === 4 || first === 6 || first === 7) && key.length === 65;
}

/** A number from 1 to 20 in its shortest form: an opcode up to 16, a push of one byte above. */
function keyCount(instruction: Instruction | undefined): number | undefined {
  if (instruction === undefined) return undefined;
  const { opcode, data } = instruction;
  if (opcode >= OP_1 && opcode <= OP_16) return opcode - OP_1 + 1;
  const value = opcode === 1 ? data?.[0] : undefined;
  return value !== undefined && value > 16 && value <= MAX_PUBKEYS_PER_MULTISIG ? value : undefined;
}

/**
 * Pays to a public key (the outputs of the first blocks).
 *
 * @example
 * p2pk(publicKey)
 */
export function p2pk(publicKey: Uint8Array): Uint8Array {
  checkPublicKey(publicKey);
  return buildScript(publicKey, OP_CHECKSIG);
}

/**
 * Pays to the HASH160 of a public key.
 *
 * @example
 * p2pkh(hash160(publicKey))
 */
export function p2pkh(hash: Uint8Array): Uint8Array {
  checkLength(hash, HASH160_LENGTH);
  return buildScript(OP_DUP, OP_HASH160, hash, OP_EQUALVERIFY, OP_CHECKSIG);
}

/**
 * Pays to the HASH160 of a script (BIP16).
 *
 * @example
 * p2sh(hash160(redeemScript))
 */
export function p2sh(hash: Uint8Array): Uint8Array {
  checkLength(hash, HASH160_LENGTH);
  return buildScript(OP_HASH160, hash, OP_EQUAL);
}

/**
 * Pays to the HASH160 of a compressed public key, to be spent by a witness (BIP141).
 *
 * @example
 * p2wpkh(hash160(publicKey))
 */
export function p2wpkh(hash: Uint8Array): Uint8Array {
  checkLength(hash, HASH160_LENGTH);
  return witnessOutput(0, hash);
}

/**
 * Pays to the SHA-256 of a script, to be spent by a witness (BIP141).
 *
 * @example
 * p2wsh(sha256(witnessScript))
 */
export function p2wsh(hash: Uint8Array): Uint8Array {
  checkLength(hash, SHA256_LENGTH);
  return witnessOutput(0, hash);
}

/**
 * Pays to a Taproot output key (BIP341): the internal key, tweaked.
 *
 * @example
 * p2tr(outputKey)
 */
export function p2tr(outputKey: Uint8Array): Uint8Array {
  checkLength(outputKey, X_ONLY_KEY_LENGTH);
  return witnessOutput(1, outputKey);
}

/**
 * Pays to a witness program of any version.
 *
 * @example
 * witnessOutput(1, Uint8Array.of(0x4e, 0x73)) // pay to anchor
 */
export function witnessOutput(version: number, program: Uint8Array): Uint8Array {
  if (!Number.isInteger(version) || version < 0 || version > 16) {
    throw new EncodeError(`witness version ${version}; versions go from 0 to 16`);
  }
  if (program.length < 2 || program.length > 40) {
    throw new EncodeError(`a witness program of ${program.length} bytes; 2 to 40 are allowed`);
  }
  return concatBytes(pushNumber(version), pushBytes(program));
}

/**
 * Pays to those who hold `required` of the keys, bare: without a hash in front.
 *
 * @example
 * multisig(2, [alice, bob, carol])
 */
export function multisig(required: number, publicKeys: readonly Uint8Array[]): Uint8Array {
  const total = publicKeys.length;
  if (total < 1 || total > MAX_PUBKEYS_PER_MULTISIG) {
    throw new EncodeError(
      `multisig of ${total} keys; 1 to ${MAX_PUBKEYS_PER_MULTISIG} are allowed`,
    );
  }
  if (!Number.isInteger(required) || required < 1 || required > total) {
    throw new EncodeError(`multisig of ${required} of ${total} keys; 1 to ${total} are allowed`);
  }
  for (const publicKey of publicKeys) checkPublicKey(publicKey);
  return concatBytes(
    pushNumber(required),
    ...publicKeys.map(pushBytes),
    pushNumber(total),
    buildScript(OP_CHECKMULTISIG),
  );
}

/**
 * An output that carries data and can never be spent.
 *
 * @example
 * nullData(new TextEncoder().encode('hello'))
 */
export function nullData(...data: readonly Uint8Array[]): Uint8Array {
  // Spelled out, as Core does: a byte from 1 to 16 is not turned into an opcode.
  return concatBytes(buildScript(OP_RETURN), ...data.map(pushBytes));
}

function checkLength(part: Uint8Array, length: number): void {
  if (part.length !== length) {
    throw new EncodeError(`${part.length} bytes where exactly ${length} belong`);
  }
}

function checkPublicKey(key: Uint8Array): void {
  if (!hasPublicKeySize(key)) {
    throw new EncodeError(
      `${key.length} bytes that are no public key; it has 33 bytes and begins with 2 or 3, or 65 and begins with 4`,
    );
  }
}
