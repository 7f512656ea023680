import type { Clock } from '../../outside/clock/clock.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { CommandError } from '../command-error.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { findChain } from '../find-chain.ts';
import type { Io } from '../io.ts';
import { listNames, quote, shellWord } from '../quote.ts';
import { DEFAULT_DATADIR } from '../table/chain-options.ts';
import type { walletTraffic as spec } from '../table/wallet-traffic.ts';
import { UsageError } from '../usage-error.ts';
import { Traffic } from '../wallet/traffic.ts';
import { TrafficView } from '../wallet/traffic-view.ts';
import { useWallets, type WalletSession } from '../wallet/wallet-session.ts';

type Arguments = ArgumentsOf<typeof spec>;

const SEED_LENGTH = 4;
const [LEAST_RATE, MOST_RATE] = [0.001, 1_000];
/** As long as the command runs: Bitcoin Core’s longest. */
const UNLOCK_SECONDS = 100_000_000;

export const walletTraffic: Command<typeof spec> = async (args, io) => {
  const rate = rateOf(args.rate);
  const { name: chain } = await findChain(args.chain, io);
  if (chain === 'main') {
    throw new UsageError(
      'bad-value',
      'random payments on main would burn real money; take a test chain',
    );
  }
  const seed = args.seed ?? toHex(io.entropy.bytes(SEED_LENGTH));
  return useWallets({ ...args, offline: false }, io, async (session) => {
    const wallets = await openAll(args, session);
    await requireNode(session, io);
    const names = wallets.map(({ name }) => name);
    const traffic = new Traffic(wallets, { rate, seed }, io.clock);
    const advice = await adviceFor(wallets, args, io);
    const view = new TrafficView(
      traffic,
      { out: io.out, clock: io.clock, json: args.json, seed, advice },
      { chain, wallets: names, rate, seed },
      `About ${args.rate} payments a second ${betweenText(names)} on ${chain}, with the seed ${seed}. Ctrl-C ends it.`,
    );
    const ending = timeLimit(session.signal, args.duration, io.clock);
    try {
      await traffic.run(ending.signal);
    } finally {
      ending.cancel();
      view.end();
      traffic.close();
    }
    return EXIT_OK;
  });
};

function rateOf(text: string): number {
  const rate = /^\d{1,4}(\.\d{1,6})?$|^\.\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (rate >= LEAST_RATE && rate <= MOST_RATE) return rate;
  const allowed = `payments a second from ${LEAST_RATE} to ${MOST_RATE}, such as 2 or 0.5`;
  throw new UsageError('bad-value', `--rate is ${quote(text)}; allowed are ${allowed}`);
}

/** Those that were named, or all that can sign. */
async function openAll(
  { wallets: list }: Arguments,
  session: WalletSession,
): Promise<readonly Wallet[]> {
  const named = list?.split(',').map((name) => name.trim());
  if (named?.includes('') === true) {
    throw new UsageError(
      'bad-value',
      `--wallets is ${quote(list ?? '')}; name them with commas between`,
    );
  }
  // It says best what to do where there is none.
  const all = await session.names();
  const names = [...new Set(named ?? (all.length === 0 ? [await session.chosenName()] : all))];
  const wallets: Wallet[] = [];
  for (const name of names) {
    const wallet = await session.open(name);
    if (wallet.state.format.hasPrivateKeys) wallets.push(wallet);
    else if (named !== undefined) {
      throw new CommandError('no-wallet', `the wallet ${quote(name)} only watches: it cannot pay`);
    }
  }
  if (wallets.length === 0) {
    const message = `no wallet can pay: ${listNames(names.map(quote), 'and')} only watch`;
    throw new CommandError('no-wallet', message);
  }
  for (const wallet of wallets) await session.unlock(wallet, UNLOCK_SECONDS);
  return wallets;
}

async function requireNode(session: WalletSession, { command }: Io): Promise<void> {
  const node = await session.findNode();
  if (node.kind === 'found') return;
  const reason = node.kind === 'none' ? node.reason : 'nobody looked for a node';
  const message = `${reason}; traffic needs one: start it with ${command} start${session.named}`;
  throw new CommandError('not-sent', message);
}

/** What to do where nobody has any coins: mine, to an address that is made for it. */
async function adviceFor(
  wallets: readonly Wallet[],
  { chain, datadir }: Arguments,
  { command }: Io,
): Promise<string> {
  const [first] = wallets;
  if (first === undefined || wallets.some((wallet) => wallet.coins().length > 0)) return '';
  const { address } = await first.newAddress({ label: 'mining' });
  const place = datadir === DEFAULT_DATADIR ? '' : ` --datadir ${shellWord(datadir)}`;
  return `Mine some: ${command} mine --chain ${shellWord(chain)}${place} --address ${address}`;
}

function betweenText(names: readonly string[]): string {
  const [only = '', ...more] = names.map((name) => quote(name));
  return more.length === 0 ? `within ${only}` : `between ${listNames([only, ...more], 'and')}`;
}

/** Fires when somebody wants it to end, or when its time is over. */
function timeLimit(
  stop: AbortSignal,
  seconds: number | undefined,
  clock: Clock,
): { readonly signal: AbortSignal; readonly cancel: () => void } {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  if (stop.aborted) end();
  stop.addEventListener('abort', end, { once: true });
  const cancel = seconds === undefined ? () => {} : clock.schedule(seconds * 1_000, end);
  return { signal: ending.signal, cancel };
}
