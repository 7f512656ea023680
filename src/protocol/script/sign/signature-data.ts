/** What is known about the spending of one output while it is being signed, by one person or by several. */
import { ByteMap } from '../../bytes/byte-map.ts';
import type { KeyOrigin } from '../descriptor/key-expression.ts';
import type { HashFragment } from '../miniscript/fragment.ts';
import type { TapLeafSpend } from '../taproot.ts';

/** A signature in DER with its hash type, and whose it is. */
export interface KeySignature {
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

export interface KeyPath {
  readonly publicKey: Uint8Array;
  readonly origin: KeyOrigin;
}

/** A signature in a leaf of Taproot's tree: of this x-only key, and good for this leaf alone. */
export interface TapScriptSignature {
  readonly key: Uint8Array;
  readonly leafHash: Uint8Array;
  readonly signature: Uint8Array;
}

/** A leaf, and the control blocks that it may be shown with. */
export interface TapLeafScript {
  readonly script: Uint8Array;
  readonly version: number;
  /** The shortest first. */
  readonly controlBlocks: readonly Uint8Array[];
}

/** Where a key of Taproot comes from, and which leaves have it. */
export interface TapKeyPath {
  readonly key: Uint8Array;
  readonly leafHashes: readonly Uint8Array[];
  readonly origin: KeyOrigin;
}

interface TaprootData {
  keySignature: Uint8Array | undefined;
  internalKey: Uint8Array | undefined;
  merkleRoot: Uint8Array | undefined;
  /** By key and leaf hash, one behind the other. */
  readonly scriptSignatures: ByteMap<TapScriptSignature>;
  scripts: readonly TapLeafScript[];
  readonly keyPaths: ByteMap<TapKeyPath>;
  /** Every leaf from left to right, where all are known. */
  tree: readonly TapLeafSpend[] | undefined;
}

/** What somebody would have to bring. */
export interface MissingParts {
  /** The hashes of public keys that are not known. */
  readonly keys: Uint8Array[];
  /** The hashes of keys whose signatures are not there. */
  readonly signatures: Uint8Array[];
  redeemScriptHash: Uint8Array | undefined;
  /** The SHA-256 of it. */
  witnessScriptHash: Uint8Array | undefined;
}

/** Filled in while signing goes on: the one thing here that changes. */
export interface SignatureData {
  /** The scripts below allow the spend. */
  complete: boolean;
  /** It is spent by a witness, whole or not. */
  witness: boolean;
  scriptSig: Uint8Array;
  scriptWitness: readonly Uint8Array[];
  redeemScript: Uint8Array | undefined;
  witnessScript: Uint8Array | undefined;
  /** By the hash of the key. */
  signatures: ByteMap<KeySignature>;
  /** By the hash of the key. */
  readonly keyPaths: ByteMap<KeyPath>;
  readonly taproot: TaprootData;
  /** By their hashes: what scripts ask for besides signatures. */
  readonly preimages: Readonly<Record<HashFragment, ByteMap<Uint8Array>>>;
  readonly missing: MissingParts;
}

/** Nothing known, and nothing signed. */
export function emptySignatureData(): SignatureData {
  return {
    complete: false,
    witness: false,
    scriptSig: new Uint8Array(0),
    scriptWitness: [],
    redeemScript: undefined,
    witnessScript: undefined,
    signatures: new ByteMap(),
    keyPaths: new ByteMap(),
    taproot: {
      keySignature: undefined,
      internalKey: undefined,
      merkleRoot: undefined,
      scriptSignatures: new ByteMap(),
      scripts: [],
      keyPaths: new ByteMap(),
      tree: undefined,
    },
    preimages: {
      sha256: new ByteMap(),
      hash256: new ByteMap(),
      ripemd160: new ByteMap(),
      hash160: new ByteMap(),
    },
    missing: {
      keys: [],
      signatures: [],
      redeemScriptHash: undefined,
      witnessScriptHash: undefined,
    },
  };
}
