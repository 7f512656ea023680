import { expect, it } from 'vitest';
import { methodUsage } from '../../../node/rpc/method-help.ts';
import { payingMethods } from './paying.ts';

it('every method of payments is called as in Bitcoin Core 28', () => {
  const lines = payingMethods.map(methodUsage).sort();
  expect(lines).toEqual([
    'abandontransaction "txid"',
    'bumpfee "txid" ( options )',
    'fundrawtransaction "hexstring" ( options iswitness )',
    'psbtbumpfee "txid" ( options )',
    'send [{"address":amount,...},{"data":"hex"},...] ( conf_target "estimate_mode" fee_rate options )',
    'sendall ["address",{"address":amount,...},...] ( conf_target "estimate_mode" fee_rate options )',
    'sendmany ( "" ) {"address":amount,...} ( minconf "comment" ["address",...] replaceable conf_target "estimate_mode" fee_rate verbose )',
    'sendtoaddress "address" amount ( "comment" "comment_to" subtractfeefromamount replaceable conf_target "estimate_mode" avoid_reuse fee_rate verbose )',
    'settxfee amount',
    'signmessage "address" "message"',
    'signrawtransactionwithwallet "hexstring" ( [{"txid":"hex","vout":n,"scriptPubKey":"hex","redeemScript":"hex","witnessScript":"hex","amount":amount},...] "sighashtype" )',
    'simulaterawtransaction ( ["rawtx",...] {"include_watchonly":bool,...} )',
    'walletcreatefundedpsbt ( [{"txid":"hex","vout":n,"sequence":n,"weight":n},...] ) [{"address":amount,...},{"data":"hex"},...] ( locktime options bip32derivs )',
    'walletprocesspsbt "psbt" ( sign "sighashtype" bip32derivs finalize )',
  ]);
});
