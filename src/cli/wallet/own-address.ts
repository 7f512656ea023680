import { nearestName } from '../../protocol/bytes/nearest-name.ts';
import { addressFromScript, isAddress } from '../../protocol/script/address.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { CommandError } from '../command-error.ts';
import { quote } from '../quote.ts';
import { addressScript } from './find-recipient.ts';

export interface OwnAddress {
  readonly script: Uint8Array;
  readonly address: string;
  readonly label: string;
}

/** How many addresses a message names that go by the same name. */
const MOST_NAMED = 3;

/**
 * The address of a wallet's own that somebody means: by its name, or as it is.
 *
 * @throws CommandError `bad-recipient`
 */
export function ownAddress(text: string, wallet: Wallet): OwnAddress {
  const { book, ledger, options } = wallet.state;
  const { chain } = options;
  const addressOf = (script: Uint8Array): string =>
    addressFromScript(script, chain.addressPrefixes) ?? '';
  const named =
    text === '' ? [] : book.labelled(text).filter(({ script }) => ledger.isOurs(script));
  const [first, ...more] = named;
  if (first !== undefined && more.length === 0) {
    return { script: first.script, address: addressOf(first.script), label: text };
  }
  if (first !== undefined) {
    const all = named.slice(0, MOST_NAMED).map(({ script }) => addressOf(script));
    const rest = named.length > MOST_NAMED ? ', …' : '';
    const message = `${quote(text)} is the name of ${named.length} addresses (${all.join(', ')}${rest}); name one of them`;
    throw new CommandError('bad-recipient', message);
  }
  if (!isAddress(text, chain.addressPrefixes) && !looksLikeAddress(text)) {
    throw new CommandError('bad-recipient', unknownName(text, wallet));
  }
  const script = addressScript(text, chain);
  if (!ledger.isOurs(script)) {
    const message = `${text} is not an address of the wallet ${quote(wallet.name)}`;
    throw new CommandError('bad-recipient', message);
  }
  return { script, address: addressOf(script), label: book.get(script)?.label ?? '' };
}

/** What is shorter, or has spaces, was meant as a name. */
function looksLikeAddress(text: string): boolean {
  return /^[a-zA-Z0-9]{26,}$/.test(text);
}

function unknownName(text: string, { name, state: { book, ledger } }: Wallet): string {
  const names = new Set<string>();
  for (const { label, script } of book.all()) {
    if (label !== '' && ledger.isOurs(script)) names.add(label);
  }
  const near = nearestName(text, [...names]);
  const hint = near === undefined ? '' : `; did you mean ${quote(near)}?`;
  return `the wallet ${quote(name)} has no address called ${quote(text)}${hint}`;
}
