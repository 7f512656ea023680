import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** So many requests may wait on one connection. Who sends more without reading is not heard any more. */
const MOST_WAITING = 2000;

interface Line {
  isBusy: boolean;
  readonly waiting: (() => void)[];
}

/**
 * Requests that come over one connection are answered one after the other. They could all be worked on
 * at once, since Node sends the answers in order; but then whoever sends a thousand of them without
 * reading has a thousand answers kept in memory.
 */
export class OneAtATime {
  readonly #lines = new WeakMap<Socket, Line>();

  /** Does the work for a request as soon as those before it have been answered. */
  take(socket: Socket, response: ServerResponse, work: () => void): void {
    const line = this.#lineOf(socket);
    response.once('close', () => next(socket, line));
    if (!line.isBusy) {
      line.isBusy = true;
      work();
    } else if (line.waiting.length < MOST_WAITING) line.waiting.push(work);
    else socket.destroy();
  }

  #lineOf(socket: Socket): Line {
    const known = this.#lines.get(socket);
    if (known !== undefined) return known;
    const line: Line = { isBusy: false, waiting: [] };
    this.#lines.set(socket, line);
    return line;
  }
}

function next(socket: Socket, line: Line): void {
  if (socket.destroyed) line.waiting.length = 0;
  const work = line.waiting.shift();
  if (work === undefined) line.isBusy = false;
  else work();
}
