import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../bytes/decode-error.ts';
import { fromHex } from '../bytes/hex.ts';
import { main } from '../params/main.ts';
import { blockHash } from '../primitives/block-hash.ts';
import { decodeTx, encodeTx, type Transaction } from '../primitives/transaction.ts';
import { blockSummaryToJson, blockToJson } from './block-to-json.ts';
import { headerToJson } from './header-to-json.ts';
import { jsonText } from './json-text.ts';
import { txToJson } from './tx-to-json.ts';

const prefixes = main.addressPrefixes;
const coinbase = main.genesis.transactions[0] as Transaction;

describe('a transaction', () => {
  it('may have an amount that no rule allows, and a version of 32 bits', () => {
    const tx = {
      ...coinbase,
      version: 0xffffffff,
      outputs: [{ value: -1n, scriptPubKey: fromHex('51') }],
    };
    const text = jsonText(txToJson(tx, prefixes));
    expect(text).toContain('"version":4294967295');
    expect(text).toContain('"value":-0.00000001');
  });

  it('has no fields for what a coinbase does not spend', () => {
    const [input] = JSON.parse(jsonText(txToJson(coinbase, prefixes))).vin;
    expect(Object.keys(input)).toEqual(['coinbase', 'sequence']);
  });

  it('of any bytes can be shown, as JSON that can be read', () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    const prefix = encodeTx(coinbase);
    fc.assert(
      fc.property(bytes, fc.nat(prefix.length - 1), (noise, at) => {
        const mutated = Uint8Array.from(prefix);
        mutated.set(noise.subarray(0, prefix.length - at), at);
        try {
          const json = txToJson(decodeTx(mutated), prefixes, { hex: true });
          expect(JSON.parse(jsonText(json, 2))).toHaveProperty('hex');
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
});

describe('a header', () => {
  const { header } = main.genesis;

  it('shows a negative version in two forms', () => {
    expect(headerToJson({ ...header, version: -2 })).toMatchObject({
      version: -2,
      versionHex: 'fffffffe',
    });
  });

  it('without a target has no difficulty', () => {
    expect(jsonText(headerToJson({ ...header, bits: 0 }))).toContain(
      '"bits":"00000000","difficulty":null',
    );
  });

  it('names the one before it, unless it is the first', () => {
    expect(jsonText(headerToJson(header))).not.toContain('previousblockhash');
    const child = { ...header, previousBlockHash: blockHash(header) };
    expect(jsonText(headerToJson(child))).toContain(
      '"previousblockhash":"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"}',
    );
  });
});

it('a block has its transactions in full, or their ids alone', () => {
  const id = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b';
  expect(blockToJson(main.genesis, prefixes)).toMatchObject({ nTx: 1, tx: [{ txid: id }] });
  expect(blockSummaryToJson(main.genesis)).toMatchObject({ size: 285, weight: 1140, tx: [id] });
});
