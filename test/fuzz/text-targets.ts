/** Whatever reads text that people paste. */
import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import { decodeBase58Check, encodeBase58Check } from '../../src/protocol/keys/base58check.ts';
import { masterKeyFromSeed, neuter } from '../../src/protocol/keys/extended-key.ts';
import { decodeExtendedKey, encodeExtendedKey } from '../../src/protocol/keys/extended-key-text.ts';
import { parsePath } from '../../src/protocol/keys/key-path.ts';
import { entropyFromMnemonic, mnemonicFromEntropy } from '../../src/protocol/keys/mnemonic.ts';
import { decodePem, encodePrivateKeyPem, encodePublicKeyPem } from '../../src/protocol/keys/pem.ts';
import { publicKeyOf } from '../../src/protocol/keys/private-key.ts';
import { decodeWif, encodeWif } from '../../src/protocol/keys/wif.ts';
import { parseCustomChain } from '../../src/protocol/params/custom/custom-chain.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { addressFromScript, scriptFromAddress } from '../../src/protocol/script/address.ts';
import { parseAsm, parseScriptText } from '../../src/protocol/script/asm.ts';
import { expandDescriptor } from '../../src/protocol/script/descriptor/expand.ts';
import { parseMultipathDescriptor } from '../../src/protocol/script/descriptor/parse.ts';
import { descriptorToString } from '../../src/protocol/script/descriptor/print.ts';
import { p2pkh, p2sh, p2tr, p2wpkh } from '../../src/protocol/script/templates.ts';
import type { FuzzTarget } from './target.ts';

const { addressPrefixes, keyPrefixes } = regtest;
const privateKey = new Uint8Array(32).fill(7);
const publicKey = publicKeyOf(privateKey);
const master = masterKeyFromSeed(new Uint8Array(32).fill(9));
const xprv = encodeExtendedKey(master, keyPrefixes);
const xpub = encodeExtendedKey(neuter(master), keyPrefixes);
const wif = encodeWif({ privateKey, compressed: true }, keyPrefixes.wif);
const pub = toHex(publicKey);
const chain = { addressPrefixes, keyPrefixes };

const addresses = [
  p2pkh(new Uint8Array(20)),
  p2sh(new Uint8Array(20).fill(1)),
  p2wpkh(new Uint8Array(20).fill(2)),
  p2tr(publicKey.subarray(1)),
].map((script) => addressFromScript(script, addressPrefixes) ?? '');

const descriptors = [
  `pkh(${pub})`,
  `wpkh(${wif})`,
  `wpkh([d34db33f/84h/0h/0h]${xpub}/<0;1>/*)`,
  `sh(wsh(sortedmulti(2,${pub},${xpub}/1/*,${xprv}/2h/*h)))`,
  `tr(${xpub}/0/*,{pk(${pub.slice(2)}),multi_a(1,${pub.slice(2)},${xpub}/3)})`,
  `combo(${pub})`,
  'raw(6a)',
  `addr(${addresses[2]})`,
];

function textTarget(
  name: string,
  seeds: readonly string[],
  read: (text: string) => void,
): FuzzTarget {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    name,
    seeds: seeds.map((seed) => encoder.encode(seed)),
    run: (input) => read(decoder.decode(input)),
  };
}

export const textTargets: readonly FuzzTarget[] = [
  textTarget('hex', ['00', 'cafe', pub], (text) => fromHex(text)),
  textTarget('base58check', [encodeBase58Check(publicKey), wif], (text) =>
    decodeBase58Check(text, 1000),
  ),
  textTarget('address', addresses, (text) => scriptFromAddress(text, addressPrefixes)),
  textTarget('wif', [wif], (text) => decodeWif(text, keyPrefixes.wif)),
  textTarget('extended-key', [xprv, xpub], (text) => decodeExtendedKey(text, keyPrefixes)),
  textTarget('key-path', ["m/84h/0'/0", '0/1/2h'], (text) => parsePath(text)),
  textTarget('mnemonic', [mnemonicFromEntropy(new Uint8Array(16))], (text) =>
    entropyFromMnemonic(text),
  ),
  textTarget(
    'pem',
    [
      encodePrivateKeyPem(privateKey, 'sec1'),
      encodePrivateKeyPem(privateKey, 'pkcs8', 'compressed'),
      encodePublicKeyPem(publicKey),
    ],
    (text) => decodePem(text),
  ),
  textTarget('asm', ['OP_DUP OP_HASH160 0011223344 OP_EQUALVERIFY', '1 -1 16'], (text) =>
    parseAsm(text),
  ),
  textTarget('script-text', ["DUP 0x01 0x02 'text' -7 CHECKSIG", '1 2 ADD'], (text) =>
    parseScriptText(text),
  ),
  textTarget('descriptor', descriptors, (text) => {
    for (const descriptor of parseMultipathDescriptor(text, chain)) {
      descriptorToString(descriptor, chain);
      expandDescriptor(descriptor, 3);
    }
  }),
  textTarget(
    'custom-chain',
    [
      '{ "basedOn": "lab", "name": "mine", "difficultyBits": 12, "spacingSeconds": 5 }',
      '{ // a comment\n "basedOn": "regtest", "name": "two", "blockReward": "12.5", "premine": [] }',
    ],
    (text) => parseCustomChain(text),
  ),
];
