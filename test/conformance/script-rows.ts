/** What the files of script tests have in common: rows, flags, and running the scripts of a row. */
import {
  type ScriptFlagName,
  scriptFlagNames,
  scriptFlags,
} from '../../src/protocol/script/flags.ts';
import { ScriptError, type ScriptErrorCode } from '../../src/protocol/script/script-error.ts';

/** The verdict on scripts: `OK`, or why not. Anything thrown that is no ScriptError is a bug. */
export function verdictOf(run: () => void): 'OK' | ScriptErrorCode {
  try {
    run();
    return 'OK';
  } catch (error) {
    if (error instanceof ScriptError) return error.code;
    throw error;
  }
}

/** Rows that hold one string are comments. */
export function rowsOf<T extends readonly unknown[]>(
  json: readonly (T | readonly [string])[],
): T[] {
  return json.filter((row): row is T => row.length > 1);
}

/** `P2SH,WITNESS` */
export function flagsFromText(text: string): number {
  return scriptFlags(...text.split(',').filter((name) => name !== ''));
}

export const allFlags: number = scriptFlags(...scriptFlagNames);

/** The flags of a set, one by one. */
export function singleFlags(flags: number): readonly number[] {
  return scriptFlagNames.map(flagOf).filter((flag) => (flags & flag) !== 0);
}

function flagOf(name: ScriptFlagName): number {
  return scriptFlags(name);
}

/** The set without the flags that build on one that is missing. */
export function withoutUnfounded(flags: number): number {
  let founded = flags;
  if ((founded & flagOf('P2SH')) === 0) founded &= ~flagOf('WITNESS');
  if ((founded & flagOf('WITNESS')) === 0) founded &= ~flagOf('CLEANSTACK');
  return founded;
}

/** The set with the flags that others of it build on. */
export function withFoundation(flags: number): number {
  let founded = flags;
  if ((founded & flagOf('CLEANSTACK')) !== 0) founded |= flagOf('WITNESS');
  if ((founded & flagOf('WITNESS')) !== 0) founded |= flagOf('P2SH');
  return founded;
}

/** Numbers that look random and are the same in every run. */
export function seededBits(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Fails a case in words. */
export function expectVerdict(actual: string, expected: string, under: string): void {
  if (actual !== expected) throw new Error(`${actual} where ${expected} belongs, ${under}`);
}
