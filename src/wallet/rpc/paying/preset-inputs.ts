/** Inputs that a request names: what they spend, how large they will be, and what they hold already. */
import { hashFrom, int32From, int64From, objectFrom } from '../../../node/rpc/arguments.ts';
import { outPointName } from '../../../node/rpc/prevouts-from.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type {
  OutPoint,
  Transaction,
  TxIn,
  TxOut,
} from '../../../protocol/primitives/transaction.ts';
import { JsonNumber, type JsonValue } from '../../../protocol/report/json-value.ts';
import { inferDescriptor } from '../../../protocol/script/descriptor/infer.ts';
import type { KnownSolutions } from '../../../protocol/script/descriptor/known-solutions.ts';
import type { SpendableCoin } from '../../spend/coin-input.ts';
import { type InputSize, inputSize } from '../../spend/input-size.ts';
import { PaymentError } from '../../spend/payment-error.ts';
import type { Wallet } from '../../wallet.ts';
import type { WalletCall } from '../wallet-method.ts';

/** Weights of inputs, by the names of their outpoints. */
export type InputWeights = ReadonlyMap<
  string,
  { readonly outPoint: OutPoint; readonly weight: number }
>;

const MAX_STANDARD_WEIGHT = 400_000;
/** An outpoint, a sequence, an empty script and an empty witness. */
const LEAST_WEIGHT = 165;
/** The same without the witness. */
const BARE_WEIGHT = 164;

/**
 * What inputs weigh once they are signed, as somebody says.
 *
 * @throws RpcError -8
 */
export function inputWeightsFrom(list: readonly JsonValue[]): InputWeights {
  const weights = new Map<string, { outPoint: OutPoint; weight: number }>();
  for (const item of list) {
    const fields = item instanceof Map ? item : objectFrom(item);
    const txid = hashFrom(fields.get('txid'), 'txid') as Txid;
    const vout = numberIn(fields, 'vout');
    const index = int32From(vout);
    if (index < 0) throw invalid('Invalid parameter, vout cannot be negative');
    const weight = int64From(numberIn(fields, 'weight'));
    if (weight < BigInt(LEAST_WEIGHT)) {
      throw invalid(
        'Invalid parameter, weight cannot be less than 165 (41 bytes (size of outpoint + sequence + empty scriptSig) * 4 (witness scaling factor)) + 1 (empty witness)',
      );
    }
    if (weight > BigInt(MAX_STANDARD_WEIGHT)) {
      throw invalid(
        `Invalid parameter, weight cannot be greater than the maximum standard tx weight of ${MAX_STANDARD_WEIGHT}`,
      );
    }
    const outPoint = { txid, vout: index };
    weights.set(outPointName(outPoint), { outPoint, weight: Number(weight) });
  }
  return weights;
}

function numberIn(fields: ReadonlyMap<string, JsonValue>, name: string): JsonNumber {
  const value = fields.get(name);
  if (value instanceof JsonNumber) return value;
  throw invalid(`Invalid parameter, missing ${name} key`);
}

export interface PresetOptions {
  readonly weights: InputWeights;
  /** What is known of coins that are not the wallet's. */
  readonly known: KnownSolutions;
  readonly signsElsewhere: boolean;
}

/**
 * The coins that a transaction spends already, each once.
 *
 * @throws RpcError -4 for those that nobody knows, or nobody can tell how large they will be
 */
export async function presetCoins(
  tx: Transaction,
  wallet: Wallet,
  options: PresetOptions,
  { context: { node } }: WalletCall,
): Promise<readonly SpendableCoin[]> {
  const coins = new Map<string, SpendableCoin>();
  const found: (readonly [TxIn, TxOut, isOwn: boolean])[] = [];
  for (const input of tx.inputs) {
    const own = ownOutput(input.prevout, wallet);
    const output = own ?? (await node.mempool.coin(input.prevout))?.output;
    if (output === undefined) throw refused('Unable to find UTXO for external input');
    found.push([input, output, own !== undefined]);
  }
  for (const [{ prevout, sequence }, output, isOwn] of found) {
    const size = sizeOf(prevout, output, isOwn, wallet, options);
    if (size === undefined) throw refused(`Not solvable pre-selected input ${coreName(prevout)}`);
    coins.set(outPointName(prevout), { outPoint: prevout, output, size, sequence });
  }
  for (const [name, { outPoint, weight }] of options.weights) {
    if (!coins.has(name)) coins.set(name, coinOfWeight(outPoint, weight, wallet));
  }
  return [...coins.values()];
}

/** Whoever says what an input weighs means it to be spent. */
function coinOfWeight(
  outPoint: OutPoint,
  weight: number,
  { state: { ledger } }: Wallet,
): SpendableCoin {
  const output = ledger.output(outPoint);
  if (output !== undefined) return { outPoint, output, size: sizeOfWeight(weight) };
  const problem = ledger.get(outPoint.txid) === undefined ? 'Not found' : 'Invalid';
  throw refused(`${problem} pre-selected input ${coreName(outPoint)}`);
}

function sizeOfWeight(weight: number): InputSize {
  return { scriptSig: 0, witness: weight - BARE_WEIGHT };
}

function ownOutput(outPoint: OutPoint, { state: { ledger } }: Wallet): TxOut | undefined {
  const output = ledger.output(outPoint);
  return output !== undefined && ledger.isOurs(output.scriptPubKey) ? output : undefined;
}

function sizeOf(
  outPoint: OutPoint,
  output: TxOut,
  isOwn: boolean,
  { state }: Wallet,
  { weights, known, signsElsewhere }: PresetOptions,
): InputSize | undefined {
  const told = weights.get(outPointName(outPoint));
  if (told !== undefined) return sizeOfWeight(told.weight);
  const usual = state.keys.inputSizeOf(output.scriptPubKey, { lowR: !signsElsewhere });
  if (isOwn && usual !== undefined) return usual;
  try {
    const descriptor = inferDescriptor(output.scriptPubKey, state.options.chain, known);
    return inputSize(descriptor, { lowR: false });
  } catch (error) {
    if (error instanceof PaymentError) return undefined;
    throw error;
  }
}

/** The transaction with the scripts that inputs had before others joined them. */
export function withScriptsOf(tx: Transaction, { inputs }: Transaction): Transaction {
  const before = new Map(inputs.map((input) => [outPointName(input.prevout), input]));
  return {
    ...tx,
    inputs: tx.inputs.map((input) => {
      const known = before.get(outPointName(input.prevout));
      if (known === undefined) return input;
      const { scriptSig, witness } = known;
      return { ...input, scriptSig, witness };
    }),
  };
}

/** As Core's `COutPoint::ToString` has it. */
function coreName({ txid, vout }: OutPoint): string {
  return `COutPoint(${toReversedHex(txid).slice(0, 10)}, ${vout})`;
}

function refused(message: string): RpcError {
  return new RpcError(RPC.wallet, message);
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
