/** Wallets that are made, opened, closed, saved and brought back. */
import { booleanFrom, stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { RpcParameter } from '../../../node/rpc/rpc-method.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { requireNoRescan } from '../running-rescans.ts';
import {
  keepStartup,
  NAME_RESULT,
  named,
  startupParameter,
  withWarnings,
} from '../startup-setting.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

function flag(name: string, about: string): RpcParameter {
  return { name, type: 'boolean', optional: true, about };
}

export const walletMethods: readonly WalletMethod[] = [
  {
    name: 'createwallet',
    family: 'wallet',
    about: 'Makes a wallet, and opens it.',
    parameters: [
      { name: 'wallet_name', type: 'string', about: 'Its name; that of a folder.' },
      flag('disable_private_keys', 'A wallet that only watches.'),
      flag('blank', 'A wallet without keys: they are to be imported.'),
      {
        name: 'passphrase',
        type: 'string',
        optional: true,
        about: 'Encrypts it; "" and no passphrase at all do not.',
      },
      flag('avoid_reuse', 'Do not pay from addresses that were paid from before.'),
      flag('descriptors', 'Always true: other wallets belong to the past.'),
      startupParameter,
      flag('external_signer', 'Always false: there is no way to other devices.'),
    ],
    result: NAME_RESULT,
    run: createWallet,
  },
  {
    name: 'loadwallet',
    family: 'wallet',
    about: 'Opens a wallet of the folder of wallets.',
    parameters: [{ name: 'filename', type: 'string', about: 'Its name.' }, startupParameter],
    result: NAME_RESULT,
    run: loadWallet,
  },
  {
    name: 'unloadwallet',
    family: 'wallet',
    about: 'Closes a wallet.',
    parameters: [
      {
        name: 'wallet_name',
        type: 'string',
        optional: true,
        about: 'Its name; by default that of the path of the call.',
      },
      startupParameter,
    ],
    result: '{ "warnings": [ … ] }',
    run: unloadWallet,
  },
  {
    name: 'listwallets',
    family: 'wallet',
    about: 'The wallets that are open.',
    parameters: [],
    result: '["name", …]',
    run: (_, { desk }): Json => desk.wallets.loaded.map(({ name }) => name),
  },
  {
    name: 'listwalletdir',
    family: 'wallet',
    about: 'The wallets in the folder of wallets, be they open or not.',
    parameters: [],
    result: '{ "wallets": [ { "name": "…" }, … ] }',
    run: listWalletFolder,
  },
];

async function createWallet(args: Arguments, { desk }: WalletCall): Promise<Json> {
  const [name, disablesKeys, blank, phrase, avoidReuse, descriptors, startup, signer] = args;
  const passphrase = phrase === undefined ? undefined : stringFrom(phrase);
  // Those whom Core built without its old wallets, and without signers, are told the same.
  if (!isOn(descriptors, true)) {
    throw new RpcError(RPC.wallet, 'Compiled without bdb support (required for legacy wallets)');
  }
  if (isOn(signer)) {
    throw new RpcError(
      RPC.wallet,
      'Compiled without external signing support (required for external signing)',
    );
  }
  const hasPrivateKeys = !isOn(disablesKeys);
  if (passphrase !== undefined && passphrase !== '' && !hasPrivateKeys) {
    throw new RpcError(
      RPC.wallet,
      'Passphrase provided but private keys are disabled. A passphrase is only used to encrypt private keys, so cannot be used for wallets with private keys disabled.',
    );
  }
  const { wallet } = await desk.wallets.create(stringFrom(name), {
    ...{ hasPrivateKeys, isBlank: isOn(blank), avoidsReuse: isOn(avoidReuse) },
    ...(passphrase === undefined || passphrase === '' ? {} : { passphrase }),
  });
  const warnings = await keepStartup(desk, wallet.name, startup);
  const unsealed = 'Empty string given as passphrase, wallet will not be encrypted.';
  return named(wallet.name, [...(passphrase === '' ? [unsealed] : []), ...warnings]);
}

async function loadWallet([name, startup]: Arguments, { desk }: WalletCall): Promise<Json> {
  const wallet = await desk.wallets.load(stringFrom(name));
  return named(wallet.name, await keepStartup(desk, wallet.name, startup));
}

async function unloadWallet([given, startup]: Arguments, call: WalletCall): Promise<Json> {
  const { desk, context } = call;
  const { walletName } = context;
  if (walletName !== undefined && given !== undefined && stringFrom(given) !== walletName) {
    throw new RpcError(
      RPC.invalidParameter,
      'RPC endpoint wallet and wallet_name parameter specify different wallets',
    );
  }
  const name = walletName ?? stringFrom(given);
  const wallet = desk.wallets.get(name);
  if (wallet !== undefined) requireNoRescan(wallet);
  await desk.wallets.unload(name);
  return withWarnings({}, await keepStartup(desk, name, startup));
}

/**
 * Core lists them as the file system does, which is in no order. Here the one without a name comes first,
 * then the others from the last one, as it happened to be where Core's answers were recorded.
 */
async function listWalletFolder(_: Arguments, { desk }: WalletCall): Promise<Json> {
  const names = await desk.wallets.list();
  const order = [...names.filter((name) => name === ''), ...names.filter(Boolean).toReversed()];
  return { wallets: order.map((name) => ({ name })) };
}

function isOn(value: JsonValue | undefined, byDefault = false): boolean {
  return value === undefined ? byDefault : booleanFrom(value);
}
