import { curve } from '#curve';
import { equalBytes } from '../../src/protocol/bytes/compare.ts';
import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import type { Curve } from '../../src/protocol/crypto/curve/curve.ts';
import {
  type CaseOutcome,
  outcomeOf,
  type VectorCheck,
  type VectorFolder,
} from './vector-check.ts';

/** BIP340's own table: signatures to be made again bit for bit, and signatures to be judged. */
export const bip340Check: VectorCheck = {
  file: 'keys/bip340_test_vectors.csv',
  total: 15,
  run: (vectors) => bip340Outcomes(curve, vectors),
};

/** The outcome of every case, by this backend of the curve. */
export function bip340Outcomes(backend: Curve, vectors: VectorFolder): readonly CaseOutcome[] {
  const [, ...lines] = vectors.text('keys/bip340_test_vectors.csv').trim().split('\n');
  return lines.map((line) => outcomeOfRow(backend, line.trim().split(',')));
}

function outcomeOfRow(backend: Curve, row: readonly string[]): CaseOutcome {
  const [index, privateKey = '', key = '', auxiliary = '', message = '', signature = ''] = row;
  return outcomeOf(`case ${index}`, () => {
    const expected = row[6] === 'TRUE';
    const hash = fromHex(message);
    const valid = backend.verifySchnorr(hash, fromHex(signature), fromHex(key));
    if (valid !== expected) throw new Error(`the signature is ${valid ? '' : 'not '}taken`);
    if (privateKey === '') return;
    const made = backend.signSchnorr(hash, fromHex(privateKey), fromHex(auxiliary));
    if (made === undefined || !equalBytes(made, fromHex(signature))) {
      throw new Error(`signed as ${made === undefined ? 'nothing' : toHex(made)}`);
    }
  });
}
