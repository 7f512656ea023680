/** From scripts back to miniscripts. Every script of a sane miniscript is read as that miniscript. */
import { minimalPushOpcode } from '../build-script.ts';
import { MAX_PUBKEYS_PER_MULTISIG } from '../limits.ts';
import { opcodes } from '../opcodes.ts';
import { parseScript } from '../parse-script.ts';
import { ScriptError } from '../script-error.ts';
import { decodeScriptNumber } from '../script-number.ts';
import { type MiniscriptContext, maxScriptSize } from './context.ts';
import type { Fragment, HashFragment } from './fragment.ts';
import { type Miniscript, miniscript } from './miniscript.ts';
import { isValid, isValidOnTop } from './miniscript-fault.ts';

/** How the keys of a script are known; undefined where they are not. */
export interface KeysOfScript<K> {
  /** 33 bytes within `wsh`, the x coordinate in a leaf of `tr`. */
  readonly byBytes: (bytes: Uint8Array) => K | undefined;
  readonly byHash: (hash: Uint8Array) => K | undefined;
}

const MAX_MULTI_A_KEYS = 999;
const MAX_LOCK = 0x7fff_ffff;

const HASHES: ReadonlyMap<number, readonly [HashFragment, size: number]> = new Map([
  [opcodes.OP_SHA256, ['sha256', 32]],
  [opcodes.OP_HASH256, ['hash256', 32]],
  [opcodes.OP_RIPEMD160, ['ripemd160', 20]],
  [opcodes.OP_HASH160, ['hash160', 20]],
]);

/** Opcodes that verify as well, and what they are without that. */
const VERIFYING: ReadonlyMap<number, number> = new Map([
  [opcodes.OP_CHECKSIGVERIFY, opcodes.OP_CHECKSIG],
  [opcodes.OP_CHECKMULTISIGVERIFY, opcodes.OP_CHECKMULTISIG],
  [opcodes.OP_EQUALVERIFY, opcodes.OP_EQUAL],
  [opcodes.OP_NUMEQUALVERIFY, opcodes.OP_NUMEQUAL],
]);
const VERIFIABLE: ReadonlySet<number> = new Set(VERIFYING.values());

/** What no expression ends with: behind these, nothing is left of an `and_v`. */
const NEVER_LAST: ReadonlySet<number> = new Set([
  opcodes.OP_IF,
  opcodes.OP_ELSE,
  opcodes.OP_NOTIF,
  opcodes.OP_TOALTSTACK,
  opcodes.OP_SWAP,
]);

interface Step {
  readonly opcode: number;
  readonly data: Uint8Array;
}

/**
 * The miniscript of a script; undefined if it has none.
 *
 * @example
 * decompileMiniscript(script, 'wsh', { byBytes: toHex, byHash: () => undefined })
 */
export function decompileMiniscript<K>(
  script: Uint8Array,
  context: MiniscriptContext,
  keys: KeysOfScript<K>,
): Miniscript<K> | undefined {
  if (script.length > maxScriptSize(context)) return undefined;
  const steps = splitScript(script);
  return steps && new Decompiler(steps, context, keys).read();
}

/** Opcodes that verify become two. Pushes that are longer than needed are nobody's. */
function splitScript(script: Uint8Array): readonly Step[] | undefined {
  const { instructions, brokenAt } = parseScript(script);
  if (brokenAt !== undefined) return undefined;
  const steps: Step[] = [];
  const none = new Uint8Array(0);
  for (const [i, { opcode, data = none }] of instructions.entries()) {
    const plain = VERIFYING.get(opcode);
    if (plain !== undefined) {
      steps.push({ opcode: plain, data: none }, { opcode: opcodes.OP_VERIFY, data: none });
      continue;
    }
    if (opcode > opcodes.OP_0 && opcode <= opcodes.OP_PUSHDATA4) {
      if (minimalPushOpcode(data) !== opcode) return undefined;
    }
    const follower = instructions[i + 1]?.opcode;
    if (VERIFIABLE.has(opcode) && follower === opcodes.OP_VERIFY) return undefined;
    const isSmallNumber = opcode >= opcodes.OP_1 && opcode <= opcodes.OP_16;
    steps.push({
      opcode,
      data: isSmallNumber ? Uint8Array.of(opcode - opcodes.OP_1 + 1) : data,
    });
  }
  return steps;
}

/** Something still to be done; false if it cannot be. */
type Task = () => boolean;

/**
 * Reads a script from its end, where it says what it is. What is read becomes a stack of expressions,
 * and what is still to be done a stack of tasks: nothing recurs, however deep the script goes.
 */
class Decompiler<K> {
  readonly #steps: readonly Step[];
  readonly #context: MiniscriptContext;
  readonly #keys: KeysOfScript<K>;
  readonly #tasks: Task[] = [];
  readonly #made: Miniscript<K>[] = [];
  /** How many steps are not read. */
  #left: number;

  constructor(steps: readonly Step[], context: MiniscriptContext, keys: KeysOfScript<K>) {
    this.#steps = steps;
    this.#context = context;
    this.#keys = keys;
    this.#left = steps.length;
  }

  read(): Miniscript<K> | undefined {
    this.#next(this.#expressions);
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      const last = this.#made.at(-1);
      if (last !== undefined && !isValid(last)) return undefined;
      if (!task()) return undefined;
    }
    const [root, ...more] = this.#made;
    if (root === undefined || more.length > 0 || this.#left > 0) return undefined;
    return isValidOnTop(root) ? root : undefined;
  }

  /** What comes next, in this order. */
  #next(...tasks: readonly Task[]): true {
    for (const task of [...tasks].reverse()) this.#tasks.push(task);
    return true;
  }

  #step(back = 0): Step | undefined {
    return this.#steps[this.#left - 1 - back];
  }

  /** Whether the last steps are these opcodes; undefined stands for any. */
  #ends(...wanted: readonly (number | undefined)[]): boolean {
    return (
      this.#left >= wanted.length &&
      wanted.every((opcode, back) => opcode === undefined || this.#step(back)?.opcode === opcode)
    );
  }

  #take(...wanted: readonly number[]): boolean {
    if (!this.#ends(...wanted)) return false;
    this.#left -= wanted.length;
    return true;
  }

  #number(back: number): number | undefined {
    const step = this.#step(back);
    if (step === undefined) return undefined;
    if (step.opcode === opcodes.OP_0) return 0;
    if (step.data.length === 0) return undefined;
    try {
      return decodeScriptNumber(step.data, true);
    } catch (error) {
      if (error instanceof ScriptError) return undefined;
      throw error;
    }
  }

  #leaf(taken: number, fragment: Fragment, parts: Parameters<typeof miniscript<K>>[2]): boolean {
    this.#left -= taken;
    this.#made.push(miniscript(this.#context, fragment, parts));
    return true;
  }

  /** Makes one expression of the last ones, which were read from the end: the last one is the first. */
  #combine(fragment: Fragment, count: number, k = 0): boolean {
    if (this.#made.length < count) return false;
    const subs = this.#made.splice(this.#made.length - count).reverse();
    this.#made.push(miniscript(this.#context, fragment, { k, subs }));
    return true;
  }

  /** An expression, and what stands before it for as long as that makes an `and_v`. */
  readonly #expressions: Task = () => this.#next(this.#expression, this.#more);

  readonly #more: Task = () => {
    const last = this.#step()?.opcode;
    if (last === undefined || NEVER_LAST.has(last)) return true;
    return this.#next(this.#expressions, () => this.#combine('and_v', 2));
  };

  readonly #expression: Task = () => {
    if (this.#left === 0) return false;
    return this.#readLeaf() ?? this.#readOperator();
  };

  #readLeaf(): boolean | undefined {
    const last = this.#step() as Step;
    if (last.opcode === opcodes.OP_1) return this.#leaf(1, '1', {});
    if (last.opcode === opcodes.OP_0) return this.#leaf(1, '0', {});
    if (last.data.length === 32 || last.data.length === 33) {
      const key = this.#keys.byBytes(last.data);
      return key !== undefined && this.#leaf(1, 'pk_k', { keys: [key] });
    }
    return this.#readKeyHash() ?? this.#readLock() ?? this.#readHash() ?? this.#readMulti();
  }

  #readKeyHash(): boolean | undefined {
    const { OP_VERIFY, OP_EQUAL, OP_HASH160, OP_DUP } = opcodes;
    const hash = this.#step(2)?.data;
    if (!this.#ends(OP_VERIFY, OP_EQUAL, undefined, OP_HASH160, OP_DUP)) return undefined;
    if (hash?.length !== 20) return undefined;
    const key = this.#keys.byHash(hash);
    return key !== undefined && this.#leaf(5, 'pk_h', { keys: [key] });
  }

  #readLock(): boolean | undefined {
    const isOlder = this.#ends(opcodes.OP_CHECKSEQUENCEVERIFY);
    if (!isOlder && !this.#ends(opcodes.OP_CHECKLOCKTIMEVERIFY)) return undefined;
    const k = this.#number(1);
    if (k === undefined || k < 1 || k > MAX_LOCK) return false;
    return this.#leaf(2, isOlder ? 'older' : 'after', { k });
  }

  #readHash(): boolean | undefined {
    const { OP_EQUAL, OP_VERIFY, OP_SIZE } = opcodes;
    const shape = [OP_EQUAL, undefined, undefined, OP_VERIFY, OP_EQUAL, undefined, OP_SIZE];
    if (!this.#ends(...shape) || this.#number(5) !== 32) return undefined;
    const [fragment, size] = HASHES.get(this.#step(2)?.opcode ?? 0) ?? [];
    const hash = this.#step(1)?.data;
    if (fragment === undefined || hash === undefined || hash.length !== size) return undefined;
    return this.#leaf(7, fragment, { hash });
  }

  #readMulti(): boolean | undefined {
    if (this.#ends(opcodes.OP_CHECKMULTISIG)) {
      return this.#context === 'wsh' && this.#readCheckMultisig();
    }
    if (this.#ends(opcodes.OP_NUMEQUAL)) return this.#context === 'tr' && this.#readMultiA();
    return undefined;
  }

  #readCheckMultisig(): boolean {
    const count = this.#number(1) ?? 0;
    if (count < 1 || count > MAX_PUBKEYS_PER_MULTISIG) return false;
    const keys: K[] = [];
    for (let i = 0; i < count; i++) {
      const key = this.#keyAt(2 + i, 33);
      if (key === undefined) return false;
      keys.push(key);
    }
    const k = this.#number(2 + count) ?? 0;
    return k >= 1 && k <= count && this.#leaf(3 + count, 'multi', { k, keys: keys.reverse() });
  }

  #readMultiA(): boolean {
    const k = this.#number(1) ?? 0;
    const keys: K[] = [];
    for (let back = 2; keys.length < MAX_MULTI_A_KEYS; back += 2) {
      const opcode = this.#step(back)?.opcode;
      if (opcode !== opcodes.OP_CHECKSIGADD && opcode !== opcodes.OP_CHECKSIG) return false;
      const key = this.#keyAt(back + 1, 32);
      if (key === undefined) return false;
      keys.push(key);
      if (opcode !== opcodes.OP_CHECKSIG) continue;
      const isInRange = k >= 1 && k <= keys.length;
      return isInRange && this.#leaf(back + 2, 'multi_a', { k, keys: keys.reverse() });
    }
    return false;
  }

  #keyAt(back: number, size: number): K | undefined {
    const data = this.#step(back)?.data;
    return data?.length === size ? this.#keys.byBytes(data) : undefined;
  }

  /**
   * Wrappers and combinators that their last opcode gives away. An `and_v` within them is taken to
   * stand outside where both have the same script: `c:and_v(X,Y)` is `and_v(X,c:Y)`.
   */
  #readOperator(): boolean {
    if (this.#take(opcodes.OP_CHECKSIG)) return this.#wrapped('c');
    if (this.#take(opcodes.OP_VERIFY)) return this.#wrapped('v');
    if (this.#take(opcodes.OP_0NOTEQUAL)) return this.#wrapped('n');
    const threshold = this.#number(1);
    if (this.#left >= 3 && this.#ends(opcodes.OP_EQUAL) && threshold !== undefined) {
      if (threshold < 1) return false;
      this.#left -= 2;
      return this.#next(this.#threshParts(threshold, 1));
    }
    if (this.#take(opcodes.OP_ENDIF)) return this.#next(this.#expressions, this.#conditional);
    const isAnd = this.#ends(opcodes.OP_BOOLAND);
    if (!isAnd && !this.#ends(opcodes.OP_BOOLOR)) return false;
    this.#left--;
    return this.#next(this.#wrappedBelow, this.#expression, () =>
      this.#combine(isAnd ? 'and_b' : 'or_b', 2),
    );
  }

  #wrapped(fragment: Fragment): boolean {
    return this.#next(this.#expression, () => this.#combine(fragment, 1));
  }

  /** An expression of type W: `a` or `s`. */
  readonly #wrappedBelow: Task = () => {
    const [fragment, opcode] = this.#take(opcodes.OP_FROMALTSTACK)
      ? (['a', opcodes.OP_TOALTSTACK] as const)
      : (['s', opcodes.OP_SWAP] as const);
    return this.#next(this.#expressions, () => this.#take(opcode) && this.#combine(fragment, 1));
  };

  /** All but the first part of a `thresh` end with OP_ADD. */
  #threshParts(k: number, count: number): Task {
    return () => {
      if (this.#take(opcodes.OP_ADD)) {
        return this.#next(this.#wrappedBelow, this.#threshParts(k, count + 1));
      }
      return this.#next(this.#expression, () => k <= count && this.#combine('thresh', count, k));
    };
  }

  /** What stands before the expression before OP_ENDIF. */
  readonly #conditional: Task = () => {
    const { OP_ELSE, OP_IF, OP_DUP, OP_0NOTEQUAL, OP_SIZE, OP_NOTIF, OP_IFDUP } = opcodes;
    if (this.#take(OP_ELSE)) return this.#next(this.#expressions, this.#alternative);
    if (this.#take(OP_IF, OP_DUP)) return this.#combine('d', 1);
    if (this.#take(OP_IF, OP_0NOTEQUAL, OP_SIZE)) return this.#combine('j', 1);
    if (!this.#take(OP_NOTIF)) return false;
    const fragment = this.#take(OP_IFDUP) ? 'or_d' : 'or_c';
    return this.#next(this.#expression, () => this.#combine(fragment, 2));
  };

  /** What stands before the expression before OP_ELSE. */
  readonly #alternative: Task = () => {
    if (this.#take(opcodes.OP_IF)) return this.#combine('or_i', 2);
    if (!this.#take(opcodes.OP_NOTIF)) return false;
    return this.#next(this.#expression, () => this.#andor());
  };

  /** Its last part stands before the second one in the script. */
  #andor(): boolean {
    const [y, z, x] = this.#made.splice(Math.max(0, this.#made.length - 3));
    if (x === undefined || y === undefined || z === undefined) return false;
    this.#made.push(miniscript(this.#context, 'andor', { subs: [x, y, z] }));
    return true;
  }
}
