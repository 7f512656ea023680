/**
 * How a command is described. One description makes its parser, the types of its arguments, its
 * `--help` and its page in the reference docs, so that they cannot drift apart.
 */
import type { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';

export interface CommandSpec {
  /** One line, without a full stop. */
  readonly summary: string;
  /** What else there is to know, a paragraph each. */
  readonly about: readonly string[];
  /** In the order in which they are typed. */
  readonly arguments: Readonly<Record<string, ArgumentSpec>>;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly Example[];
  /**
   * Set where the command reads all of its words itself, those for help and for the version among them. Its
   * one argument has them all.
   */
  readonly readsItself?: true;
}

export interface ArgumentSpec {
  readonly about: string;
  /** The only words that are allowed. */
  readonly choices?: readonly string[];
  readonly optional?: true;
  /** Takes all words that are left. Only for the last argument. */
  readonly many?: true;
}

export type OptionSpec = FlagSpec | TextSpec | ListSpec | WholeNumberSpec;

/** On or off: `--json`, `--json=0`, `--no-json`. */
export interface FlagSpec {
  readonly kind: 'flag';
  readonly about: string;
  /** It is on unless it is turned off. */
  readonly default?: true;
}

/** `--chain NAME` or `--chain=NAME`. */
interface TextSpec {
  readonly kind: 'text';
  /** What stands for the value in the help. */
  readonly value: string;
  readonly about: string;
  readonly default?: string;
  /** The only words that are allowed. */
  readonly choices?: readonly string[];
}

/** The same, as often as wanted. */
interface ListSpec {
  readonly kind: 'list';
  readonly value: string;
  readonly about: string;
}

interface WholeNumberSpec {
  readonly kind: 'number';
  readonly value: string;
  readonly about: string;
  readonly min: number;
  readonly max: number;
}

interface Example {
  readonly shows: string;
  readonly line: string;
}

/** A command: a function of its arguments and the outside. */
export type Command<S extends CommandSpec> = (args: ArgumentsOf<S>, io: Io) => Promise<ExitCode>;

/** What a command is called with: its arguments and options, by the names in its description. */
export type ArgumentsOf<S extends CommandSpec> = {
  readonly [N in keyof S['arguments']]: ArgumentValue<S['arguments'][N]>;
} & {
  readonly [N in keyof S['options']]: OptionValue<S['options'][N]>;
};

type ArgumentValue<A extends ArgumentSpec> = A extends { readonly many: true }
  ? readonly string[]
  : Word<A> | (A extends { readonly optional: true } ? undefined : never);

type Word<A> = A extends { readonly choices: readonly (infer C)[] } ? C : string;

type OptionValue<O extends OptionSpec> = O extends FlagSpec
  ? boolean
  : O extends ListSpec
    ? readonly string[]
    : O extends WholeNumberSpec
      ? number | undefined
      : Word<O> | (O extends { readonly default: string } ? never : undefined);
