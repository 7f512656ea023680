/** Miniscript (BIP379) where a witness script or a leaf is expected. */
import { toHex } from '../../bytes/hex.ts';
import { miniscriptFault } from '../miniscript/miniscript-fault.ts';
import { parseMiniscript } from '../miniscript/parse-miniscript.ts';
import { printMiniscript } from '../miniscript/print-miniscript.ts';
import { deriveKey } from './derive-key.ts';
import type { MiniscriptDescriptor } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { type KeyContext, type KeyExpression, readKeys } from './key-expression.ts';
import { countAlternatives, partsByAlternative } from './multipath.ts';
import { printKey } from './print.ts';

/**
 * The miniscript that an expression is, with its keys; several where their paths have alternatives, and
 * undefined where it is none.
 *
 * @example
 * readMiniscript('and_v(v:pk(02…),older(10))', context) // [{ kind: 'miniscript', … }]
 */
export function readMiniscript(
  expression: string,
  context: KeyContext,
): readonly MiniscriptDescriptor[] | undefined {
  const { place } = context;
  const keys: (readonly KeyExpression[])[] = [];
  // Outside of witness scripts, Core reads it as that of a leaf, only to refuse it.
  const inScript = place === 'wsh' ? 'wsh' : 'tr';
  const node = parseMiniscript(expression, inScript, (text) => {
    keys.push(readKeys(text, { ...context, place: inScript, label: '' }));
    return keys.length - 1;
  });
  if (node === undefined) return undefined;
  if (place !== 'wsh' && place !== 'tr') {
    throw new DescriptorError(
      'misplaced-function',
      'Miniscript expressions can only be used in wsh or tr.',
    );
  }
  const firstOf = (index: number) => keys[index]?.[0] as KeyExpression;
  const fault = miniscriptFault(node, (index) => miniscriptKeyName(firstOf(index)));
  if (fault !== undefined) {
    const { chain } = context;
    const where = printMiniscript(fault.node, (index) =>
      printKey(firstOf(index), { chain, form: 'public' }),
    );
    throw new DescriptorError('bad-miniscript', `${where} ${fault.words}`);
  }
  return partsByAlternative(
    keys,
    countAlternatives(keys),
    'Miniscript: Multipath derivation paths have mismatched lengths',
  ).map((chosen) => ({ kind: 'miniscript', keys: chosen, node }));
}

/**
 * What tells keys apart: the key at the index 0. Core asks without private keys, so that those with a
 * hardened step have none, and any two of them count as the same.
 */
export function miniscriptKeyName(key: KeyExpression): string {
  try {
    return toHex(deriveKey({ ...key, privateKey: undefined }, 0).publicKey);
  } catch (error) {
    if (error instanceof DescriptorError) return '';
    throw error;
  }
}
