/** Descriptors that come into a wallet. */
import type { ExtendedPrivateKey } from '../protocol/keys/extended-key.ts';
import { addressFromScript } from '../protocol/script/address.ts';
import { type Descriptor, hasPrivateKeys } from '../protocol/script/descriptor/descriptor.ts';
import type { OutputType } from '../protocol/script/descriptor/output-type.ts';
import { standardDescriptors } from './keys/core-descriptors.ts';
import type { DerivedScripts } from './keys/derive-ahead.ts';
import type { DescriptorKeeper } from './keys/descriptor-keeper.ts';
import type { ImportRequest } from './keys/wallet-keys.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletState } from './wallet-state.ts';

/** A descriptor to take in, and what the address of one that has no range is called. */
export interface LabelledImport extends ImportRequest {
  readonly label?: string;
}

/** @throws {@link WalletError} `no-private-keys`, `bad-range`, `bad-descriptor`; `VaultError` `locked` */
export async function importDescriptor(
  state: WalletState,
  { label, ...request }: LabelledImport,
): Promise<void> {
  const { keys, book, ledger, doors, options } = state;
  checkPurpose(request.descriptor, state.format.hasPrivateKeys);
  const derived = await keys.deriveFor(request, doors.clock);
  await state.change((batch) => {
    const keeper = keys.import(request, batch, derived);
    if (label !== undefined && request.active !== 'internal') {
      for (const script of keeper.scriptsAt(0) ?? []) {
        // What is paid to a key itself has no address that could be called something.
        if (addressFromScript(script, options.chain.addressPrefixes) === undefined) continue;
        book.set(script, { label, purpose: 'receive' }, batch);
      }
    }
    ledger.refreshOwnership();
  });
}

/** The descriptors that every wallet begins with, and the scripts that they will be watched for. */
export interface PreparedDescriptor {
  readonly request: ImportRequest;
  readonly derived: DerivedScripts;
}

/** Those that come from a root and are new, some or all of them. Nothing is kept yet. */
export async function prepareStandard(
  { keys, doors, options }: Pick<WalletState, 'keys' | 'doors' | 'options'>,
  master: ExtendedPrivateKey,
  timestamp: number,
  isWanted: (type: OutputType, internal: boolean) => boolean = () => true,
): Promise<readonly PreparedDescriptor[]> {
  const start = { timestamp, rangeStart: 0, rangeEnd: 0, nextIndex: 0 };
  const prepared: PreparedDescriptor[] = [];
  for (const { descriptor, type, internal } of standardDescriptors(master, options.chain)) {
    if (!isWanted(type, internal) || keys.knows(descriptor)) continue;
    const active = internal ? 'internal' : 'external';
    const request: ImportRequest = { descriptor, active, ...start };
    prepared.push({ request, derived: await keys.deriveFor(request, doors.clock) });
  }
  return prepared;
}

/** Gives out addresses of a kind from a root. Answers with the descriptors that are new. */
export async function addStandardDescriptors(
  state: WalletState,
  master: ExtendedPrivateKey,
  type: OutputType,
  internals: readonly boolean[],
): Promise<readonly DescriptorKeeper[]> {
  const { keys, ledger } = state;
  const prepared = await prepareStandard(
    state,
    master,
    state.now,
    (each, internal) => each === type && internals.includes(internal),
  );
  return state.change((batch) => {
    const added = prepared
      .filter(({ request }) => !keys.knows(request.descriptor))
      .map(({ request, derived }) => keys.import(request, batch, derived));
    // As in Bitcoin Core: with what is imported a wallet stays blank, and no new root joins it when it is encrypted.
    if (state.format.isBlank) state.changeFormat({ isBlank: false }, batch);
    ledger.refreshOwnership();
    return added;
  });
}

/** As in Bitcoin Core, a wallet either signs for all that it holds, or watches all of it. */
function checkPurpose(descriptor: Descriptor, signs: boolean): void {
  if (hasPrivateKeys(descriptor) === signs) return;
  throw new WalletError(
    'no-private-keys',
    signs
      ? 'Cannot import descriptor without private keys to a wallet with private keys enabled'
      : 'Cannot import private keys to a wallet with private keys disabled',
  );
}
