import { compareBytes } from '../../src/protocol/bytes/compare.ts';
import { fromHex, fromReversedHex, toHex } from '../../src/protocol/bytes/hex.ts';
import { hash160 } from '../../src/protocol/crypto/hash.ts';
import { decodeWif } from '../../src/protocol/keys/wif.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import type { Txid } from '../../src/protocol/primitives/hashes.ts';
import { encodeTx, hasWitness, SEQUENCE_FINAL } from '../../src/protocol/primitives/transaction.ts';
import { combinePsbts } from '../../src/protocol/psbt/combine-psbts.ts';
import { parsePsbt } from '../../src/protocol/psbt/decode-psbt.ts';
import { formatPsbt } from '../../src/protocol/psbt/encode-psbt.ts';
import { createPsbt, type Psbt } from '../../src/protocol/psbt/psbt.ts';
import { PsbtError } from '../../src/protocol/psbt/psbt-error.ts';
import {
  coinsOf,
  extractTransaction,
  finalizePsbt,
  signInput,
} from '../../src/protocol/psbt/sign-psbt.ts';
import { addressFromScript, scriptFromAddress } from '../../src/protocol/script/address.ts';
import { KeyRing } from '../../src/protocol/script/sign/signing-provider.ts';
import { multisig, p2sh } from '../../src/protocol/script/templates.ts';
import {
  type CaseOutcome,
  outcomeOf,
  type VectorCheck,
  type VectorFolder,
} from './vector-check.ts';

const FILE = 'core/rpc_psbt.json';

interface PsbtVectors {
  readonly invalid: readonly string[];
  readonly invalid_with_msg: readonly (readonly [text: string, message: string])[];
  readonly valid: readonly string[];
  readonly creator: readonly {
    readonly inputs: readonly { readonly txid: string; readonly vout: number }[];
    readonly outputs: readonly Readonly<Record<string, number>>[];
    readonly result: string;
  }[];
  readonly signer: readonly {
    readonly privkeys: readonly string[];
    readonly psbt: string;
    readonly result: string;
  }[];
  readonly combiner: readonly {
    readonly combine: readonly [string, ...(readonly string[])];
    readonly result: string;
  }[];
  readonly finalizer: readonly { readonly finalize: string; readonly result: string }[];
  readonly extractor: readonly { readonly extract: string; readonly result: string }[];
}

/** Every role of BIP174, held to the data of Bitcoin Core's own tests. */
export const psbtCheck: VectorCheck = {
  file: FILE,
  total: 74,
  run: (folder) => {
    const vectors = read(folder);
    return [
      ...vectors.invalid.map((text) => outcomeOf('invalid', () => expectInvalid(text))),
      ...vectors.invalid_with_msg.map(([text, message]) =>
        outcomeOf('invalid with message', () => expectInvalid(text, message)),
      ),
      ...vectors.valid.map((text) => outcomeOf('valid', () => expectValid(text))),
      ...vectors.creator.map((row) => same('creator', () => formatPsbt(create(row)), row.result)),
      ...vectors.signer.map((row) => same('signer', () => formatPsbt(sign(row)), row.result)),
      ...vectors.combiner.map(({ combine: [first, ...others], result }) => {
        const rest = () => others.map(parsePsbt);
        return same(
          'combiner',
          () => formatPsbt(combinePsbts([parsePsbt(first), ...rest()])),
          result,
        );
      }),
      ...vectors.finalizer.map((row) =>
        same('finalizer', () => formatPsbt(finalizePsbt(parsePsbt(row.finalize)).psbt), row.result),
      ),
      ...vectors.extractor.map((row) =>
        same(
          'extractor',
          () => toHex(encodeTx(extractTransaction(parsePsbt(row.extract)))),
          row.result,
        ),
      ),
    ];
  },
  groups: (folder) => Object.entries(read(folder)).flatMap(([role, rows]) => rows.map(() => role)),
};

function read(folder: VectorFolder): PsbtVectors {
  return folder.json<PsbtVectors>(FILE);
}

function expectInvalid(text: string, message = ''): void {
  try {
    parsePsbt(text);
  } catch (error) {
    if (error instanceof PsbtError && error.message.includes(message)) return;
    throw error;
  }
  throw new Error(`${text} was taken for a PSBT`);
}

/** Core leaves the witnesses of earlier transactions out, so that only PSBTs without them stay as they are. */
function expectValid(text: string): void {
  const psbt = parsePsbt(text);
  const written = formatPsbt(psbt);
  const again = formatPsbt(parsePsbt(written));
  if (again !== written) throw new Error(`${written} became ${again}`);
  const isShortened = psbt.inputs.some(
    ({ nonWitnessUtxo }) => nonWitnessUtxo !== undefined && hasWitness(nonWitnessUtxo),
  );
  if (!isShortened && written !== text) throw new Error(`${text} became ${written}`);
}

function create({ inputs, outputs }: PsbtVectors['creator'][number]): Psbt {
  return createPsbt({
    version: 2,
    lockTime: 0,
    inputs: inputs.map(({ txid, vout }) => ({
      prevout: { txid: fromReversedHex(txid) as Txid, vout },
      scriptSig: new Uint8Array(0),
      sequence: SEQUENCE_FINAL,
      witness: [],
    })),
    outputs: outputs.flatMap((output) =>
      Object.entries(output).map(([address, amount]) => ({
        value: BigInt(Math.round(amount * 1e8)),
        scriptPubKey: scriptFromAddress(address, regtest.addressPrefixes),
      })),
    ),
  });
}

function sign({ privkeys, psbt: text }: PsbtVectors['signer'][number]): Psbt {
  const psbt = parsePsbt(text);
  const ring = new KeyRing();
  for (const wif of privkeys) ring.addPrivateKey(decodeWif(wif, regtest.keyPrefixes.wif));
  const coins = coinsOf(psbt);
  return { ...psbt, inputs: psbt.inputs.map((_, i) => signInput(psbt, i, ring, coins).input) };
}

function same(name: string, run: () => string, expected: string): CaseOutcome {
  return outcomeOf(name, () => {
    const actual = run();
    if (actual !== expected) throw new Error(`${actual}\nis not\n${expected}`);
  });
}

interface SortedMultisig {
  readonly keys: readonly string[];
  readonly sorted_keys: readonly string[];
  readonly script: string;
  readonly address: string;
}

/** Two signatures of keys in the order of BIP67. */
export const sortedMultisigCheck: VectorCheck = {
  file: 'core/rpc_bip67.json',
  total: 4,
  run: (folder) =>
    folder
      .json<readonly SortedMultisig[]>('core/rpc_bip67.json')
      .map(({ keys, sorted_keys, script, address }, i) =>
        same(
          `set ${i}`,
          () => {
            const sorted = keys.map(fromHex).sort(compareBytes);
            const redeemScript = multisig(2, sorted);
            const output = p2sh(hash160(redeemScript));
            return [
              ...sorted.map(toHex),
              toHex(redeemScript),
              addressFromScript(output, regtest.addressPrefixes),
            ].join();
          },
          [...sorted_keys, script, address].join(),
        ),
      ),
};
