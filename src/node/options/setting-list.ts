import type { SettingValue } from './setting-values.ts';

/** Adds a value behind those that an option has. */
export function addSetting(
  given: Map<string, SettingValue[]>,
  name: string,
  value: SettingValue,
): void {
  const values = given.get(name);
  if (values === undefined) given.set(name, [value]);
  else values.push(value);
}
