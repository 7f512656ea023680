/**
 * A type that is told apart from others of the same shape by its name alone, so that a block hash
 * cannot be passed where a transaction id is wanted. Costs nothing at run time.
 */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };
