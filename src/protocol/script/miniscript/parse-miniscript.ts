/** From text to miniscripts. */
import { fromHex, isHex } from '../../bytes/hex.ts';
import { MAX_PUBKEYS_PER_MULTISIG } from '../limits.ts';
import { type MiniscriptContext, maxScriptSize } from './context.ts';
import type { Fragment, HashFragment } from './fragment.ts';
import { type Miniscript, miniscript } from './miniscript.ts';

const HASH_LENGTHS: ReadonlyMap<string, number> = new Map<HashFragment, number>([
  ['sha256', 32],
  ['hash256', 32],
  ['ripemd160', 20],
  ['hash160', 20],
]);

/** Each key leaves an element on the stack, which holds 1000. */
const MAX_MULTI_A_KEYS = 999;

/** Fragments made of other expressions, and of how many; `thresh` takes as many as there are. */
const COMBINATORS: ReadonlyMap<string, number> = new Map([
  ['and_v', 2],
  ['and_b', 2],
  ['and_n', 2],
  ['or_b', 2],
  ['or_c', 2],
  ['or_d', 2],
  ['or_i', 2],
  ['andor', 3],
  ['thresh', Number.POSITIVE_INFINITY],
]);

/** Numbers of locks: the highest bit would turn them off, or make them negative. */
const LOCK_LIMIT = 0x8000_0000;

/** A combinator whose parts are being read, and the wrappers in front of it. */
interface Open<K> {
  readonly name: string;
  readonly arity: number;
  readonly k: number;
  readonly wrappers: string;
  readonly subs: Miniscript<K>[];
}

/**
 * The miniscript that a text stands for; undefined if it is none. Whether it makes sense is another
 * question: {@link miniscriptFault}. `readKey` throws if it is given no key.
 *
 * @example
 * parseMiniscript('and_v(v:pk(A),older(10))', 'wsh', (text) => text)?.scriptSize // 37
 */
export function parseMiniscript<K>(
  text: string,
  context: MiniscriptContext,
  readKey: (text: string) => K,
): Miniscript<K> | undefined {
  return new Reader(text, context, readKey).read();
}

class Reader<K> {
  readonly #text: string;
  readonly #context: MiniscriptContext;
  readonly #readKey: (text: string) => K;
  /** A stack and no recursion: the text decides how deep it goes. */
  readonly #open: Open<K>[] = [];
  #at = 0;

  constructor(text: string, context: MiniscriptContext, readKey: (text: string) => K) {
    this.#text = text;
    this.#context = context;
    this.#readKey = readKey;
  }

  read(): Miniscript<K> | undefined {
    for (;;) {
      const wrappers = this.#wrappers();
      if (wrappers === undefined) return undefined;
      if (this.#openCombinator(wrappers)) continue;
      const leaf = this.#leaf();
      const complete = leaf && this.#close(this.#wrap(leaf, wrappers));
      if (complete === 'more') continue;
      return this.#at === this.#text.length ? complete : undefined;
    }
  }

  /** Hands a finished expression to those that wait for it, as far as they are then finished too. */
  #close(finished: Miniscript<K> | undefined): Miniscript<K> | 'more' | undefined {
    let node = finished;
    while (node !== undefined) {
      if (node.scriptSize > maxScriptSize(this.#context)) return undefined;
      const parent = this.#open.at(-1);
      if (parent === undefined) return node;
      parent.subs.push(node);
      const next = this.#text[this.#at++];
      if (next === ',') return parent.subs.length < parent.arity ? 'more' : undefined;
      const isWhole =
        parent.arity === Number.POSITIVE_INFINITY || parent.subs.length === parent.arity;
      if (next !== ')' || !isWhole) return undefined;
      this.#open.pop();
      const made = this.#combine(parent);
      node = made && this.#wrap(made, parent.wrappers);
    }
    return undefined;
  }

  /** The letters before a colon; undefined if one of them is no wrapper. */
  #wrappers(): string | undefined {
    let end = this.#at;
    while (/[a-z]/.test(this.#text[end] ?? '')) end++;
    if (end === this.#at || this.#text[end] !== ':') return '';
    const letters = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return /^[asctdvjnlu]+$/.test(letters) && !letters.includes('vv') ? letters : undefined;
  }

  #wrap(inner: Miniscript<K>, letters: string): Miniscript<K> {
    let node = inner;
    for (let i = letters.length - 1; i >= 0; i--) node = this.#wrapOnce(node, letters[i] as string);
    return node;
  }

  #wrapOnce(node: Miniscript<K>, letter: string): Miniscript<K> {
    switch (letter) {
      case 't':
        return this.#make('and_v', [node, this.#make('1')]);
      case 'l':
        return this.#make('or_i', [this.#make('0'), node]);
      case 'u':
        return this.#make('or_i', [node, this.#make('0')]);
      default:
        return this.#make(letter as Fragment, [node]);
    }
  }

  #openCombinator(wrappers: string): boolean {
    // No name is longer than six letters: long texts are not searched again and again.
    const [name = '', ...more] = this.#text.slice(this.#at, this.#at + 7).split('(');
    const arity = COMBINATORS.get(name);
    if (arity === undefined || more.length === 0) return false;
    let k = 0;
    let at = this.#at + name.length + 1;
    if (name === 'thresh') {
      const comma = this.#text.indexOf(',', at);
      const threshold = readNumber(this.#text.slice(at, Math.max(at, comma)));
      if (threshold === undefined || threshold < 1) return false;
      k = threshold;
      at = comma + 1;
    }
    this.#at = at;
    this.#open.push({ name, arity, k, wrappers, subs: [] });
    return true;
  }

  #combine({ name, k, subs }: Open<K>): Miniscript<K> | undefined {
    if (name === 'and_n') return this.#make('andor', [...subs, this.#make('0')]);
    if (k > subs.length) return undefined;
    return miniscript(this.#context, name as Fragment, { k, subs });
  }

  #leaf(): Miniscript<K> | undefined {
    const first = this.#text[this.#at];
    if (first === '0' || first === '1') {
      this.#at++;
      return this.#make(first);
    }
    const end = this.#text.indexOf(')', this.#at);
    const call = /^([a-z0-9_]+)\((.+)$/s.exec(this.#text.slice(this.#at, Math.max(this.#at, end)));
    if (call === null) return undefined;
    this.#at = end + 1;
    return this.#call(call[1] as string, call[2] as string);
  }

  #call(name: string, args: string): Miniscript<K> | undefined {
    switch (name) {
      case 'pk':
        return this.#make('c', [this.#keyed('pk_k', args)]);
      case 'pkh':
        return this.#make('c', [this.#keyed('pk_h', args)]);
      case 'pk_k':
      case 'pk_h':
        return this.#keyed(name, args);
      case 'older':
      case 'after': {
        const k = readNumber(args);
        if (k === undefined || k < 1 || k >= LOCK_LIMIT) return undefined;
        return miniscript(this.#context, name, { k });
      }
      case 'multi':
        return this.#context === 'wsh'
          ? this.#multi(name, args, MAX_PUBKEYS_PER_MULTISIG)
          : undefined;
      case 'multi_a':
        return this.#context === 'tr' ? this.#multi(name, args, MAX_MULTI_A_KEYS) : undefined;
      default: {
        if (args.length !== 2 * (HASH_LENGTHS.get(name) ?? 0) || !isHex(args)) return undefined;
        return miniscript(this.#context, name as HashFragment, { hash: fromHex(args) });
      }
    }
  }

  #multi(name: 'multi' | 'multi_a', args: string, most: number): Miniscript<K> | undefined {
    const [threshold = '', ...texts] = args.split(',');
    const k = readNumber(threshold);
    if (k === undefined) return undefined;
    const keys: K[] = [];
    for (const text of texts) {
      if (text === '') return undefined;
      keys.push(this.#readKey(text));
    }
    if (keys.length > most || k < 1 || k > keys.length) return undefined;
    return miniscript(this.#context, name, { k, keys });
  }

  #keyed(name: 'pk_k' | 'pk_h', text: string): Miniscript<K> {
    return miniscript(this.#context, name, { keys: [this.#readKey(text)] });
  }

  #make(fragment: Fragment, subs: readonly Miniscript<K>[] = []): Miniscript<K> {
    return miniscript(this.#context, fragment, { subs });
  }
}

/** A number in decimal. Bitcoin Core lets a plus stand before it, and zeros. */
function readNumber(text: string): number | undefined {
  if (!/^\+?[0-9]{1,30}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}
