/** Miniscript (BIP379) is known here by its looks alone, so that it can be refused in clear words. */

const FRAGMENTS =
  'pk pkh pk_k pk_h older after sha256 hash256 ripemd160 hash160 ' +
  'andor and_v and_b and_n or_b or_c or_d or_i thresh multi multi_a';

/** Wrappers and a colon, perhaps, and then a fragment with arguments or one of the two constants. */
const EXPRESSION = new RegExp(
  `^(?:[asctdvjnlu]+:)?(?:[01]|(?:${FRAGMENTS.replaceAll(' ', '|')})\\(.*\\))$`,
);

/**
 * Whether an expression that is no descriptor looks like a miniscript.
 *
 * @example
 * looksLikeMiniscript('and_v(v:pk(A),older(10))') // true
 */
export function looksLikeMiniscript(expression: string): boolean {
  return EXPRESSION.test(expression);
}
