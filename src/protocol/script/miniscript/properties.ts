/**
 * The types of miniscripts (BIP379). An expression has one of four basic types, and any of these
 * properties:
 *
 * | letter | what is known of the expression |
 * | --- | --- |
 * | B, V, K, W | it leaves a number; leaves nothing; leaves a key; is a B that works one below the top |
 * | z, o, n | it takes no element; exactly one; its top element is never needed to be zero |
 * | d, u | it can be dissatisfied; its satisfaction leaves exactly 1 |
 * | e, f, s | its dissatisfaction cannot be changed by others; needs a signature; its satisfaction does |
 * | m | there is always a satisfaction that others cannot change |
 * | x | its last opcode has no -VERIFY form |
 * | g, h, i, j | it has a relative lock in seconds; in blocks; an absolute one in seconds; in blocks |
 * | k | no way through it needs two locks of different units |
 */

/** A set of letters, one bit each. */
export type Properties = number;

const LETTERS = 'BVKWzondufesmxghijk';

const known = new Map<string, Properties>();

/**
 * The set of these letters.
 *
 * @example
 * has(properties('Bzu'), 'Bu') // true
 */
export function properties(letters: string): Properties {
  let set = known.get(letters);
  if (set === undefined) {
    set = [...letters].reduce((bits, letter) => bits | (1 << LETTERS.indexOf(letter)), 0);
    known.set(letters, set);
  }
  return set;
}

/** Whether all of these letters are there. */
export function has(type: Properties, letters: string): boolean {
  const wanted = properties(letters);
  return (type & wanted) === wanted;
}

/** Those of these letters that are there. */
export function pick(type: Properties, letters: string): Properties {
  return type & properties(letters);
}

/** These letters, if a condition holds. */
export function when(condition: boolean, letters: string): Properties {
  return condition ? properties(letters) : 0;
}

/**
 * A type in letters, in the order of the table above.
 *
 * @example
 * typeLetters(properties('uB')) // 'Bu'
 */
export function typeLetters(type: Properties): string {
  return [...LETTERS].filter((letter) => has(type, letter)).join('');
}
