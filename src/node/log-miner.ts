import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { Log } from './log/log.ts';
import type { Miner } from './mining/continuous-miner.ts';

/** Tells what a miner finds, and what keeps it from finding anything, in lines for people. */
export function logMiner(miner: Pick<Miner, 'on'>, log: Log): () => void {
  return miner.on((event) => {
    switch (event.kind) {
      case 'found':
      case 'late': {
        const hash = toReversedHex(event.hash);
        const late = event.kind === 'late' ? ', too late: there is another tip' : '';
        log('info', 'mining', `found block ${hash}${late}`, {
          hash,
          isTip: event.kind === 'found',
        });
        return;
      }
      case 'waiting':
        log('info', 'mining', `waiting for transactions: ${event.error.message}`);
        return;
      case 'refused': {
        const { code, message } = event.error;
        log('warn', 'mining', `a block was found in vain, the chain refuses it: ${message}`, {
          code,
        });
        return;
      }
      case 'failed': {
        const { error } = event;
        const words = error instanceof Error ? error.message : String(error);
        log('error', 'mining', `mining has ended: ${words}`);
      }
    }
  });
}
