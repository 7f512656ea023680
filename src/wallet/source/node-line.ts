import { IN_WARMUP, RpcCallError } from '../../client/rpc-call-error.ts';
import { RpcConnectError } from '../../client/rpc-connect-error.ts';
import type { BatchCall, RpcConnection } from '../../client/rpc-connection.ts';
import { visibleText } from '../../protocol/bytes/visible-text.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { Answer } from './read-answer.ts';
import { SourceError } from './source-error.ts';

/** What a wallet needs of a connection. */
export type RpcDoor = Pick<RpcConnection, 'callExact' | 'batch'>;

export interface AskOptions {
  readonly timeoutMs?: number;
  /** Asked to find out whether anybody is there: also while nobody seems to be. */
  readonly isProbe?: boolean;
  /** Asked for convenience: that there is no answer says nothing of the node. */
  readonly isOptional?: boolean;
}

/** An answer, or an error that the node answers. */
export type Reply = { readonly method: string } & (
  | { readonly kind: 'result'; readonly value: JsonValue }
  | { readonly kind: 'error'; readonly error: RpcCallError }
);

/** Who takes longer to look something up is not there. */
const ANSWER_MS = 30_000;
/** Whoever answers with this status may be asked for something else by this user. */
const FORBIDDEN = 403;
/** Of the longest message of Core, this is three times. */
const MOST_WORDS = 500;

/**
 * The line to a node that may be anywhere: calls while it is up, and errors in the words of wallets.
 * It goes down by itself when there is no answer. Somebody else has to put it up again.
 */
export class NodeLine {
  readonly #door: RpcDoor;
  readonly #onDown: (error: SourceError) => void;
  readonly #ending = new AbortController();
  #problem: SourceError | undefined = new SourceError('unreachable', 'no node has answered yet');
  /** What was told last: the same reason again is no news. */
  #toldCode: SourceError['code'] | undefined;

  constructor(door: RpcDoor, onDown: (error: SourceError) => void) {
    this.#door = door;
    this.#onDown = onDown;
  }

  /** Why nobody can be asked; undefined while somebody can. */
  get problem(): SourceError | undefined {
    return this.#problem;
  }

  up(): void {
    this.#problem = undefined;
    this.#toldCode = undefined;
  }

  down(error: SourceError): void {
    this.#problem = error;
    if (this.#toldCode === error.code) return;
    this.#toldCode = error.code;
    this.#onDown(error);
  }

  /** Calls off whatever is under way, for good. */
  close(): void {
    this.#ending.abort();
    this.down(new SourceError('unreachable', 'the line to the node has been closed'));
  }

  /** @throws `SourceError`; `bad-answer` too where the answer is an error */
  async ask(
    method: string,
    params: readonly Json[] = [],
    options: AskOptions = {},
  ): Promise<Answer> {
    return resultOf(await this.attempt(method, params, options));
  }

  /** The same, for who knows what to make of an error. */
  async attempt(
    method: string,
    params: readonly Json[] = [],
    options: AskOptions = {},
  ): Promise<Reply> {
    try {
      const value = await this.#act(options, (limits) =>
        this.#door.callExact(method, params, limits),
      );
      return { method, kind: 'result', value };
    } catch (error) {
      if (error instanceof RpcCallError) return { method, kind: 'error', error };
      throw error;
    }
  }

  /** Several at once, in the order of their answers. */
  async attemptAll(
    calls: readonly BatchCall[],
    options: AskOptions = {},
  ): Promise<readonly Reply[]> {
    if (calls.length === 0) return [];
    const answers = await this.#act(options, async (limits) => {
      const found = await this.#door.batch(calls, limits);
      for (const answer of found) {
        if (answer.kind === 'error' && answer.error.number === IN_WARMUP) throw answer.error;
      }
      return found;
    }).catch((error: unknown) => {
      if (error instanceof RpcCallError) throw refused('a batch', error);
      throw error;
    });
    return answers.map((answer, i) => {
      const { method } = calls[i] as BatchCall;
      if (answer.kind === 'error') return { method, ...answer };
      return { method, kind: 'result', value: answer.result };
    });
  }

  async #act<T>(
    { timeoutMs = ANSWER_MS, isProbe = false, isOptional = false }: AskOptions,
    act: (limits: { timeoutMs: number; signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const { signal } = this.#ending;
    if (this.#problem !== undefined && (!isProbe || signal.aborted)) throw this.#problem;
    try {
      return await act({ timeoutMs, signal });
    } catch (error) {
      const lost = lostBy(error);
      if (lost === undefined) throw error;
      // Who called it off has not lost anybody.
      if (!isOptional && !signal.aborted) this.down(lost);
      throw lost;
    }
  }
}

/** @throws `SourceError` `bad-answer` if it is an error */
export function resultOf(reply: Reply): Answer {
  if (reply.kind === 'result') return reply;
  throw refused(reply.method, reply.error);
}

function refused(method: string, error: RpcCallError): SourceError {
  return new SourceError(
    'bad-answer',
    `the node answers ${method} with error ${error.number}: ${nodeWords(error)}`,
    { cause: error },
  );
}

/** What has become of the node, if this is no answer of it. */
function lostBy(error: unknown): SourceError | undefined {
  if (error instanceof RpcCallError) {
    if (error.number !== IN_WARMUP) return undefined;
    return new SourceError('unreachable', `the node is still starting: ${nodeWords(error)}`, {
      cause: error,
    });
  }
  if (!(error instanceof RpcConnectError)) return undefined;
  return new SourceError(codeOf(error), nodeWords(error), { cause: error });
}

/** What a node says, as one line of a length to be read: it may say anything. */
export function nodeWords({ message }: Error): string {
  return visibleText(message.slice(0, MOST_WORDS));
}

function codeOf({ code, status }: RpcConnectError): SourceError['code'] {
  switch (code) {
    case 'unauthorized':
    case 'no-credentials':
      return 'unauthorized';
    case 'http-status':
      return status === FORBIDDEN ? 'unauthorized' : 'bad-answer';
    case 'empty-answer':
    case 'bad-answer':
      return 'bad-answer';
    default:
      return 'unreachable';
  }
}
