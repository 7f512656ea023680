/**
 * BIP39: entropy as 12 to 24 English words, and the seed of a BIP32 tree from them.
 *
 * The seed follows from the text of the words, not from their entropy, so a wrong word gives another
 * wallet and no error. That is why words are checked here before anything is made of them.
 */
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { typingErrors } from '../bytes/nearest-name.ts';
import { KeyError } from './key-error.ts';

const ENTROPY_LENGTHS: readonly number[] = [16, 20, 24, 28, 32];
const WORD_COUNTS: readonly number[] = [12, 15, 18, 21, 24];

/**
 * The words for 16, 20, 24, 28 or 32 bytes of entropy.
 *
 * @example
 * mnemonicFromEntropy(new Uint8Array(16)) // 'abandon abandon … about'
 */
export function mnemonicFromEntropy(entropy: Uint8Array): string {
  if (!ENTROPY_LENGTHS.includes(entropy.length)) {
    throw new KeyError(
      'bad-entropy',
      `${entropy.length} bytes of entropy; BIP39 has words for ${ENTROPY_LENGTHS.join(', ')}`,
    );
  }
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * The entropy that words stand for. A word that is none is named, with the one it resembles most.
 *
 * @example
 * entropyFromMnemonic('abandon abandon … about') // 16 zeros
 */
export function entropyFromMnemonic(mnemonic: string): Uint8Array {
  return checkedEntropy(tidyWords(mnemonic));
}

/**
 * The 64-byte seed of words and a passphrase, by 2,048 rounds of PBKDF2: it takes a while. Any
 * passphrase is right, and each leads to other keys.
 *
 * @example
 * masterKeyFromSeed(seedFromMnemonic('abandon abandon … about', 'TREZOR'))
 */
export function seedFromMnemonic(mnemonic: string, passphrase = ''): Uint8Array {
  const words = tidyWords(mnemonic);
  checkedEntropy(words);
  if (/\p{Surrogate}/u.test(passphrase)) {
    throw new KeyError('bad-character', 'the passphrase has half of a surrogate pair in it');
  }
  return mnemonicToSeedSync(words.join(' '), passphrase);
}

/** People write capitals, line ends and spaces; the seed knows only one spelling. */
function tidyWords(mnemonic: string): readonly string[] {
  return mnemonic.trim().toLowerCase().split(/\s+/);
}

function checkedEntropy(words: readonly string[]): Uint8Array {
  if (!WORD_COUNTS.includes(words.length)) {
    const count = words[0] === '' ? 0 : words.length;
    throw new KeyError(
      'bad-length',
      `a mnemonic of ${count} words; BIP39 has them of ${WORD_COUNTS.join(', ')}`,
    );
  }
  words.forEach((word, index) => {
    if (wordlist.includes(word)) return;
    throw new KeyError(
      'unknown-word',
      `word ${index + 1}, ${JSON.stringify(shorten(word))}, is not in the English list of BIP39; the nearest is ${JSON.stringify(nearestWord(word))}`,
    );
  });
  try {
    return mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    // Length and words are right, so nothing else is left to be wrong.
    throw new KeyError(
      'bad-checksum',
      'the words are all in the list, but their checksum does not match: one is wrong, or out of order',
    );
  }
}

/** No word has more than eight letters: what is much longer resembles none of them. */
const LONGEST_SHOWN = 20;

function shorten(word: string): string {
  return word.length > LONGEST_SHOWN ? `${word.slice(0, LONGEST_SHOWN)}…` : word;
}

/** The word with the fewest typing errors between; among equals, the one that begins most alike. */
function nearestWord(word: string): string {
  const typed = word.slice(0, LONGEST_SHOWN);
  let nearest = '';
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of wordlist) {
    // A letter more or less is an error each, so most of the list is told from afar.
    if (Math.abs(candidate.length - typed.length) * 100 > least + LONGEST_SHOWN) continue;
    // A whole error counts more than any likeness at the beginning.
    const distance = typingErrors(typed, candidate) * 100 - sharedStart(typed, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
