/** How much of what is limited an expression needs: opcodes that run, and elements on the stack. */
import { MAX_STACK_SIZE } from '../limits.ts';
import type { MiniscriptContext } from './context.ts';
import type { Fragment } from './fragment.ts';
import { has, type Properties } from './properties.ts';

/** The most of something over all ways to go; undefined where there is no way. */
type Most = number | undefined;

/**
 * What pieces of script do to the stack. `net` is how many elements fewer they leave than they found,
 * `peak` how many more than they leave there are at any moment; the most of each over all ways through.
 */
interface StackUse {
  readonly net: number;
  readonly peak: number;
}

export interface ResourceUse {
  /** Opcodes that are no pushes, run or not. */
  readonly opcodes: number;
  /** Keys of the OP_CHECKMULTISIG that run: each counts as an opcode. */
  readonly keysToSatisfy: Most;
  readonly keysToDissatisfy: Most;
  readonly satisfy: StackUse | undefined;
  readonly dissatisfy: StackUse | undefined;
}

type Unmeasured = {
  readonly context: MiniscriptContext;
  readonly fragment: Fragment;
  readonly k: number;
  readonly keys: readonly unknown[];
  readonly subs: readonly { readonly type: Properties; readonly use: ResourceUse }[];
};

const EMPTY: StackUse = { net: 0, peak: 0 };
const PUSH: StackUse = { net: -1, peak: 0 };
/** OP_IF, OP_VERIFY, OP_CHECKSIG, OP_EQUAL, OP_ADD …: one element less. */
const DROP: StackUse = { net: 1, peak: 1 };
const EQUALVERIFY: StackUse = { net: 2, peak: 2 };

const NO_USE: ResourceUse = {
  opcodes: 0,
  keysToSatisfy: undefined,
  keysToDissatisfy: undefined,
  satisfy: undefined,
  dissatisfy: undefined,
};

/** Opcodes that fragments add to those of their parts. Those of `v`, `multi_a` and `thresh` vary. */
const ADDED_OPCODES: Partial<Record<Fragment, number>> = {
  pk_h: 3,
  older: 1,
  after: 1,
  sha256: 4,
  hash256: 4,
  ripemd160: 4,
  hash160: 4,
  multi: 1,
  and_b: 1,
  or_b: 1,
  or_c: 2,
  or_d: 3,
  or_i: 3,
  andor: 3,
  a: 2,
  s: 1,
  c: 1,
  d: 3,
  j: 4,
  n: 1,
};

/** What an expression needs, from what its parts need. */
export function resourceUse(node: Unmeasured): ResourceUse {
  const [x = NO_USE, y = NO_USE, z = NO_USE] = node.subs.map(({ use }) => use);
  const opcodes = opcodesOf(node);
  const rest =
    leafUse(node) ??
    wrapperUse(node.fragment, x) ??
    pairUse(node.fragment, x, y) ??
    (node.fragment === 'andor' ? andorUse(x, y, z) : threshUse(node));
  return { ...rest, opcodes };
}

type WithoutOpcodes = Omit<ResourceUse, 'opcodes'>;

function opcodesOf({ fragment, keys, subs }: Unmeasured): number {
  const inside = subs.reduce((sum, { use }) => sum + use.opcodes, 0);
  if (fragment === 'thresh') return inside + subs.length;
  if (fragment === 'multi_a') return keys.length + 1;
  if (fragment === 'v') return inside + (has(subs[0]?.type ?? 0, 'x') ? 1 : 0);
  return inside + (ADDED_OPCODES[fragment] ?? 0);
}

function leafUse({ fragment, k, keys }: Unmeasured): WithoutOpcodes | undefined {
  switch (fragment) {
    case '0':
      return onlyDissatisfied(PUSH);
    case '1':
    case 'older':
    case 'after':
      return onlySatisfied(PUSH);
    case 'sha256':
    case 'hash256':
    case 'ripemd160':
    case 'hash160':
      // OP_SIZE and the number 32, compared; the hash, compared.
      return onlySatisfied(inTurn(PUSH, PUSH, EQUALVERIFY, PUSH, DROP));
    case 'pk_k':
      return both(PUSH);
    case 'pk_h':
      return both(inTurn(PUSH, PUSH, EQUALVERIFY));
    case 'multi': {
      const stack = { net: k, peak: k + keys.length + 2 };
      return { ...both(stack), keysToSatisfy: keys.length, keysToDissatisfy: keys.length };
    }
    case 'multi_a':
      return both({ net: keys.length - 1, peak: keys.length });
    default:
      return undefined;
  }
}

function both(stack: StackUse | undefined): WithoutOpcodes {
  return { keysToSatisfy: 0, keysToDissatisfy: 0, satisfy: stack, dissatisfy: stack };
}

function onlySatisfied(stack: StackUse | undefined): WithoutOpcodes {
  return { ...both(stack), keysToDissatisfy: undefined, dissatisfy: undefined };
}

function onlyDissatisfied(stack: StackUse | undefined): WithoutOpcodes {
  return { ...both(stack), keysToSatisfy: undefined, satisfy: undefined };
}

function wrapperUse(fragment: Fragment, x: ResourceUse): WithoutOpcodes | undefined {
  switch (fragment) {
    case 'a':
    case 's':
    case 'n':
      return x;
    case 'c':
      return {
        ...x,
        satisfy: inTurn(x.satisfy, DROP),
        dissatisfy: inTurn(x.dissatisfy, DROP),
      };
    case 'd':
    case 'j': {
      const entry = inTurn(PUSH, DROP);
      return {
        ...x,
        keysToDissatisfy: 0,
        satisfy: inTurn(entry, x.satisfy),
        dissatisfy: entry,
      };
    }
    case 'v':
      return {
        ...x,
        keysToDissatisfy: undefined,
        satisfy: inTurn(x.satisfy, DROP),
        dissatisfy: undefined,
      };
    default:
      return undefined;
  }
}

function pairUse(fragment: Fragment, x: ResourceUse, y: ResourceUse): WithoutOpcodes | undefined {
  const keysOfBoth = plus(x.keysToSatisfy, y.keysToSatisfy);
  const keysOfNone = plus(x.keysToDissatisfy, y.keysToDissatisfy);
  const keysOfOther = larger(x.keysToSatisfy, plus(y.keysToSatisfy, x.keysToDissatisfy));
  const keysToDissatisfy = keysOfNone;
  switch (fragment) {
    case 'and_v':
      return {
        keysToSatisfy: keysOfBoth,
        keysToDissatisfy: undefined,
        satisfy: inTurn(x.satisfy, y.satisfy),
        dissatisfy: undefined,
      };
    case 'and_b':
      return {
        keysToSatisfy: keysOfBoth,
        keysToDissatisfy,
        satisfy: inTurn(x.satisfy, y.satisfy, DROP),
        dissatisfy: inTurn(x.dissatisfy, y.dissatisfy, DROP),
      };
    case 'or_b': {
      const oneOf = either(inTurn(x.satisfy, y.dissatisfy), inTurn(x.dissatisfy, y.satisfy));
      return {
        keysToSatisfy: larger(
          plus(x.keysToSatisfy, y.keysToDissatisfy),
          plus(y.keysToSatisfy, x.keysToDissatisfy),
        ),
        keysToDissatisfy,
        satisfy: inTurn(oneOf, DROP),
        dissatisfy: inTurn(x.dissatisfy, y.dissatisfy, DROP),
      };
    }
    case 'or_c':
      return {
        keysToSatisfy: keysOfOther,
        keysToDissatisfy: undefined,
        satisfy: either(inTurn(x.satisfy, DROP), inTurn(x.dissatisfy, DROP, y.satisfy)),
        dissatisfy: undefined,
      };
    case 'or_d':
      return {
        keysToSatisfy: keysOfOther,
        keysToDissatisfy,
        // OP_IFDUP copies the result only if it is true.
        satisfy: either(inTurn(x.satisfy, PUSH, DROP), inTurn(x.dissatisfy, DROP, y.satisfy)),
        dissatisfy: inTurn(x.dissatisfy, DROP, y.dissatisfy),
      };
    case 'or_i':
      return {
        keysToSatisfy: larger(x.keysToSatisfy, y.keysToSatisfy),
        keysToDissatisfy: larger(x.keysToDissatisfy, y.keysToDissatisfy),
        satisfy: inTurn(DROP, either(x.satisfy, y.satisfy)),
        dissatisfy: inTurn(DROP, either(x.dissatisfy, y.dissatisfy)),
      };
    default:
      return undefined;
  }
}

function andorUse(x: ResourceUse, y: ResourceUse, z: ResourceUse): WithoutOpcodes {
  return {
    keysToSatisfy: larger(
      plus(x.keysToSatisfy, y.keysToSatisfy),
      plus(x.keysToDissatisfy, z.keysToSatisfy),
    ),
    keysToDissatisfy: plus(x.keysToDissatisfy, z.keysToDissatisfy),
    satisfy: either(inTurn(x.satisfy, DROP, y.satisfy), inTurn(x.dissatisfy, DROP, z.satisfy)),
    dissatisfy: inTurn(x.dissatisfy, DROP, z.dissatisfy),
  };
}

/** Of the first parts, what it takes to satisfy so many of them: the index is how many. */
interface Reached {
  readonly keys: Most;
  readonly stack: StackUse | undefined;
}

function threshUse({ k, subs }: Unmeasured): WithoutOpcodes {
  const eaters = subs.filter(({ type }) => !has(type, 'z')).length;
  if (eaters > MAX_STACK_SIZE) {
    // Each takes an element at least, which no stack has room for. Counting would be quadratic.
    return both({ net: eaters, peak: eaters });
  }
  let reached: readonly Reached[] = [{ keys: 0, stack: EMPTY }];
  for (const [i, { use }] of subs.entries()) {
    const add = i === 0 ? EMPTY : DROP;
    const next = Array.from({ length: reached.length + 1 }, (_, count): Reached => {
      const without = reached[count];
      const before = reached[count - 1];
      return {
        keys: larger(
          plus(without?.keys, use.keysToDissatisfy),
          plus(before?.keys, use.keysToSatisfy),
        ),
        stack: inTurn(
          either(inTurn(without?.stack, use.dissatisfy), inTurn(before?.stack, use.satisfy)),
          add,
        ),
      };
    });
    // What cannot be satisfied at all adds nothing to reach.
    const last = next.at(-1);
    reached = last?.keys === undefined && last?.stack === undefined ? next.slice(0, -1) : next;
  }
  const end = (count: number) => inTurn(reached[count]?.stack, PUSH, DROP);
  return {
    keysToSatisfy: reached[k]?.keys,
    keysToDissatisfy: reached[0]?.keys,
    satisfy: end(k),
    dissatisfy: end(0),
  };
}

function plus(a: Most, b: Most): Most {
  return a === undefined || b === undefined ? undefined : a + b;
}

function larger(a: Most, b: Most): Most {
  if (a === undefined) return b;
  return b === undefined ? a : Math.max(a, b);
}

/** Pieces of script one after another. */
function inTurn(...steps: readonly (StackUse | undefined)[]): StackUse | undefined {
  let net = 0;
  let peak = 0;
  for (const step of steps) {
    if (step === undefined) return undefined;
    net += step.net;
    // The peak counts from the end, so that whatever follows lifts what was before.
    peak = Math.max(step.peak, step.net + peak);
  }
  return { net, peak };
}

/** One of two ways. */
function either(a: StackUse | undefined, b: StackUse | undefined): StackUse | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return { net: Math.max(a.net, b.net), peak: Math.max(a.peak, b.peak) };
}
