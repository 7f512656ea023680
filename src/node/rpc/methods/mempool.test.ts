import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANYONE, anyoneSpends } from '../../../../test/fixtures/anyone-spends.ts';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { RpcClient } from '../../../../test/fixtures/rpc-client.ts';
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { encodeTx, type Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';

const NOWHERE = '11'.repeat(32);

let played: PlayedNode;
let rpc: RpcClient;

beforeAll(async () => {
  played = await playedNode(['-mocktime=1700000000']);
  rpc = new RpcClient(played.context);
  await played.node.generate(120, ANYONE);
});

afterAll(() => played.close());

async function coinbaseOf(height: number): Promise<Transaction> {
  const { chain } = played.node;
  const { block } = await chain.readBlock(chain.blockAt(height) ?? chain.tip);
  return block.transactions[0] as Transaction;
}

const idOf = (tx: Transaction): string => toReversedHex(txid(tx));
const hexOf = (tx: Transaction): string => toHex(encodeTx(tx));

describe('what is in the mempool', () => {
  it('is told with its relatives, parents first', async () => {
    const { tx: parent } = anyoneSpends([await coinbaseOf(1)], { fee: 2_000n, outputs: 2 });
    const { tx: child } = anyoneSpends([parent], { fee: 9_000n, sequence: 0xffffffff });
    for (const tx of [parent, child]) await played.node.broadcast(tx);
    expect(await rpc.call('getrawmempool')).toEqual([idOf(parent), idOf(child)]);
    const entry = await rpc.call('getmempoolentry', idOf(child));
    expect(entry).toMatchObject({
      time: 1_700_000_000,
      height: 120,
      ancestorcount: 2,
      descendantcount: 1,
      wtxid: toReversedHex(wtxid(child)),
      fees: { base: 0.00009, modified: 0.00009, ancestor: 0.00011, descendant: 0.00009 },
      depends: [idOf(parent)],
      spentby: [],
      'bip125-replaceable': true,
      unbroadcast: true,
    });
    const verbose = await rpc.call<Record<string, unknown>>('getrawmempool', true);
    expect(Object.keys(verbose)).toEqual([idOf(parent), idOf(child)]);
    expect(verbose[idOf(child)]).toEqual(entry);
    expect(await rpc.call('getmempoolancestors', idOf(child))).toEqual([idOf(parent)]);
    expect(await rpc.call('getmempooldescendants', idOf(parent), true)).toEqual({
      [idOf(child)]: entry,
    });
    const outputs = [0, 1].map((vout) => ({ txid: idOf(parent), vout }));
    expect(await rpc.call('gettxspendingprevout', outputs)).toEqual([
      { ...outputs[0], spendingtxid: idOf(child) },
      outputs[1],
    ]);
    expect(await rpc.text('getmempoolinfo')).toMatch(
      /^{"loaded":true,"size":2,"bytes":\d+,"usage":\d+,"total_fee":0.00011000,"maxmempool":300000000,"mempoolminfee":0.00001000,"minrelaytxfee":0.00001000,"incrementalrelayfee":0.00001000,"unbroadcastcount":2,"fullrbf":true}$/,
    );
  });

  it('is refused to those who ask for nothing, or for too much', async () => {
    expect(await rpc.refusal('getrawmempool', true, true)).toBe(
      '-8 Verbose results cannot contain mempool sequence values.',
    );
    expect(await rpc.refusal('getmempoolentry', 'ab')).toBe(
      "-8 parameter 1 must be of length 64 (not 2, for 'ab')",
    );
    for (const method of ['getmempoolentry', 'getmempoolancestors', 'getmempooldescendants']) {
      expect(await rpc.refusal(method, NOWHERE)).toBe('-5 Transaction not in mempool');
    }
    expect(await rpc.refusal('gettxspendingprevout', [{ txid: NOWHERE }])).toBe('-3 Missing vout');
    expect(await rpc.refusal('gettxspendingprevout', [{ txid: NOWHERE, vout: 0, x: 1 }])).toBe(
      '-3 Unexpected key x',
    );
    expect(await rpc.refusal('gettxspendingprevout', [7])).toBe(
      '-3 JSON value of type number is not of expected type object',
    );
  });
});

describe('testmempoolaccept', () => {
  it('takes transactions that depend on each other, up to the first that pays too much', async () => {
    const { tx: first } = anyoneSpends([await coinbaseOf(2)], { fee: 2_000n });
    const { tx: second } = anyoneSpends([first], { fee: 900_000_000n });
    const { tx: third } = anyoneSpends([second], { fee: 2_000n });
    const transactions = [first, second, third].map(hexOf);
    const answer = await rpc.call('testmempoolaccept', transactions);
    expect(answer).toMatchObject([
      { txid: idOf(first), allowed: true, fees: { base: 0.00002 } },
      { txid: idOf(second), allowed: false, 'reject-reason': 'max-fee-exceeded' },
      { txid: idOf(third) },
    ]);
    expect(answer).not.toHaveProperty('[2].allowed');
    expect(await rpc.call('testmempoolaccept', transactions, 0)).toMatchObject([
      { allowed: true },
      { allowed: true },
      { allowed: true },
    ]);
    expect(await rpc.call('testmempoolaccept', [...transactions].reverse())).toMatchObject([
      { 'package-error': 'package-not-sorted' },
      { 'package-error': 'package-not-sorted' },
      { 'package-error': 'package-not-sorted' },
    ]);
  });

  it('refuses rates and lists that make no sense', async () => {
    expect(await rpc.refusal('testmempoolaccept', ['00'], 1)).toBe(
      '-8 Fee rates larger than or equal to 1BTC/kvB are not accepted',
    );
    expect(await rpc.refusal('testmempoolaccept', ['00'], -1)).toBe('-3 Amount out of range');
    expect(await rpc.refusal('testmempoolaccept', [5])).toBe(
      '-3 JSON value of type number is not of expected type string',
    );
    expect(await rpc.refusal('testmempoolaccept', Array(26).fill('00'))).toBe(
      '-8 Array must contain between 1 and 25 transactions.',
    );
  });
});

describe('submitpackage', () => {
  it('takes a parent that its child pays for, and tells everybody', async () => {
    // Only such parents need not pay what relaying costs (BIP431).
    const version = 3;
    const { tx: parent } = anyoneSpends([await coinbaseOf(3)], { fee: 0n, version });
    const { tx: child } = anyoneSpends([parent], { fee: 5_000n, version });
    const answer = await rpc.call<Record<string, Record<string, unknown>>>('submitpackage', [
      hexOf(parent),
      hexOf(child),
    ]);
    const [one, two] = [parent, child].map((tx) => toReversedHex(wtxid(tx)));
    expect(answer['package_msg']).toBe('success');
    expect(answer['tx-results']).toMatchObject({
      [one as string]: { txid: idOf(parent), fees: { base: 0, 'effective-includes': [one, two] } },
      [two as string]: { txid: idOf(child), fees: { base: 0.00005 } },
    });
    expect(answer['replaced-transactions']).toEqual([]);
    // As in Core, packages are announced once: nobody waits until somebody has asked for them.
    expect(await rpc.call('getmempoolentry', idOf(parent))).toMatchObject({ unbroadcast: false });
    const again = await rpc.call('submitpackage', [hexOf(parent), hexOf(child)]);
    expect(again).not.toHaveProperty(['tx-results', one as string, 'fees', 'effective-feerate']);
  });

  it('refuses strangers, parents of parents, and money that is thrown away', async () => {
    const { tx: first } = anyoneSpends([await coinbaseOf(4)], { fee: 2_000n });
    const { tx: second } = anyoneSpends([first], { fee: 2_000n });
    const { tx: third } = anyoneSpends([first, second], { fee: 2_000n });
    const { tx: stranger } = anyoneSpends([await coinbaseOf(5)], { fee: 2_000n });
    const topology =
      '-25 package topology disallowed. not child-with-parents or parents depend on each other.';
    for (const list of [
      [first, stranger],
      [first, second, third],
    ]) {
      expect(await rpc.refusal('submitpackage', list.map(hexOf))).toBe(topology);
    }
    const burnt = { value: 500n, scriptPubKey: Uint8Array.of(0x6a) };
    const burning = { ...first, outputs: [...first.outputs, burnt] };
    const burn = '-25 Unspendable output exceeds maximum configured by user (maxburnamount)';
    const list = [hexOf(burning), hexOf(second)];
    expect(await rpc.refusal('submitpackage', list)).toBe(burn);
    expect(await rpc.refusal('submitpackage', list, 0.1, 0.00000499)).toBe(burn);
    expect(await rpc.refusal('submitpackage', list, 0.1, 0.000005)).toBe(topology);
  });
});

describe('priorities, and the file of the pool', () => {
  it('add up, and are told in satoshis', async () => {
    const [id] = await rpc.call<string[]>('getrawmempool');
    expect(await rpc.call('prioritisetransaction', NOWHERE, null, -500)).toBe(true);
    expect(await rpc.call('prioritisetransaction', id, 0, 700)).toBe(true);
    expect(await rpc.call('prioritisetransaction', id, 0, 300)).toBe(true);
    const { fees } = await rpc.call<{ fees: { modified: number } }>('getmempoolentry', id);
    const satoshis = Math.round(fees.modified * 1e8);
    expect(await rpc.call('getprioritisedtransactions')).toEqual({
      [NOWHERE]: { fee_delta: -500, in_mempool: false },
      [id as string]: { fee_delta: 1000, in_mempool: true, modified_fee: satoshis },
    });
    expect(await rpc.refusal('prioritisetransaction', id, 0.5, 1)).toMatch(/^-8 Priority is no/);
    expect(await rpc.refusal('prioritisetransaction', id, 0, 1.5)).toBe(
      '-1 JSON integer out of range',
    );
  });

  it('are written, and read again by a node that has them not', async () => {
    const before = await rpc.call<string[]>('getrawmempool');
    const { filename } = await rpc.call<{ filename: string }>('savemempool');
    expect(filename).toBe(`${played.context.folder}/mempool.dat`);
    const hash = await rpc.call<string>('getblockhash', 105);
    const heights = await rpc.call<number>('getblockcount');
    await rpc.call('invalidateblock', hash);
    expect(await rpc.call('getblockcount')).toBe(104);
    await rpc.call('reconsiderblock', hash);
    expect(await rpc.call('getblockcount')).toBe(heights);
    expect(await rpc.call('importmempool', filename)).toEqual({});
    expect(new Set(await rpc.call<string[]>('getrawmempool'))).toEqual(new Set(before));
    expect(await rpc.refusal('importmempool', '/none.dat')).toBe(
      '-1 Unable to import mempool file, see debug.log for details.',
    );
  });
});

describe('fees', () => {
  it('are not told as long as nothing is known', async () => {
    expect(await rpc.text('estimatesmartfee', 6)).toBe(
      '{"errors":["Insufficient data or no feerate found"],"blocks":0}',
    );
    const raw = await rpc.call<Record<string, Record<string, unknown>>>('estimaterawfee', 13);
    expect(Object.keys(raw)).toEqual(['medium', 'long']);
    expect(raw['long']).toMatchObject({
      decay: 0.99931,
      scale: 24,
      errors: ['Insufficient data or no feerate found which meets threshold'],
    });
  });

  it('are refused for what cannot be asked', async () => {
    for (const target of [0, -1, 1009]) {
      expect(await rpc.refusal('estimatesmartfee', target)).toBe(
        '-8 Invalid conf_target, must be between 1 and 1008',
      );
    }
    expect(await rpc.refusal('estimatesmartfee', 1, 'cheap')).toBe(
      '-8 Invalid estimate_mode parameter, must be one of: "unset", "economical", "conservative"',
    );
    expect(await rpc.call('estimatesmartfee', 1, 'CONSERVATIVE')).toHaveProperty('errors');
    expect(await rpc.refusal('estimaterawfee', 1, 1.01)).toBe('-8 Invalid threshold');
  });
});
