/** Signing for others: raw transactions, PSBTs, messages. */
import { booleanFrom, stringFrom } from '../../../node/rpc/arguments.ts';
import { scriptOf } from '../../../node/rpc/construct-transaction.ts';
import { NEEDS_INPUT, txFromHex } from '../../../node/rpc/decode-tx-hex.ts';
import { hashTypeFrom } from '../../../node/rpc/hash-type-from.ts';
import { addPrevouts, outPointName } from '../../../node/rpc/prevouts-from.ts';
import { psbtFrom } from '../../../node/rpc/psbt-from.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import {
  outputsSpentBy,
  signedTransactionToJson,
} from '../../../node/rpc/signed-transaction-to-json.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { signMessage } from '../../../protocol/keys/signed-message.ts';
import { encodeTx } from '../../../protocol/primitives/transaction.ts';
import { formatPsbt } from '../../../protocol/psbt/encode-psbt.ts';
import { extractTransaction, finalizePsbt } from '../../../protocol/psbt/sign-psbt.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { signTransaction } from '../../../protocol/script/sign/sign-transaction.ts';
import { solveScript } from '../../../protocol/script/templates.ts';
import { fillPsbt } from '../../fill-psbt.ts';
import { knownKeys } from '../../known-keys.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const HASH_TYPES =
  'What signatures sign: DEFAULT, ALL, NONE or SINGLE, the last three with |ANYONECANPAY or without.';

const signRawTransaction: WalletMethod = {
  name: 'signrawtransactionwithwallet',
  family: 'wallet',
  about: 'Signs the inputs of a transaction that the wallet has keys for. It has to be unlocked.',
  parameters: [
    { name: 'hexstring', type: 'string', about: 'The transaction, in hexadecimal digits.' },
    {
      name: 'prevtxs',
      type: 'array',
      optional: true,
      usage:
        '[{"txid":"hex","vout":n,"scriptPubKey":"hex","redeemScript":"hex","witnessScript":"hex","amount":amount},...]',
      about:
        'Outputs that it spends and the node may not know: [ { "txid": "hex", "vout": n, "scriptPubKey": "hex", "redeemScript": "hex", "witnessScript": "hex", "amount": amount }, … ].',
    },
    { name: 'sighashtype', type: 'string', optional: true, about: HASH_TYPES },
  ],
  result: '{ "hex": "hex", "complete": true|false, "errors": [ … ] }',
  run: signWithWallet,
};

async function signWithWallet(args: Arguments, call: WalletCall): Promise<Json> {
  const [hex, prevouts, hashTypeValue] = args;
  const { state } = await call.wallet();
  const tx = txFromHex(hex, 'with-witness', NEEDS_INPUT);
  state.requireUnlocked();
  const outputs = await outputsSpentBy(tx, call.context.node);
  addPrevouts(prevouts, outputs, undefined);
  const hashType = hashTypeFrom(hashTypeValue);
  const spent = tx.inputs.map(({ prevout }) => outputs.get(outPointName(prevout)));
  const scripts = spent.flatMap((output) => output?.scriptPubKey ?? []);
  const keys = knownKeys(state, scripts, { signs: true });
  return signedTransactionToJson(signTransaction(tx, spent, keys, hashType), spent);
}

const processPsbt: WalletMethod = {
  name: 'walletprocesspsbt',
  family: 'wallet',
  about:
    'Adds to a PSBT what the wallet knows of it, and signatures for the inputs that it has keys for.',
  parameters: [
    { name: 'psbt', type: 'string', about: 'The PSBT, in Base64.' },
    {
      name: 'sign',
      type: 'boolean',
      optional: true,
      about: 'Whether to sign it, for which the wallet has to be unlocked; true by default.',
    },
    { name: 'sighashtype', type: 'string', optional: true, about: HASH_TYPES },
    {
      name: 'bip32derivs',
      type: 'boolean',
      optional: true,
      about: 'Whether to tell where keys come from; true by default.',
    },
    {
      name: 'finalize',
      type: 'boolean',
      optional: true,
      about: 'Whether to give inputs their final scripts if they are whole; true by default.',
    },
  ],
  result: '{ "psbt": "base64", "complete": true|false, "hex": "hex" }',
  run: async ([text, sign, hashTypeValue, bip32derivs, finalize], call) => {
    const { state } = await call.wallet();
    const given = psbtFrom(text);
    const hashType = hashTypeFrom(hashTypeValue);
    const [signs, derivations, finalizes] = [sign, bip32derivs, finalize].map(
      (value) => value === undefined || booleanFrom(value),
    ) as [boolean, boolean, boolean];
    if (signs) state.requireUnlocked();
    const { psbt, complete } = fillPsbt(state, given, { hashType, signs, derivations, finalizes });
    return {
      ...{ psbt: formatPsbt(psbt), complete },
      hex: complete ? toHex(encodeTx(extractTransaction(finalizePsbt(psbt).psbt))) : undefined,
    };
  },
};

const signMessageMethod: WalletMethod = {
  name: 'signmessage',
  family: 'wallet',
  about: 'Signs a text with the key of an address. The wallet has to be unlocked.',
  parameters: [
    { name: 'address', type: 'string', about: 'An address of a key hash, as they were at first.' },
    { name: 'message', type: 'string', about: 'The text.' },
  ],
  result: '"base64"',
  run: ([address, message], { walletNow, context }) => {
    const { state } = walletNow();
    state.requireUnlocked();
    const script = scriptOf(stringFrom(address), context.node.chain.params.addressPrefixes);
    if (script === undefined) throw new RpcError(RPC.invalidAddressOrKey, 'Invalid address');
    const solved = solveScript(script);
    if (solved.kind !== 'pubkeyhash') {
      throw new RpcError(RPC.type, 'Address does not refer to key');
    }
    const key = knownKeys(state, [script], { signs: true }).privateKey(solved.hash);
    const signature = key && signMessage(stringFrom(message), key);
    if (signature !== undefined) return signature;
    throw new RpcError(RPC.wallet, 'Private key not available');
  },
};

export const signMethods: readonly WalletMethod[] = [
  signRawTransaction,
  processPsbt,
  signMessageMethod,
];
