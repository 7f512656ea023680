/** From descriptors to text. */
import { toHex } from '../../bytes/hex.ts';
import { neuter } from '../../keys/extended-key.ts';
import { encodeExtendedKey } from '../../keys/extended-key-text.ts';
import { formatPath, HARDENED } from '../../keys/key-path.ts';
import { encodeWif } from '../../keys/wif.ts';
import { printMiniscript } from '../miniscript/print-miniscript.ts';
import type { DescriptorChain } from './chain.ts';
import { addChecksum } from './checksum.ts';
import { deriveFromRoot, originOf } from './derive-key.ts';
import type { Descriptor, DescriptorLeaf, MiniscriptDescriptor } from './descriptor.ts';
import type { ConstantKey, DerivedKey, KeyExpression, KeyOrigin } from './key-expression.ts';
import type { HardenedMark } from './key-path.ts';

/**
 * - `public`: as it was written, private keys replaced by their public ones.
 * - `private`: with the private keys that are known.
 * - `normalized`: public, and each key given at its last hardened step, so that all the rest can be
 *   found without private keys. Bitcoin Core's `listdescriptors` prints it.
 */
export type DescriptorForm = 'public' | 'private' | 'normalized';

export interface PrintOptions {
  readonly form?: DescriptorForm;
  /** Off for those who compare. */
  readonly checksum?: boolean;
}

export interface Printer {
  readonly chain: DescriptorChain;
  readonly form: DescriptorForm;
}

/**
 * A descriptor as text, in the form that Bitcoin Core prints.
 *
 * @example
 * descriptorToString(parseDescriptor('raw(51)', regtest), regtest) // 'raw(51)#8lvh9jxk'
 */
export function descriptorToString(
  descriptor: Descriptor,
  chain: DescriptorChain,
  { form = 'public', checksum = true }: PrintOptions = {},
): string {
  const body = printScript(descriptor, { chain, form });
  return checksum ? addChecksum(body) : body;
}

function printScript(descriptor: Descriptor, printer: Printer): string {
  if (descriptor.kind === 'miniscript') {
    const { keys, node } = descriptor;
    return printMiniscript(node, (index) => printKey(keys[index] as KeyExpression, printer));
  }
  return `${descriptor.kind}(${printArguments(descriptor, printer).join(',')})`;
}

function printArguments(
  descriptor: Exclude<Descriptor, MiniscriptDescriptor>,
  printer: Printer,
): readonly string[] {
  switch (descriptor.kind) {
    case 'sh':
    case 'wsh':
      return [printScript(descriptor.inner, printer)];
    case 'multi':
    case 'sortedmulti':
    case 'multi_a':
    case 'sortedmulti_a':
      return [
        String(descriptor.threshold),
        ...descriptor.keys.map((key) => printKey(key, printer)),
      ];
    case 'tr': {
      const key = printKey(descriptor.internalKey, printer);
      return descriptor.leaves.length === 0 ? [key] : [key, printTree(descriptor.leaves, printer)];
    }
    case 'addr':
      return [descriptor.address];
    case 'raw':
      return [toHex(descriptor.script)];
    default:
      return [printKey(descriptor.key, printer)];
  }
}

/** `branches` is the way from the root to where a leaf is written, true for a right branch. */
function printTree(leaves: readonly DescriptorLeaf[], printer: Printer): string {
  const branches: boolean[] = [];
  let text = '';
  for (const { depth, descriptor } of leaves) {
    for (; branches.length < depth; branches.push(false)) text += '{';
    text += printScript(descriptor, printer);
    for (; branches.at(-1) === true; branches.pop()) text += '}';
    if (branches.length > 0) {
      branches[branches.length - 1] = true;
      text += ',';
    }
  }
  return text;
}

export function printKey(key: KeyExpression, printer: Printer): string {
  if (printer.form === 'normalized') return printNormalizedKey(key, printer);
  const text = key.kind === 'constant' ? printConstant(key, printer) : printDerived(key, printer);
  return printOrigin(key.origin, key.mark) + text;
}

function printConstant(key: ConstantKey, { chain, form }: Printer): string {
  if (form === 'private' && key.privateKey !== undefined) {
    const compressed = key.publicKey.length === 33;
    return encodeWif({ privateKey: key.privateKey, compressed }, chain.keyPrefixes.wif);
  }
  return toHex(key.xOnly ? key.publicKey.subarray(1) : key.publicKey);
}

function printDerived(key: DerivedKey, { chain, form }: Printer): string {
  const root =
    form === 'private' && key.privateKey !== undefined
      ? { ...key.root, kind: 'private' as const, privateKey: key.privateKey }
      : key.root;
  const text = encodeExtendedKey(root, chain.keyPrefixes);
  return text + printSteps(key.path, key.mark) + printWildcard(key, key.mark);
}

function printNormalizedKey(key: KeyExpression, printer: Printer): string {
  const hardened =
    key.kind === 'derived' && key.wildcard !== 'hardened'
      ? key.path.findLastIndex((step) => step >= HARDENED) + 1
      : 0;
  if (key.kind === 'constant' || hardened === 0) {
    return printKey({ ...key, mark: 'h' }, { ...printer, form: 'public' });
  }
  const steps = key.path.slice(0, hardened);
  const root = neuter(deriveFromRoot(key, steps));
  return (
    printOrigin(originOf(key, steps), 'h') +
    encodeExtendedKey(root, printer.chain.keyPrefixes) +
    printSteps(key.path.slice(hardened), 'h') +
    printWildcard(key, 'h')
  );
}

function printOrigin(origin: KeyOrigin | undefined, mark: HardenedMark): string {
  if (origin === undefined) return '';
  return `[${toHex(origin.fingerprint)}${printSteps(origin.path, mark)}]`;
}

function printSteps(path: readonly number[], mark: HardenedMark): string {
  return formatPath(path, mark).slice('m'.length);
}

function printWildcard(key: DerivedKey, mark: HardenedMark): string {
  if (key.wildcard === 'none') return '';
  return key.wildcard === 'hardened' ? `/*${mark}` : '/*';
}
