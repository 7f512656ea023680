import { optionsHelp } from '../node/options/option-help.ts';
import { version } from '../node/version.ts';

/** What `-version` prints. */
export function versionText(): string {
  return `Blockyard version v${version()}\n`;
}

/**
 * What `-help` prints: how to begin, and all options; with `debug` also those for tests.
 *
 * @example
 * nodeHelp({ debug: false }) // 'Blockyard version v0.1.0 …'
 */
export function nodeHelp({ debug }: { readonly debug: boolean }): string {
  return [
    versionText(),
    `A node follows a chain together with others: it finds peers, fetches and checks the
chain with the most work, passes blocks and transactions on, and answers programs
over JSON-RPC. It runs until Ctrl-C, or until somebody calls the method "stop".

Its options, its bitcoin.conf, its data folder and its answers are those of Bitcoin
Core's bitcoind: whatever starts, asks or stops that one does the same with this one.

Usage: blockyard node [options]

Examples:

  # A chain for tests, on which blocks come when you ask for them
  blockyard node -regtest
  blockyard rpc -regtest getblockchaininfo

  # A second node beside it, that follows the first
  mkdir second
  blockyard node -regtest -datadir=second -port=0 -rpcport=0 -connect=127.0.0.1

  # A chain with real proof of work, mined by this node, that leaves no trace
  blockyard node -chain=lab -memory -mine=ADDRESS

Options take one dash or two (-rpcport=1, --rpcport 1); -noname turns -name off. Each
may also stand in bitcoin.conf in the data folder, or in the environment as
BLOCKYARD_RPCPORT.
`,
    optionsHelp({ debug }),
    ...(debug ? [] : ['-help-debug shows the options for tests and for debugging as well.\n']),
  ].join('\n');
}
