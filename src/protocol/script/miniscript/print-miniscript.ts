/** From miniscripts to text, in the form that Bitcoin Core prints. */
import { toHex } from '../../bytes/hex.ts';
import type { Miniscript } from './miniscript.ts';

type Task<K> = string | { readonly node: Miniscript<K>; readonly wrapped: boolean };

/**
 * A miniscript as text. What has a shorter form is written in it: `pk`, `pkh`, `and_n`, and the
 * wrappers `t`, `l` and `u`.
 *
 * @example
 * printMiniscript(node, (key) => key) // 'and_v(v:pk(A),older(10))'
 */
export function printMiniscript<K>(root: Miniscript<K>, printKey: (key: K) => string): string {
  let text = '';
  const tasks: Task<K>[] = [{ node: root, wrapped: false }];
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if (typeof task === 'string') {
      text += task;
      continue;
    }
    const wrapper = wrapperOf(task.node);
    if (wrapper !== undefined) {
      text += wrapper.letter;
      tasks.push({ node: wrapper.inner, wrapped: true });
      continue;
    }
    if (task.wrapped) text += ':';
    for (const part of parts(task.node, printKey).reverse()) tasks.push(part);
  }
  return text;
}

interface Wrapping<K> {
  readonly letter: string;
  readonly inner: Miniscript<K>;
}

function wrapperOf<K>({ fragment, subs }: Miniscript<K>): Wrapping<K> | undefined {
  const [x, y] = subs;
  switch (fragment) {
    case 'c':
      if (x === undefined || x.fragment === 'pk_k' || x.fragment === 'pk_h') return undefined;
      return { letter: 'c', inner: x };
    case 'a':
    case 's':
    case 'd':
    case 'v':
    case 'j':
    case 'n':
      return x && { letter: fragment, inner: x };
    case 'and_v':
      return x && y?.fragment === '1' ? { letter: 't', inner: x } : undefined;
    case 'or_i':
      if (x?.fragment === '0') return y && { letter: 'l', inner: y };
      return x && y?.fragment === '0' ? { letter: 'u', inner: x } : undefined;
    default:
      return undefined;
  }
}

function parts<K>(node: Miniscript<K>, printKey: (key: K) => string): Task<K>[] {
  const { fragment, k, keys, hash, subs } = node;
  switch (fragment) {
    case '0':
    case '1':
      return [fragment];
    case 'c': {
      const [inner] = subs as [Miniscript<K>];
      return [`${inner.fragment === 'pk_k' ? 'pk' : 'pkh'}(${inner.keys.map(printKey)})`];
    }
    case 'pk_k':
    case 'pk_h':
      return [`${fragment}(${keys.map(printKey)})`];
    case 'older':
    case 'after':
      return [`${fragment}(${k})`];
    case 'sha256':
    case 'hash256':
    case 'ripemd160':
    case 'hash160':
      return [`${fragment}(${toHex(hash)})`];
    case 'multi':
    case 'multi_a':
      return [`${fragment}(${[k, ...keys.map(printKey)].join(',')})`];
    case 'thresh':
      return ['thresh(', String(k), ...subs.flatMap((sub) => [',', bare(sub)]), ')'];
    default: {
      const isAndN = fragment === 'andor' && subs[2]?.fragment === '0';
      const shown = isAndN ? subs.slice(0, 2) : subs;
      const list = shown.flatMap((sub, i) => (i === 0 ? [bare(sub)] : [',', bare(sub)]));
      return [`${isAndN ? 'and_n' : fragment}(`, ...list, ')'];
    }
  }
}

function bare<K>(node: Miniscript<K>): Task<K> {
  return { node, wrapped: false };
}
