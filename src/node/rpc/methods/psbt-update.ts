/** PSBTs with what the node knows of the outputs that they spend, and what descriptors tell. */
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { encodeTx, type OutPoint } from '../../../protocol/primitives/transaction.ts';
import { formatPsbt } from '../../../protocol/psbt/encode-psbt.ts';
import { isInputSigned, type Psbt } from '../../../protocol/psbt/psbt.ts';
import { extractTransaction, finalizePsbt } from '../../../protocol/psbt/sign-psbt.ts';
import { type FoundUtxo, updatePsbt } from '../../../protocol/psbt/update-psbt.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { type Descriptor, keysOf } from '../../../protocol/script/descriptor/descriptor.ts';
import { type Expansion, keysAsLearnt } from '../../../protocol/script/descriptor/expand.ts';
import { withPrivateKeys } from '../../../protocol/script/descriptor/private-keys.ts';
import { hideFrom, KeyRing } from '../../../protocol/script/sign/signing-provider.ts';
import { SIGHASH_ALL } from '../../../protocol/script/signature-hash/hash-type.ts';
import type { Node } from '../../node.ts';
import { arrayFrom, booleanFrom } from '../arguments.ts';
import { hashTypeFrom } from '../hash-type-from.ts';
import { indexState } from '../index-state.ts';
import { psbtFrom } from '../psbt-from.ts';
import type { RpcContext } from '../rpc-context.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { expandScanObject } from '../scan-objects.ts';
import { indexedTransaction } from './rawtransactions-lookup.ts';

type Arguments = readonly (JsonValue | undefined)[];

const EXPANSIONS_A_TURN = 20;
const DESCRIPTORS_USAGE = '["",{"desc":"str","range":n or [n,n]},...]';

export const psbtUpdateMethods: readonly RpcMethod[] = [
  {
    name: 'utxoupdatepsbt',
    family: 'rawtransactions',
    about:
      'Puts into a PSBT what the chain, the mempool and these descriptors tell of its inputs and outputs.',
    parameters: [
      { name: 'psbt', type: 'string', about: 'The PSBT, in Base64.' },
      {
        name: 'descriptors',
        type: 'array',
        usage: DESCRIPTORS_USAGE,
        optional: true,
        about:
          'Output descriptors: "descriptor", or { "desc": "descriptor", "range": n or [n,n] }.',
      },
    ],
    result: '"base64"',
    run: updateWithUtxos,
  },
  {
    name: 'descriptorprocesspsbt',
    family: 'rawtransactions',
    about: 'Does the same, and signs with the private keys that the descriptors have.',
    parameters: [
      { name: 'psbt', type: 'string', about: 'The PSBT, in Base64.' },
      {
        name: 'descriptors',
        type: 'array',
        usage: DESCRIPTORS_USAGE,
        about:
          'Output descriptors: "descriptor", or { "desc": "descriptor", "range": n or [n,n] }.',
      },
      {
        name: 'sighashtype',
        type: 'string',
        optional: true,
        about:
          'What signatures sign: DEFAULT, ALL, NONE or SINGLE, the last three with |ANYONECANPAY or without.',
      },
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
    run: processWithDescriptors,
  },
];

async function updateWithUtxos([text, descriptors]: Arguments, context: RpcContext): Promise<Json> {
  const { node } = context;
  const ring = await keyRingOf(descriptors ?? [], context, false);
  const psbt = psbtFrom(text);
  const provider = hideFrom(ring, { privateKeys: true });
  const found = await findUtxos(psbt, node);
  return formatPsbt(updatePsbt(psbt, found, provider, { hashType: SIGHASH_ALL, finalize: false }));
}

async function processWithDescriptors(args: Arguments, context: RpcContext): Promise<Json> {
  const { node } = context;
  const [text, descriptors, hashTypeValue, derivations, finalizeValue] = args;
  const ring = await keyRingOf(descriptors, context, true);
  const hashType = hashTypeFrom(hashTypeValue);
  const origins = derivations !== undefined && !booleanFrom(derivations);
  const finalize = finalizeValue === undefined || booleanFrom(finalizeValue);
  const psbt = psbtFrom(text);
  const found = await findUtxos(psbt, node);
  const updated = updatePsbt(psbt, found, hideFrom(ring, { origins }), { hashType, finalize });
  const complete = updated.inputs.every(isInputSigned);
  return {
    psbt: formatPsbt(updated),
    complete,
    hex: complete ? toHex(encodeTx(extractTransaction(finalizePsbt(updated).psbt))) : undefined,
  };
}

/** A descriptor with a wildcard has a thousand keys and more: others have their turns meanwhile. */
async function keyRingOf(
  descriptors: JsonValue | undefined,
  { node, clock }: RpcContext,
  isForSigning: boolean,
): Promise<KeyRing> {
  const ring = new KeyRing();
  const shareKeys = keySharing();
  let count = 0;
  for (const object of arrayFrom(descriptors)) {
    for (const expansion of expandScanObject(object, node.chain.params, shareKeys)) {
      addExpansion(ring, expansion, isForSigning);
      if (++count % EXPANSIONS_A_TURN === 0) await clock.nextTurn();
    }
  }
  return ring;
}

/** Gives each descriptor the private keys that those before it have told: an `xprv` is for its `xpub` as well. */
function keySharing(): (descriptor: Descriptor) => Descriptor {
  const known = new ByteMap<Uint8Array>();
  return (descriptor) => {
    for (const key of keysOf(descriptor)) {
      const root = key.kind === 'constant' ? key.publicKey : key.root.publicKey;
      if (key.privateKey !== undefined) known.set(root, key.privateKey);
    }
    return withPrivateKeys(descriptor, (publicKey) => known.get(publicKey));
  };
}

function addExpansion(ring: KeyRing, expansion: Expansion, isForSigning: boolean): void {
  for (const { publicKey, origin, privateKey } of keysAsLearnt(expansion)) {
    if (isForSigning && privateKey !== undefined) {
      ring.addPrivateKey({ privateKey, compressed: publicKey.length === 33 });
    }
    ring.addPublicKey(publicKey, origin);
  }
  for (const { redeemScript, witnessScript, taproot } of expansion.outputs) {
    if (redeemScript !== undefined) ring.addScript(redeemScript);
    if (witnessScript !== undefined) ring.addScript(witnessScript);
    if (taproot !== undefined) ring.addTaproot(taproot);
  }
}

/** What the index of transactions, the mempool and the chain know of what a PSBT spends. */
async function findUtxos({ tx, inputs }: Psbt, node: Node): Promise<readonly FoundUtxo[]> {
  await indexState(node, 'transactions');
  const found: FoundUtxo[] = [];
  for (const [i, { prevout }] of tx.inputs.entries()) {
    found.push(inputs[i]?.nonWitnessUtxo === undefined ? await findUtxo(prevout, node) : {});
  }
  return found;
}

async function findUtxo(prevout: OutPoint, node: Node): Promise<FoundUtxo> {
  const indexed = await indexedTransaction(prevout.txid, node);
  const whole = indexed?.tx ?? node.mempool.get(prevout.txid)?.tx;
  if (whole !== undefined) return { tx: whole };
  const coin = await node.mempool.coin(prevout);
  return { output: coin?.output };
}
