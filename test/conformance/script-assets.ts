import { curve } from '#curve';
import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import type { Transaction } from '../../src/protocol/primitives/transaction.ts';
import { decodeTx, decodeTxOut } from '../../src/protocol/primitives/transaction.ts';
import { scriptFlags } from '../../src/protocol/script/flags.ts';
import type { SignatureVerifier } from '../../src/protocol/script/machine/input-checker.ts';
import { verifyInput } from '../../src/protocol/script/verify-input.ts';
import { expectVerdict, flagsFromText, verdictOf } from './script-rows.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

const FILE = 'taproot/script_assets.json.gz';

interface Spending {
  readonly scriptSig: string;
  readonly witness: readonly string[];
}

interface Asset {
  readonly tx: string;
  readonly prevouts: readonly string[];
  readonly index: number;
  readonly flags: string;
  readonly comment: string;
  /** Whether `success` passes even under flags that did not exist when it was made. */
  readonly final?: boolean;
  readonly success?: Spending;
  readonly failure?: Spending;
}

/** Taproot, Tapscript, SegWit and legacy spends, under every set of consensus flags. */
export const scriptAssetsCheck: VectorCheck = {
  file: FILE,
  total: 1380,
  run(vectors) {
    const verifier = rememberingVerifier();
    return vectors
      .json<readonly Asset[]>(FILE)
      .map((asset, i) => outcomeOf(`${i} ${asset.comment}`, () => checkAsset(asset, verifier)));
  },
};

function checkAsset(asset: Asset, verifier: SignatureVerifier): void {
  const tx = decodeTx(fromHex(asset.tx));
  const spentOutputs = asset.prevouts.map((hex) => decodeTxOut(fromHex(hex)));
  const named = flagsFromText(asset.flags);
  const verdict = (spending: Spending, flags: number): string => {
    const spend = withSpending(tx, asset.index, spending);
    return verdictOf(() => verifyInput(spend, asset.index, spentOutputs, flags, verifier));
  };
  for (const flags of consensusFlagSets) {
    const under = `under flags 0x${flags.toString(16)}`;
    if (asset.success !== undefined && (asset.final === true || (flags & named) === flags)) {
      expectVerdict(verdict(asset.success, flags), 'OK', under);
    }
    if (asset.failure !== undefined && (flags & named) === named) {
      const failed = verdict(asset.failure, flags) === 'OK' ? 'OK' : 'failure';
      expectVerdict(failed, 'failure', under);
    }
  }
}

/** The flags that have become consensus and build on each other, and those that stand alone. */
const FOUNDATIONS = ['', 'P2SH', 'P2SH,WITNESS', 'P2SH,WITNESS,TAPROOT'];
const INDEPENDENT = ['DERSIG', 'CHECKLOCKTIMEVERIFY', 'CHECKSEQUENCEVERIFY', 'NULLDUMMY'];

const consensusFlagSets: readonly number[] = FOUNDATIONS.flatMap((foundation) =>
  Array.from({ length: 1 << INDEPENDENT.length }, (_, choice) => {
    const chosen = INDEPENDENT.filter((_flag, bit) => (choice & (1 << bit)) !== 0);
    return flagsFromText(foundation) | scriptFlags(...chosen);
  }),
);

function withSpending(tx: Transaction, index: number, spending: Spending): Transaction {
  const scriptSig = fromHex(spending.scriptSig);
  const witness = spending.witness.map(fromHex);
  return {
    ...tx,
    inputs: tx.inputs.map((input, i) => (i === index ? { ...input, scriptSig, witness } : input)),
  };
}

/** The same signature comes up under every set of flags, and takes its time only once. */
function rememberingVerifier(): SignatureVerifier {
  const known = new Map<string, boolean>();
  const remembering =
    (verify: SignatureVerifier['verifyEcdsa']): SignatureVerifier['verifyEcdsa'] =>
    (hash, signature, key) => {
      const name = toHex(hash) + toHex(signature) + toHex(key);
      const valid = known.get(name) ?? verify(hash, signature, key);
      known.set(name, valid);
      return valid;
    };
  return {
    verifyEcdsa: remembering((hash, signature, key) => curve.verifyEcdsa(hash, signature, key)),
    verifySchnorr: remembering((hash, signature, key) => curve.verifySchnorr(hash, signature, key)),
  };
}
