/**
 * A partially signed transaction (BIP174): what is to be signed, and all that signers tell each other
 * about it. Plain data; lists are in the order in which they are written, and have nothing twice.
 */
import type { Transaction, TxOut } from '../primitives/transaction.ts';
import type { KeyOrigin } from '../script/descriptor/key-expression.ts';
import type {
  KeyPath,
  KeySignature,
  TapKeyPath,
  TapLeafScript,
  TapScriptSignature,
} from '../script/sign/signature-data.ts';

export interface Psbt {
  /** Without any signatures. */
  readonly tx: Transaction;
  readonly xpubs: readonly GlobalXpub[];
  /** Undefined where it is not written down, which means 0. */
  readonly version: number | undefined;
  readonly proprietary: readonly ProprietaryField[];
  readonly unknown: readonly UnknownField[];
  /** One for each of the transaction. */
  readonly inputs: readonly PsbtInput[];
  readonly outputs: readonly PsbtOutput[];
}

/** A key that others descend from: 78 bytes of BIP32, and where it comes from itself. */
export interface GlobalXpub {
  readonly xpub: Uint8Array;
  readonly origin: KeyOrigin;
}

/** A field that only some program knows, by the name that it gave itself. */
export interface ProprietaryField {
  /** The whole key: type, identifier, subtype and the rest. */
  readonly key: Uint8Array;
  readonly identifier: Uint8Array;
  readonly subtype: bigint;
  readonly value: Uint8Array;
}

/** A field of a type that has no meaning here. It is handed on. */
export interface UnknownField {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What hashes to a hash that a script asks for. */
export interface Preimage {
  readonly hash: Uint8Array;
  readonly preimage: Uint8Array;
}

export interface PsbtInput {
  /** The whole transaction that has the output: a signer can see that its amount is true. */
  readonly nonWitnessUtxo: Transaction | undefined;
  /** The output alone. */
  readonly witnessUtxo: TxOut | undefined;
  /** In the order of the hashes of their keys. */
  readonly partialSignatures: readonly KeySignature[];
  /** As four bytes with a sign. */
  readonly hashType: number | undefined;
  readonly redeemScript: Uint8Array | undefined;
  readonly witnessScript: Uint8Array | undefined;
  readonly keyPaths: readonly KeyPath[];
  readonly finalScriptSig: Uint8Array | undefined;
  readonly finalWitness: readonly Uint8Array[] | undefined;
  readonly ripemd160Preimages: readonly Preimage[];
  readonly sha256Preimages: readonly Preimage[];
  readonly hash160Preimages: readonly Preimage[];
  readonly hash256Preimages: readonly Preimage[];
  readonly tapKeySignature: Uint8Array | undefined;
  readonly tapScriptSignatures: readonly TapScriptSignature[];
  readonly tapScripts: readonly TapLeafScript[];
  readonly tapKeyPaths: readonly TapKeyPath[];
  readonly tapInternalKey: Uint8Array | undefined;
  readonly tapMerkleRoot: Uint8Array | undefined;
  readonly proprietary: readonly ProprietaryField[];
  readonly unknown: readonly UnknownField[];
}

export interface PsbtOutput {
  readonly redeemScript: Uint8Array | undefined;
  readonly witnessScript: Uint8Array | undefined;
  readonly keyPaths: readonly KeyPath[];
  readonly tapInternalKey: Uint8Array | undefined;
  /** From left to right. */
  readonly tapTree: readonly TapTreeLeaf[];
  readonly tapKeyPaths: readonly TapKeyPath[];
  readonly proprietary: readonly ProprietaryField[];
  readonly unknown: readonly UnknownField[];
}

export interface TapTreeLeaf {
  readonly depth: number;
  readonly version: number;
  readonly script: Uint8Array;
}

const EMPTY_INPUT: PsbtInput = {
  nonWitnessUtxo: undefined,
  witnessUtxo: undefined,
  partialSignatures: [],
  hashType: undefined,
  redeemScript: undefined,
  witnessScript: undefined,
  keyPaths: [],
  finalScriptSig: undefined,
  finalWitness: undefined,
  ripemd160Preimages: [],
  sha256Preimages: [],
  hash160Preimages: [],
  hash256Preimages: [],
  tapKeySignature: undefined,
  tapScriptSignatures: [],
  tapScripts: [],
  tapKeyPaths: [],
  tapInternalKey: undefined,
  tapMerkleRoot: undefined,
  proprietary: [],
  unknown: [],
};

const EMPTY_OUTPUT: PsbtOutput = {
  redeemScript: undefined,
  witnessScript: undefined,
  keyPaths: [],
  tapInternalKey: undefined,
  tapTree: [],
  tapKeyPaths: [],
  proprietary: [],
  unknown: [],
};

/**
 * A PSBT for a transaction of which nothing more is known. What its inputs have of scripts and
 * witnesses is left out.
 *
 * @example
 * createPsbt(tx).inputs.length === tx.inputs.length
 */
export function createPsbt(tx: Transaction): Psbt {
  const inputs = tx.inputs.map((input) => ({ ...input, scriptSig: NO_BYTES, witness: [] }));
  return {
    tx: { ...tx, inputs },
    xpubs: [],
    version: undefined,
    proprietary: [],
    unknown: [],
    inputs: inputs.map(() => EMPTY_INPUT),
    outputs: tx.outputs.map(() => EMPTY_OUTPUT),
  };
}

const NO_BYTES = new Uint8Array(0);

/** Whether an input has its final scripts. They have not been run. */
export function isInputSigned(input: PsbtInput): boolean {
  return input.finalScriptSig !== undefined || input.finalWitness !== undefined;
}
