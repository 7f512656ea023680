/** What the threads run that check signatures and do nothing else. */
import { readFileSync } from 'node:fs';
import type { ThreadProgram } from '../src/outside/threads/threads.ts';
import { decodeChecks, runCheck, type SignatureCheck } from './signature-checks.ts';

/** First what there is to check; then, any number of times, to do it. */
export type BareMessage =
  | { readonly kind: 'load'; readonly checksFile: string }
  /** `next` counts the checks that are taken, by all threads together. */
  | { readonly kind: 'run'; readonly next: SharedArrayBuffer };

/** As many as take a few milliseconds. */
const CHECKS_AT_ONCE = 64;

export const bareProgram: ThreadProgram = {
  purpose: 'check signatures',
  file: new URL('./bare-worker.ts', import.meta.url),
  run(port) {
    let checks: readonly SignatureCheck[] = [];
    port.listen((received) => {
      const message = received as BareMessage;
      if (message.kind === 'load') checks = decodeChecks(readFileSync(message.checksFile));
      else runChecks(checks, new Int32Array(message.next));
      port.post(checks.length);
    });
  },
};

function runChecks(checks: readonly SignatureCheck[], next: Int32Array): void {
  for (;;) {
    const from = Atomics.add(next, 0, CHECKS_AT_ONCE);
    if (from >= checks.length) return;
    for (const check of checks.slice(from, from + CHECKS_AT_ONCE)) runCheck(check);
  }
}
