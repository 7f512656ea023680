/** Signing with keys that the request brings, and putting together what several have signed. */
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { KeyError } from '../../../protocol/keys/key-error.ts';
import { decodeWif } from '../../../protocol/keys/wif.ts';
import {
  encodeTx,
  type Transaction,
  type TxIn,
  type TxOut,
} from '../../../protocol/primitives/transaction.ts';
import { amountText, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import {
  combineTransactions,
  type InputError,
  signTransaction,
} from '../../../protocol/script/sign/sign-transaction.ts';
import { KeyRing } from '../../../protocol/script/sign/signing-provider.ts';
import type { Node } from '../../node.ts';
import { arrayFrom, stringFrom } from '../arguments.ts';
import { NEEDS_INPUT, txFromHex } from '../decode-tx-hex.ts';
import { hashTypeFrom } from '../hash-type-from.ts';
import { addPrevouts, type OutputsByName, outPointName } from '../prevouts-from.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const PREVOUTS_USAGE =
  '[{"txid":"hex","vout":n,"scriptPubKey":"hex","redeemScript":"hex","witnessScript":"hex","amount":amount},...]';

export const signMethods: readonly RpcMethod[] = [
  {
    name: 'signrawtransactionwithkey',
    family: 'rawtransactions',
    about: 'Signs the inputs of a transaction with these private keys, and no others.',
    parameters: [
      { name: 'hexstring', type: 'string', about: 'The transaction, in hexadecimal digits.' },
      {
        name: 'privkeys',
        type: 'array',
        usage: '["privatekey",...]',
        about: 'The private keys, in Wallet Import Format.',
      },
      {
        name: 'prevtxs',
        type: 'array',
        usage: PREVOUTS_USAGE,
        optional: true,
        about:
          'Outputs that it spends and the node may not know: [ { "txid": "hex", "vout": n, "scriptPubKey": "hex", "redeemScript": "hex", "witnessScript": "hex", "amount": amount }, … ].',
      },
      {
        name: 'sighashtype',
        type: 'string',
        optional: true,
        about:
          'What signatures sign: DEFAULT, ALL, NONE or SINGLE, the last three with |ANYONECANPAY or without.',
      },
    ],
    result: '{ "hex": "hex", "complete": true|false, "errors": [ … ] }',
    run: signRawTransactionWithKey,
  },
  {
    name: 'combinerawtransaction',
    family: 'rawtransactions',
    about: 'Puts the signatures of several copies of a transaction together.',
    parameters: [
      {
        name: 'txs',
        type: 'array',
        usage: '["hexstring",...]',
        about: 'The copies, in hexadecimal digits.',
      },
    ],
    result: '"hex"',
    run: combineRawTransaction,
  },
];

async function signRawTransactionWithKey(args: Arguments, { node }: RpcContext): Promise<Json> {
  const [hex, keys, prevouts, hashType] = args;
  const tx = txFromHex(hex, 'with-witness', NEEDS_INPUT);
  const ring = new KeyRing();
  for (const key of arrayFrom(keys)) {
    ring.addPrivateKey(privateKeyFrom(key, node.chain.params.keyPrefixes.wif));
  }
  const outputs = await outputsSpentBy(tx, node);
  addPrevouts(prevouts, outputs, ring);
  const spent = tx.inputs.map(({ prevout }) => outputs.get(outPointName(prevout)));
  const signed = signTransaction(tx, spent, ring, hashTypeFrom(hashType));
  const errors = [...signed.errors].map(([i, error]) =>
    errorToJson(signed.tx.inputs[i] as TxIn, error, spent[i]),
  );
  return {
    hex: toHex(encodeTx(signed.tx)),
    complete: errors.length === 0,
    errors: errors.length === 0 ? undefined : errors,
  };
}

function privateKeyFrom(value: JsonValue, prefix: number): ReturnType<typeof decodeWif> {
  try {
    return decodeWif(stringFrom(value), prefix);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, 'Invalid private key');
  }
}

/** What the chain and the mempool know of the outputs that a transaction spends. */
async function outputsSpentBy(tx: Transaction, { mempool }: Node): Promise<OutputsByName> {
  const outputs: OutputsByName = new Map();
  for (const { prevout } of tx.inputs) {
    const coin = await mempool.coin(prevout);
    if (coin !== undefined) outputs.set(outPointName(prevout), coin.output);
  }
  return outputs;
}

function errorToJson(input: TxIn, error: InputError, output: TxOut | undefined): JsonObject {
  const { prevout, scriptSig, sequence, witness } = input;
  return {
    txid: toReversedHex(prevout.txid),
    vout: prevout.vout,
    witness: witness.map(toHex),
    scriptSig: toHex(scriptSig),
    sequence,
    error: errorText(error, output),
  };
}

function errorText(error: InputError, output: TxOut | undefined): string {
  switch (error.kind) {
    case 'unknown-coin':
      return 'Input not found or already spent';
    case 'script':
      return error.message;
    case 'unknown-amount':
      // Not one error among others: the whole call fails.
      throw new RpcError(RPC.type, `Missing amount for ${output && outputText(output)}`);
  }
}

/** As Core's `CTxOut::ToString` has it. */
function outputText({ value, scriptPubKey }: TxOut): string {
  const script = toHex(scriptPubKey).slice(0, 30);
  return `CTxOut(nValue=${amountText(value)}, scriptPubKey=${script})`;
}

async function combineRawTransaction([list]: Arguments, { node }: RpcContext): Promise<Json> {
  const copies = arrayFrom(list).map((hex, i) =>
    txFromHex(
      hex,
      'with-witness',
      `TX decode failed for tx ${i}. Make sure the tx has at least one input.`,
    ),
  );
  const [first, ...others] = copies;
  if (first === undefined) throw new RpcError(RPC.deserialization, 'Missing transactions');
  const outputs: TxOut[] = [];
  for (const { prevout } of first.inputs) {
    const coin = await node.mempool.coin(prevout);
    if (coin === undefined) {
      throw new RpcError(RPC.verify, 'Input not found or already spent');
    }
    outputs.push(coin.output);
  }
  return toHex(encodeTx(combineTransactions([first, ...others], outputs)));
}
