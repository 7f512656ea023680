/** From output scripts back to descriptors, as far as it goes by what is known. */
import { curve } from '#curve';
import { concatBytes } from '../../bytes/concat.ts';
import { hash160, ripemd160 } from '../../crypto/hash.ts';
import { addressFromScript } from '../address.ts';
import type { MiniscriptContext } from '../miniscript/context.ts';
import { decompileMiniscript } from '../miniscript/decompile-miniscript.ts';
import { mapMiniscript, miniscriptKeys } from '../miniscript/miniscript.ts';
import { miniscriptFault } from '../miniscript/miniscript-fault.ts';
import { opcodes } from '../opcodes.ts';
import { TAPSCRIPT_LEAF_VERSION, type TapLeaf } from '../taproot.ts';
import { solveScript } from '../templates.ts';
import type { DescriptorChain } from './chain.ts';
import type {
  Descriptor,
  DescriptorLeaf,
  LeafDescriptor,
  MiniscriptDescriptor,
} from './descriptor.ts';
import type { ScriptPlace } from './grammar.ts';
import type { ConstantKey } from './key-expression.ts';
import { type KnownSolutions, NOTHING_KNOWN } from './known-solutions.ts';
import { readMultiA } from './leaf-script.ts';
import { miniscriptKeyName } from './miniscript.ts';

/** The Taproot script `<key> OP_CHECKSIG`. */
const PK_LEAF_LENGTH = 34;

interface Inference {
  readonly place: ScriptPlace;
  readonly known: KnownSolutions;
}

/**
 * The descriptor of an output script that says the most. Where nothing more is known it is `addr`, or
 * `raw` where there is no address; what `decodescript`, `scantxoutset` and `listunspent` print.
 *
 * @example
 * inferDescriptor(fromHex('6a'), mainnet) // { kind: 'raw', … }
 */
export function inferDescriptor(
  script: Uint8Array,
  chain: DescriptorChain,
  known: KnownSolutions = NOTHING_KNOWN,
): Descriptor {
  const solved = inferScript(script, { place: 'top', known });
  if (solved !== undefined) return solved;
  const address = addressFromScript(script, chain.addressPrefixes);
  return address === undefined ? { kind: 'raw', script } : { kind: 'addr', address, script };
}

function inferScript(script: Uint8Array, inference: Inference): Descriptor | undefined {
  const template = inferTemplate(script, inference);
  if (template !== undefined || inference.place !== 'wsh') return template;
  return inferMiniscript(script, 'wsh', inference.known);
}

function inferTemplate(script: Uint8Array, inference: Inference): Descriptor | undefined {
  const { place, known } = inference;
  const template = solveScript(script);
  switch (template.kind) {
    case 'pubkey':
      return withKey('pk', constantKey(template.publicKey, inference));
    case 'pubkeyhash':
      return withKey('pkh', knownKey(template.hash, inference));
    case 'multisig':
      return inferMultisig(template.required, template.publicKeys, inference);
    case 'witness_v0_keyhash':
      if (place === 'wsh') return undefined;
      // Only compressed keys have this form, as in a witness script.
      return withKey('wpkh', knownKey(template.hash, { place: 'wsh', known }));
    case 'scripthash':
      return place === 'top' ? inferInner('sh', template.hash, known) : undefined;
    case 'witness_v0_scripthash':
      return place === 'wsh' ? undefined : inferInner('wsh', ripemd160(template.hash), known);
    case 'witness_v1_taproot':
      return place === 'top' ? inferTaproot(template.outputKey, known) : undefined;
    default:
      return undefined;
  }
}

function withKey(
  kind: 'pk' | 'pkh' | 'wpkh',
  key: ConstantKey | undefined,
): Descriptor | undefined {
  return key && { kind, key };
}

function inferInner(
  kind: 'sh' | 'wsh',
  hash: Uint8Array,
  known: KnownSolutions,
): Descriptor | undefined {
  const script = known.script(hash);
  const inner = script && inferScript(script, { place: kind, known });
  return inner && { kind, inner };
}

function inferMultisig(
  threshold: number,
  publicKeys: readonly Uint8Array[],
  inference: Inference,
): Descriptor | undefined {
  const keys: ConstantKey[] = [];
  for (const publicKey of publicKeys) {
    const key = constantKey(publicKey, inference);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return { kind: 'multi', threshold, keys };
}

function inferTaproot(outputKey: Uint8Array, known: KnownSolutions): Descriptor | undefined {
  const solution = known.taproot(outputKey);
  if (solution !== undefined) {
    const leaves: DescriptorLeaf[] = [];
    for (const { leaf, path } of solution.leaves) {
      const descriptor = inferLeaf(leaf, known);
      if (descriptor !== undefined) leaves.push({ depth: path.length, descriptor });
    }
    if (leaves.length === solution.leaves.length) {
      return { kind: 'tr', internalKey: xOnlyKey(solution.internalKey, known), leaves };
    }
  }
  return curve.isXOnlyKey(outputKey)
    ? { kind: 'rawtr', key: xOnlyKey(outputKey, known) }
    : undefined;
}

function inferLeaf(leaf: TapLeaf, known: KnownSolutions): LeafDescriptor | undefined {
  const { script, version = TAPSCRIPT_LEAF_VERSION } = leaf;
  if (version !== TAPSCRIPT_LEAF_VERSION) return undefined;
  const isPk =
    script.length === PK_LEAF_LENGTH &&
    script[0] === PK_LEAF_LENGTH - 2 &&
    script[PK_LEAF_LENGTH - 1] === opcodes.OP_CHECKSIG;
  if (isPk) return { kind: 'pk', key: xOnlyKey(script.subarray(1, -1), known) };
  const multiA = readMultiA(script);
  if (multiA !== undefined) {
    const keys = multiA.keys.map((key) => xOnlyKey(key, known));
    return { kind: 'multi_a', threshold: multiA.threshold, keys };
  }
  const template = solveScript(script);
  if (template.kind !== 'pubkeyhash') return inferMiniscript(script, 'tr', known);
  const key = knownKey(template.hash, { place: 'tr', known });
  return key && { kind: 'pkh', key };
}

/** Only miniscripts that are sane: others might as well be something else. */
function inferMiniscript(
  script: Uint8Array,
  place: MiniscriptContext,
  known: KnownSolutions,
): MiniscriptDescriptor | undefined {
  const found = decompileMiniscript(script, place, {
    byBytes: (bytes) => scriptKey(bytes, place, known),
    byHash: (hash) => knownKey(hash, { place, known }),
  });
  if (found === undefined || miniscriptFault(found, miniscriptKeyName) !== undefined) {
    return undefined;
  }
  let index = 0;
  return {
    kind: 'miniscript',
    keys: miniscriptKeys(found),
    node: mapMiniscript(found, () => index++),
  };
}

function scriptKey(
  bytes: Uint8Array,
  place: MiniscriptContext,
  known: KnownSolutions,
): ConstantKey | undefined {
  if (place === 'tr') return bytes.length === 32 ? xOnlyKey(bytes, known) : undefined;
  const isCompressed = bytes.length === 33 && (bytes[0] === 2 || bytes[0] === 3);
  return isCompressed ? constantKey(bytes, { place, known }) : undefined;
}

function knownKey(hash: Uint8Array, inference: Inference): ConstantKey | undefined {
  const found = inference.known.key(hash);
  return found && constantKey(found.publicKey, inference);
}

/** Whether the key is a point at all is not asked: it is what the script says. */
function constantKey(publicKey: Uint8Array, { place, known }: Inference): ConstantKey | undefined {
  const isHybrid = publicKey[0] === 6 || publicKey[0] === 7;
  const mayBeUncompressed = place === 'top' || place === 'sh';
  if (isHybrid || (publicKey.length === 65 && !mayBeUncompressed)) return undefined;
  return {
    kind: 'constant',
    publicKey,
    xOnly: false,
    privateKey: undefined,
    origin: known.key(hash160(publicKey))?.origin,
    mark: 'h',
  };
}

function xOnlyKey(key: Uint8Array, known: KnownSolutions): ConstantKey {
  const even = concatBytes(Uint8Array.of(2), key);
  const odd = concatBytes(Uint8Array.of(3), key);
  const found = known.key(hash160(even)) ?? known.key(hash160(odd));
  return {
    kind: 'constant',
    publicKey: even,
    xOnly: true,
    privateKey: undefined,
    origin: found?.origin,
    mark: 'h',
  };
}
