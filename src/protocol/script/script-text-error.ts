import { CodedError } from '../bytes/coded-error.ts';

export type ScriptTextErrorCode =
  /** No opcode, no number and no data. */
  | 'unknown-word'
  | 'bad-hex'
  | 'number-out-of-range'
  /** Text in whose place different bytes may have stood. */
  | 'not-reversible';

/** Text that is no script. `word` is the one that could not be read. */
export class ScriptTextError extends CodedError {
  override readonly name = 'ScriptTextError';
  readonly code: ScriptTextErrorCode;
  readonly word: string;

  constructor(code: ScriptTextErrorCode, word: string, reason: string) {
    super(`${JSON.stringify(shorten(word))} in the script text ${reason}`);
    this.code = code;
    this.word = word;
  }
}

const SHOWN = 40;

function shorten(word: string): string {
  return word.length > SHOWN ? `${word.slice(0, SHOWN)}…` : word;
}
