/** What happens to the chain in Bitcoin Core's words: whoever reads `debug.log` looks for these. */
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { BlockNode } from './chain/block-node.ts';
import type { Chain } from './chain/chain.ts';
import type { ChainEvent } from './chain/chain-events.ts';
import { blockTimeText, log2Work, tellInvalidChain } from './chain/tell-refusal.ts';
import { isHeard, type Log } from './log/log.ts';

const MIB = 2 ** 20;

/** Writes the lines that belong to an event. */
export function tellInCoresWords(event: ChainEvent, chain: Chain, log: Log): void {
  switch (event.kind) {
    case 'connected':
      noteTip(event.node, chain, log);
      tellFollowers(log, 'BlockChecked', event.node, ' state=Valid');
      tellFollowers(log, 'BlockConnected', event.node, ` block height=${event.node.height}`);
      break;
    case 'disconnected':
      noteTip(event.node.parent ?? event.node, chain, log);
      tellFollowers(log, 'BlockDisconnected', event.node, ` block height=${event.node.height}`);
      break;
    case 'refused': {
      const { node, error, txid } = event;
      if (txid !== undefined) {
        const what = `CheckInputScripts on ${toReversedHex(txid)} failed with ${error.message}`;
        log('note', 'chain', `ConnectBlock(): ${what}`);
      }
      tellFollowers(log, 'BlockChecked', node, ` state=${error.message}`);
      tellInvalidChain(log, node, chain.tip);
      const hash = toReversedHex(node.hash);
      log('note', 'chain', `ConnectTip: ConnectBlock ${hash} failed, ${error.message}`);
      break;
    }
    case 'flushed':
      tellFollowers(log, 'ChainStateFlushed', event.node);
      break;
    default:
  }
}

/** Where a chain goes on from. */
export function noteStart(chain: Chain, log: Log): void {
  const { tip } = chain;
  const facts = [
    `hashBestChain=${toReversedHex(tip.hash)} height=${tip.height}`,
    `date=${blockTimeText(tip)} progress=${progressAt(tip, chain)}`,
  ];
  log('note', 'chain', `Loaded best chain: ${facts.join(' ')}`);
}

function noteTip(node: BlockNode, chain: Chain, log: Log): void {
  if (!isHeard(log, 'note', 'chain')) return;
  const { hash, height, version, chainTransactionCount } = node;
  const { bytes, coins } = chain.coinMemory;
  const facts = [
    `new best=${toReversedHex(hash)} height=${height}`,
    `version=0x${(version >>> 0).toString(16).padStart(8, '0')}`,
    `log2_work=${log2Work(node)} tx=${chainTransactionCount} date='${blockTimeText(node)}'`,
    `progress=${progressAt(node, chain)} cache=${(bytes / MIB).toFixed(1)}MiB(${coins}txo)`,
  ];
  log('note', 'chain', `UpdateTip: ${facts.join(' ')}`);
}

/** What Core tells those who follow its chain. */
function tellFollowers(log: Log, what: string, { hash }: BlockNode, more = ''): void {
  if (!isHeard(log, 'debug', 'validation')) return;
  log('debug', 'validation', `${what}: block hash=${toReversedHex(hash)}${more}`);
}

/** Core knows how many transactions its chains had when it was released; here the headers tell it. */
function progressAt({ height }: BlockNode, { bestHeader }: Chain): string {
  return Math.min(1, (height + 1) / (bestHeader.height + 1)).toFixed(6);
}
