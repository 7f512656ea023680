import type { RpcContext } from '../rpc-context.ts';

/** A long poll answers to new transactions after a minute, and then asks again every ten seconds. */
const FIRST_LOOK_MS = 60_000;
const NEXT_LOOK_MS = 10_000;

/**
 * Waits until the chain has another tip than this one, or until `hasNews` says so after a minute.
 * Resolves at once when the node stops.
 */
export function waitForChange(
  tipHash: Uint8Array,
  hasNews: () => boolean,
  { node, clock, signal }: Pick<RpcContext, 'node' | 'clock' | 'signal'>,
): Promise<void> {
  const { chain } = node;
  const isOver = (): boolean => signal.aborted || !chain.tip.hasHash(tipHash);
  if (isOver()) return Promise.resolve();
  return new Promise((resolve) => {
    const look = (): void => {
      if (hasNews()) end();
      else cancel = clock.schedule(NEXT_LOOK_MS, look);
    };
    const stopListening = chain.on(({ kind }) => {
      if (kind === 'tip' && isOver()) end();
    });
    let cancel = clock.schedule(FIRST_LOOK_MS, look);
    function end(): void {
      cancel();
      stopListening();
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end, { once: true });
  });
}
