import { NodeError } from './node-error.ts';

/**
 * Refuses options that a call does not know. Whoever writes JavaScript has no compiler to find that
 * `mine({ block: 3 })` mines one block.
 *
 * @throws NodeError `bad-option`
 * @example
 * checkOptions('mine', { block: 3 }, { blocks: true, to: true }) // throws: mine has no option "block"; …
 */
export function checkOptions<T extends object>(
  call: string,
  options: T,
  known: Readonly<Record<keyof T, true>>,
): void {
  const allowed = Object.keys(known).join(', ');
  // From JavaScript, anything can come.
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const words = `${call} was given ${JSON.stringify(options)}; allowed: an object with ${allowed}`;
    throw new NodeError('bad-option', words);
  }
  const strange = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (strange === undefined) return;
  const words = `${call} has no option ${JSON.stringify(strange)}; allowed: ${allowed}`;
  throw new NodeError('bad-option', words);
}
