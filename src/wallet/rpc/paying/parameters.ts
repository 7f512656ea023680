/** Parameters that several methods have, as rows of the table. */
import type { RpcParameter } from '../../../node/rpc/rpc-method.ts';

type Rows = Readonly<Record<string, RpcParameter>>;

/** Of those that are fields of `options`. */
export const namedOnly = { optional: true, namedOnly: true } as const;

export const inputsUsage = '[{"txid":"hex","vout":n,"sequence":n,"weight":n},...]';
export const outputsUsage = '[{"address":amount,...},{"data":"hex"},...]';

/** What to pay. */
export const feeParameters = {
  confTarget: {
    name: 'conf_target',
    type: 'number',
    optional: true,
    about: 'In how many blocks it should be confirmed; as -txconfirmtarget says by default.',
  },
  estimateMode: {
    name: 'estimate_mode',
    type: 'string',
    optional: true,
    about:
      '"unset", "economical" or "conservative"; economical by default where it may be replaced.',
  },
  feeRate: {
    name: 'fee_rate',
    type: 'amount',
    optional: true,
    about: 'The rate, in sat/vB; an estimate by default.',
  },
} as const satisfies Rows;

/** How a transaction is put together. */
export const fundParameters = {
  addInputs: {
    ...namedOnly,
    name: 'add_inputs',
    type: 'boolean',
    about: 'Whether to add coins of the wallet where those that are named do not suffice.',
  },
  includeUnsafe: {
    ...namedOnly,
    name: 'include_unsafe',
    type: 'boolean',
    about: 'Whether to spend coins that wait and that others may take back; false by default.',
  },
  minConf: {
    ...namedOnly,
    name: 'minconf',
    type: 'number',
    about: 'Only coins with so many confirmations are added; 0 by default.',
  },
  maxConf: {
    ...namedOnly,
    name: 'maxconf',
    type: 'number',
    about: 'Only coins with no more confirmations are added.',
  },
  changeType: {
    ...namedOnly,
    name: 'change_type',
    type: 'string',
    about: 'The kind of address for change: legacy, p2sh-segwit, bech32 or bech32m.',
  },
  maxTxWeight: {
    ...namedOnly,
    name: 'max_tx_weight',
    type: 'number',
    about: 'The most that the transaction may weigh; 400000 by default.',
  },
  replaceable: {
    ...namedOnly,
    name: 'replaceable',
    type: 'boolean',
    about: 'Whether it announces that it may be replaced (BIP125); as -walletrbf says by default.',
  },
  solvingData: {
    ...namedOnly,
    name: 'solving_data',
    type: 'object',
    about:
      'What inputs of others are made of: { "pubkeys": [ "hex", … ], "scripts": [ "hex", … ], "descriptors": [ "str", … ] }.',
  },
} as const satisfies Rows;

/** The same in the names that the oldest of these methods have. */
export const oldFundParameters = {
  changeAddress: {
    ...namedOnly,
    name: 'changeAddress',
    type: 'string',
    about: 'Where change goes; to an address of the wallet by default.',
  },
  changePosition: {
    ...namedOnly,
    name: 'changePosition',
    type: 'number',
    about: 'Where change stands among the outputs; drawn by default.',
  },
  includeWatching: {
    ...namedOnly,
    name: 'includeWatching',
    type: 'boolean',
    about: 'Whether others sign; true by default where the wallet only watches.',
  },
  lockUnspents: {
    ...namedOnly,
    name: 'lockUnspents',
    type: 'boolean',
    about: 'Whether nothing else spends these coins, until they are unlocked; false by default.',
  },
  feeRate: {
    ...namedOnly,
    name: 'feeRate',
    type: 'amount',
    about: 'The rate, in bitcoins for 1,000 vB.',
  },
} as const satisfies Rows;

/** And in those of the newer ones. */
export const newFundParameters = {
  addToWallet: {
    ...namedOnly,
    name: 'add_to_wallet',
    type: 'boolean',
    about: 'Whether it is kept and sent once it is signed; true by default.',
  },
  changeAddress: { ...oldFundParameters.changeAddress, name: 'change_address' },
  changePosition: { ...oldFundParameters.changePosition, name: 'change_position' },
  includeWatching: { ...oldFundParameters.includeWatching, name: 'include_watching' },
  lockUnspents: { ...oldFundParameters.lockUnspents, name: 'lock_unspents' },
  lockTime: { ...namedOnly, name: 'locktime', type: 'number', about: 'The lock time.' },
  psbt: {
    ...namedOnly,
    name: 'psbt',
    type: 'boolean',
    about: 'Whether to answer a PSBT in any case, and send nothing.',
  },
  subtractFee: {
    ...namedOnly,
    name: 'subtract_fee_from_outputs',
    type: 'array',
    about: 'The places of the outputs that the fee is taken off, in equal shares.',
  },
} as const satisfies Rows;
