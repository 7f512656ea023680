import { parentPort } from 'node:worker_threads';
import type { ThreadPort } from './threads.ts';

/**
 * The port of the thread that this runs on.
 *
 * @example
 * verifyProgram.run(systemThreadPort())
 */
export function systemThreadPort(): ThreadPort {
  const port = parentPort;
  if (port === null) throw new Error('this file is for a thread, and not to be run by itself');
  return {
    post: (message) => port.postMessage(message),
    listen: (listener) => {
      port.on('message', listener);
    },
  };
}
