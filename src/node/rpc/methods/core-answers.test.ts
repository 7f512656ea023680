import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { jsonText } from '../../../protocol/report/json-text.ts';
import { readJson } from '../../../protocol/report/read-json.ts';
import { methodUsage } from '../method-help.ts';
import { callMethod, methodTable } from '../method-table.ts';
import { RpcError } from '../rpc-error.ts';
import { allMethods } from './all-methods.ts';
import { blockchainMethods } from './blockchain.ts';
import { feeMethods } from './fees.ts';
import { mempoolMethods } from './mempool.ts';
import { miningMethods } from './mining.ts';

const GENESIS = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206';
const GENESIS_TX = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b';
const NOWHERE = '22'.repeat(32);
const ADDRESS = 'bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh';
const RANGED =
  'wpkh(tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B/0/*)';
const NO_HEADER = '00'.repeat(80);

const table = methodTable(allMethods);
let played: PlayedNode;

beforeAll(async () => {
  const options = ['-txindex', '-blockfilterindex', '-coinstatsindex', '-mocktime=1700000000'];
  played = await playedNode(options);
  await answer('generatetoaddress', `[110,"${ADDRESS}"]`);
});

afterAll(() => played.close());

/** What is answered to a call: JSON, or the number and the words of an error. */
async function answer(method: string, params = '[]'): Promise<string> {
  try {
    return jsonText(await callMethod(table, { method, params: readJson(params) }, played.context));
  } catch (error) {
    if (error instanceof RpcError) return `${error.number} ${error.message}`;
    throw error;
  }
}

type Row = readonly [method: string, params: string, expected: string];

function itAnswers(rows: readonly Row[]): void {
  it.each(rows)('%s %s', async (method, params, expected) => {
    expect(await answer(method, params)).toBe(expected);
  });
}

function scan(range: string): string {
  return `["start",[{"desc":"${RANGED}","range":${range}}]]`;
}

describe('blocks', () => {
  itAnswers([
    ['getblockhash', '[1e0]', '-1 JSON integer out of range'],
    ['getblockhash', '[2147483648]', '-1 JSON integer out of range'],
    ['getblockhash', '[-0]', `"${GENESIS}"`],
    [
      'getblock',
      `["${GENESIS}",{}]`,
      '-3 JSON value of type object is not of expected type number',
    ],
    ['getblockheader', '["x",false]', "-8 hash must be of length 64 (not 1, for 'x')"],
    ['getblockstats', '[0,["zzz","aaa"]]', "-8 Invalid selected statistic 'aaa'"],
    ['getblockstats', '[0,["txs","height","txs"]]', '{"height":0,"txs":1}'],
    ['getblockstats', '[null]', '-3 JSON value of type null is not of expected type string'],
    ['getblockstats', '["5"]', "-8 hash_or_height must be of length 64 (not 1, for '5')"],
    ['getblockstats', `[5000,["nope"]]`, '-8 Target block height 5000 after current tip 110'],
    ['getchaintxstats', `[-1,"${NOWHERE}"]`, '-5 Block not found'],
    ['getdeploymentinfo', '["x"]', "-8 blockhash must be of length 64 (not 1, for 'x')"],
    ['getblockfilter', `["${NOWHERE}","nope"]`, '-5 Unknown filtertype'],
    ['getblockfilter', `["${NOWHERE}"]`, '-5 Block not found'],
    ['getblockfrompeer', `["${GENESIS}",0]`, '-1 Block already downloaded'],
    ['getblockfrompeer', `["${NOWHERE}",0]`, '-1 Block header missing'],
  ]);
});

describe('coins and proofs', () => {
  itAnswers([
    ['gettxout', `["${GENESIS_TX}",0]`, 'null'],
    ['gettxout', `["${GENESIS_TX}",4294967296]`, '-1 JSON integer out of range'],
    ['gettxout', '["00",-1]', "-8 txid must be of length 64 (not 2, for '00')"],
    [
      'gettxoutsetinfo',
      '["none",5,false]',
      '-8 Cannot set use_index to false when querying for a specific block',
    ],
    ['gettxoutsetinfo', '["muhash",999]', '-8 Target block height 999 after current tip 110'],
    ['gettxoutproof', `[["${GENESIS_TX}"]]`, '-5 Transaction not yet in block'],
    ['gettxoutproof', '[["x"],"y"]', "-8 txid must be of length 64 (not 1, for 'x')"],
    ['gettxoutproof', `[["${GENESIS_TX}"],"${NOWHERE}"]`, '-5 Block not found'],
    ['verifytxoutproof', '[""]', "-8 proof must be hexadecimal string (not '')"],
    ['verifytxoutproof', `["${'11'.repeat(80)}000000000000"]`, '[]'],
    ['verifytxoutproof', `["${NO_HEADER}000000000000"]`, '-5 Block not found in chain'],
    [
      'verifytxoutproof',
      `["${NO_HEADER}00000000fd0000"]`,
      '-1 non-canonical ReadCompactSize(): iostream error',
    ],
    [
      'verifytxoutproof',
      `["${NO_HEADER}00000000fe01000002"]`,
      '-1 ReadCompactSize(): size too large: iostream error',
    ],
  ]);
});

describe('scans', () => {
  itAnswers([
    ['scantxoutset', '["start"]', '-1 scanobjects argument is required for the start action'],
    ['scantxoutset', '["start",null]', '-3 JSON value of type null is not of expected type array'],
    ['scantxoutset', '["start",[1]]', '-8 Scan object needs to be either a string or an object'],
    ['scantxoutset', '["start",[{}]]', '-8 Descriptor needs to be provided in scan object'],
    ['scantxoutset', scan('-1'), '-8 End of range is too high'],
    ['scantxoutset', scan('[-1,1]'), '-8 Range should be greater or equal than 0'],
    [
      'scantxoutset',
      scan('[2,1]'),
      '-8 Range specified as [begin,end] must not have begin after end',
    ],
    ['scantxoutset', scan('["0",1]'), '-8 Range must be specified as end or as [begin,end]'],
    ['scantxoutset', scan('[0,1,2]'), '-8 Range must be specified as end or as [begin,end]'],
    ['scantxoutset', scan('[0,1000000]'), '-8 Range is too large'],
    [
      'scanblocks',
      '["start",[],0,10,"nope",{"filter_false_positives":1}]',
      '-5 Unknown filtertype',
    ],
    [
      'scanblocks',
      '["start",[],0,10,"basic",{"filter_false_positives":null}]',
      '-3 JSON value of type null is not of expected type bool',
    ],
    ['scanblocks', '["start",[],111]', '-1 Invalid start_height'],
    ['scanblocks', '["start",[],5,4]', '-1 Invalid stop_height'],
    ['scanblocks', '["start"]', '-3 JSON value of type null is not of expected type array'],
    [
      'scanblocks',
      '{"action":"start","scanobjects":["raw(51)"],"stop_height":3,"filter_false_positives":true}',
      '{"from_height":0,"to_height":3,"relevant_blocks":[],"completed":true}',
    ],
    [
      'scanblocks',
      '{"action":"start","scanobjects":["raw(51)"],"filter_false_positives":1}',
      '-3 JSON value of type number is not of expected type bool',
    ],
  ]);
});

describe('the mempool and fees', () => {
  itAnswers([
    ['getmempoolancestors', '["00"]', "-8 parameter 1 must be of length 64 (not 2, for '00')"],
    ['getrawmempool', '[true,true]', '-8 Verbose results cannot contain mempool sequence values.'],
    ['gettxspendingprevout', '[[{"vout":0}]]', '-3 Missing txid'],
    ['gettxspendingprevout', `[[{"txid":"${NOWHERE}","vout":0,"x":1}]]`, '-3 Unexpected key x'],
    [
      'gettxspendingprevout',
      '[[{"txid":1,"vout":0}]]',
      '-3 JSON value of type number for field txid is not of expected type string',
    ],
    [
      'testmempoolaccept',
      '[["00"],1]',
      '-8 Fee rates larger than or equal to 1BTC/kvB are not accepted',
    ],
    ['testmempoolaccept', '[["00"],"0e-20"]', '-3 Invalid amount'],
    ['testmempoolaccept', '[["00"],-0.1]', '-3 Amount out of range'],
    ['testmempoolaccept', '[["00"],[]]', '-3 Amount is not a number or string'],
    ['submitpackage', '[["00"]]', '-8 Array must contain between 2 and 25 transactions.'],
    [
      'importmempool',
      '["/nowhere.dat"]',
      '-1 Unable to import mempool file, see debug.log for details.',
    ],
    [
      'importmempool',
      '{"filepath":"/nowhere.dat","use_current_time":1}',
      '-3 JSON value of type number is not of expected type bool',
    ],
    ['prioritisetransaction', `["${NOWHERE}",0,0.5]`, '-1 JSON integer out of range'],
    ['prioritisetransaction', `["${NOWHERE}",1e400,0]`, '-1 JSON double out of range'],
    ['estimatesmartfee', '[0,"nope"]', '-8 Invalid conf_target, must be between 1 and 1008'],
    ['estimaterawfee', '[1,1.5]', '-8 Invalid threshold'],
    [
      'estimaterawfee',
      '[1008]',
      '{"long":{"decay":0.99931,"scale":24,"fail":{"startrange":0,"endrange":1e+99,"withintarget":0,"totalconfirmed":0,"inmempool":0,"leftmempool":0},"errors":["Insufficient data or no feerate found which meets threshold"]}}',
    ],
  ]);
});

describe('mining', () => {
  itAnswers([
    ['getnetworkhashps', '[0,999]', '-8 Invalid nblocks. Must be a positive number or -1.'],
    ['getnetworkhashps', '[1,111]', '-8 Block does not exist at specified height'],
    ['getnetworkhashps', '[120,0]', '0'],
    ['getblocktemplate', '[{"mode":0}]', '-8 Invalid mode'],
    ['getblocktemplate', '[{"mode":"proposal"}]', '-3 Missing data String key for proposal'],
    [
      'getblocktemplate',
      '[{"rules":[0],"mode":"x"}]',
      '-3 JSON value of type number is not of expected type string',
    ],
    [
      'getblocktemplate',
      '[{"longpollid":"x"}]',
      "-8 longpollid must be of length 64 (not 1, for 'x')",
    ],
    ['submitheader', '["00"]', '-22 Block header decode failed'],
    ['generatetoaddress', `[1,"${ADDRESS}",0]`, '[]'],
    ['generatetoaddress', `[1,"x",4294967296]`, '-1 JSON integer out of range'],
    ['generatetodescriptor', '[0,"raw(51)",4294967296]', '[]'],
    ['generatetodescriptor', '[0,"raw(51)",-1]', '-1 JSON integer out of range'],
    [
      'generatetodescriptor',
      `[1,"${RANGED}"]`,
      '-8 Ranged descriptor not accepted. Maybe pass through deriveaddresses first?',
    ],
    ['generateblock', `["${ADDRESS}",["${NOWHERE}"]]`, `-5 Transaction ${NOWHERE} not in mempool.`],
    ['generateblock', '["",[]]', '-5 Error: Invalid address or descriptor'],
    [
      'generateblock',
      // Without inputs, the 00 01 before the outputs is the mark of witnesses, and nothing else is tried.
      '["raw(51)",["02000000000100000000000000000000000000"]]',
      '-22 Transaction decode failed for 02000000000100000000000000000000000000. Make sure the tx has at least one input.',
    ],
  ]);
});

describe('snapshots of the coins', () => {
  itAnswers([
    ['loadtxoutset', '["/none.dat"]', "-8 Couldn't open file /none.dat for reading."],
    [
      'dumptxoutset',
      '["nowhere/coins.dat"]',
      "-8 Couldn't open file /DATADIR/regtest/nowhere/coins.dat.incomplete for writing.",
    ],
  ]);

  it('are never written over, and only those are loaded that Core would know', async () => {
    expect(await answer('dumptxoutset', '["/coins.dat"]')).toMatch(/^\{"coins_written":110,/);
    expect(await answer('dumptxoutset', '["/coins.dat"]')).toBe(
      '-8 /coins.dat already exists. If you are sure this is what you want, move it out of the way first',
    );
    const tip = JSON.parse(await answer('getbestblockhash')) as string;
    expect(await answer('loadtxoutset', '["/coins.dat"]')).toBe(
      `-32603 Unable to load UTXO snapshot: assumeutxo block hash in snapshot metadata not recognized (hash: ${tip}). The following snapshot heights are available: 110, 200, 299.. (/coins.dat)`,
    );
  });
});

describe('the state of the node', () => {
  it('has the shares of memory that Core has by default with these indexes', async () => {
    const text = await answer('getchainstates');
    expect(text).toContain('"coins_db_cache_bytes":8388608,"coins_tip_cache_bytes":351272960,');
  });
});

describe('blocks that are not on the branch', () => {
  interface Mined {
    readonly hash: string;
    readonly hex: string;
  }
  const mine = async (script: string): Promise<Mined> =>
    JSON.parse(await answer('generateblock', `["raw(${script})",[],false]`)) as Mined;

  it('tell that there is no body', async () => {
    const { hash, hex } = await mine('51');
    expect(await answer('submitheader', `["${hex.slice(0, 160)}"]`)).toBe('null');
    const block = `"${hash}"`;
    expect(await answer('getblock', `[${block}]`)).toBe('-1 Block not found on disk');
    expect(await answer('getblock', `[${block},0]`)).toBe('-1 Block not found on disk');
    expect(await answer('getblockstats', `[${block}]`)).toBe('-1 Block not found on disk');
    expect(await answer('gettxoutproof', `[["${GENESIS_TX}"],${block}]`)).toBe(
      "-32603 Can't read block from disk",
    );
    expect(await answer('gettxoutsetinfo', `["none",${block}]`)).toBe(
      '-32603 Unable to read UTXO set',
    );
    expect(await answer('getblockfilter', `[${block}]`)).toBe(
      '-5 Filter not found. Block was not connected to active chain.',
    );
    expect(await answer('getblockfrompeer', `[${block},7]`)).toBe('-1 Peer does not exist');
    const proposal = `[{"mode":"proposal","data":"${hex}"}]`;
    expect(await answer('getblocktemplate', proposal)).toBe('"duplicate-inconclusive"');
    expect(await answer('submitblock', `["${hex}"]`)).toBe('null');
    expect(await answer('submitblock', `["${hex}"]`)).toBe('"duplicate"');
  });

  it('tell that nobody knows what they spent', async () => {
    const { hash, hex } = await mine('52');
    await answer('generatetoaddress', `[1,"${ADDRESS}"]`);
    expect(await answer('submitblock', `["${hex}"]`)).toBe('"inconclusive"');
    expect(await answer('submitblock', `["${hex}"]`)).toBe('"duplicate"');
    expect(await answer('getblockstats', `["${hash}"]`)).toBe("-1 Can't read undo data from disk");
    expect(await answer('getchaintxstats', `[1,"${hash}"]`)).toBe('-8 Block is not in main chain');
  });

  it('are refused for their scripts in the words of a node with several threads', async () => {
    const coinbase = '317e1a83c8e8b47457a18955b26bb549e5e0da4d25d67b049d2d68cf4a4a08c5';
    const unsigned = `0200000001${coinbase}0000000000fdffffff0100e1f50500000000015100000000`;
    expect(await answer('generateblock', `["raw(51)",["${unsigned}"]]`)).toBe(
      '-25 testBlockValidity failed: block-validation-failed',
    );
    const missing = unsigned.replace('c500000000', 'c509000000');
    expect(await answer('generateblock', `["raw(51)",["${missing}"]]`)).toBe(
      '-25 testBlockValidity failed: bad-txns-inputs-missingorspent, CheckTxInputs: inputs missing/spent',
    );
  });

  it('leave the best header behind when they are reconsidered, until a new one comes', async () => {
    const heights = async (): Promise<readonly number[]> => {
      const info = JSON.parse(await answer('getblockchaininfo')) as Record<string, number>;
      return [info['blocks'] as number, info['headers'] as number];
    };
    const [height = 0] = await heights();
    const parent = JSON.parse(await answer('getblockhash', `[${height - 1}]`)) as string;
    await answer('invalidateblock', `["${parent}"]`);
    expect(await heights()).toEqual([height - 2, height - 2]);
    await answer('reconsiderblock', `["${parent}"]`);
    expect(await heights()).toEqual([height, height - 2]);
    await answer('generatetoaddress', `[1,"${ADDRESS}"]`);
    expect(await heights()).toEqual([height + 1, height + 1]);
  });
});

describe('a clock that is far behind the chain', () => {
  it('makes templates that break a rule', async () => {
    await answer('setmocktime', '[1600000000]');
    const words =
      '-1 CreateNewBlock: TestBlockValidity failed: time-too-new, block timestamp too far in the future';
    expect(await answer('generatetoaddress', `[1,"${ADDRESS}"]`)).toBe(words);
    expect(await answer('generateblock', '["raw(51)",[]]')).toBe(words);
    expect(await answer('getblocktemplate', '[{"rules":["segwit"]}]')).toBe(words);
    await answer('setmocktime', '[1700000000]');
  });
});

describe('the line that tells how a method is called', () => {
  const own = [...blockchainMethods, ...mempoolMethods, ...feeMethods, ...miningMethods];
  const lines = new Map(own.map((method) => [method.name, methodUsage(method)]));

  it.each([
    'dumptxoutset "path"',
    'estimatesmartfee conf_target ( "estimate_mode" )',
    'generateblock "output" ["rawtx/txid",...] ( submit )',
    'generatetoaddress nblocks "address" ( maxtries )',
    'getblock "blockhash" ( verbosity )',
    'getblockstats hash_or_height ( stats )',
    'getblocktemplate {"mode":"str","capabilities":["str",...],"rules":["segwit","str",...],"longpollid":"str","data":"hex"}',
    'getchaintxstats ( nblocks "blockhash" )',
    'gettxoutproof ["txid",...] ( "blockhash" )',
    'gettxoutsetinfo ( "hash_type" hash_or_height use_index )',
    'gettxspendingprevout [{"txid":"hex","vout":n},...]',
    'importmempool "filepath" ( options )',
    'prioritisetransaction "txid" ( dummy ) fee_delta',
    'scanblocks "action" ( [scanobjects,...] start_height stop_height "filtertype" options )',
    'scantxoutset "action" ( [scanobjects,...] )',
    'submitpackage ["rawtx",...] ( maxfeerate maxburnamount )',
    'testmempoolaccept ["rawtx",...] ( maxfeerate )',
    'waitforblockheight height ( timeout )',
  ])('is Core’s: %s', (line) => {
    expect(lines.get(line.split(' ')[0] ?? '')).toBe(line);
  });

  it('leaves out what is only for names, which comes before the object that takes it', () => {
    for (const { name, parameters } of allMethods) {
      const last = parameters.at(-1);
      expect(last?.namedOnly, name).not.toBe(true);
    }
  });
});
