/**
 * Parameters of those of Bitcoin Core's wallet methods that this program does not have: which are JSON and
 * not text. Words of a command line have to be told apart before the node sees them, also where the node
 * is a Core.
 *
 * Each word is a parameter in its place: a name for JSON, a dot for text. Behind the bar stand JSON options
 * that are taken by their names alone.
 */
const WALLET_METHODS: Readonly<Record<string, string>> = {
  abandontransaction: '.',
  addmultisigaddress: 'nrequired keys . .',
  bumpfee: '. options | conf_target fee_rate replaceable outputs original_change_index',
  fundrawtransaction:
    '. options iswitness | add_inputs include_unsafe minconf maxconf changePosition includeWatching lockUnspents fee_rate feeRate subtractFeeFromOutputs input_weights conf_target replaceable solving_data',
  getbalance: '. minconf include_watchonly avoid_reuse',
  getreceivedbyaddress: '. minconf include_immature_coinbase',
  getreceivedbylabel: '. minconf include_immature_coinbase',
  gettransaction: '. include_watchonly verbose',
  importaddress: '. . rescan p2sh',
  importmulti: 'requests options | rescan',
  importprivkey: '. . rescan',
  importpubkey: '. . rescan',
  listreceivedbyaddress: 'minconf include_empty include_watchonly . include_immature_coinbase',
  listreceivedbylabel: 'minconf include_empty include_watchonly include_immature_coinbase',
  listsinceblock: '. target_confirmations include_watchonly include_removed include_change .',
  listtransactions: '. count skip include_watchonly',
  listunspent:
    'minconf maxconf addresses include_unsafe query_options | minimumAmount maximumAmount maximumCount minimumSumAmount include_immature_coinbase',
  lockunspent: 'unlock transactions persistent',
  psbtbumpfee: '. options | conf_target fee_rate replaceable outputs original_change_index',
  send: 'outputs conf_target . fee_rate options | add_inputs include_unsafe minconf maxconf add_to_wallet change_position include_watching inputs locktime lock_unspents psbt subtract_fee_from_outputs replaceable solving_data',
  sendall:
    'recipients conf_target . fee_rate options | add_to_wallet include_watching inputs locktime lock_unspents psbt send_max minconf maxconf replaceable solving_data',
  sendmany: '. amounts minconf . subtractfeefrom replaceable conf_target . fee_rate verbose',
  sendtoaddress:
    '. amount . . subtractfeefromamount replaceable conf_target . avoid_reuse fee_rate verbose',
  sethdseed: 'newkeypool .',
  settxfee: 'amount',
  signrawtransactionwithwallet: '. prevtxs .',
  simulaterawtransaction: 'rawtxs options | include_watchonly',
  walletcreatefundedpsbt:
    'inputs outputs locktime options bip32derivs | add_inputs include_unsafe minconf maxconf changePosition includeWatching lockUnspents fee_rate feeRate subtractFeeFromOutputs conf_target replaceable solving_data',
  walletprocesspsbt: '. sign . bip32derivs finalize',
};

/** Which of a method's parameters are JSON, by their places and by their names. */
export interface JsonParameters {
  readonly positions: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

/**
 * The JSON parameters of a wallet method; undefined if there is no method of this name with any.
 *
 * @example
 * walletParameters('settxfee') // { positions: {0}, names: {'amount'} }
 */
export function walletParameters(method: string): JsonParameters | undefined {
  const row = Object.hasOwn(WALLET_METHODS, method) ? WALLET_METHODS[method] : undefined;
  if (row === undefined) return undefined;
  const [placed = '', named = ''] = row.split('|');
  const words = placed.trim().split(' ');
  const positions = new Set<number>();
  for (const [i, word] of words.entries()) if (word !== '.') positions.add(i);
  const names = [...words, ...named.trim().split(' ')].filter((word) => !['.', ''].includes(word));
  return { positions, names: new Set(names) };
}
