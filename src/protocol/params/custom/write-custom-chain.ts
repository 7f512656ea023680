import {
  baseChains,
  type ChainField,
  customChainFieldNames,
  customChainFields,
} from './custom-chain-fields.ts';
import type { BaseChain, CustomChainSpec } from './custom-chain-spec.ts';

/**
 * The file of a chain, with every field explained. JSON has no comments, and editors mark them as
 * errors; so each explanation is a field itself, whose name begins with two slashes.
 *
 * @example
 * writeCustomChain({ ...parseCustomChain('{ "name": "classroom" }'), spacingSeconds: 30 })
 */
export function writeCustomChain(spec: CustomChainSpec): string {
  const lines = customChainFieldNames.flatMap((name) => {
    const field = fieldOf(name);
    const value = field.print(spec[name]);
    if (value === undefined) return [];
    return [
      `  ${JSON.stringify(`// ${name}`)}: ${JSON.stringify(explanation(name))},\n  ${JSON.stringify(name)}: ${value}`,
    ];
  });
  return `{\n${lines.join(',\n\n')}\n}\n`;
}

/** What a field means, what is allowed, and what holds without it, in one line. */
export function explanation(name: keyof CustomChainSpec): string {
  const { about, allowed } = fieldOf(name);
  const fallback = fallbackText(name);
  return `${about} Allowed: ${allowed}.${fallback === undefined ? '' : ` Default: ${fallback}.`}`;
}

/** What holds where a field is left out, in words; undefined if that is nothing, or not allowed. */
export function fallbackText(name: keyof CustomChainSpec): string | undefined {
  const { fallback, print } = fieldOf(name);
  if (fallback === undefined) return undefined;
  const texts = (Object.keys(baseChains) as BaseChain[]).map((base) => ({
    base,
    text: print(fallback(base)),
  }));
  const [first] = texts;
  if (first?.text === undefined) return undefined;
  if (texts.every(({ text }) => text === first.text)) return first.text;
  return texts.map(({ base, text }) => `${text} on ${base}`).join(', ');
}

/** A row of the table, for code that treats all of them alike. */
function fieldOf(name: keyof CustomChainSpec): ChainField<unknown> {
  return customChainFields[name] as ChainField<unknown>;
}
