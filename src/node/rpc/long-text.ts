import { type Json, type JsonObject, jsonText } from '../../protocol/report/json-text.ts';

/** So many members are written in a few milliseconds, transactions of a block too. */
const MEMBERS_A_TURN = 100;
/** An answer has its result in it, and that the list of transactions. */
const DEPTH = 2;

/**
 * The same text as that of `jsonText`, with turns for others in between where a list or an object is
 * long: all of a large block is four million characters.
 *
 * @example
 * await longText({ result: block, error: null, id: 1 }, () => clock.nextTurn())
 */
export async function longText(value: Json, pause: () => Promise<void>): Promise<string> {
  if (!isLong(value, DEPTH)) return jsonText(value);
  const parts: string[] = [];
  await write(value, DEPTH, parts, pause);
  return parts.join('');
}

/** Whether there is something long in it, no deeper than this. */
function isLong(value: Json | undefined, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const members: readonly (Json | undefined)[] = Object.values(value);
  if (members.length > MEMBERS_A_TURN) return true;
  return depth > 0 && members.some((member) => isLong(member, depth - 1));
}

async function write(
  value: Json,
  depth: number,
  parts: string[],
  pause: () => Promise<void>,
): Promise<void> {
  if (!isLong(value, depth)) {
    parts.push(jsonText(value));
    return;
  }
  const isList = Array.isArray(value);
  let count = 0;
  parts.push(isList ? '[' : '{');
  for (const [name, member] of Object.entries(value as JsonObject)) {
    if (member === undefined) continue;
    if (count > 0) parts.push(',');
    if (!isList) parts.push(jsonText(name), ':');
    if (depth > 0) await write(member, depth - 1, parts, pause);
    else parts.push(jsonText(member));
    if (++count % MEMBERS_A_TURN === 0) await pause();
  }
  parts.push(isList ? ']' : '}');
}
