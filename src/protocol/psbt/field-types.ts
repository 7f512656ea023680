/** The numbers that fields begin with (BIP174, BIP371). */

export const MAGIC: Uint8Array = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff);

/** The newest version that is read: BIP174's. BIP370's second one came to Bitcoin Core later. */
export const HIGHEST_VERSION = 0;

export const GLOBAL = {
  unsignedTx: 0x00,
  xpub: 0x01,
  version: 0xfb,
} as const;

export const INPUT = {
  nonWitnessUtxo: 0x00,
  witnessUtxo: 0x01,
  partialSignature: 0x02,
  hashType: 0x03,
  redeemScript: 0x04,
  witnessScript: 0x05,
  keyPath: 0x06,
  finalScriptSig: 0x07,
  finalWitness: 0x08,
  ripemd160: 0x0a,
  sha256: 0x0b,
  hash160: 0x0c,
  hash256: 0x0d,
  tapKeySignature: 0x13,
  tapScriptSignature: 0x14,
  tapLeafScript: 0x15,
  tapKeyPath: 0x16,
  tapInternalKey: 0x17,
  tapMerkleRoot: 0x18,
} as const;

export const OUTPUT = {
  redeemScript: 0x00,
  witnessScript: 0x01,
  keyPath: 0x02,
  tapInternalKey: 0x05,
  tapTree: 0x06,
  tapKeyPath: 0x07,
} as const;

/** The same everywhere. */
export const PROPRIETARY = 0xfc;
