import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { type Transaction, type TxOut, txWeight } from '../../protocol/primitives/transaction.ts';
import type { DescriptorChain } from '../../protocol/script/descriptor/chain.ts';
import type { Descriptor } from '../../protocol/script/descriptor/descriptor.ts';
import { type ExpandedOutput, expandDescriptor } from '../../protocol/script/descriptor/expand.ts';
import { parseDescriptor } from '../../protocol/script/descriptor/parse.ts';
import { signTransaction } from '../../protocol/script/sign/sign-transaction.ts';
import { KeyRing } from '../../protocol/script/sign/signing-provider.ts';
import { SIGHASH_DEFAULT } from '../../protocol/script/signature-hash/hash-type.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';
import { inputSize, inputVsize, inputWeight, signedWeight } from './input-size.ts';
import { PaymentError } from './payment-error.ts';

const CHAIN: DescriptorChain = {
  keyPrefixes: { wif: 0xef, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
};
const secrets = Array.from({ length: 17 }, (_, i) => new Uint8Array(32).fill(i + 1));
const keyOf = (i: number, compressed = true): string =>
  toHex(curve.publicKey(secrets[i] as Uint8Array, compressed) as Uint8Array);
const [A, B, C] = [keyOf(0), keyOf(1), keyOf(2)];
const LONG_A = keyOf(0, false);
const sixteen = secrets.slice(0, 16).map((_, i) => keyOf(i));

const parse = (text: string): Descriptor => parseDescriptor(text, CHAIN);

function ringFor(output: ExpandedOutput, compressed: boolean): KeyRing {
  const ring = new KeyRing();
  for (const privateKey of secrets) ring.addPrivateKey({ privateKey, compressed });
  for (const script of [output.redeemScript, output.witnessScript]) {
    if (script !== undefined) ring.addScript(script);
  }
  if (output.taproot !== undefined) ring.addTaproot(output.taproot);
  return ring;
}

/** One input, one output, signed. */
function signed(text: string): { tx: Transaction; spent: TxOut } {
  const [output] = expandDescriptor(parse(text)).outputs as [ExpandedOutput];
  const spent = { value: 10_000n, scriptPubKey: output.script };
  const tx: Transaction = {
    version: 2,
    inputs: [
      {
        prevout: { txid: new Uint8Array(32).fill(9) as Txid, vout: 0 },
        ...{ scriptSig: new Uint8Array(0), sequence: 0xfffffffd, witness: [] },
      },
    ],
    outputs: [{ value: 9_000n, scriptPubKey: p2wpkh(new Uint8Array(20)) }],
    lockTime: 0,
  };
  const ring = ringFor(output, !text.includes(LONG_A));
  const result = signTransaction(tx, [spent], ring, SIGHASH_DEFAULT);
  expect(result.errors.size, text).toBe(0);
  return { tx: result.tx, spent };
}

describe('the size of an input', () => {
  // Weight and virtual size as Core 28 reckons them (`MaxInputWeight`), for a signer with low R.
  it.each<[kind: string, text: string, weight: number, vsize: number]>([
    ['wpkh', `wpkh(${A})`, 271, 68],
    ['tr, by its key', `tr(${A})`, 231, 58],
    ['rawtr', `rawtr(${A})`, 231, 58],
    ['pkh', `pkh(${A})`, 588, 148],
    ['pk', `pk(${A})`, 452, 114],
    ['sh(wpkh)', `sh(wpkh(${A}))`, 363, 91],
    ['bare multi', `multi(1,${A},${B})`, 456, 115],
    ['wsh(multi)', `wsh(multi(2,${A},${B},${C}))`, 416, 104],
    ['sh(wsh(multi))', `sh(wsh(multi(2,${A},${B},${C})))`, 556, 139],
    ['wsh(pk)', `wsh(pk(${A}))`, 273, 69],
    ['wsh of a miniscript', `wsh(and_v(v:pk(${A}),older(144)))`, 278, 70],
  ])('that spends %s', (_, text, weight, vsize) => {
    const size = inputSize(parse(text));
    expect([inputWeight(size), inputVsize(size)]).toEqual([weight, vsize]);
  });

  it('counts the push of a long redeem script in full, where Core counts a byte', () => {
    // 105 bytes behind OP_PUSHDATA1; 3 signatures of 7 keys make a length of three bytes besides.
    const size = inputSize(parse(`sh(multi(2,${A},${B},${C}))`));
    expect(size).toEqual({ scriptSig: 1 + 2 * 72 + 2 + 105, witness: 0 });
    expect(inputWeight(size)).toBe(4 * (40 + 1 + 252));
  });

  it('is a byte more for each signature of a signer without low R', () => {
    expect(inputSize(parse(`wpkh(${A})`), { lowR: false })).toEqual({ scriptSig: 0, witness: 108 });
    expect(inputSize(parse(`pkh(${A})`), { lowR: false }).scriptSig).toBe(107);
  });

  it.each([
    `wpkh(${A})`,
    `tr(${A})`,
    `rawtr(${A})`,
    `pkh(${A})`,
    `pkh(${LONG_A})`,
    `pk(${A})`,
    `pk(${LONG_A})`,
    `sh(pkh(${LONG_A}))`,
    `sh(wpkh(${A}))`,
    `multi(1,${A},${B})`,
    `sh(multi(2,${A},${B},${C}))`,
    `sh(sortedmulti(3,${sixteen.slice(0, 7).join()}))`,
    `wsh(multi(2,${A},${B},${C}))`,
    `wsh(sortedmulti(16,${sixteen.join()}))`,
    `wsh(multi(17,${[...sixteen, keyOf(16)].join()}))`,
    `sh(wsh(multi(2,${A},${B},${C})))`,
    `wsh(pk(${A}))`,
    `wsh(pkh(${A}))`,
    `wsh(and_v(v:pk(${A}),pk(${B})))`,
    `wsh(or_d(pk(${A}),pkh(${B})))`,
    `wsh(or_i(pk(${A}),pk(${B})))`,
    `wsh(thresh(2,pk(${A}),s:pk(${B}),s:pk(${C})))`,
    `wsh(andor(pk(${A}),pk(${B}),pk(${C})))`,
    `wsh(or_d(multi(2,${A},${B}),and_v(v:pkh(${C}),older(5))))`,
  ])('is never exceeded once %s is signed', (text) => {
    const { tx } = signed(text);
    const estimate = signedWeight([inputSize(parse(text))], tx.outputs);
    expect(txWeight(tx)).toBeLessThanOrEqual(estimate);
    // A signature may turn out shorter; a miniscript may find a shorter way, and is reckoned with high R.
    const isExact = !/older|or_|thresh|and/.test(text);
    if (isExact) expect(estimate - txWeight(tx)).toBeLessThanOrEqual(8);
  });

  it('is not known where it is not known what will be shown', () => {
    for (const text of [`combo(${A})`, 'raw(51)', 'addr(mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn)']) {
      expect(() => inputSize(parse(text))).toThrow(PaymentError);
    }
  });
});

describe('the weight of a transaction', () => {
  it('has a byte for each input without a witness as soon as one has a witness', () => {
    const wpkh = inputSize(parse(`wpkh(${A})`));
    const pkh = inputSize(parse(`pkh(${A})`));
    const outputs = [{ value: 1n, scriptPubKey: p2wpkh(new Uint8Array(20)) }];
    expect(signedWeight([pkh], outputs)).toBe(40 + 124 + 588);
    expect(signedWeight([wpkh], outputs)).toBe(40 + 124 + 2 + 271);
    expect(signedWeight([wpkh, pkh], outputs)).toBe(40 + 124 + 2 + 271 + 588 + 1);
  });

  it('has longer counts from 253 on', () => {
    const wpkh = inputSize(parse(`wpkh(${A})`));
    const many = Array.from({ length: 253 }, () => wpkh);
    expect(signedWeight(many, [])).toBe((8 + 3 + 1) * 4 + 2 + 253 * 271);
  });
});
