/** Looks into answers of a node, whichever version of which program it is: what is not there is undefined. */
import { JsonNumber, type JsonValue } from '../../protocol/report/json-value.ts';

/**
 * What is found by names of fields and by places in lists.
 *
 * @example
 * fieldOf(answer, 'networks', 0, 'proxy')
 */
export function fieldOf(
  value: JsonValue | undefined,
  ...path: readonly (string | number)[]
): JsonValue | undefined {
  let at = value;
  for (const step of path) {
    if (typeof step === 'number') at = listOf(at)[step];
    else at = at instanceof Map ? (at as ReadonlyMap<string, JsonValue>).get(step) : undefined;
  }
  return at;
}

/** The items of a list, none of anything else. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or a number as it was written; nothing of anything else. */
export function textOf(value: JsonValue | undefined): string {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'string' ? value : '';
}

/** A number; 0 of anything else. */
export function numberOf(value: JsonValue | undefined): number {
  return value instanceof JsonNumber ? Number(value.text) : 0;
}
