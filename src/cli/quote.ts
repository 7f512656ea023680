import { hasControls, visibleText } from '../protocol/bytes/visible-text.ts';

/** Longer input is cut. */
const MAX_QUOTED = 60;
/** How much is left of a message that is far too long: its beginning, and its end. */
const MAX_HEAD = 400;
const MAX_TAIL = 150;

/**
 * What somebody typed, fit to be repeated on a terminal.
 *
 * @example
 * quote('a\nb') // '"a\\nb"'
 */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return oneLine(JSON.stringify(cut));
}

/**
 * A word of a command line that is shown to be copied: a shell must read it as this one word. What
 * has control characters is left to `quote`, as nobody should copy it.
 *
 * @example
 * shellWord('my chain.json') // "'my chain.json'"
 */
export function shellWord(text: string): string {
  if (/^[\w./@%+=:,-]+$/.test(text)) return text;
  return hasControls(text) ? quote(text) : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A message as a single line of bearable length, whatever a file or a person put into it.
 *
 * @example
 * oneLine('not\na chain') // 'not a chain'
 */
export function oneLine(message: string): string {
  const line = visibleText(message);
  if (line.length <= MAX_HEAD + MAX_TAIL) return line;
  return `${line.slice(0, MAX_HEAD)} … ${line.slice(-MAX_TAIL)}`;
}

/**
 * Names as they stand in a sentence.
 *
 * @example
 * listNames(['a', 'b', 'c']) // 'a, b or c'
 */
export function listNames(names: readonly string[], last: 'or' | 'and' = 'or'): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}
