/** Signing with keys that the request brings, and putting together what several have signed. */
import { toHex } from '../../../protocol/bytes/hex.ts';
import { KeyError } from '../../../protocol/keys/key-error.ts';
import { decodeWif } from '../../../protocol/keys/wif.ts';
import { encodeTx, type TxOut } from '../../../protocol/primitives/transaction.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import {
  combineTransactions,
  signTransaction,
} from '../../../protocol/script/sign/sign-transaction.ts';
import { KeyRing } from '../../../protocol/script/sign/signing-provider.ts';
import { arrayFrom, stringFrom } from '../arguments.ts';
import { NEEDS_INPUT, txFromHex } from '../decode-tx-hex.ts';
import { hashTypeFrom } from '../hash-type-from.ts';
import { addPrevouts, outPointName } from '../prevouts-from.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { outputsSpentBy, signedTransactionToJson } from '../signed-transaction-to-json.ts';

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
  return signedTransactionToJson(signTransaction(tx, spent, ring, hashTypeFrom(hashType)), spent);
}

function privateKeyFrom(value: JsonValue, prefix: number): ReturnType<typeof decodeWif> {
  try {
    return decodeWif(stringFrom(value), prefix);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, 'Invalid private key');
  }
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
