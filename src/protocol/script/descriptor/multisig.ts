/** `multi` and its kin: a threshold and keys (BIP383, BIP387). */
import { MAX_ELEMENT_SIZE, MAX_PUBKEYS_PER_MULTISIG } from '../limits.ts';
import type { MultisigDescriptor } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { cutExpression, readU32 } from './expression.ts';
import { type KeyContext, type KeyExpression, readKeys } from './key-expression.ts';
import { countAlternatives, partsByAlternative } from './multipath.ts';

/** Each OP_CHECKSIGADD keeps a signature on the stack, which holds 1000 elements. */
const MAX_MULTI_A_KEYS = 999;
/** What nodes relay without a hash around it. */
const MAX_BARE_KEYS = 3;

/**
 * The arguments of a multisig function: `2,A,B`.
 *
 * @example
 * readMultisig('sortedmulti', '1,02…,03…', context) // [{ kind: 'sortedmulti', threshold: 1, … }]
 */
export function readMultisig(
  kind: MultisigDescriptor['kind'],
  args: string,
  context: KeyContext,
): readonly MultisigDescriptor[] {
  const { head, rest } = cutExpression(args);
  const threshold = readU32(head);
  if (threshold === undefined) throw multisigError(`Multi threshold '${head}' is not valid`);
  const keys = readKeyList(rest, context);
  checkNumbers(kind, threshold, keys.length);
  checkPlace(keys, context);
  return partsByAlternative(
    keys,
    countAlternatives(keys),
    'multi(): Multipath derivation paths have mismatched lengths',
  ).map((chosen) => ({ kind, threshold, keys: chosen }));
}

function readKeyList(text: string, context: KeyContext): readonly (readonly KeyExpression[])[] {
  const keys: (readonly KeyExpression[])[] = [];
  let left = text;
  while (left !== '') {
    if (!left.startsWith(',')) throw multisigError(`Multi: expected ',', got '${left[0]}'`);
    const { head, rest } = cutExpression(left.slice(1));
    keys.push(readKeys(head, context));
    left = rest;
  }
  return keys;
}

function checkNumbers(kind: MultisigDescriptor['kind'], threshold: number, total: number): void {
  const isTapscript = kind === 'multi_a' || kind === 'sortedmulti_a';
  const most = isTapscript ? MAX_MULTI_A_KEYS : MAX_PUBKEYS_PER_MULTISIG;
  if (total < 1 || total > most) {
    throw multisigError(
      `Cannot have ${total} keys in ${isTapscript ? 'multi_a' : 'multisig'}; must have between 1 and ${most} keys, inclusive`,
    );
  }
  if (threshold < 1) {
    throw multisigError(`Multisig threshold cannot be ${threshold}, must be at least 1`);
  }
  if (threshold > total) {
    throw multisigError(
      `Multisig threshold cannot be larger than the number of keys; threshold is ${threshold} but only ${total} keys specified`,
    );
  }
}

function checkPlace(keys: readonly (readonly KeyExpression[])[], context: KeyContext): void {
  if (context.place === 'top' && keys.length > MAX_BARE_KEYS) {
    throw multisigError(
      `Cannot have ${keys.length} pubkeys in bare multisig; only at most ${MAX_BARE_KEYS} pubkeys`,
    );
  }
  if (context.place !== 'sh') return;
  // P2SH pushes its script as one element.
  const size = 3 + keys.reduce((sum, [key]) => sum + 1 + publicKeyLength(key), 0);
  if (size > MAX_ELEMENT_SIZE) {
    throw multisigError(
      `P2SH script is too large, ${size} bytes is larger than ${MAX_ELEMENT_SIZE} bytes`,
    );
  }
}

function publicKeyLength(key: KeyExpression | undefined): number {
  return key?.kind === 'constant' ? key.publicKey.length : 33;
}

function multisigError(message: string): DescriptorError {
  return new DescriptorError('bad-multisig', message);
}
