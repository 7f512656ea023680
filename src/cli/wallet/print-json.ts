import { type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import type { Io } from '../io.ts';

const INDENT = 2;

/** The answer of a command, for programs. */
export function printJson({ out }: Pick<Io, 'out'>, answer: JsonObject): void {
  out.write(`${jsonText(answer, INDENT)}\n`);
}
