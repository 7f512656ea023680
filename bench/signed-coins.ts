/** Coins of the usual kinds, and how they are spent: the same keys and signatures in every run. */
import { curve } from '#curve';
import { concatBytes } from '../src/protocol/bytes/concat.ts';
import { encodeDer } from '../src/protocol/crypto/ecdsa-signature.ts';
import { hash160, sha256 } from '../src/protocol/crypto/hash.ts';
import type { Transaction, TxIn, TxOut } from '../src/protocol/primitives/transaction.ts';
import { buildScript } from '../src/protocol/script/build-script.ts';
import { SIGHASH_ALL, SIGHASH_DEFAULT } from '../src/protocol/script/signature-hash/hash-type.ts';
import { legacySignatureHash } from '../src/protocol/script/signature-hash/legacy.ts';
import { segwitV0SignatureHash } from '../src/protocol/script/signature-hash/segwit-v0.ts';
import { Spend } from '../src/protocol/script/signature-hash/spend.ts';
import { taprootSignatureHash } from '../src/protocol/script/signature-hash/taproot.ts';
import { taprootOutput, taprootPrivateKey } from '../src/protocol/script/taproot.ts';
import { multisig, p2pkh, p2tr, p2wpkh, p2wsh } from '../src/protocol/script/templates.ts';

export const inputKinds = ['P2WPKH', 'P2PKH', 'P2TR key path', 'P2WSH 2-of-3'] as const;
export type InputKind = (typeof inputKinds)[number];

const NO_RANDOMNESS = new Uint8Array(32);
/** Which two of three keys sign, in turn: how many checks that takes depends on it. */
const SIGNERS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [1, 2],
];

/** An output, and how an input that spends it is signed. */
export interface SignedCoin {
  readonly output: TxOut;
  sign(spend: Spend, inputIndex: number): Pick<TxIn, 'scriptSig' | 'witness'>;
}

/** The coin of a kind with this number. Its keys follow from both. */
export function signedCoin(kind: InputKind, number: number, value: bigint): SignedCoin {
  if (kind === 'P2WSH 2-of-3') return multisigCoin(number, value);
  const privateKey = digest(`${kind} key ${number}`);
  const publicKey = defined(curve.publicKey(privateKey));
  if (kind === 'P2TR key path') return taprootCoin(privateKey, publicKey.subarray(1), value);
  const keyHash = hash160(publicKey);
  const code = p2pkh(keyHash);
  if (kind === 'P2PKH') {
    return coin(value, code, (spend, i) => {
      const hash = legacySignatureHash(spend, i, code, SIGHASH_ALL);
      return { scriptSig: buildScript(ecdsa(hash, privateKey), publicKey), witness: [] };
    });
  }
  return coin(value, p2wpkh(keyHash), (spend, i) => {
    const hash = segwitV0SignatureHash(spend, i, code, value, SIGHASH_ALL);
    return { scriptSig: new Uint8Array(0), witness: [ecdsa(hash, privateKey), publicKey] };
  });
}

function taprootCoin(privateKey: Uint8Array, internalKey: Uint8Array, value: bigint): SignedCoin {
  const { outputKey } = defined(taprootOutput(internalKey));
  const tweaked = defined(taprootPrivateKey(privateKey));
  return coin(value, p2tr(outputKey), (spend, i) => {
    const hash = defined(taprootSignatureHash(spend, i, SIGHASH_DEFAULT));
    const signature = defined(curve.signSchnorr(hash, tweaked, NO_RANDOMNESS));
    return { scriptSig: new Uint8Array(0), witness: [signature] };
  });
}

function multisigCoin(number: number, value: bigint): SignedCoin {
  const privateKeys = [0, 1, 2].map((i) => digest(`multisig key ${number} ${i}`));
  const script = multisig(
    2,
    privateKeys.map((key) => defined(curve.publicKey(key))),
  );
  const signers = SIGNERS[number % SIGNERS.length] ?? [0, 1];
  return coin(value, p2wsh(sha256(script)), (spend, i) => {
    const hash = segwitV0SignatureHash(spend, i, script, value, SIGHASH_ALL);
    const signatures = signers.map((signer) => ecdsa(hash, defined(privateKeys[signer])));
    return {
      scriptSig: new Uint8Array(0),
      witness: [new Uint8Array(0), ...signatures, script],
    };
  });
}

function coin(value: bigint, scriptPubKey: Uint8Array, sign: SignedCoin['sign']): SignedCoin {
  return { output: { value, scriptPubKey }, sign };
}

/** A transaction with the signatures that it lacks: one coin for each input. */
export function signTransaction(tx: Transaction, coins: readonly SignedCoin[]): Transaction {
  const spentOutputs = coins.map(({ output }) => output);
  const spend = new Spend(tx, spentOutputs);
  const inputs = tx.inputs.map((input, i) => ({ ...input, ...coins[i]?.sign(spend, i) }));
  return { ...tx, inputs };
}

/** A signature as scripts hold it: DER, and the hash type. */
function ecdsa(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { signature } = defined(curve.signEcdsa(hash, privateKey));
  return concatBytes(encodeDer(signature), Uint8Array.of(SIGHASH_ALL));
}

/** 32 bytes that follow from a text. */
export function digest(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a key of the benchmark is none');
  return value;
}
