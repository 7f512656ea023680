/** Partially signed transactions (BIP174): what several people hand to each other, as text. */
import { signedTransactions } from '../../bench/signed-inputs.ts';
import { equalBytes } from '../../src/protocol/bytes/compare.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { decodeTx } from '../../src/protocol/primitives/transaction.ts';
import { analyzePsbt } from '../../src/protocol/psbt/analyze-psbt.ts';
import { combinePsbts } from '../../src/protocol/psbt/combine-psbts.ts';
import { decodePsbt, parsePsbt } from '../../src/protocol/psbt/decode-psbt.ts';
import { encodePsbt, formatPsbt } from '../../src/protocol/psbt/encode-psbt.ts';
import {
  createPsbt,
  type Psbt,
  type PsbtInput,
  type PsbtOutput,
} from '../../src/protocol/psbt/psbt.ts';
import { jsonText } from '../../src/protocol/report/json-text.ts';
import { psbtAnalysisToJson, psbtToJson } from '../../src/protocol/report/psbt-to-json.ts';
import type { FuzzTarget } from './target.ts';

const { addressPrefixes } = regtest;
const hash = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const field = { key: Uint8Array.of(0xf0, 1), value: Uint8Array.of(2, 3) };
const proprietary = {
  key: Uint8Array.of(0xfc, 1, 0x61, 5),
  identifier: Uint8Array.of(0x61),
  subtype: 5n,
  value: Uint8Array.of(9),
};
const origin = { fingerprint: Uint8Array.of(1, 2, 3, 4), path: [0x80000054, 7] };

/** An input that has a field of every kind, and an output. */
function filled(psbt: Psbt): Psbt {
  const preimages = [{ hash: hash(3), preimage: Uint8Array.of(4) }];
  const short = [{ hash: new Uint8Array(20).fill(3), preimage: Uint8Array.of(4) }];
  const tapKeyPaths = [{ key: hash(5), leafHashes: [hash(6)], origin }];
  const input: Partial<PsbtInput> = {
    hashType: 1,
    redeemScript: Uint8Array.of(0x51),
    witnessScript: Uint8Array.of(0x52),
    ripemd160Preimages: short,
    sha256Preimages: preimages,
    hash160Preimages: short,
    hash256Preimages: preimages,
    tapKeySignature: new Uint8Array(64),
    tapScriptSignatures: [{ key: hash(5), leafHash: hash(6), signature: new Uint8Array(65) }],
    tapScripts: [
      { script: Uint8Array.of(0x51), version: 0xc0, controlBlocks: [new Uint8Array(33)] },
    ],
    tapKeyPaths,
    tapInternalKey: hash(7),
    tapMerkleRoot: hash(8),
    proprietary: [proprietary],
    unknown: [field],
  };
  const output: Partial<PsbtOutput> = {
    redeemScript: Uint8Array.of(0x51),
    tapInternalKey: hash(7),
    tapTree: [
      { depth: 1, version: 0xc0, script: Uint8Array.of(0x51) },
      { depth: 1, version: 0xc0, script: Uint8Array.of(0x52) },
    ],
    tapKeyPaths,
    unknown: [field],
  };
  return {
    ...psbt,
    proprietary: [proprietary],
    unknown: [field],
    inputs: psbt.inputs.map((one) => ({ ...one, ...input })),
    outputs: psbt.outputs.map((one) => ({ ...one, ...output })),
  };
}

const psbts = (['P2WPKH', 'P2PKH', 'P2TR key path', 'P2WSH 2-of-3'] as const).flatMap((kind) =>
  signedTransactions(kind, 1).flatMap(({ bytes, spentOutputs }): readonly Psbt[] => {
    const tx = decodeTx(bytes);
    const bare = createPsbt(tx);
    const withInputs = (fields: (i: number) => Partial<PsbtInput>): Psbt => ({
      ...bare,
      inputs: bare.inputs.map((input, i) => ({ ...input, ...fields(i) })),
    });
    const updated = withInputs((i) => ({ witnessUtxo: spentOutputs[i] }));
    const final = withInputs((i) => ({
      witnessUtxo: spentOutputs[i],
      finalWitness: tx.inputs[i]?.witness,
      finalScriptSig: tx.inputs[i]?.scriptSig,
    }));
    return [bare, updated, final, filled(updated)];
  }),
);

function show(psbt: Psbt): void {
  jsonText(psbtToJson(psbt, addressPrefixes));
  jsonText(psbtAnalysisToJson(analyzePsbt(psbt)));
}

export const psbtTargets: readonly FuzzTarget[] = [
  {
    name: 'psbt',
    seeds: psbts.map(encodePsbt),
    run(input) {
      const psbt = decodePsbt(input);
      show(psbt);
      // Other bytes may mean the same, but what is written is read as it is.
      const encoded = encodePsbt(psbt);
      if (!equalBytes(encodePsbt(decodePsbt(encoded)), encoded)) {
        throw new Error('accepted, but reads differently once it is written');
      }
      if (!equalBytes(encodePsbt(combinePsbts([psbt, psbt])), encoded)) {
        throw new Error('differs when it is combined with itself');
      }
    },
  },
  {
    name: 'psbt-text',
    seeds: psbts.map((psbt) => new TextEncoder().encode(formatPsbt(psbt))),
    run: (input) => show(parsePsbt(new TextDecoder().decode(input))),
  },
];
