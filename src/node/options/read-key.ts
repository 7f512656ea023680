/** Names of options as people write them. */
import type { OptionSpec } from './option-spec.ts';
import { flagFrom, type SettingValue } from './setting-values.ts';

/** `regtest.norpcport` in its pieces. */
export interface OptionKey {
  readonly section: string;
  readonly name: string;
  readonly negated: boolean;
}

/**
 * The pieces of a name.
 *
 * @example
 * readKey('regtest.nolisten') // { section: 'regtest', name: 'listen', negated: true }
 */
export function readKey(text: string): OptionKey {
  const dot = text.indexOf('.');
  const section = dot < 0 ? '' : text.slice(0, dot);
  const name = text.slice(dot + 1);
  const negated = name.startsWith('no');
  return { section, name: negated ? name.slice('no'.length) : name, negated };
}

/** What a value means for an option, or what is wrong with it, in Bitcoin Core's words. */
export type ReadValue = { readonly value: SettingValue } | { readonly fault: string };

/** The value of an option that was written with `text` behind an equals sign, or without one. */
export function readValue(
  { name, negated }: OptionKey,
  text: string | undefined,
  { negatable, needsValue }: OptionSpec,
): ReadValue {
  if (negated) {
    if (negatable === false) {
      return { fault: `Negating of -${name} is meaningless and therefore forbidden` };
    }
    return { value: text !== undefined && !flagFrom(text) };
  }
  if (text === undefined && needsValue === true) {
    return {
      fault: `Can not set -${name} with no value. Please specify value with -${name}=value.`,
    };
  }
  return { value: text ?? '' };
}
