/** What a wallet is, and what can be changed of that. */
import { booleanFrom, int32From, stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { amountNumber, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { Wallet } from '../../wallet.ts';
import { keyPoolSize } from '../key-pool.ts';
import { lastProcessedBlockToJson } from '../last-processed-block.ts';
import { requireUnlocked } from '../require-unlocked.ts';
import { runningRescan } from '../running-rescans.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

/** That of Core's latest wallets, which these are like. */
const WALLET_VERSION = 169_900;

/** Core's flags of wallets, and whether they can be changed. */
const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['avoid_reuse', true],
  ['blank', false],
  ['key_origin_metadata', false],
  ['last_hardened_xpub_cached', false],
  ['disable_private_keys', false],
  ['descriptor_wallet', false],
  ['external_signer', false],
]);
const REUSE_WARNING =
  'You need to rescan the blockchain in order to correctly mark used destinations in the past. Until this is done, some destinations may be considered unused, even if the opposite is the case.';

export const stateMethods: readonly WalletMethod[] = [
  {
    name: 'getwalletinfo',
    family: 'wallet',
    about: 'What the wallet is, and what it has.',
    parameters: [],
    result:
      '{ "walletname": "…", "walletversion": n, "balance": n, "txcount": n, "keypoolsize": n, "unlocked_until": n, … }',
    run: getWalletInfo,
  },
  {
    name: 'setwalletflag',
    family: 'wallet',
    about: 'Changes how the wallet behaves.',
    parameters: [
      { name: 'flag', type: 'string', about: 'What of it: "avoid_reuse".' },
      { name: 'value', type: 'boolean', optional: true, about: 'True by default.' },
    ],
    result: '{ "flag_name": "…", "flag_state": true|false, "warnings": "…" }',
    run: setWalletFlag,
  },
  {
    name: 'upgradewallet',
    family: 'wallet',
    about: 'Brings a wallet of an older kind up to date. There are none here.',
    parameters: [
      {
        name: 'version',
        type: 'number',
        optional: true,
        about: 'Of wallets; the latest by default.',
      },
    ],
    result: '{ "wallet_name": "…", "previous_version": n, "current_version": n, "result": "…" }',
    run: upgradeWallet,
  },
];

async function getWalletInfo(_: Arguments, call: WalletCall): Promise<Json> {
  const wallet = await call.wallet();
  const { state } = wallet;
  const { trusted, untrustedPending, immature } = wallet.balances();
  const { hasPrivateKeys, avoidsReuse, isBlank } = state.format;
  return {
    walletname: wallet.name,
    walletversion: WALLET_VERSION,
    format: 'sqlite',
    balance: amountNumber(trusted),
    unconfirmed_balance: amountNumber(untrustedPending),
    immature_balance: amountNumber(immature),
    txcount: [...state.ledger.all()].length,
    keypoolsize: keyPoolSize(wallet, false),
    keypoolsize_hd_internal: keyPoolSize(wallet, true),
    unlocked_until: wallet.isEncrypted ? wallet.unlockedUntil : undefined,
    paytxfee: amountNumber(wallet.payer.payFeeRate),
    private_keys_enabled: hasPrivateKeys,
    avoid_reuse: avoidsReuse,
    scanning: scanning(wallet, call),
    descriptors: true,
    external_signer: false,
    blank: isBlank,
    birthtime: birthTime(wallet),
    lastprocessedblock: lastProcessedBlockToJson(wallet),
  };
}

function scanning(wallet: Wallet, { context: { clock } }: WalletCall): Json {
  const rescan = runningRescan(wallet);
  if (rescan === undefined) return false;
  const duration = Math.floor((clock.monotonic() - rescan.startedAt) / 1000);
  return { duration, progress: rescan.progress };
}

/** The time of the oldest that is known of: a descriptor, or a transaction. */
function birthTime({ state: { keys, ledger } }: Wallet): number | undefined {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { record } of keys.keepers) earliest = Math.min(earliest, record.timestamp);
  for (const { time } of ledger.all()) earliest = Math.min(earliest, time);
  return Number.isFinite(earliest) ? earliest : undefined;
}

async function setWalletFlag([flag, value]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  const name = stringFrom(flag);
  const isOn = value === undefined || booleanFrom(value);
  const isMutable = FLAGS.get(name);
  if (isMutable === undefined) throw invalid(`Unknown wallet flag: ${name}`);
  if (!isMutable) throw invalid(`Wallet flag is immutable: ${name}`);
  const { state } = wallet;
  if (state.format.avoidsReuse === isOn) {
    throw invalid(`Wallet flag is already set to ${isOn}: ${name}`);
  }
  await state.change((batch) => state.changeFormat({ avoidsReuse: isOn }, batch));
  return {
    flag_name: name,
    flag_state: isOn,
    warnings: isOn ? REUSE_WARNING : undefined,
  };
}

function upgradeWallet([version]: Arguments, call: WalletCall): Json {
  const wallet = call.walletNow();
  requireUnlocked(wallet);
  const wanted = version === undefined ? 0 : int32From(version);
  const isOlder = wanted !== 0 && wanted < WALLET_VERSION;
  const outcome: JsonObject = isOlder
    ? {
        error: `Cannot downgrade wallet from version ${WALLET_VERSION} to version ${wanted}. Wallet version unchanged.`,
      }
    : { result: 'Already at latest version. Wallet version unchanged.' };
  return {
    wallet_name: wallet.name,
    previous_version: WALLET_VERSION,
    current_version: WALLET_VERSION,
    ...outcome,
  };
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
