/** What is known of an option: enough to read it, to explain it, and to list it. */

/**
 * - `bool`: on or off; `-name`, `-name=0`, `-noname`.
 * - `int`, `amount` (of coins, with up to 8 decimals), `string`, `path`: one value; where there are
 *   several, one counts.
 * - `list`: as many values as were given.
 */
type OptionKind = 'bool' | 'int' | 'amount' | 'string' | 'list' | 'path';

export type OptionCategory =
  | 'general'
  | 'connection'
  | 'zmq'
  | 'debug'
  | 'chain'
  | 'relay'
  | 'mining'
  | 'rpc'
  | 'wallet'
  | 'wallet-debug'
  | 'hidden';

export interface OptionSpec {
  /** Without dashes. */
  readonly name: string;
  readonly kind: OptionKind;
  readonly about: string;
  /** What stands for the value in help: `MIB`. */
  readonly value?: string;
  /** As one would type it; where it depends on something, a phrase in the text tells. */
  readonly default?: string;
  readonly example?: string;
  /** `-noname` makes no sense for it. */
  readonly negatable?: false;
  /** `-name` alone makes no sense for it. */
  readonly needsValue?: true;
  /** In the part of `bitcoin.conf` for all chains, it counts for the main chain alone. */
  readonly networkOnly?: true;
  /** Left out of help, unless that is asked for. */
  readonly debugOnly?: true;
  /** Never written to a log. */
  readonly sensitive?: true;
  /** Taken, so that files and scripts for Bitcoin Core go on working, and without effect. */
  readonly idle?: true;
  /** Bitcoin Core does not have it. */
  readonly own?: true;
}

export interface ListedOption extends OptionSpec {
  readonly category: OptionCategory;
}
