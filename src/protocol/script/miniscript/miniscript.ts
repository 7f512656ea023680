/** A miniscript (BIP379): a tree of fragments, each of which stands for a piece of script. */

import { pushData } from '../build-script.ts';
import { encodeScriptNumber } from '../script-number.ts';
import type { MiniscriptContext } from './context.ts';
import type { Fragment } from './fragment.ts';
import { fragmentType } from './fragment-type.ts';
import { has, type Properties } from './properties.ts';
import { type ResourceUse, resourceUse } from './resource-use.ts';

interface Parts<K> {
  /** The number of `older` and `after`, the threshold of `thresh` and `multi`; else 0. */
  readonly k: number;
  /** Of `pk_k`, `pk_h`, `multi` and `multi_a`. */
  readonly keys: readonly K[];
  /** What a preimage is asked for. */
  readonly hash: Uint8Array;
  readonly subs: readonly Miniscript<K>[];
}

/**
 * One expression with all that is below it. `K` is whatever stands for a key.
 *
 * What is written shorter has its long form here: `pk(A)` is `c:pk_k(A)`, `t:X` is `and_v(X,1)`, `l:X`
 * and `u:X` are `or_i` with `0`, and `and_n(X,Y)` is `andor(X,Y,0)`.
 */
export interface Miniscript<K> extends Parts<K> {
  readonly context: MiniscriptContext;
  readonly fragment: Fragment;
  /** 0 if the parts do not go together. */
  readonly type: Properties;
  /** In bytes. */
  readonly scriptSize: number;
  /** What it takes to satisfy it, and to dissatisfy it. */
  readonly use: ResourceUse;
}

const NOTHING = new Uint8Array(0);

/**
 * An expression of parts that are there already.
 *
 * @example
 * miniscript('wsh', 'older', { k: 10 }).scriptSize // 2
 */
export function miniscript<K>(
  context: MiniscriptContext,
  fragment: Fragment,
  { k = 0, keys = [], hash = NOTHING, subs = [] }: Partial<Parts<K>>,
): Miniscript<K> {
  const parts = { context, fragment, k, keys, hash, subs };
  return {
    ...parts,
    type: fragmentType(parts),
    scriptSize: scriptSize(parts),
    use: resourceUse(parts),
  };
}

/** All expressions of a tree, each behind those that it is made of. A loop: texts decide how deep it is. */
export function postOrder<K>(root: Miniscript<K>): readonly Miniscript<K>[] {
  const nodes: Miniscript<K>[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    nodes.push(node);
    for (const sub of node.subs) open.push(sub);
  }
  return nodes.reverse();
}

/**
 * The keys of a miniscript, in the order in which they are written.
 *
 * @example
 * miniscriptKeys(parseMiniscript('or_d(pk(A),pkh(B))', 'wsh', (text) => text)) // ['A', 'B']
 */
export function miniscriptKeys<K>(root: Miniscript<K>): readonly K[] {
  return postOrder(root).flatMap(({ keys }) => keys);
}

/** The same miniscript, with other keys. */
export function mapMiniscript<K, L>(root: Miniscript<K>, change: (key: K) => L): Miniscript<L> {
  const done: Miniscript<L>[] = [];
  for (const node of postOrder(root)) {
    const subs = done.splice(done.length - node.subs.length);
    done.push({ ...node, keys: node.keys.map(change), subs });
  }
  return done[0] as Miniscript<L>;
}

type Unsized = Pick<Miniscript<unknown>, 'context' | 'fragment' | 'k' | 'keys'> & {
  readonly subs: readonly Pick<Miniscript<unknown>, 'type' | 'scriptSize'>[];
};

/** How many bytes a fragment adds to its parts, where that is always the same. */
const ADDED_BYTES: Partial<Record<Fragment, number>> = {
  '0': 1,
  '1': 1,
  pk_h: 3 + 21,
  sha256: 6 + 33,
  hash256: 6 + 33,
  ripemd160: 6 + 21,
  hash160: 6 + 21,
  a: 2,
  s: 1,
  c: 1,
  d: 3,
  j: 4,
  n: 1,
  and_v: 0,
  and_b: 1,
  or_b: 1,
  or_c: 2,
  or_d: 3,
  or_i: 3,
  andor: 3,
};

function scriptSize({ context, fragment, k, keys, subs }: Unsized): number {
  const parts = subs.reduce((sum, sub) => sum + sub.scriptSize, 0);
  return parts + (ADDED_BYTES[fragment] ?? variableSize());

  function variableSize(): number {
    switch (fragment) {
      case 'pk_k':
        return context === 'tr' ? 33 : 34;
      case 'v':
        // Otherwise the last opcode has a form that verifies.
        return has(subs[0]?.type ?? 0, 'x') ? 1 : 0;
      case 'multi':
        return numberSize(k) + 34 * keys.length + numberSize(keys.length) + 1;
      case 'multi_a':
        return 34 * keys.length + numberSize(k) + 1;
      case 'thresh':
        return subs.length - 1 + numberSize(k) + 1;
      default:
        return numberSize(k) + 1;
    }
  }
}

function numberSize(value: number): number {
  return pushData(encodeScriptNumber(value)).length;
}
