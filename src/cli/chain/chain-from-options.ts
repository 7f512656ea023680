import { ChainSpecError } from '../../protocol/params/custom/chain-spec-error.ts';
import { parseCustomChain } from '../../protocol/params/custom/custom-chain.ts';
import type { CustomChainSpec } from '../../protocol/params/custom/custom-chain-spec.ts';
import { quote } from '../quote.ts';
import { UsageError } from '../usage-error.ts';

/** Which field of a chain file each option of `chain new` sets. */
export const FIELD_OPTIONS = {
  name: 'name',
  'based-on': 'basedOn',
  'difficulty-bits': 'difficultyBits',
  retarget: 'retarget',
  'spacing-seconds': 'spacingSeconds',
  'block-reward': 'blockReward',
  'halving-interval': 'halvingInterval',
  'coinbase-maturity': 'coinbaseMaturity',
  'min-transactions-per-block': 'minTransactionsPerBlock',
  'max-transactions-per-block': 'maxTransactionsPerBlock',
  'genesis-message': 'genesisMessage',
} as const satisfies Readonly<Record<string, keyof CustomChainSpec>>;

export type FieldOption = keyof typeof FIELD_OPTIONS;

export const FIELD_OPTION_NAMES = Object.keys(FIELD_OPTIONS) as readonly FieldOption[];

/** The fields whose values are numbers in the file. */
const NUMBERS: ReadonlySet<string> = new Set<keyof CustomChainSpec>([
  'difficultyBits',
  'spacingSeconds',
  'halvingInterval',
  'coinbaseMaturity',
  'minTransactionsPerBlock',
  'maxTransactionsPerBlock',
]);

export type ChainOptions = Readonly<Record<FieldOption, string | undefined>> & {
  readonly premine: readonly string[];
};

/**
 * The chain that the options of `chain new` describe. They are read as a file would be, so that the
 * same is allowed.
 *
 * @example
 * chainFromOptions({ ...none, name: 'fast', 'spacing-seconds': '2' }, 1700000000).spacingSeconds // 2
 */
export function chainFromOptions(options: ChainOptions, genesisTime: number): CustomChainSpec {
  const fields = [`"genesisTime": ${genesisTime}`];
  for (const option of FIELD_OPTION_NAMES) {
    const value = options[option];
    if (value === undefined) continue;
    const field = FIELD_OPTIONS[option];
    const isNumber = NUMBERS.has(field) && /^\d+$/.test(value);
    fields.push(`"${field}": ${isNumber ? value : JSON.stringify(value)}`);
  }
  const premine = options.premine.map((text) => JSON.stringify(premineOutput(text)));
  if (premine.length > 0) fields.push(`"premine": [${premine.join(', ')}]`);
  try {
    return parseCustomChain(`{ ${fields.join(', ')} }`);
  } catch (error) {
    if (!(error instanceof ChainSpecError)) throw error;
    throw new UsageError('bad-value', inWordsOfOptions(error));
  }
}

/** The amount is what stands behind the last equals sign. */
function premineOutput(text: string): { readonly address: string; readonly amount: string } {
  const at = text.lastIndexOf('=');
  if (at < 1) {
    throw new UsageError(
      'bad-value',
      `--premine is ${quote(text)}; allowed: ADDRESS=COINS, such as yard1…=1000`,
    );
  }
  return { address: text.slice(0, at), amount: text.slice(at + 1) };
}

/** Without the place in a text that nobody has seen, and with the option that it came from. */
function inWordsOfOptions({ field, message }: ChainSpecError): string {
  const said = message.replace(/ \(line \d+[^)]*\)/, '');
  const option = FIELD_OPTION_NAMES.find((name) => FIELD_OPTIONS[name] === field);
  if (option !== undefined && said.startsWith(field))
    return `--${option}${said.slice(field.length)}`;
  return field.startsWith('premine') ? `--premine: ${said}` : said;
}
