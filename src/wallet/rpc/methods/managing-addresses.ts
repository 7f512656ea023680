/** New addresses, and the keys ahead of them. */
import { int32From } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { RpcParameter } from '../../../node/rpc/rpc-method.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { Wallet } from '../../wallet.ts';
import { keyPoolSize } from '../key-pool.ts';
import { requireUnlocked } from '../require-unlocked.ts';
import { labelFrom, OUTPUT_TYPES, outputTypeFrom } from '../wallet-arguments.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

/** As many as a descriptor can be imported for. Core sets out to make any number, until memory ends. */
const MOST_KEYS = 1_000_000;

type Arguments = readonly (JsonValue | undefined)[];

const typeParameter: RpcParameter = {
  name: 'address_type',
  type: 'string',
  optional: true,
  about:
    '"legacy", "p2sh-segwit", "bech32" or "bech32m"; by default what the node was started with.',
};

export const addressMethods: readonly WalletMethod[] = [
  {
    name: 'getnewaddress',
    family: 'wallet',
    about: 'An address that nobody has had before. Whoever is given it can pay to the wallet.',
    parameters: [
      { name: 'label', type: 'string', optional: true, about: 'What it is called; "" by default.' },
      typeParameter,
    ],
    result: '"address"',
    run: getNewAddress,
  },
  {
    name: 'getrawchangeaddress',
    family: 'wallet',
    about:
      'An address for change of a payment that is put together by hand. It is in no address book.',
    parameters: [typeParameter],
    result: '"address"',
    run: getRawChangeAddress,
  },
  {
    name: 'keypoolrefill',
    family: 'wallet',
    about: 'Makes keys ahead. A wallet that is encrypted has to be unlocked.',
    parameters: [
      {
        name: 'newsize',
        type: 'number',
        optional: true,
        about: 'So many for each kind of addresses; 0 and no number at all are those of -keypool.',
      },
    ],
    result: 'null',
    run: keyPoolRefill,
  },
];

async function getNewAddress([label, type]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  requireAddresses(wallet, false);
  // The label first: what is refused shall cost no address.
  const called = labelFrom(label);
  const wanted = outputTypeFrom(type) ?? wallet.state.options.addressType;
  return (await wallet.newAddress({ type: wanted, label: called })).address;
}

async function getRawChangeAddress([type]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  requireAddresses(wallet, true);
  const { changeType, addressType } = wallet.state.options;
  return (await wallet.changeAddress(outputTypeFrom(type) ?? changeType ?? addressType)).address;
}

/** Whether there is anything at all that makes addresses, of whatever kind. */
function requireAddresses({ state: { keys } }: Wallet, internal: boolean): void {
  const canGive = OUTPUT_TYPES.some((type) => {
    const keeper = keys.active(type, internal);
    return keeper !== undefined && (keeper.available > 0 || keys.canSign(keeper));
  });
  if (canGive) return;
  throw new RpcError(RPC.wallet, 'Error: This wallet has no available keys');
}

async function keyPoolRefill([size]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  const wanted = size === undefined ? 0 : int32From(size);
  if (wanted < 0 || wanted > MOST_KEYS) {
    throw new RpcError(RPC.invalidParameter, 'Invalid parameter, expected valid size.');
  }
  requireUnlocked(wallet);
  await (wanted === 0 ? wallet.refill() : wallet.refill(wanted));
  const ahead = keyPoolSize(wallet, false) + keyPoolSize(wallet, true);
  if (ahead < wanted) throw new RpcError(RPC.wallet, 'Error refreshing keypool.');
  return null;
}
