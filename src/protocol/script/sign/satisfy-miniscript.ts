/**
 * What a miniscript (BIP379) wants to find on the stack. For each expression there are two answers: what
 * satisfies it, and what it takes to leave it out; those of a whole are put together from those of its
 * parts. Of several ways the one is taken that nobody else can change, and then the smallest.
 */

import type { HashFragment } from '../miniscript/fragment.ts';
import { type Miniscript, postOrder } from '../miniscript/miniscript.ts';

/** What somebody can bring. */
export interface MiniscriptMeans {
  signature(key: Uint8Array): Uint8Array | undefined;
  preimage(kind: HashFragment, hash: Uint8Array): Uint8Array | undefined;
  /** Whether the input is this old (BIP112). */
  older(age: number): boolean;
  /** Whether the transaction is this late (BIP65). */
  after(time: number): boolean;
}

/** Elements of a stack, in parts: most of what is put together is thrown away again. */
type Elements = Uint8Array | readonly [Elements, Elements] | undefined;

/** A way to do it; undefined where there is none. */
interface Way {
  /** The last one is the top of the stack. */
  readonly elements: Elements;
  readonly size: number;
  readonly hasSignature: boolean;
  /** Somebody without a key could turn it into another one. */
  readonly isMalleable: boolean;
}

interface Ways {
  readonly satisfy: Way | undefined;
  readonly dissatisfy: Way | undefined;
}

const NOTHING: Way = { elements: undefined, size: 0, hasSignature: false, isMalleable: false };
const ZERO = element(new Uint8Array(0));
const ONE = element(Uint8Array.of(1));
/** Any 32 bytes fail a hash, and anybody may take others. */
const NO_PREIMAGE = malleable(element(new Uint8Array(32)));
const IMPOSSIBLE: Ways = { satisfy: undefined, dissatisfy: undefined };

/**
 * The stack that satisfies a miniscript; undefined where it cannot be brought, or only in a way that
 * others could change.
 *
 * @example
 * satisfyMiniscript(ms, { signature: (key) => signatures.get(key), … })
 */
export function satisfyMiniscript(
  root: Miniscript<Uint8Array>,
  means: MiniscriptMeans,
): readonly Uint8Array[] | undefined {
  const done: Ways[] = [];
  for (const node of postOrder(root)) {
    const subs = done.splice(done.length - node.subs.length);
    done.push(waysOf(node, subs, means));
  }
  const way = done[0]?.satisfy;
  if (way === undefined || way.isMalleable || !way.hasSignature) return undefined;
  return listOf(way.elements);
}

function waysOf(node: Miniscript<Uint8Array>, subs: readonly Ways[], means: MiniscriptMeans): Ways {
  const [x = IMPOSSIBLE, y = IMPOSSIBLE, z = IMPOSSIBLE] = subs;
  switch (node.fragment) {
    case '0':
      return { satisfy: undefined, dissatisfy: NOTHING };
    case '1':
      return { satisfy: NOTHING, dissatisfy: undefined };
    case 'older':
      return { satisfy: means.older(node.k) ? NOTHING : undefined, dissatisfy: undefined };
    case 'after':
      return { satisfy: means.after(node.k) ? NOTHING : undefined, dissatisfy: undefined };
    case 'pk_k':
      return { satisfy: signed(node.keys[0], means), dissatisfy: ZERO };
    case 'pk_h': {
      const key = element(node.keys[0] as Uint8Array);
      return { satisfy: both(signed(node.keys[0], means), key), dissatisfy: both(ZERO, key) };
    }
    case 'sha256':
    case 'hash256':
    case 'ripemd160':
    case 'hash160': {
      const preimage = means.preimage(node.fragment, node.hash);
      return { satisfy: preimage && element(preimage), dissatisfy: NO_PREIMAGE };
    }
    case 'multi':
    case 'multi_a':
      return waysOfMulti(node, means);
    case 'thresh':
      return waysOfThresh(node.k, subs);
    case 'd':
      return { satisfy: both(x.satisfy, ONE), dissatisfy: ZERO };
    case 'j': {
      const open = x.dissatisfy !== undefined && !x.dissatisfy.hasSignature;
      return { satisfy: x.satisfy, dissatisfy: open ? malleable(ZERO) : ZERO };
    }
    case 'v':
      return { satisfy: x.satisfy, dissatisfy: undefined };
    case 'a':
    case 's':
    case 'c':
    case 'n':
      return x;
    default:
      return waysOfCombinator(node.fragment, x, y, z);
  }
}

type Combinator = 'and_v' | 'and_b' | 'or_b' | 'or_c' | 'or_d' | 'or_i' | 'andor';

/** What is asked for first lies on top. */
function waysOfCombinator(fragment: Combinator, x: Ways, y: Ways, z: Ways): Ways {
  switch (fragment) {
    case 'and_v':
      return {
        satisfy: both(y.satisfy, x.satisfy),
        dissatisfy: both(y.dissatisfy, x.satisfy),
      };
    case 'and_b':
      return {
        satisfy: both(y.satisfy, x.satisfy),
        dissatisfy: either(
          either(both(y.dissatisfy, x.dissatisfy), malleable(both(y.satisfy, x.dissatisfy))),
          malleable(both(y.dissatisfy, x.satisfy)),
        ),
      };
    case 'or_b':
      return {
        satisfy: either(
          either(both(y.dissatisfy, x.satisfy), both(y.satisfy, x.dissatisfy)),
          malleable(both(y.satisfy, x.satisfy)),
        ),
        dissatisfy: both(y.dissatisfy, x.dissatisfy),
      };
    case 'or_c':
      return {
        satisfy: either(x.satisfy, both(y.satisfy, x.dissatisfy)),
        dissatisfy: undefined,
      };
    case 'or_d':
      return {
        satisfy: either(x.satisfy, both(y.satisfy, x.dissatisfy)),
        dissatisfy: both(y.dissatisfy, x.dissatisfy),
      };
    case 'or_i':
      return {
        satisfy: either(both(x.satisfy, ONE), both(y.satisfy, ZERO)),
        dissatisfy: either(both(x.dissatisfy, ONE), both(y.dissatisfy, ZERO)),
      };
    case 'andor':
      return {
        satisfy: either(both(y.satisfy, x.satisfy), both(z.satisfy, x.dissatisfy)),
        dissatisfy: either(both(y.dissatisfy, x.satisfy), both(z.dissatisfy, x.dissatisfy)),
      };
  }
}

/** Signatures in the order of the keys; in a leaf the last key's is the deepest, and each key has a place. */
function waysOfMulti({ fragment, k, keys }: Miniscript<Uint8Array>, means: MiniscriptMeans): Ways {
  const inLeaf = fragment === 'multi_a';
  const skipped = inLeaf ? ZERO : NOTHING;
  const ways = (inLeaf ? keys.toReversed() : keys).map((key) => ({
    satisfy: signed(key, means),
    dissatisfy: skipped,
  }));
  const counted = countWays(ways, inLeaf ? NOTHING : ZERO, k);
  let none = inLeaf ? NOTHING : ZERO;
  for (let i = 0; i < (inLeaf ? keys.length : k); i++) none = both(none, ZERO) as Way;
  return { satisfy: counted[k], dissatisfy: none };
}

function waysOfThresh(k: number, subs: readonly Ways[]): Ways {
  const counted = countWays(subs.toReversed(), NOTHING, subs.length);
  let dissatisfy: Way | undefined;
  for (const [count, way] of counted.entries()) {
    if (count === k) continue;
    // To leave out all of them is the way that is meant.
    dissatisfy = either(dissatisfy, count === 0 ? way : malleable(way));
  }
  return { satisfy: counted[k], dissatisfy };
}

/** The best way to satisfy 0, 1, 2, … up to `most` of these, beginning with what lies deepest. */
function countWays(subs: readonly Ways[], first: Way, most: number): readonly (Way | undefined)[] {
  let counted: (Way | undefined)[] = [first];
  for (const sub of subs) {
    const next: (Way | undefined)[] = [];
    for (let count = 0; count <= Math.min(counted.length, most); count++) {
      const without = count < counted.length ? both(counted[count], sub.dissatisfy) : undefined;
      const withIt = count > 0 ? both(counted[count - 1], sub.satisfy) : undefined;
      next.push(either(without, withIt));
    }
    counted = next;
  }
  return counted;
}

function signed(key: Uint8Array | undefined, means: MiniscriptMeans): Way | undefined {
  const signature = key && means.signature(key);
  return signature && { ...element(signature), hasSignature: true };
}

function element(bytes: Uint8Array): Way {
  return { elements: bytes, size: bytes.length + 1, hasSignature: false, isMalleable: false };
}

function both(below: Way | undefined, above: Way | undefined): Way | undefined {
  if (below === undefined || above === undefined) return undefined;
  return {
    elements: joined(below.elements, above.elements),
    size: below.size + above.size,
    hasSignature: below.hasSignature || above.hasSignature,
    isMalleable: below.isMalleable || above.isMalleable,
  };
}

function joined(below: Elements, above: Elements): Elements {
  if (below === undefined) return above;
  return above === undefined ? below : [below, above];
}

/**
 * The better one. A way without a signature is there for everybody, so if the other needs one, others
 * could go this way anyhow; if neither does, they can choose.
 */
function either(a: Way | undefined, b: Way | undefined): Way | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.hasSignature !== b.hasSignature) return a.hasSignature ? b : a;
  const smaller = a.size <= b.size ? a : b;
  if (!a.hasSignature) return { ...smaller, isMalleable: true };
  if (a.isMalleable !== b.isMalleable) return a.isMalleable ? b : a;
  return smaller;
}

function malleable<W extends Way | undefined>(way: W): W {
  return way === undefined ? way : { ...way, isMalleable: true };
}

function listOf(elements: Elements): readonly Uint8Array[] {
  const list: Uint8Array[] = [];
  const open: Elements[] = [elements];
  while (open.length > 0) {
    const next = open.pop();
    if (next === undefined) continue;
    if (next instanceof Uint8Array) list.push(next);
    else open.push(next[1], next[0]);
  }
  return list;
}
