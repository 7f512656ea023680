/** Line breaks, and what could move the cursor of a terminal or colour it: C0, DEL and C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Whether a text has characters that do something instead of being seen. */
export function hasControls(text: string): boolean {
  return text.search(CONTROLS) >= 0;
}

/**
 * A text of whoever it may be, as one line in which every character is seen.
 *
 * @example
 * visibleText('not\na chain') // 'not a chain'
 */
export function visibleText(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .replace(CONTROLS, (control) => `\\u00${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
