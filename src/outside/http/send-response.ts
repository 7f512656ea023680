import type { ServerResponse } from 'node:http';
import type { HttpResponse } from './http.ts';

/** What is sent before it is looked whether the client reads. */
const PIECE_BYTES = 262_144;
const SHORT_BYTES = 16_384;

/**
 * Sends an answer. A client that reads nothing of it for so long is left: its connection, and the
 * answer in memory, would stay for ever.
 */
export async function sendResponse(
  response: ServerResponse,
  { status, headers = {}, body = '' }: HttpResponse,
  timeoutMs: number,
): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  await writeInPieces(response, body, timeoutMs);
  if (!response.writableFinished) await taken(response, 'finish', timeoutMs);
}

async function writeInPieces(
  response: ServerResponse,
  body: string | Uint8Array,
  timeoutMs: number,
): Promise<void> {
  // A text goes out in one write with the head, which bytes do not.
  if (body.length <= SHORT_BYTES) {
    response.end(body);
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  let sent = 0;
  while (bytes.length - sent > PIECE_BYTES && !response.destroyed) {
    const isTaken = response.write(bytes.subarray(sent, sent + PIECE_BYTES));
    sent += PIECE_BYTES;
    if (!isTaken) await taken(response, 'drain', timeoutMs);
  }
  response.end(bytes.subarray(sent));
}

/** Resolves when the client has taken what was written, or its connection has ended. */
function taken(
  response: ServerResponse,
  event: 'drain' | 'finish',
  timeoutMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => response.socket?.destroy(), timeoutMs);
    const done = (): void => {
      clearTimeout(late);
      response.off(event, done).off('close', done);
      resolve();
    };
    response.on(event, done).on('close', done);
  });
}
