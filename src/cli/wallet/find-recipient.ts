/** Whom somebody means who types an address, or a name. */
import { nearestName } from '../../protocol/bytes/nearest-name.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { chainByName, chainNames } from '../../protocol/params/chains.ts';
import {
  AddressError,
  addressFromScript,
  chainsOfAddress,
  isAddress,
  scriptFromAddress,
} from '../../protocol/script/address.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { CommandError } from '../command-error.ts';
import { listNames, quote } from '../quote.ts';
import type { WalletSession } from './wallet-session.ts';

export interface FoundRecipient {
  readonly script: Uint8Array;
  readonly address: string;
  /** What they are called; undefined where they are an address alone. */
  readonly name: string | undefined;
  /** Takes the address out of another wallet of this folder, whose next one it is; undefined for others. */
  readonly take: (() => Promise<void>) | undefined;
}

/** What is shorter, and does not begin like an address, was meant as a name. */
const LEAST_ADDRESS = 26;

/**
 * The script that an address of the chain stands for.
 *
 * @throws CommandError `bad-recipient`
 */
export function addressScript(text: string, params: ChainParams): Uint8Array {
  try {
    return scriptFromAddress(text, params.addressPrefixes);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new CommandError('bad-recipient', badAddress(text, error, params));
  }
}

/**
 * Refuses an address of another chain, before a wallet is opened, which writes in its files.
 *
 * @throws CommandError `bad-recipient`
 */
export function refuseOtherChain(text: string, params: ChainParams): void {
  const words = otherChainText(text, params);
  if (words !== undefined) throw new CommandError('bad-recipient', words);
}

/**
 * An address, a name in the wallet's address book, or another wallet of the folder, of which it is a new
 * address. Nothing is changed before `take` is called.
 *
 * @throws CommandError `bad-recipient`
 */
export async function findRecipient(
  text: string,
  wallet: Wallet,
  session: WalletSession,
): Promise<FoundRecipient> {
  const { params } = session;
  const direct = parsedAddress(text, params);
  if (direct !== undefined) {
    const label = wallet.state.book.get(direct)?.label;
    return { script: direct, address: text, name: label || undefined, take: undefined };
  }
  const named = byLabel(text, wallet, params);
  if (named !== undefined) return named;
  const names = await session.names();
  if (names.includes(text) && text !== wallet.name) return nextOf(text, wallet, session);
  throw new CommandError('bad-recipient', unknown(text, wallet, names, params));
}

function parsedAddress(text: string, { addressPrefixes }: ChainParams): Uint8Array | undefined {
  try {
    return scriptFromAddress(text, addressPrefixes);
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

function byLabel(text: string, wallet: Wallet, params: ChainParams): FoundRecipient | undefined {
  const all = text === '' ? [] : wallet.state.book.labelled(text);
  const others = all.filter(({ purpose }) => purpose === 'send');
  const found = others.length > 0 ? others : all;
  const [first, ...more] = found;
  if (first === undefined) return undefined;
  if (more.length > 0) {
    const words = `${quote(text)} is the name of ${found.length} addresses; name the address itself`;
    throw new CommandError('bad-recipient', words);
  }
  const address = addressFromScript(first.script, params.addressPrefixes) ?? '';
  return { script: first.script, address, name: text, take: undefined };
}

/** The next address of another wallet. It is looked up first, and taken when the payment is certain. */
async function nextOf(
  name: string,
  payer: Wallet,
  session: WalletSession,
): Promise<FoundRecipient> {
  const wallet = await session.open(name);
  const { keys, options } = wallet.state;
  const script = await wallet.state.change((batch) => {
    const next = keys.next(options.addressType, false, batch);
    keys.giveBack(next, batch);
    return next;
  });
  const address = addressFromScript(script, session.params.addressPrefixes) ?? '';
  const take = async (): Promise<void> => {
    await wallet.newAddress({ label: `from ${payer.name}` });
  };
  return { script, address, name, take };
}

function unknown(
  text: string,
  wallet: Wallet,
  wallets: readonly string[],
  params: ChainParams,
): string {
  if (text === wallet.name)
    return `${quote(text)} is the wallet that pays; name another one, or an address`;
  try {
    scriptFromAddress(text, params.addressPrefixes);
  } catch (error) {
    const isLike = text.length >= LEAST_ADDRESS && !/\s/.test(text);
    if (error instanceof AddressError && isLike) return badAddress(text, error, params);
  }
  const names = [...wallet.state.book.labels(), ...wallets].filter(
    (name) => name !== '' && name !== wallet.name,
  );
  const near = nearestName(text, names);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `${quote(text)} is no address of ${params.name}, no name in the address book, and no other wallet${hint}`;
}

function badAddress(text: string, error: AddressError, params: ChainParams): string {
  const other = otherChainText(text, params);
  if (other !== undefined) return other;
  const places = error.locations.map((place) => String(place + 1));
  const where =
    places.length === 0
      ? ''
      : `; look at ${places.length === 1 ? 'character' : 'characters'} ${listNames(places, 'and')}`;
  return `${quote(text)} is no address of ${params.name} (${error.message.replace(/\.$/, '')})${where}`;
}

/** What is wrong with an address of another chain; undefined for everything else. */
function otherChainText(text: string, params: ChainParams): string | undefined {
  if (isAddress(text, params.addressPrefixes)) return undefined;
  const others = chainNames.filter((name) => name !== params.name).map(chainByName);
  const chains = chainsOfAddress(text, others);
  if (chains.length === 0) return undefined;
  return `${quote(text)} is an address of ${listNames(chains)}, and this wallet is of ${params.name}; nothing was changed`;
}
