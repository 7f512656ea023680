/** Methods that only calculate: nothing of the chain's state is in what they answer. */
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { hash160, sha256 } from '../../../protocol/crypto/hash.ts';
import { KeyError } from '../../../protocol/keys/key-error.ts';
import type { PrivateKey } from '../../../protocol/keys/private-key.ts';
import { messageSigner, signMessage } from '../../../protocol/keys/signed-message.ts';
import { decodeWif } from '../../../protocol/keys/wif.ts';
import { addressToJson } from '../../../protocol/report/address-to-json.ts';
import { descriptorToJson } from '../../../protocol/report/descriptor-to-json.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import {
  AddressError,
  addressFromScript,
  scriptFromAddress,
} from '../../../protocol/script/address.ts';
import { addChecksum } from '../../../protocol/script/descriptor/checksum.ts';
import { type Descriptor, isRange } from '../../../protocol/script/descriptor/descriptor.ts';
import { DescriptorError } from '../../../protocol/script/descriptor/descriptor-error.ts';
import { expandDescriptor } from '../../../protocol/script/descriptor/expand.ts';
import { parseDescriptor } from '../../../protocol/script/descriptor/parse.ts';
import { MAX_ELEMENT_SIZE, MAX_PUBKEYS_PER_MULTISIG } from '../../../protocol/script/limits.ts';
import { multisig, p2sh, p2wsh, solveScript } from '../../../protocol/script/templates.ts';
import { arrayFrom, int32From, stringFrom } from '../arguments.ts';
import { descriptorWords } from '../descriptor-words.ts';
import { publicKeyFrom } from '../public-key-from.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { type DescriptorRange, descriptorRange } from './descriptor-range.ts';

const COMPRESSED_LENGTH = 33;
const MULTISIG_TYPES = ['legacy', 'p2sh-segwit', 'bech32', 'bech32m'];

const validateAddress: RpcMethod = {
  name: 'validateaddress',
  family: 'util',
  about: 'Whether a text is an address of this chain, and what it stands for.',
  parameters: [{ name: 'address', type: 'string', about: 'the text' }],
  result:
    '{ "isvalid", "address", "scriptPubKey", "isscript", "iswitness", "witness_version", "witness_program", "error", "error_locations" }',
  run: ([address], { node }) =>
    addressToJson(stringFrom(address), node.chain.params.addressPrefixes),
};

const createMultisig: RpcMethod = {
  name: 'createmultisig',
  family: 'util',
  about: 'The address of coins that some of several keys can spend.',
  parameters: [
    { name: 'nrequired', type: 'number', about: 'how many have to sign' },
    { name: 'keys', type: 'array', usage: '["key",...]', about: 'public keys, in hex' },
    {
      name: 'address_type',
      type: 'string',
      optional: true,
      about: 'legacy (the default), p2sh-segwit or bech32',
    },
  ],
  result: '{ "address", "redeemScript", "descriptor", "warnings" }',
  run: ([nrequired, keys, type], context) => {
    const required = int32From(nrequired);
    const publicKeys = arrayFrom(keys).map(publicKeyFrom);
    const wanted = type === undefined ? 'legacy' : multisigType(stringFrom(type));
    return describeMultisig(required, publicKeys, wanted, context);
  },
};

function multisigType(type: string): string {
  if (!MULTISIG_TYPES.includes(type)) {
    throw new RpcError(RPC.invalidAddressOrKey, `Unknown address type '${type}'`);
  }
  if (type !== 'bech32m') return type;
  throw new RpcError(
    RPC.invalidAddressOrKey,
    'createmultisig cannot create bech32m multisig addresses',
  );
}

function describeMultisig(
  required: number,
  keys: readonly Uint8Array[],
  wanted: string,
  { node }: RpcContext,
): Json {
  checkMultisig(required, keys.length);
  // Witness scripts know compressed keys alone.
  const isPlain = keys.some(({ length }) => length !== COMPRESSED_LENGTH);
  const type = isPlain ? 'legacy' : wanted;
  const inner = multisig(required, keys);
  if (type === 'legacy' && inner.length > MAX_ELEMENT_SIZE) {
    const sizes = `${inner.length} > ${MAX_ELEMENT_SIZE}`;
    throw new RpcError(RPC.invalidParameter, `redeemScript exceeds size limit: ${sizes}`);
  }
  const witness = p2wsh(sha256(inner));
  const text = `multi(${[required, ...keys.map(toHex)].join(',')})`;
  const forms = {
    legacy: { script: p2sh(hash160(inner)), descriptor: `sh(${text})` },
    'p2sh-segwit': { script: p2sh(hash160(witness)), descriptor: `sh(wsh(${text}))` },
    bech32: { script: witness, descriptor: `wsh(${text})` },
  };
  const { script, descriptor } = forms[type as keyof typeof forms];
  const address = addressFromScript(script, node.chain.params.addressPrefixes);
  return {
    address,
    redeemScript: toHex(inner),
    descriptor: addChecksum(keys.some(isHybrid) ? `addr(${address})` : descriptor),
    warnings:
      type === wanted
        ? undefined
        : [
            'Unable to make chosen address type, please ensure no uncompressed public keys are present.',
          ],
  };
}

/** A form of uncompressed keys that no descriptor has. */
function isHybrid(key: Uint8Array): boolean {
  return key[0] === 6 || key[0] === 7;
}

function checkMultisig(required: number, keys: number): void {
  if (required < 1) {
    throw new RpcError(
      RPC.invalidParameter,
      'a multisignature address must require at least one key to redeem',
    );
  }
  if (keys < required) {
    const counts = `got ${keys} keys, but need at least ${required} to redeem`;
    throw new RpcError(RPC.invalidParameter, `not enough keys supplied (${counts})`);
  }
  if (keys > MAX_PUBKEYS_PER_MULTISIG) {
    throw new RpcError(
      RPC.invalidParameter,
      `Number of keys involved in the multisignature address creation > ${MAX_PUBKEYS_PER_MULTISIG}\nReduce the number`,
    );
  }
}

const getDescriptorInfo: RpcMethod = {
  name: 'getdescriptorinfo',
  family: 'util',
  about: 'Reads an output descriptor.',
  parameters: [{ name: 'descriptor', type: 'string', about: 'the descriptor' }],
  result: '{ "descriptor", "checksum", "isrange", "issolvable", "hasprivatekeys" }',
  run: ([descriptor], { node }) =>
    orRefused(() => descriptorToJson(stringFrom(descriptor), node.chain.params)),
};

/** What is wrong with a descriptor is told in its own words. */
function orRefused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, descriptorWords(error));
  }
}

const deriveAddresses: RpcMethod = {
  name: 'deriveaddresses',
  family: 'util',
  about: 'The addresses of an output descriptor. It must have its checksum.',
  parameters: [
    { name: 'descriptor', type: 'string', about: 'the descriptor' },
    {
      name: 'range',
      type: 'range',
      optional: true,
      about: 'the last index, or [first, last], where the descriptor has a wildcard',
    },
  ],
  result: '[ "address", ... ]',
  run: async (args, context) => {
    const { params } = context.node.chain;
    const text = stringFrom(args[0]);
    const range: DescriptorRange = args[1] === undefined ? [0, 0] : descriptorRange(args[1]);
    const descriptor = orRefused(() => parseDescriptor(text, params, { requireChecksum: true }));
    // Core looks at how many arguments there are: null is one.
    const isGiven = args.length > 1;
    if (!isRange(descriptor) && isGiven) {
      throw new RpcError(
        RPC.invalidParameter,
        'Range should not be specified for an un-ranged descriptor',
      );
    }
    if (isRange(descriptor) && !isGiven) {
      throw new RpcError(RPC.invalidParameter, 'Range must be specified for a ranged descriptor');
    }
    return await addressesOf(descriptor, range, context);
  },
};

async function addressesOf(
  descriptor: Descriptor,
  [first, last]: DescriptorRange,
  { node, clock, signal }: RpcContext,
): Promise<readonly string[]> {
  const addresses: string[] = [];
  for (let index = first; index <= last && !signal.aborted; index++) {
    if (index % 100 === 99) await clock.nextTurn();
    const scripts = scriptsAt(descriptor, index);
    for (const script of scripts) {
      const address = addressFromScript(script, node.chain.params.addressPrefixes);
      if (address !== undefined) addresses.push(address);
      // One of the scripts of `combo` is the key itself, and has no address.
      else if (scripts.length === 1 || solveScript(script).kind !== 'pubkey') {
        throw new RpcError(
          RPC.invalidAddressOrKey,
          'Descriptor does not have a corresponding address',
        );
      }
    }
  }
  return addresses;
}

function scriptsAt(descriptor: Descriptor, index: number): readonly Uint8Array[] {
  try {
    return expandDescriptor(descriptor, index).outputs.map(({ script }) => script);
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, 'Cannot derive script without private keys');
  }
}

const signMessageWithPrivKey: RpcMethod = {
  name: 'signmessagewithprivkey',
  family: 'util',
  about: 'Signs a text with a private key.',
  parameters: [
    { name: 'privkey', type: 'string', about: 'the key, in Wallet Import Format' },
    { name: 'message', type: 'string', about: 'the text' },
  ],
  result: '"signature", in base64',
  run: ([privkey, message], { node }) => {
    const key = privateKeyFrom(stringFrom(privkey), node.chain.params.keyPrefixes.wif);
    const signature = signMessage(stringFrom(message), key);
    if (signature === undefined) throw new RpcError(RPC.invalidAddressOrKey, 'Sign failed');
    return signature;
  },
};

function privateKeyFrom(text: string, prefix: number): PrivateKey {
  try {
    return decodeWif(text, prefix);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, 'Invalid private key');
  }
}

const verifyMessage: RpcMethod = {
  name: 'verifymessage',
  family: 'util',
  about: 'Whether the owner of an address has signed a text.',
  parameters: [
    { name: 'address', type: 'string', about: 'the address, of a public key hash' },
    { name: 'signature', type: 'string', about: 'the signature, in base64' },
    { name: 'message', type: 'string', about: 'the text' },
  ],
  result: 'true|false',
  run: ([address, signature, message], context) => {
    const hash = keyHashOf(stringFrom(address), context);
    const signer = messageSigner(stringFrom(message), stringFrom(signature));
    if (signer === 'malformed') throw new RpcError(RPC.type, 'Malformed base64 encoding');
    return signer !== undefined && equalBytes(hash160(signer), hash);
  },
};

function keyHashOf(address: string, { node }: RpcContext): Uint8Array {
  try {
    const script = scriptFromAddress(address, node.chain.params.addressPrefixes);
    const form = solveScript(script);
    if (form.kind === 'pubkeyhash') return form.hash;
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, 'Invalid address');
  }
  throw new RpcError(RPC.type, 'Address does not refer to key');
}

export const utilMethods: readonly RpcMethod[] = [
  createMultisig,
  deriveAddresses,
  getDescriptorInfo,
  signMessageWithPrivKey,
  validateAddress,
  verifyMessage,
];
