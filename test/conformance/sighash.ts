import { fromHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { decodeTx } from '../../src/protocol/primitives/transaction.ts';
import { legacySignatureHash } from '../../src/protocol/script/signature-hash/legacy.ts';
import { Spend } from '../../src/protocol/script/signature-hash/spend.ts';
import { rowsOf } from './script-rows.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

const FILE = 'core/sighash.json';

type Row = readonly [tx: string, script: string, input: number, hashType: number, hash: string];

/** Legacy signature hashes of random transactions, under hash types of all 32 bits. */
export const sighashCheck: VectorCheck = {
  file: FILE,
  total: 500,
  run(vectors) {
    const rows = rowsOf(vectors.json<readonly (Row | readonly [string])[]>(FILE));
    return rows.map((row, i) => outcomeOf(`row ${i}`, () => checkRow(row)));
  },
};

function checkRow([tx, script, input, hashType, expected]: Row): void {
  const spend = new Spend(decodeTx(fromHex(tx)), []);
  const hash = toReversedHex(legacySignatureHash(spend, input, fromHex(script), hashType));
  if (hash !== expected) throw new Error(`hash ${hash} where ${expected} belongs`);
}
