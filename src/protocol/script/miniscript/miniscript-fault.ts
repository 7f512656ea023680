/** Whether a miniscript is one that money can be left to. */
import { MAX_OPS_PER_SCRIPT, MAX_STACK_SIZE } from '../limits.ts';
import { maxScriptSize } from './context.ts';
import { type Miniscript, postOrder } from './miniscript.ts';
import { has } from './properties.ts';

/** What nodes relay: elements of a witness beside the script. */
const MAX_STANDARD_WSH_STACK = 100;

/** What is wrong, and with which expression of the tree. */
export interface MiniscriptFault<K> {
  readonly node: Miniscript<K>;
  /** Bitcoin Core's words, which follow the expression: `is invalid`. */
  readonly words: string;
}

/**
 * The first thing that is wrong with a miniscript, from the leaves upwards; undefined if it is sane.
 * `keyName` gives equal names to equal keys: no key may come twice, because a signature for one place
 * could then be moved to the other.
 *
 * @example
 * miniscriptFault(parseMiniscript('older(1)', 'wsh', String), String)?.words
 * // 'is not sane: witnesses without signature exist'
 */
export function miniscriptFault<K>(
  root: Miniscript<K>,
  keyName: (key: K) => string,
): MiniscriptFault<K> | undefined {
  const repeating = withRepeatedKeys(root, keyName);
  const isSane = isSaneWithin(root) && !repeating.has(root) && has(root.type, 'Bs');
  if (isSane && root.use.satisfy !== undefined) return undefined;
  const node = postOrder(root).find((sub) => !isSaneWithin(sub) || repeating.has(sub)) ?? root;
  if (!isValid(node)) return { node, words: 'is invalid' };
  if (isSane) return { node, words: 'is not satisfiable' };
  const cause = causeOf(node, node === root, repeating.has(node));
  return { node, words: cause === undefined ? 'is not sane' : `is not sane: ${cause}` };
}

function causeOf<K>(node: Miniscript<K>, isRoot: boolean, repeats: boolean): string | undefined {
  if (!has(node.type, 'm')) return 'malleable witnesses exist';
  if (isRoot && !has(node.type, 's')) return 'witnesses without signature exist';
  if (!has(node.type, 'k')) {
    return 'contains mixes of timelocks expressed in blocks and seconds';
  }
  if (repeats) return 'contains duplicate public keys';
  return isWithinLimits(node) ? undefined : 'needs witnesses that may exceed resource limits';
}

/** Whether the parts go together, and it is not too long. */
export function isValid(node: Miniscript<unknown>): boolean {
  return node.type !== 0 && node.scriptSize <= maxScriptSize(node.context);
}

/** Whether it may be the whole of a script. */
export function isValidOnTop(node: Miniscript<unknown>): boolean {
  return isValid(node) && has(node.type, 'B');
}

/** Keys aside, whether it does what it looks like as a part of something else. */
function isSaneWithin(node: Miniscript<unknown>): boolean {
  return isValid(node) && has(node.type, 'mk') && isWithinLimits(node);
}

/** Whether every satisfaction that others cannot change is one that nodes accept. */
function isWithinLimits(node: Miniscript<unknown>): boolean {
  const { opcodes, elements, peak } = resourceNeeds(node);
  if (node.context === 'tr') return (peak ?? 0) <= MAX_STACK_SIZE;
  return (opcodes ?? 0) <= MAX_OPS_PER_SCRIPT && (elements ?? 0) <= MAX_STANDARD_WSH_STACK;
}

/** The most that a satisfaction may need; all undefined if there is none. */
export interface ResourceNeeds {
  /** Opcodes that count, as BIP141 scripts may have 201 of them. */
  readonly opcodes: number | undefined;
  /** Elements of the witness, without the script. */
  readonly elements: number | undefined;
  /** Elements on the stack at any moment. */
  readonly peak: number | undefined;
}

/**
 * What a miniscript may need at most when it is satisfied.
 *
 * @example
 * resourceNeeds(parseMiniscript('pk(A)', 'wsh', String)) // { opcodes: 1, elements: 1, peak: 2 }
 */
export function resourceNeeds({ type, use }: Miniscript<unknown>): ResourceNeeds {
  const { keysToSatisfy, satisfy } = use;
  // All but V leave an element, which was not counted.
  const left = has(type, 'B') || has(type, 'K') || has(type, 'W') ? 1 : 0;
  return {
    opcodes: keysToSatisfy === undefined ? undefined : use.opcodes + keysToSatisfy,
    elements: satisfy && satisfy.net + left,
    peak: satisfy && satisfy.peak + left,
  };
}

/** The expressions in which a key comes twice. */
function withRepeatedKeys<K>(
  root: Miniscript<K>,
  keyName: (key: K) => string,
): ReadonlySet<Miniscript<K>> {
  const repeating = new Set<Miniscript<K>>();
  const namesOf = new Map<Miniscript<K>, Set<string>>();
  for (const node of postOrder(root)) {
    const own = new Set(node.keys.map(keyName));
    let repeats = own.size < node.keys.length || node.subs.some((sub) => repeating.has(sub));
    let names = own;
    for (const sub of node.subs) {
      if (repeats) break;
      const others = namesOf.get(sub) as Set<string>;
      namesOf.delete(sub);
      // The smaller one is poured into the larger one, so that deep trees take no longer.
      const [small, large] = others.size < names.size ? [others, names] : [names, others];
      const total = small.size + large.size;
      for (const name of small) large.add(name);
      repeats = large.size < total;
      names = large;
    }
    if (repeats) repeating.add(node);
    else namesOf.set(node, names);
  }
  return repeating;
}
