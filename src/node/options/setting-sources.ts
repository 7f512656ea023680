/** Where settings come from, and which of them counts: the rules of Bitcoin Core, its warts included. */
import type { SettingValue } from './setting-values.ts';

/** All values of each option, in the order in which they were given. */
export type GivenSettings = ReadonlyMap<string, readonly SettingValue[]>;

export interface SettingSources {
  /** What one option sets for another: first of all, as it is set only where nothing else is. */
  readonly soft: ReadonlyMap<string, string>;
  readonly commandLine: GivenSettings;
  readonly environment: GivenSettings;
  /** `settings.json` */
  readonly settingsFile: GivenSettings;
  /** `bitcoin.conf`, by the name of the section; that for all chains has the empty name. */
  readonly config: ReadonlyMap<string, GivenSettings>;
}

export const NO_SOURCES: SettingSources = {
  soft: new Map(),
  commandLine: new Map(),
  environment: new Map(),
  settingsFile: new Map(),
  config: new Map(),
};

/** How an option is looked up. */
export interface Lookup {
  /** The chain, once it is known: its section of the file counts. */
  readonly section: string;
  /** Whether what the file says for all chains does not count. */
  readonly ignoreDefaultSection: boolean;
}

type SourceKind = 'soft' | 'command-line' | 'other' | 'section' | 'default-section';

interface Source {
  readonly kind: SourceKind;
  readonly values: readonly SettingValue[];
}

/** From the one that counts most. */
function sourcesOf(sources: SettingSources, name: string, section: string): readonly Source[] {
  const soft = sources.soft.get(name);
  const found: readonly (readonly [SourceKind, readonly SettingValue[] | undefined])[] = [
    ['soft', soft === undefined ? undefined : [soft]],
    ['command-line', sources.commandLine.get(name)],
    ['other', sources.environment.get(name)],
    ['other', sources.settingsFile.get(name)],
    ['section', section === '' ? undefined : sources.config.get(section)?.get(name)],
    ['default-section', sources.config.get('')?.get(name)],
  ];
  return found.flatMap(([kind, values]) => (values === undefined ? [] : [{ kind, values }]));
}

/** What stands behind the last `-noname`. */
function afterNegation(values: readonly SettingValue[]): readonly SettingValue[] {
  return values.slice(values.lastIndexOf(false) + 1);
}

function endsNegated(values: readonly SettingValue[]): boolean {
  return values.at(-1) === false;
}

/**
 * The one value that counts; undefined where there is none. On the command line it is the last one; in a
 * file the first one, but for the options that choose the chain.
 */
export function oneSetting(
  sources: SettingSources,
  name: string,
  { section, ignoreDefaultSection }: Lookup,
  choosesChain = false,
): SettingValue | undefined {
  for (const { kind, values } of sourcesOf(sources, name, section)) {
    const negated = endsNegated(values);
    if (kind === 'default-section' && ignoreDefaultSection && !negated) continue;
    // `-noregtest` on the command line changes nothing.
    if (choosesChain && negated) continue;
    if (negated) return false;
    const left = afterNegation(values);
    const isFile = kind === 'section' || kind === 'default-section';
    const value = isFile && !choosesChain ? left[0] : left.at(-1);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * All values of an option. Those of files come behind those of the command line, and even if the command
 * line has a `-noname`, as long as it has another value behind that.
 */
export function allSettings(
  sources: SettingSources,
  name: string,
  { section, ignoreDefaultSection }: Lookup,
): readonly SettingValue[] {
  const result: SettingValue[] = [];
  let isDone = false;
  let isNothing = false;
  for (const { kind, values } of sourcesOf(sources, name, section)) {
    if (kind === 'default-section' && ignoreDefaultSection) continue;
    const isFile = kind === 'section' || kind === 'default-section';
    if (!isDone || (isFile && !isNothing)) result.push(...afterNegation(values));
    isDone ||= values.includes(false) || kind === 'soft';
    isNothing ||= endsNegated(values) && result.length === 0;
  }
  return result;
}

/** Whether an option has values in the part of the file for all chains, and nowhere else. */
export function isOnlyInDefaultSection(
  sources: SettingSources,
  name: string,
  section: string,
): boolean {
  const kinds = sourcesOf(sources, name, section)
    .filter(({ values }) => values.length > 0 && !endsNegated(values))
    .map(({ kind }) => kind);
  return kinds.length > 0 && kinds.every((kind) => kind === 'default-section');
}
