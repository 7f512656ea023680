import { sleep } from '../../outside/clock/clock.ts';
import type { ChainSource } from '../../wallet/source/chain-source.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { walletSync as spec } from '../table/wallet-paying.ts';
import { UsageError } from '../usage-error.ts';
import { openAll } from '../wallet/each-wallet.ts';
import { SyncView } from '../wallet/sync-view.ts';
import { useWallets, type WalletSession } from '../wallet/wallet-session.ts';

/** A node that is not there is looked for so often. */
const RETRY_MS = 2_000;

export const walletSync: Command<typeof spec> = async (args, io) => {
  if (args.offline) throw new UsageError('bad-value', '--offline is no way to follow a chain');
  return useWallets(args, io, async (session) => {
    const view = new SyncView(io, session.params, args);
    // Before anything else is done: a name that is wrong is not a matter of the node.
    await session.chosenNames(args.wallet);
    const source = await waitForNode(session, view, io);
    if (source === undefined) return EXIT_OK;
    const wallets = await openAll(session, args.wallet, io);
    await follow(wallets, source, view, session.signal);
    // The terminal shows Ctrl-C in a line that somebody has to end.
    if (io.out.isTerminal && !args.json) io.out.write('\n');
    return EXIT_OK;
  });
};

/** The node, as soon as there is one; undefined if somebody wants to end before that. */
async function waitForNode(
  session: WalletSession,
  view: SyncView,
  { clock }: Io,
): Promise<ChainSource | undefined> {
  let told: string | undefined;
  for (;;) {
    const found = await session.findNode();
    if (found.kind === 'found') return found.source;
    if (found.kind === 'none' && found.reason !== told) view.waiting(found.reason);
    told = found.kind === 'none' ? found.reason : told;
    try {
      await sleep(clock, RETRY_MS, session.signal);
    } catch {
      return undefined;
    }
  }
}

async function follow(
  wallets: readonly Wallet[],
  source: ChainSource,
  view: SyncView,
  signal: AbortSignal,
): Promise<void> {
  view.begin(wallets);
  const stops = [
    source.follow((event) => view.node(event)),
    ...wallets.map((wallet) => wallet.on((walletTx) => view.payment(wallet, walletTx))),
  ];
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const stop of stops) stop();
}
