import { toHex } from '../../src/protocol/bytes/hex.ts';
import { KeyError } from '../../src/protocol/keys/key-error.ts';
import { decodeWif, encodeWif } from '../../src/protocol/keys/wif.ts';
import {
  AddressError,
  type AddressPrefixes,
  addressFromScript,
  scriptFromAddress,
} from '../../src/protocol/script/address.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

interface Prefixes extends AddressPrefixes {
  readonly wif: number;
}

/** By the names of the file. All of Bitcoin's test networks have the same bytes. */
const CHAINS: Readonly<Record<string, Prefixes>> = {
  main: { pubKeyHash: 0, scriptHash: 5, bech32: 'bc', wif: 128 },
  test: { pubKeyHash: 111, scriptHash: 196, bech32: 'tb', wif: 239 },
  signet: { pubKeyHash: 111, scriptHash: 196, bech32: 'tb', wif: 239 },
  regtest: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt', wif: 239 },
};

interface KeyFacts {
  readonly chain: string;
  readonly isPrivkey: boolean;
  readonly isCompressed?: boolean;
  readonly tryCaseFlip?: boolean;
}

type ValidRow = readonly [text: string, hex: string, facts: KeyFacts];

/** Addresses and private keys that are right on their own chain, and are not the other thing. */
export const keyIoValidCheck: VectorCheck = {
  file: 'core/key_io_valid.json',
  total: 70,
  run: (vectors) =>
    vectors
      .json<readonly ValidRow[]>('core/key_io_valid.json')
      .map((row) => outcomeOf(row[0], () => checkValid(row))),
};

/** Text that is no address and no private key, on any chain. */
export const keyIoInvalidCheck: VectorCheck = {
  file: 'core/key_io_invalid.json',
  total: 70,
  run: (vectors) =>
    vectors.json<readonly (readonly [string])[]>('core/key_io_invalid.json').map(([text]) =>
      outcomeOf(JSON.stringify(text), () => {
        for (const [chain, prefixes] of Object.entries(CHAINS)) {
          if (addressScript(text, prefixes)) throw new Error(`taken for an address of ${chain}`);
          if (privateKey(text, prefixes)) throw new Error(`taken for a private key of ${chain}`);
        }
      }),
    ),
};

function checkValid([text, hex, facts]: ValidRow): void {
  const prefixes = CHAINS[facts.chain];
  if (prefixes === undefined) throw new Error(`no chain is called ${facts.chain}`);
  if (facts.isPrivkey) checkPrivateKey(text, hex, facts, prefixes);
  else checkAddress(text, hex, facts, prefixes);
}

function checkPrivateKey(text: string, hex: string, facts: KeyFacts, prefixes: Prefixes): void {
  const key = decodeWif(text, prefixes.wif);
  if (toHex(key.privateKey) !== hex) throw new Error('another key was read');
  if (key.compressed !== facts.isCompressed) throw new Error(`compressed: ${key.compressed}`);
  if (encodeWif(key, prefixes.wif) !== text) throw new Error('written as another text');
  if (addressScript(text, prefixes)) throw new Error('taken for an address');
}

function checkAddress(text: string, hex: string, facts: KeyFacts, prefixes: Prefixes): void {
  const script = scriptFromAddress(text, prefixes);
  if (toHex(script) !== hex) throw new Error(`stands for ${toHex(script)}, and not for ${hex}`);
  const written = addressFromScript(script, prefixes);
  if (written !== text) throw new Error(`written as ${written}`);
  if (privateKey(text, prefixes)) throw new Error('taken for a private key');
  const flipped = addressScript(flipCase(text), prefixes);
  const flippedFits = flipped !== undefined && toHex(flipped) === hex;
  if (flippedFits !== (facts.tryCaseFlip ?? false)) throw new Error('in the other case: not so');
}

function addressScript(text: string, prefixes: Prefixes): Uint8Array | undefined {
  try {
    return scriptFromAddress(text, prefixes);
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

function privateKey(text: string, prefixes: Prefixes): Uint8Array | undefined {
  try {
    return decodeWif(text, prefixes.wif).privateKey;
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
}

function flipCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
