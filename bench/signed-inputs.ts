/**
 * Transactions with valid signatures, the same in every run.
 *
 * Each has two outputs. Half of the inputs of a kind are alone in their transaction, half come in
 * pairs: most transactions on the main network have one input or two.
 */
import { curve } from '#curve';
import { concatBytes } from '../src/protocol/bytes/concat.ts';
import { encodeDer } from '../src/protocol/crypto/ecdsa-signature.ts';
import { hash160, sha256 } from '../src/protocol/crypto/hash.ts';
import type { Txid } from '../src/protocol/primitives/hashes.ts';
import type { Transaction, TxIn, TxOut } from '../src/protocol/primitives/transaction.ts';
import { encodeTx } from '../src/protocol/primitives/transaction.ts';
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

/** A transaction as it comes from the network, and what it spends. */
export interface SignedTransaction {
  readonly bytes: Uint8Array;
  readonly spentOutputs: readonly TxOut[];
}

const VALUE = 100_000n;
const NO_RANDOMNESS = new Uint8Array(32);
/** Which two of three keys sign, in turn: how many checks that takes depends on it. */
const SIGNERS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [1, 2],
];

/** An output, and how an input that spends it is signed. */
interface Coin {
  readonly output: TxOut;
  sign(spend: Spend, inputIndex: number): Pick<TxIn, 'scriptSig' | 'witness'>;
}

/** Transactions with so many inputs of a kind in all. */
export function signedTransactions(kind: InputKind, inputs: number): readonly SignedTransaction[] {
  const transactions: SignedTransaction[] = [];
  const alone = inputs / 2;
  for (let made = 0; made < inputs; ) {
    const count = made < alone || made + 1 === inputs ? 1 : 2;
    const coins = Array.from({ length: count }, (_, i) => makeCoin(kind, made + i));
    transactions.push(signedTransaction(kind, made, coins));
    made += count;
  }
  return transactions;
}

function signedTransaction(
  kind: InputKind,
  number: number,
  coins: readonly Coin[],
): SignedTransaction {
  const tx: Transaction = {
    version: 2,
    inputs: coins.map((_, i) => ({
      prevout: { txid: digest(`${kind} coin ${number} ${i}`) as Txid, vout: i },
      scriptSig: new Uint8Array(0),
      sequence: 0xfffffffd,
      witness: [],
    })),
    outputs: ['payment', 'change'].map((purpose) => ({
      value: VALUE / 3n,
      scriptPubKey: p2wpkh(digest(`${kind} ${purpose} ${number}`).subarray(0, 20)),
    })),
    lockTime: 0,
  };
  const spentOutputs = coins.map((coin) => coin.output);
  const spend = new Spend(tx, spentOutputs);
  const inputs = tx.inputs.map((input, i) => ({ ...input, ...coins[i]?.sign(spend, i) }));
  return { bytes: encodeTx({ ...tx, inputs }), spentOutputs };
}

function makeCoin(kind: InputKind, number: number): Coin {
  const privateKey = digest(`${kind} key ${number}`);
  const publicKey = defined(curve.publicKey(privateKey));
  const keyHash = hash160(publicKey);
  const code = p2pkh(keyHash);
  switch (kind) {
    case 'P2WPKH':
      return coin(p2wpkh(keyHash), (spend, i) => {
        const hash = segwitV0SignatureHash(spend, i, code, VALUE, SIGHASH_ALL);
        return { scriptSig: new Uint8Array(0), witness: [ecdsa(hash, privateKey), publicKey] };
      });
    case 'P2PKH':
      return coin(code, (spend, i) => {
        const hash = legacySignatureHash(spend, i, code, SIGHASH_ALL);
        return { scriptSig: buildScript(ecdsa(hash, privateKey), publicKey), witness: [] };
      });
    case 'P2TR key path':
      return taprootCoin(privateKey, publicKey.subarray(1));
    case 'P2WSH 2-of-3':
      return multisigCoin(number);
  }
}

function taprootCoin(privateKey: Uint8Array, internalKey: Uint8Array): Coin {
  const { outputKey } = defined(taprootOutput(internalKey));
  const tweaked = defined(taprootPrivateKey(privateKey));
  return coin(p2tr(outputKey), (spend, i) => {
    const hash = defined(taprootSignatureHash(spend, i, SIGHASH_DEFAULT));
    const signature = defined(curve.signSchnorr(hash, tweaked, NO_RANDOMNESS));
    return { scriptSig: new Uint8Array(0), witness: [signature] };
  });
}

function multisigCoin(number: number): Coin {
  const privateKeys = [0, 1, 2].map((i) => digest(`multisig key ${number} ${i}`));
  const script = multisig(
    2,
    privateKeys.map((key) => defined(curve.publicKey(key))),
  );
  const signers = SIGNERS[number % SIGNERS.length] ?? [0, 1];
  return coin(p2wsh(sha256(script)), (spend, i) => {
    const hash = segwitV0SignatureHash(spend, i, script, VALUE, SIGHASH_ALL);
    const signatures = signers.map((signer) => ecdsa(hash, defined(privateKeys[signer])));
    return {
      scriptSig: new Uint8Array(0),
      witness: [new Uint8Array(0), ...signatures, script],
    };
  });
}

function coin(scriptPubKey: Uint8Array, sign: Coin['sign']): Coin {
  return { output: { value: VALUE, scriptPubKey }, sign };
}

/** A signature as scripts hold it: DER, and the hash type. */
function ecdsa(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { signature } = defined(curve.signEcdsa(hash, privateKey));
  return concatBytes(encodeDer(signature), Uint8Array.of(SIGHASH_ALL));
}

function digest(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a key of the benchmark is none');
  return value;
}
