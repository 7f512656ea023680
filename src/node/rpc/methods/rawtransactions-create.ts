/** Transactions made and shown: nothing here looks at the chain. */
import { toHex } from '../../../protocol/bytes/hex.ts';
import { encodeTx } from '../../../protocol/primitives/transaction.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { decodedScriptToJson } from '../../../protocol/report/script-to-json.ts';
import { txToJson } from '../../../protocol/report/tx-to-json.ts';
import { hexFrom, stringFrom } from '../arguments.ts';
import { constructParameters, constructTransaction } from '../construct-transaction.ts';
import { readingFrom, txFromHex } from '../decode-tx-hex.ts';
import type { RpcContext } from '../rpc-context.ts';
import type { RpcMethod } from '../rpc-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

export const createMethods: readonly RpcMethod[] = [
  {
    name: 'createrawtransaction',
    family: 'rawtransactions',
    about:
      'Makes a transaction out of inputs and outputs. It is not signed, and nobody is told of it.',
    parameters: constructParameters,
    result: '"hex"',
    run: createRawTransaction,
  },
  {
    name: 'decoderawtransaction',
    family: 'rawtransactions',
    about: 'Shows what is in a transaction.',
    parameters: [
      { name: 'hexstring', type: 'string', about: 'The transaction, in hexadecimal digits.' },
      {
        name: 'iswitness',
        type: 'boolean',
        optional: true,
        about: 'Whether it is written with witnesses; found out by default.',
      },
    ],
    result:
      '{ "txid": "hex", "hash": "hex", "version": n, "size": n, …, "vin": [ … ], "vout": [ … ] }',
    run: decodeRawTransaction,
  },
  {
    name: 'decodescript',
    family: 'rawtransactions',
    about: 'Shows what a script says, and which addresses would stand for it.',
    parameters: [
      { name: 'hexstring', type: 'string', about: 'The script, in hexadecimal digits.' },
    ],
    result:
      '{ "asm": "str", "desc": "str", "type": "str", "address": "str", "p2sh": "str", "segwit": { … } }',
    run: decodeScript,
  },
];

function createRawTransaction(args: Arguments, { node }: RpcContext): Json {
  return toHex(encodeTx(constructTransaction(args, node.chain.params.addressPrefixes)));
}

function decodeRawTransaction([hex, isWitness]: Arguments, { node }: RpcContext): Json {
  const tx = txFromHex(hex, readingFrom(isWitness), 'TX decode failed');
  return txToJson(tx, node.chain.params.addressPrefixes);
}

function decodeScript([hex]: Arguments, { node }: RpcContext): Json {
  const text = stringFrom(hex);
  const script = text === '' ? new Uint8Array(0) : hexFrom(text, 'argument');
  return decodedScriptToJson(script, node.chain.params.addressPrefixes);
}
