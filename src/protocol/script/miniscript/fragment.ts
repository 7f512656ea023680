/** The words of the language. */

export type HashFragment = 'sha256' | 'hash256' | 'ripemd160' | 'hash160';

/** Written in front of an expression, with a colon. */
export type Wrapper = 'a' | 's' | 'c' | 'd' | 'v' | 'j' | 'n';

export type Fragment =
  | '0'
  | '1'
  | 'pk_k'
  | 'pk_h'
  | 'older'
  | 'after'
  | HashFragment
  | Wrapper
  | 'and_v'
  | 'and_b'
  | 'or_b'
  | 'or_c'
  | 'or_d'
  | 'or_i'
  | 'andor'
  | 'thresh'
  | 'multi'
  | 'multi_a';
