import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import { masterKeyFromSeed } from '../../src/protocol/keys/extended-key.ts';
import { encodeExtendedKey } from '../../src/protocol/keys/extended-key-text.ts';
import {
  entropyFromMnemonic,
  mnemonicFromEntropy,
  seedFromMnemonic,
} from '../../src/protocol/keys/mnemonic.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

const PREFIXES = { extendedPublic: 0x0488b21e, extendedPrivate: 0x0488ade4 };

type Row = readonly [
  entropy: string,
  mnemonic: string,
  passphrase: string,
  seed: string,
  xprv: string,
];

/** Entropy to words and back, the seed that follows from them, and the master key of that. */
export const bip39Check: VectorCheck = {
  file: 'keys/mnemonic-english.json',
  total: 24,
  run: (vectors) =>
    vectors
      .json<readonly Row[]>('keys/mnemonic-english.json')
      .map((row) => outcomeOf(row[1], () => checkRow(row))),
};

function checkRow([entropy, mnemonic, passphrase, seed, xprv]: Row): void {
  const words = mnemonicFromEntropy(fromHex(entropy));
  if (words !== mnemonic) throw new Error(`the words are ${words}`);
  const back = toHex(entropyFromMnemonic(mnemonic));
  if (back !== entropy) throw new Error(`the entropy is ${back}`);
  const bytes = seedFromMnemonic(mnemonic, passphrase);
  if (toHex(bytes) !== seed) throw new Error(`the seed is ${toHex(bytes)}`);
  const master = encodeExtendedKey(masterKeyFromSeed(bytes), PREFIXES);
  if (master !== xprv) throw new Error(`the master key is ${master}`);
}
