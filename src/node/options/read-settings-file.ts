import { OptionError } from './option-error.ts';
import type { GivenSettings } from './setting-sources.ts';
import type { SettingValue } from './setting-values.ts';

/**
 * `settings.json`: an object of names and values, which programs write.
 *
 * @example
 * readSettingsFile('{"prune": 550}', '/d/settings.json').get('prune') // ['550']
 */
export function readSettingsFile(text: string, path: string): GivenSettings {
  const parsed = parse(text, path);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw unreadable(`Found non-object value ${JSON.stringify(parsed)} in settings file ${path}`);
  }
  const given = new Map<string, readonly SettingValue[]>();
  for (const [name, value] of Object.entries(parsed)) {
    // The file begins with words for people who open it.
    if (name === '_warning_') continue;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    given.set(
      name,
      values.flatMap((one) => settingOf(one)),
    );
  }
  return given;
}

function settingOf(value: unknown): readonly SettingValue[] {
  if (typeof value === 'boolean' || typeof value === 'string') return [value];
  return typeof value === 'number' ? [String(value)] : [];
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw unreadable(
      `Settings file ${path} does not contain valid JSON. This is probably caused by disk corruption or a crash, and can be fixed by removing the file, which will reset settings to default values.`,
    );
  }
}

function unreadable(detail: string): OptionError {
  return new OptionError('bad-settings-file', `Settings file could not be read:\n- ${detail}`);
}
