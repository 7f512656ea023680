import { RpcCallError } from '../client/rpc-call-error.ts';
import { RpcConnectError } from '../client/rpc-connect-error.ts';

/** Wrong parameters and unknown methods: the same question will get the same answer. */
const WRONG_QUESTIONS: ReadonlySet<number> = new Set([-32601, -32602, -32600, -8, -3]);
/** What is said by whoever is not the node that was meant. */
const WRONG_DOORS: ReadonlySet<string> = new Set([
  'unauthorized',
  'no-credentials',
  'http-status',
  'bad-answer',
]);

/**
 * Whether there is no point in asking again. A password that was right once may be so again: a node
 * that starts anew writes its cookie late.
 */
export function isHopeless(error: unknown, hasAnswered: boolean): boolean {
  if (error instanceof RpcCallError) return WRONG_QUESTIONS.has(error.number);
  if (!(error instanceof RpcConnectError)) return true;
  return !hasAnswered && WRONG_DOORS.has(error.code);
}
