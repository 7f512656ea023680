/** How large the witness of a miniscript (BIP379) may become: what an input has to pay for in advance. */

import { MAX_STACK_SIZE } from '../../protocol/script/limits.ts';
import { type Miniscript, postOrder } from '../../protocol/script/miniscript/miniscript.ts';

/** The most bytes of stack elements, lengths included, over all ways to go; undefined where none goes. */
type Most = number | undefined;

interface WitnessSize {
  readonly satisfy: Most;
  readonly dissatisfy: Most;
}

/** A length, and a signature of the largest kind with its hash type. */
const ECDSA_SIGNATURE = 1 + 72;
const SCHNORR_SIGNATURE = 1 + 65;
const COMPRESSED_KEY = 1 + 33;
const X_ONLY_KEY = 1 + 32;
const PREIMAGE = 1 + 32;
/** OP_IF takes a byte with its length, or none. */
const TRUE = 2;
const FALSE = 1;

const NOWHERE: WitnessSize = { satisfy: undefined, dissatisfy: undefined };

/**
 * The bytes of the largest witness that satisfies a miniscript, with the length of each element, and
 * without the script. Signatures are taken at their full 72 bytes, as Bitcoin Core takes them here.
 *
 * @example
 * maxMiniscriptWitness(parseMiniscript('and_v(v:pk(A),older(144))', 'wsh', (key) => key)) // 73
 */
export function maxMiniscriptWitness(root: Miniscript<unknown>): number | undefined {
  const done: WitnessSize[] = [];
  // Children come before parents, and the last of them last.
  for (const node of postOrder(root)) {
    const subs = done.splice(done.length - node.subs.length);
    done.push(witnessSize(node, subs));
  }
  return done[0]?.satisfy;
}

/**
 * How many elements such a witness has at most, without the script.
 *
 * @example
 * maxMiniscriptElements(parseMiniscript('pkh(A)', 'wsh', (key) => key)) // 2
 */
export function maxMiniscriptElements({ use }: Miniscript<unknown>): number | undefined {
  // What is left in the end is the one element that says yes.
  return use.satisfy === undefined ? undefined : use.satisfy.net + 1;
}

function witnessSize(node: Miniscript<unknown>, subs: readonly WitnessSize[]): WitnessSize {
  const [x = NOWHERE, y = NOWHERE, z = NOWHERE] = subs;
  switch (node.fragment) {
    case 'thresh':
      return threshSize(node.k, subs);
    case 'andor':
      return {
        satisfy: most(sum(x.satisfy, y.satisfy), sum(x.dissatisfy, z.satisfy)),
        dissatisfy: sum(x.dissatisfy, z.dissatisfy),
      };
    default:
      return leafSize(node) ?? wrapperSize(node.fragment, x) ?? pairSize(node.fragment, x, y);
  }
}

function leafSize({ context, fragment, k, keys }: Miniscript<unknown>): WitnessSize | undefined {
  const signature = context === 'tr' ? SCHNORR_SIGNATURE : ECDSA_SIGNATURE;
  const key = context === 'tr' ? X_ONLY_KEY : COMPRESSED_KEY;
  switch (fragment) {
    case '0':
      return { satisfy: undefined, dissatisfy: 0 };
    case '1':
    case 'older':
    case 'after':
      return { satisfy: 0, dissatisfy: undefined };
    case 'pk_k':
      return { satisfy: signature, dissatisfy: 1 };
    case 'pk_h':
      return { satisfy: signature + key, dissatisfy: 1 + key };
    case 'sha256':
    case 'hash256':
    case 'ripemd160':
    case 'hash160':
      return { satisfy: PREIMAGE, dissatisfy: undefined };
    case 'multi':
      // OP_CHECKMULTISIG takes one element too many.
      return { satisfy: k * signature + 1, dissatisfy: k + 1 };
    case 'multi_a':
      return { satisfy: k * signature + keys.length - k, dissatisfy: keys.length };
    default:
      return undefined;
  }
}

function wrapperSize(fragment: string, x: WitnessSize): WitnessSize | undefined {
  switch (fragment) {
    case 'a':
    case 's':
    case 'c':
    case 'n':
      return x;
    case 'd':
      return { satisfy: sum(x.satisfy, TRUE), dissatisfy: FALSE };
    case 'j':
      return { satisfy: x.satisfy, dissatisfy: 1 };
    case 'v':
      return { satisfy: x.satisfy, dissatisfy: undefined };
    default:
      return undefined;
  }
}

function pairSize(fragment: string, x: WitnessSize, y: WitnessSize): WitnessSize {
  const none = sum(x.dissatisfy, y.dissatisfy);
  switch (fragment) {
    case 'and_v':
      return { satisfy: sum(x.satisfy, y.satisfy), dissatisfy: undefined };
    case 'and_b':
      return { satisfy: sum(x.satisfy, y.satisfy), dissatisfy: none };
    case 'or_b':
      return {
        satisfy: most(sum(x.satisfy, y.dissatisfy), sum(x.dissatisfy, y.satisfy)),
        dissatisfy: none,
      };
    case 'or_c':
      return { satisfy: most(x.satisfy, sum(x.dissatisfy, y.satisfy)), dissatisfy: undefined };
    case 'or_d':
      return { satisfy: most(x.satisfy, sum(x.dissatisfy, y.satisfy)), dissatisfy: none };
    case 'or_i':
      return {
        satisfy: most(sum(x.satisfy, TRUE), sum(y.satisfy, FALSE)),
        dissatisfy: most(sum(x.dissatisfy, TRUE), sum(y.dissatisfy, FALSE)),
      };
    default:
      return NOWHERE;
  }
}

/** Of the first parts, the largest witness that satisfies so many of them: the index is how many. */
function threshSize(k: number, subs: readonly WitnessSize[]): WitnessSize {
  // No stack has room for so many elements, and counting would be quadratic.
  if (subs.length > MAX_STACK_SIZE) return NOWHERE;
  let reached: readonly Most[] = [0];
  for (const sub of subs) {
    reached = Array.from({ length: reached.length + 1 }, (_, count) =>
      most(sum(reached[count], sub.dissatisfy), sum(reached[count - 1], sub.satisfy)),
    );
  }
  return { satisfy: reached[k], dissatisfy: reached[0] };
}

function sum(a: Most, b: Most): Most {
  return a === undefined || b === undefined ? undefined : a + b;
}

function most(a: Most, b: Most): Most {
  if (a === undefined) return b;
  return b === undefined ? a : Math.max(a, b);
}
