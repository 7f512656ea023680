import { describe, expect, it } from 'vitest';
import { methodUsage } from '../../../node/rpc/method-help.ts';
import { readingMethods } from './reading.ts';

describe('what tells what a wallet has', () => {
  it('is called as in Core', () => {
    expect(readingMethods.map(methodUsage).sort()).toEqual([
      'getaddressesbylabel "label"',
      'getaddressinfo "address"',
      'getbalance ( "dummy" minconf include_watchonly avoid_reuse )',
      'getbalances',
      'getreceivedbyaddress "address" ( minconf include_immature_coinbase )',
      'getreceivedbylabel "label" ( minconf include_immature_coinbase )',
      'gettransaction "txid" ( include_watchonly verbose )',
      'getunconfirmedbalance',
      'listaddressgroupings',
      'listlabels ( "purpose" )',
      'listlockunspent',
      'listreceivedbyaddress ( minconf include_empty include_watchonly "address_filter" include_immature_coinbase )',
      'listreceivedbylabel ( minconf include_empty include_watchonly include_immature_coinbase )',
      'listsinceblock ( "blockhash" target_confirmations include_watchonly include_removed include_change "label" )',
      'listtransactions ( "label" count skip include_watchonly )',
      'listunspent ( minconf maxconf ["address",...] include_unsafe query_options )',
      'lockunspent unlock ( [{"txid":"hex","vout":n},...] persistent )',
      'setlabel "address" "label"',
    ]);
  });
});
