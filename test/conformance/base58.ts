import { equalBytes } from '../../src/protocol/bytes/compare.ts';
import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import { decodeBase58, encodeBase58 } from '../../src/protocol/keys/base58check.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

const LONGEST = 256;

/** Bytes and their Base58, both ways. */
export const base58Check: VectorCheck = {
  file: 'core/base58_encode_decode.json',
  total: 14,
  run: (vectors) =>
    vectors
      .json<readonly (readonly [string, string])[]>('core/base58_encode_decode.json')
      .map(([hex, text]) =>
        outcomeOf(`${hex} = ${text}`, () => {
          const encoded = encodeBase58(fromHex(hex));
          if (encoded !== text) throw new Error(`encoded as ${encoded}`);
          const decoded = decodeBase58(text, LONGEST);
          if (!equalBytes(decoded, fromHex(hex))) throw new Error(`decoded as ${toHex(decoded)}`);
        }),
      ),
};
