import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { Chain } from './chain/chain.ts';
import { noteStart, tellInCoresWords } from './chain-lines.ts';
import type { Log } from './log/log.ts';

/** While many blocks come in, one line stands for so many of them. */
const BLOCKS_A_LINE = 1000;

/** Tells what happens to the chain, in lines for people and in Core's. What comes back ends that. */
export function logChain(chain: Chain, log: Log): () => void {
  noteStart(chain, log);
  let quiet = 0;
  let wentBack = 0;
  return chain.on((event) => {
    tellInCoresWords(event, chain, log);
    switch (event.kind) {
      case 'disconnected':
        wentBack++;
        return;
      case 'connected': {
        const isNews = !chain.isInitialBlockDownload || ++quiet % BLOCKS_A_LINE === 0;
        const { node, block } = event;
        if (wentBack > 0) {
          const many = wentBack === 1 ? 'one block' : `${wentBack} blocks`;
          log('info', 'chain', `another branch has more work: went back ${many}`, { wentBack });
          wentBack = 0;
        }
        if (!isNews) return;
        const count = block.transactions.length;
        const what = count === 1 ? '1 transaction' : `${count} transactions`;
        const hash = toReversedHex(node.hash);
        const fields = { height: node.height, hash, transactions: count };
        log('info', 'chain', `block ${node.height}, ${what}, ${hash}`, fields);
        return;
      }
      case 'refused': {
        const hash = toReversedHex(event.node.hash);
        const fields = { height: event.node.height, hash, code: event.error.code };
        log('warn', 'chain', `refused block ${hash}: ${event.error.message}`, fields);
        return;
      }
      case 'forgotten': {
        // If it went back, it was told to.
        wentBack = 0;
        const [height, blocks] = [event.node.height, event.nodes.size];
        const words = `put back to a mark at block ${height}; forgotten: ${blocks}`;
        log('info', 'chain', words, { height, blocks });
      }
    }
  });
}
