import { curve } from '#curve';
import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import { taggedHash } from '../../src/protocol/crypto/hash.ts';
import { decodeTx, type TxOut } from '../../src/protocol/primitives/transaction.ts';
import { type AddressPrefixes, addressFromScript } from '../../src/protocol/script/address.ts';
import { STANDARD_SCRIPT_FLAGS } from '../../src/protocol/script/flags.ts';
import { Spend } from '../../src/protocol/script/signature-hash/spend.ts';
import { taprootSignatureHash } from '../../src/protocol/script/signature-hash/taproot.ts';
import {
  type TapTree,
  taprootOutput,
  taprootPrivateKey,
  tapTweakHash,
} from '../../src/protocol/script/taproot.ts';
import { p2tr } from '../../src/protocol/script/templates.ts';
import { verifySpend } from '../../src/protocol/script/verify-input.ts';
import { type CaseOutcome, outcomeOf, type VectorCheck } from './vector-check.ts';

const FILE = 'core/bip341_wallet_vectors.json';

/** The addresses of the vectors are the main network's. */
const MAIN_PREFIXES: AddressPrefixes = { pubKeyHash: 0, scriptHash: 5, bech32: 'bc' };
/** BIP340's auxiliary randomness, in these vectors. */
const NO_RANDOMNESS = new Uint8Array(32);

interface LeafJson {
  readonly script: string;
  readonly leafVersion: number;
}
type TreeJson = LeafJson | readonly [TreeJson, TreeJson];

interface OutputVector {
  readonly given: { readonly internalPubkey: string; readonly scriptTree: TreeJson | null };
  readonly intermediary: {
    readonly leafHashes?: readonly string[];
    readonly merkleRoot: string | null;
    readonly tweak: string;
    readonly tweakedPubkey: string;
  };
  readonly expected: {
    readonly scriptPubKey: string;
    readonly bip350Address: string;
    readonly scriptPathControlBlocks?: readonly string[];
  };
}

interface SpendVector {
  readonly given: {
    readonly rawUnsignedTx: string;
    readonly utxosSpent: readonly { readonly scriptPubKey: string; readonly amountSats: number }[];
  };
  readonly intermediary: Readonly<Record<HashName, string>>;
  readonly inputSpending: readonly InputVector[];
  readonly auxiliary: { readonly fullySignedTx: string };
}
type HashName =
  | 'hashAmounts'
  | 'hashOutputs'
  | 'hashPrevouts'
  | 'hashScriptPubkeys'
  | 'hashSequences';

interface InputVector {
  readonly given: {
    readonly txinIndex: number;
    readonly internalPrivkey: string;
    readonly merkleRoot: string | null;
    readonly hashType: number;
  };
  readonly intermediary: {
    readonly internalPubkey: string;
    readonly tweak: string;
    readonly tweakedPrivkey: string;
    readonly sigMsg: string;
    readonly sigHash: string;
  };
  readonly expected: { readonly witness: readonly string[] };
}

interface Vectors {
  readonly scriptPubKey: readonly OutputVector[];
  readonly keyPathSpending: readonly SpendVector[];
}

/** BIP341: outputs of keys and trees; and a transaction that spends some, with all that is hashed. */
export const bip341Check: VectorCheck = {
  file: FILE,
  total: 7 + 7 + 2,
  run(folder) {
    const vectors = folder.json<Vectors>(FILE);
    return [
      ...vectors.scriptPubKey.map((vector, i) =>
        outcomeOf(`output ${i}`, () => checkOutput(vector)),
      ),
      ...vectors.keyPathSpending.flatMap(checkSpending),
    ];
  },
};

function checkOutput({ given, intermediary, expected }: OutputVector): void {
  const tree = given.scriptTree === null ? undefined : toTree(given.scriptTree);
  const output = taprootOutput(fromHex(given.internalPubkey), tree);
  if (output === undefined) throw new Error('the internal key is refused');
  const { leaves, merkleRoot, tweak, outputKey } = output;
  const script = p2tr(outputKey);
  expectSame(
    'leaves',
    leaves.map((leaf) => toHex(leaf.leafHash)),
    intermediary.leafHashes ?? [],
  );
  expectSame('root', merkleRoot && toHex(merkleRoot), intermediary.merkleRoot ?? undefined);
  expectSame('tweak', toHex(tweak), intermediary.tweak);
  expectSame('output key', toHex(outputKey), intermediary.tweakedPubkey);
  expectSame('script', toHex(script), expected.scriptPubKey);
  expectSame('address', addressFromScript(script, MAIN_PREFIXES), expected.bip350Address);
  const blocks = leaves.map((leaf) => toHex(leaf.controlBlock));
  expectSame('control blocks', blocks, expected.scriptPathControlBlocks ?? []);
}

function toTree(tree: TreeJson): TapTree {
  if ('script' in tree) return { script: fromHex(tree.script), version: tree.leafVersion };
  return [toTree(tree[0]), toTree(tree[1])];
}

function checkSpending(vector: SpendVector): readonly CaseOutcome[] {
  const { given, intermediary, inputSpending, auxiliary } = vector;
  const spentOutputs: readonly TxOut[] = given.utxosSpent.map(({ scriptPubKey, amountSats }) => ({
    value: BigInt(amountSats),
    scriptPubKey: fromHex(scriptPubKey),
  }));
  const spend = new Spend(decodeTx(fromHex(given.rawUnsignedTx)), spentOutputs);
  return [
    outcomeOf('hashes of the transaction', () => {
      expectSame('amounts', toHex(spend.shaAmounts), intermediary.hashAmounts);
      expectSame('outputs', toHex(spend.shaOutputs), intermediary.hashOutputs);
      expectSame('prevouts', toHex(spend.shaPrevouts), intermediary.hashPrevouts);
      expectSame('scripts', toHex(spend.shaScriptPubKeys), intermediary.hashScriptPubkeys);
      expectSame('sequences', toHex(spend.shaSequences), intermediary.hashSequences);
    }),
    ...inputSpending.map((input) =>
      outcomeOf(`input ${input.given.txinIndex}`, () => checkInput(spend, input)),
    ),
    outcomeOf('the signed transaction', () => {
      const signed = new Spend(decodeTx(fromHex(auxiliary.fullySignedTx)), spentOutputs);
      signed.tx.inputs.forEach((_, i) => {
        verifySpend(signed, i, STANDARD_SCRIPT_FLAGS);
      });
    }),
  ];
}

function checkInput(spend: Spend, { given, intermediary, expected }: InputVector): void {
  const privateKey = fromHex(given.internalPrivkey);
  const internalKey = curve.publicKey(privateKey)?.subarray(1) ?? new Uint8Array(0);
  const root = given.merkleRoot === null ? undefined : fromHex(given.merkleRoot);
  const tweaked = taprootPrivateKey(privateKey, root) ?? new Uint8Array(0);
  expectSame('internal key', toHex(internalKey), intermediary.internalPubkey);
  expectSame('tweak', toHex(tapTweakHash(internalKey, root)), intermediary.tweak);
  expectSame('tweaked key', toHex(tweaked), intermediary.tweakedPrivkey);

  const { txinIndex, hashType } = given;
  const hash = taprootSignatureHash(spend, txinIndex, hashType) ?? new Uint8Array(0);
  expectSame('hash', toHex(hash), intermediary.sigHash);
  const message = taggedHash('TapSighash')(fromHex(intermediary.sigMsg));
  expectSame('hash of the message', toHex(hash), toHex(message));

  const signature = curve.signSchnorr(hash, tweaked, NO_RANDOMNESS) ?? new Uint8Array(0);
  const suffix = hashType === 0 ? '' : hashType.toString(16).padStart(2, '0');
  expectSame('witness', [toHex(signature) + suffix], expected.witness);
}

function expectSame(what: string, actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what} ${found} where ${wanted} belongs`);
}
