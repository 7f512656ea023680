/** Opens the wallets of a folder for a command, meets a node with them, and closes them again. */
import { StorageError } from '../../node/storage/storage-error.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import type { CreatedWallet, CreateWalletOptions } from '../../wallet/open-wallet.ts';
import type { ChainSource } from '../../wallet/source/chain-source.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { DEFAULT_WALLET_OPTIONS, type WalletOptions } from '../../wallet/wallet-options.ts';
import { Wallets } from '../../wallet/wallets.ts';
import { dataFolderOf } from '../chain/use-chain.ts';
import { CommandError } from '../command-error.ts';
import { findChain } from '../find-chain.ts';
import type { Io } from '../io.ts';
import { grouped } from '../plain-words.ts';
import { listNames, quote, shellWord } from '../quote.ts';
import { DEFAULT_DATADIR } from '../table/chain-options.ts';
import { wrapText } from '../wrap-text.ts';
import { catchUp } from './catch-up.ts';
import { type FoundNode, findNode } from './find-node.ts';
import { Secrets } from './secrets.ts';
import type { WalletPlace } from './wallet-place.ts';

/**
 * What is paid where no node has an estimate, in satoshis for 1,000 virtual bytes. Not on main, where a
 * payment that nobody mines costs somebody their patience.
 */
const FALLBACK_FEE_RATE = 2_000n;
/** How long a wallet stays open that was unlocked for one command. */
const UNLOCK_SECONDS = 600;
const WALLETS = 'wallets';

/**
 * The wallets of a folder, for as long as a command takes.
 *
 * @example
 * return useWallets(args, io, async (session) => {
 *   const wallet = await session.open();
 *   io.out.write(`${coinsText(wallet.balances().trusted)} coins\n`);
 *   return EXIT_OK;
 * });
 */
export class WalletSession {
  readonly params: ChainParams;
  readonly wallets: Wallets;
  /** Fires when somebody wants the command to end. */
  readonly signal: AbortSignal;
  readonly secrets: Secrets;
  readonly #place: WalletPlace;
  readonly #io: Io;
  readonly #dataFolder: string;
  #found: Promise<FoundNode> | undefined;
  #isTold = false;

  constructor(
    place: WalletPlace,
    parts: {
      readonly params: ChainParams;
      readonly dataFolder: string;
      readonly signal: AbortSignal;
    },
    io: Io,
  ) {
    const { params, dataFolder, signal } = parts;
    const folder = joinPath(joinPath(dataFolder, params.name), WALLETS);
    this.params = params;
    this.signal = signal;
    this.secrets = new Secrets(io, place['passphrase-stdin'] === true);
    this.wallets = new Wallets({ folder, wallet: optionsFor(params) }, io);
    this.#place = place;
    this.#io = io;
    this.#dataFolder = dataFolder;
  }

  /** What was typed to name the same wallets, for lines to be copied: `--datadir ./second`. */
  get named(): string {
    const { chain, datadir, node } = this.#place;
    return [
      chain === 'lab' ? '' : ` --chain ${shellWord(chain)}`,
      datadir === DEFAULT_DATADIR ? '' : ` --datadir ${shellWord(datadir)}`,
      // What has a password in it is not repeated.
      node === undefined || node.includes('@') ? '' : ` --node ${shellWord(node)}`,
    ].join('');
  }

  /** The names of all wallets that there are. */
  names(): Promise<readonly string[]> {
    return this.wallets.list();
  }

  /**
   * The wallet that is meant: the one that was named, or the only one.
   *
   * @throws CommandError `no-wallet`
   */
  async chosenName(name: string | undefined = this.#place.wallet): Promise<string> {
    const names = await this.names();
    if (name !== undefined) {
      if (names.includes(name)) return name;
      throw new CommandError(
        'no-wallet',
        `there is no wallet ${quote(name)}; ${this.#others(names)}`,
      );
    }
    const [only, ...more] = names;
    if (only !== undefined && more.length === 0) return only;
    throw new CommandError(
      'no-wallet',
      only === undefined
        ? this.#others(names)
        : `there are ${names.length} wallets: ${listNames(names.map(shown), 'and')}; choose one with --wallet`,
    );
  }

  /**
   * Opens a wallet, and goes with it to where the chain is, if there is a node.
   *
   * @throws CommandError `no-wallet`, `in-use`
   */
  async open(name?: string): Promise<Wallet> {
    const chosen = await this.chosenName(name);
    const open = this.wallets.get(chosen);
    if (open !== undefined) return open;
    return this.#meet(await this.#load(chosen));
  }

  /** Refuses a name that a wallet has. @throws CommandError `exists` */
  async requireFree(name: string): Promise<void> {
    if (!(await this.names()).includes(name)) return;
    const words = `there is a wallet ${shown(name)} already: choose another name`;
    throw new CommandError('exists', words);
  }

  /** Makes a wallet. @throws CommandError, WalletError, KeyError */
  async create(name: string, request: CreateWalletOptions): Promise<CreatedWallet> {
    const created = await this.wallets.create(name, request);
    await this.#meet(created.wallet);
    return created;
  }

  /** Makes a wallet of the file of a backup. @throws WalletError, DiskError */
  async restore(name: string, backupFile: string): Promise<Wallet> {
    return this.#meet(await this.wallets.restore(name, backupFile));
  }

  /** Asks for the passphrase, if the wallet needs one to sign. @throws VaultError, CommandError */
  async unlock(wallet: Wallet, seconds = UNLOCK_SECONDS): Promise<void> {
    if (!wallet.isEncrypted || wallet.unlockedUntil > 0) return;
    const passphrase = await this.secrets.passphrase(`Passphrase of ${shown(wallet.name)}: `);
    await wallet.unlock(passphrase, seconds);
  }

  /** Refuses if there is no wallet, or none of this name. @throws CommandError `no-wallet` */
  async chosenNames(name: string | undefined): Promise<void> {
    if (name !== undefined || (await this.names()).length === 0) await this.chosenName(name);
  }

  /** Looks for a node; where there was none, once more. */
  async findNode(): Promise<FoundNode> {
    if ((await this.#found)?.kind === 'none') this.#found = undefined;
    return this.#find();
  }

  /** The node, if there is one. */
  async source(): Promise<ChainSource | undefined> {
    const found = await this.#find();
    return found.kind === 'found' ? found.source : undefined;
  }

  async close(): Promise<void> {
    await this.wallets.close();
    const found = await this.#found?.catch(() => undefined);
    if (found?.kind === 'found') await found.close();
  }

  #find(): Promise<FoundNode> {
    const { params, secrets, signal } = this;
    const around = { params, secrets, signal, dataFolder: this.#dataFolder };
    this.#found ??= findNode(this.#place, around, this.#io);
    return this.#found;
  }

  async #meet(wallet: Wallet): Promise<Wallet> {
    const found = await this.#find();
    if (found.kind === 'found') {
      const silent = this.#place.json;
      await catchUp(wallet, found.source, { silent, signal: this.signal }, this.#io);
      if (!found.source.isReachable) this.#tellAlone('the node does not answer any more', wallet);
    } else if (found.kind === 'none') {
      this.#tellAlone(found.reason, wallet);
    }
    return wallet;
  }

  /** Says once that there is no node, and what follows from that. */
  #tellAlone(reason: string, { state: { branch } }: Wallet): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const known =
      branch.tip === undefined
        ? 'nothing is known of the chain yet'
        : `what follows is as of block ${grouped(branch.tip.height)}`;
    const text = `${capital(reason)}: ${known}. A payment is kept, and sent when a node is there (${this.#io.command} wallet sync${this.named}).`;
    const { err } = this.#io;
    const lines = err.isTerminal ? wrapText(text, err.columns) : [text];
    err.write(`${lines.join('\n')}\n`);
  }

  async #load(name: string): Promise<Wallet> {
    try {
      return await this.wallets.load(name);
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'locked')) throw error;
      const { command } = this.#io;
      throw new CommandError(
        'in-use',
        `the wallet ${shown(name)} is open in another program: if that is a wallet sync or traffic, end it with Ctrl-C; if it is the node, use it there (${command} rpc -chain=${shellWord(this.#place.chain)} -rpcwallet=${shellWord(name)} …)`,
      );
    }
  }

  #others(names: readonly string[]): string {
    if (names.length > 0) return `there are ${listNames(names.map(shown), 'and')}`;
    return `there is no wallet yet: make one with ${this.#io.command} wallet create NAME${this.named}`;
  }
}

/** Opens the folder of wallets that a command is about, and closes all that it opened, whatever happens. */
export async function useWallets<T>(
  place: WalletPlace,
  io: Io,
  use: (session: WalletSession) => Promise<T>,
): Promise<T> {
  const params = await findChain(place.chain, io);
  const dataFolder = dataFolderOf(place.datadir, io);
  const stop = new AbortController();
  const stopListening = io.onStop(() => stop.abort());
  const session = new WalletSession(place, { params, dataFolder, signal: stop.signal }, io);
  let result: T;
  try {
    result = await use(session);
  } catch (error) {
    await session.close().catch(() => {});
    throw error;
  } finally {
    stopListening();
  }
  await session.close();
  return result;
}

/** The same for one wallet, in step with the chain: the one that `--wallet` names, or the only one. */
export function useWallet<T>(
  place: WalletPlace,
  io: Io,
  use: (wallet: Wallet, session: WalletSession) => Promise<T>,
): Promise<T> {
  return useWallets(place, io, async (session) => use(await session.open(), session));
}

/** The wallet without a name has one to be called by. */
function shown(name: string): string {
  return name === '' ? '""' : shellWord(name);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function optionsFor(chain: ChainParams): WalletOptions {
  const fallbackFeeRate = chain.name === 'main' ? 0n : FALLBACK_FEE_RATE;
  return { ...DEFAULT_WALLET_OPTIONS, chain, fallbackFeeRate };
}
