/** PSBTs: made, shown, put together and finished. */

import { shuffled } from '../../../outside/entropy/draw.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { encodeTx } from '../../../protocol/primitives/transaction.ts';
import { analyzePsbt } from '../../../protocol/psbt/analyze-psbt.ts';
import { combinePsbts } from '../../../protocol/psbt/combine-psbts.ts';
import { formatPsbt } from '../../../protocol/psbt/encode-psbt.ts';
import { joinPsbts } from '../../../protocol/psbt/join-psbts.ts';
import { createPsbt, type Psbt } from '../../../protocol/psbt/psbt.ts';
import { PsbtError } from '../../../protocol/psbt/psbt-error.ts';
import { extractTransaction, finalizePsbt } from '../../../protocol/psbt/sign-psbt.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { psbtAnalysisToJson, psbtToJson } from '../../../protocol/report/psbt-to-json.ts';
import { arrayFrom, booleanFrom } from '../arguments.ts';
import { constructParameters, constructTransaction } from '../construct-transaction.ts';
import { readingFrom, txFromHex } from '../decode-tx-hex.ts';
import { psbtFrom } from '../psbt-from.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const psbtParameter: RpcParameter = { name: 'psbt', type: 'string', about: 'The PSBT, in Base64.' };
const listParameter: RpcParameter = {
  name: 'txs',
  type: 'array',
  usage: '["psbt",...]',
  about: 'The PSBTs, in Base64.',
};

export const psbtRoleMethods: readonly RpcMethod[] = [
  {
    name: 'createpsbt',
    family: 'rawtransactions',
    about: 'Makes a PSBT (BIP174) out of inputs and outputs.',
    parameters: constructParameters,
    result: '"base64"',
    run: (args, { node }) =>
      formatPsbt(createPsbt(constructTransaction(args, node.chain.params.addressPrefixes))),
  },
  {
    name: 'converttopsbt',
    family: 'rawtransactions',
    about: 'Makes a PSBT out of a transaction that has not been signed.',
    parameters: [
      { name: 'hexstring', type: 'string', about: 'The transaction, in hexadecimal digits.' },
      {
        name: 'permitsigdata',
        type: 'boolean',
        optional: true,
        about:
          'Whether to drop signatures, instead of refusing a transaction that has some; false by default.',
      },
      {
        name: 'iswitness',
        type: 'boolean',
        optional: true,
        about: 'Whether it is written with witnesses; found out by default.',
      },
    ],
    result: '"base64"',
    run: convertToPsbt,
  },
  {
    name: 'decodepsbt',
    family: 'rawtransactions',
    about: 'Shows what is in a PSBT.',
    parameters: [psbtParameter],
    result:
      '{ "tx": { … }, "global_xpubs": [ … ], "psbt_version": n, …, "inputs": [ … ], "outputs": [ … ], "fee": amount }',
    run: ([text], { node }) => psbtToJson(psbtFrom(text), node.chain.params.addressPrefixes),
  },
  {
    name: 'analyzepsbt',
    family: 'rawtransactions',
    about: 'Says how far a PSBT has come, and whose turn it is.',
    parameters: [psbtParameter],
    result:
      '{ "inputs": [ … ], "estimated_vsize": n, "estimated_feerate": amount, "fee": amount, "next": "str", "error": "str" }',
    run: ([text]) => psbtAnalysisToJson(analyzePsbt(psbtFrom(text))),
  },
  {
    name: 'combinepsbt',
    family: 'rawtransactions',
    about: 'Puts together what several PSBTs say of the same transaction.',
    parameters: [listParameter],
    result: '"base64"',
    run: combine,
  },
  {
    name: 'joinpsbts',
    family: 'rawtransactions',
    about: 'Makes one PSBT of several that have different inputs, in random order.',
    parameters: [listParameter],
    result: '"base64"',
    run: join,
  },
  {
    name: 'finalizepsbt',
    family: 'rawtransactions',
    about:
      'Gives inputs their final scripts, if all signatures are there; and the transaction, if that goes for all of them.',
    parameters: [
      psbtParameter,
      {
        name: 'extract',
        type: 'boolean',
        optional: true,
        about: 'Whether to give a whole transaction instead of the PSBT; true by default.',
      },
    ],
    result: '{ "psbt": "base64" or "hex": "hex", "complete": true|false }',
    run: finalize,
  },
];

function convertToPsbt([hex, permit, isWitness]: Arguments): Json {
  const permitted = permit !== undefined && booleanFrom(permit);
  const tx = txFromHex(hex, readingFrom(isWitness), 'TX decode failed');
  const isSigned = tx.inputs.some(
    ({ scriptSig, witness }) => scriptSig.length > 0 || witness.length > 0,
  );
  if (isSigned && !permitted) {
    throw new RpcError(RPC.deserialization, 'Inputs must not have scriptSigs and scriptWitnesses');
  }
  return formatPsbt(createPsbt(tx));
}

function combine([list]: Arguments): Json {
  const texts = arrayFrom(list);
  if (texts.length === 0) throw invalid("Parameter 'txs' cannot be empty");
  const [first, ...others] = texts.map(psbtFrom);
  return orInvalid(() => formatPsbt(combinePsbts([first as Psbt, ...others])));
}

function join([list]: Arguments, { entropy }: RpcContext): Json {
  const texts = arrayFrom(list);
  if (texts.length <= 1) throw invalid('At least two PSBTs are required to join PSBTs.');
  const psbts = texts.map(psbtFrom);
  return orInvalid(() => formatPsbt(joinPsbts(psbts, (items) => shuffled(entropy, items))));
}

function finalize([text, extract]: Arguments): Json {
  const { psbt, complete } = finalizePsbt(psbtFrom(text));
  const extracted = complete && (extract === undefined || booleanFrom(extract));
  return extracted
    ? { hex: toHex(encodeTx(extractTransaction(psbt))), complete }
    : { psbt: formatPsbt(psbt), complete };
}

function orInvalid(run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (error instanceof PsbtError) throw invalid(error.message);
    throw error;
  }
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
