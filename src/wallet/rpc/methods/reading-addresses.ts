/** Addresses, and what they are called. */
import { stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { addressFromScript } from '../../../protocol/script/address.ts';
import type { AddressPurpose } from '../../ledger/address-book.ts';
import { addressInfo } from '../address-info.ts';
import { inDestinationOrder } from '../destination-order.ts';
import { scriptFrom } from '../script-from.ts';
import { labelFrom } from '../wallet-arguments.ts';
import type { WalletMethod } from '../wallet-method.ts';

const getAddressInfo: WalletMethod = {
  name: 'getaddressinfo',
  family: 'wallet',
  about: 'What an address stands for, and what this wallet knows of it.',
  parameters: [{ name: 'address', type: 'string', about: 'The address.' }],
  result:
    '{ "address", "scriptPubKey", "ismine", "solvable", "desc", "parent_desc", "iswatchonly", "isscript", "iswitness", …, "ischange", "timestamp", "hdkeypath", "hdmasterfingerprint", "labels": [ … ] }',
  run: ([address], call) => {
    const wallet = call.walletNow();
    return addressInfo(
      wallet,
      scriptFrom(address, wallet, ({ message }) => message),
    );
  },
};

const getAddressesByLabel: WalletMethod = {
  name: 'getaddressesbylabel',
  family: 'wallet',
  about: 'The addresses that go by a name.',
  parameters: [{ name: 'label', type: 'string', about: 'The name.' }],
  result: '{ "address": { "purpose": "receive"|"send" }, … }',
  run: ([value], call) => {
    const { book, options } = call.walletNow().state;
    const label = labelFrom(value);
    const entries = inDestinationOrder(book.labelled(label), ({ script }) => script);
    if (entries.length === 0) {
      throw new RpcError(RPC.walletInvalidLabelName, `No addresses with label ${label}`);
    }
    return new Map(
      entries.map(({ script, purpose }) => [
        addressFromScript(script, options.chain.addressPrefixes) as string,
        { purpose },
      ]),
    );
  },
};

const listLabels: WalletMethod = {
  name: 'listlabels',
  family: 'wallet',
  about: 'The names of addresses, in their order.',
  parameters: [
    {
      name: 'purpose',
      type: 'string',
      optional: true,
      about: 'Only those of addresses of the wallet (receive), or of others (send).',
    },
  ],
  result: '[ "label", … ]',
  run: ([value], call) => {
    const { book } = call.walletNow().state;
    const purpose = purposeFrom(value);
    // No address has that one, which Core knows from a protocol that is gone.
    return purpose === 'refund' ? [] : book.labels(purpose);
  },
};

function purposeFrom(value: JsonValue | undefined): AddressPurpose | 'refund' | undefined {
  const text = value === undefined ? '' : stringFrom(value);
  if (text === '') return undefined;
  if (text === 'send' || text === 'receive' || text === 'refund') return text;
  throw new RpcError(
    RPC.invalidParameter,
    "Invalid 'purpose' argument, must be a known purpose string, typically 'send', or 'receive'.",
  );
}

const setLabel: WalletMethod = {
  name: 'setlabel',
  family: 'wallet',
  about: 'Gives an address a name, be it of this wallet or of somebody else.',
  parameters: [
    { name: 'address', type: 'string', about: 'The address.' },
    { name: 'label', type: 'string', about: 'The name; instead of the one that it had.' },
  ],
  result: 'null',
  run: async ([address, label], call) => {
    const wallet = call.walletNow();
    await wallet.setLabel(scriptFrom(address, wallet), labelFrom(label));
    return null;
  },
};

export const addressReadingMethods: readonly WalletMethod[] = [
  getAddressInfo,
  getAddressesByLabel,
  listLabels,
  setLabel,
];
