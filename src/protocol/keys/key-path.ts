/** Paths through the tree of keys of BIP32, as in `m/84h/0h/0h/0/5`. */
import { KeyError } from './key-error.ts';

/** The bit that makes a child hardened: it follows from the private key alone. */
export const HARDENED = 0x80000000;

/** BIP32 keeps the depth of a key in a byte. */
const MAX_STEPS = 255;

/**
 * The child numbers of a path. It may begin with `m/`; `h`, `H` and `'` mark hardened steps.
 *
 * @example
 * parsePath("m/84h/0'/5") // [2147483732, 2147483648, 5]
 * parsePath('m') // []
 */
export function parsePath(text: string): readonly number[] {
  const steps = text.split('/');
  if (steps[0] === 'm') steps.shift();
  if (steps.length > MAX_STEPS) {
    throw new KeyError(
      'bad-path',
      `a key path has ${steps.length} steps; at most ${MAX_STEPS} are allowed`,
    );
  }
  return steps.map((step) => parseStep(step, text));
}

function parseStep(step: string, path: string): number {
  const [, digits, mark] = /^([0-9]{1,10})([hH']?)$/.exec(step) ?? [];
  const number = Number(digits);
  if (digits === undefined || number >= HARDENED) {
    throw new KeyError(
      'bad-path',
      `${JSON.stringify(step)} in the key path ${JSON.stringify(path)} is no step; a step is a number from 0 to 2147483647, with h or ' behind it where it is hardened`,
    );
  }
  return mark === '' ? number : number + HARDENED;
}

/**
 * A path as text, in the form that Bitcoin Core prints.
 *
 * @example
 * formatPath([HARDENED + 84, 0]) // 'm/84h/0'
 */
export function formatPath(path: readonly number[], hardenedMark: 'h' | "'" = 'h'): string {
  const steps = path.map((step) =>
    step < HARDENED ? `${step}` : `${step - HARDENED}${hardenedMark}`,
  );
  return ['m', ...steps].join('/');
}
