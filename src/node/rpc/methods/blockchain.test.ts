import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANYONE, anyoneSpends } from '../../../../test/fixtures/anyone-spends.ts';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { RpcClient } from '../../../../test/fixtures/rpc-client.ts';
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { addressFromScript } from '../../../protocol/script/address.ts';
import { blockchainMethods } from './blockchain.ts';
import { feeMethods } from './fees.ts';
import { mempoolMethods } from './mempool.ts';

const NOWHERE = '11'.repeat(32);
const ADDRESS = addressFromScript(ANYONE, regtest.addressPrefixes) as string;

let played: PlayedNode;
let rpc: RpcClient;

beforeAll(async () => {
  played = await playedNode([
    '-txindex',
    '-blockfilterindex',
    '-coinstatsindex',
    '-mocktime=1700000000',
  ]);
  rpc = new RpcClient(played.context);
  await played.node.generate(105, ANYONE);
});

afterAll(() => played.close());

async function hashAt(height: number): Promise<string> {
  return rpc.call<string>('getblockhash', height);
}

/** Mines a block with a payment that spends the coinbase of the block at this height. */
async function mineSpend(height: number): Promise<string> {
  const { chain } = played.node;
  const { block } = await chain.readBlock(chain.blockAt(height) ?? chain.tip);
  const tx = anyoneSpends(block.transactions.slice(0, 1), { fee: 10_000n });
  const result = await played.node.broadcast(tx.tx);
  expect(result.kind).toBe('accepted');
  await played.node.generate(1, ANYONE);
  return toReversedHex(tx.txid);
}

describe('getblock', () => {
  it('tells fees with verbosity 2, and coins with 3, where it knows what was spent', async () => {
    const txid = await mineSpend(1);
    const tip = await rpc.call<string>('getbestblockhash');
    const inFull = await rpc.text('getblock', tip, 2);
    expect(inFull).toContain('"fee":0.00010000');
    expect(inFull).not.toContain('prevout');
    const withCoins = await rpc.text('getblock', tip, 3);
    const coin = `"prevout":{"generated":true,"height":1,"value":50.00000000,"scriptPubKey":{`;
    expect(withCoins).toContain(coin);
    expect(withCoins).toContain(txid);
    expect(await rpc.text('getblock', await hashAt(0), 3)).not.toContain('"fee"');
  });

  it('tells a wrong hash before a wrong verbosity, and that before a block that there is not', async () => {
    expect(await rpc.refusal('getblock', 'x', 'y')).toBe(
      "-8 blockhash must be of length 64 (not 1, for 'x')",
    );
    expect(await rpc.refusal('getblock', NOWHERE, 'y')).toBe(
      '-3 JSON value of type string is not of expected type number',
    );
    expect(await rpc.refusal('getblock', NOWHERE, 2 ** 40)).toBe('-1 JSON integer out of range');
    expect(await rpc.refusal('getblock', NOWHERE)).toBe('-5 Block not found');
  });
});

describe('headers, heights and statistics', () => {
  it('are answered as bytes or in words', async () => {
    const hash = await hashAt(3);
    const header = await rpc.call<string>('getblockheader', hash, false);
    expect(header).toHaveLength(160);
    expect(await rpc.call('getblock', hash, 0)).toMatch(new RegExp(`^${header}`));
    expect(await rpc.call('getblockheader', hash)).toMatchObject({ height: 3, nTx: 1 });
    expect(await rpc.refusal('getblockheader', 'ab')).toBe(
      "-8 hash must be of length 64 (not 2, for 'ab')",
    );
    expect(await rpc.refusal('getblockhash', 10_000)).toBe('-8 Block height out of range');
  });

  it('are chosen by name, and come in the order of names', async () => {
    expect(await rpc.text('getblockstats', 0, ['txs', 'height', 'txs'])).toBe(
      '{"height":0,"txs":1}',
    );
    expect(await rpc.refusal('getblockstats', 0, ['__proto__'])).toBe(
      "-8 Invalid selected statistic '__proto__'",
    );
    expect(await rpc.refusal('getblockstats', 0, [1])).toBe(
      '-3 JSON value of type number is not of expected type string',
    );
    expect(await rpc.refusal('getblockstats', -1)).toBe('-8 Target block height -1 is negative');
    expect(await rpc.refusal('getblockstats', 9999)).toMatch(
      /^-8 Target block height 9999 after current tip \d+$/,
    );
    expect(await rpc.refusal('getblockstats', 'ab')).toBe(
      "-8 hash_or_height must be of length 64 (not 2, for 'ab')",
    );
  });

  it('count transactions of a window', async () => {
    expect(await rpc.call('getchaintxstats', 0)).not.toHaveProperty('window_interval');
    expect(await rpc.call('getchaintxstats', 2, await hashAt(4))).toMatchObject({
      window_block_count: 2,
      window_tx_count: 2,
      txcount: 5,
    });
    expect(await rpc.refusal('getchaintxstats', 4, await hashAt(4))).toBe(
      "-8 Invalid block count: should be between 0 and the block's height - 1",
    );
    expect(await rpc.refusal('getchaintxstats', 1, NOWHERE)).toBe('-5 Block not found');
  });
});

describe('the state of the chain', () => {
  it('says what is pruned only where something may be', async () => {
    const info = await rpc.call<Record<string, unknown>>('getblockchaininfo');
    expect(Object.keys(info)).toEqual([
      'chain',
      'blocks',
      'headers',
      'bestblockhash',
      'difficulty',
      'time',
      'mediantime',
      'verificationprogress',
      'initialblockdownload',
      'chainwork',
      'size_on_disk',
      'pruned',
      'warnings',
    ]);
    expect(info).toMatchObject({ chain: 'regtest', pruned: false, initialblockdownload: false });
  });

  it('knows one set of coins', async () => {
    const tip = await rpc.call('getbestblockhash');
    expect(await rpc.call('getchainstates')).toMatchObject({
      headers: await rpc.call('getblockcount'),
      chainstates: [{ bestblockhash: tip, validated: true }],
    });
  });

  it('knows the indexes by the names that Core gives them', async () => {
    const height = await rpc.call('getblockcount');
    const state = { synced: true, best_block_height: height };
    expect(await rpc.call('getindexinfo')).toEqual({
      txindex: state,
      coinstatsindex: state,
      'basic block filter index': state,
    });
    expect(await rpc.call('getindexinfo', 'coinstatsindex')).toEqual({ coinstatsindex: state });
    expect(await rpc.call('getindexinfo', 'nope')).toEqual({});
  });
});

describe('proofs', () => {
  it('lead to the block by the index, and prove what is in it and nothing else', async () => {
    const txid = await mineSpend(2);
    const proof = await rpc.call<string>('gettxoutproof', [txid]);
    expect(await rpc.call('verifytxoutproof', proof)).toEqual([txid]);
    expect(await rpc.call('verifytxoutproof', `${proof}00`)).toEqual([txid]);
    const damaged = `${proof.slice(0, 72)}00${proof.slice(74)}`;
    expect(await rpc.call('verifytxoutproof', damaged)).toEqual([]);
  });

  it('are refused for what is not there', async () => {
    const txid = await mineSpend(3);
    expect(await rpc.refusal('gettxoutproof', [txid], await hashAt(1))).toBe(
      '-5 Not all transactions found in specified or retrieved block',
    );
    expect(await rpc.refusal('gettxoutproof', [txid], NOWHERE)).toBe('-5 Block not found');
    expect(await rpc.refusal('gettxoutproof', ['zz'.repeat(32)])).toMatch(
      /^-8 txid must be hexadecimal string/,
    );
    expect(await rpc.refusal('verifytxoutproof', 'xy')).toBe(
      "-8 proof must be hexadecimal string (not 'xy')",
    );
  });
});

describe('coins', () => {
  it('are spent by the mempool, or not, as one likes', async () => {
    const { chain, mempool } = played.node;
    const { block } = await chain.readBlock(chain.blockAt(4) ?? chain.tip);
    const { tx, txid } = anyoneSpends(block.transactions.slice(0, 1), { fee: 1_000n });
    await played.node.broadcast(tx);
    const spent = toReversedHex(tx.inputs[0]?.prevout.txid ?? new Uint8Array());
    expect(await rpc.call('gettxout', spent, 0)).toBeNull();
    expect(await rpc.call('gettxout', spent, 0, false)).toMatchObject({ coinbase: true });
    const made = await rpc.call('gettxout', toReversedHex(txid), 0);
    expect(made).toMatchObject({ confirmations: 0, coinbase: false });
    expect(await rpc.call('gettxout', toReversedHex(txid), 0, false)).toBeNull();
    expect(mempool.size).toBe(1);
    await played.node.generate(1, ANYONE);
  });

  it('give the same figures when they are counted and when they are looked up', async () => {
    interface Info {
      readonly height: number;
      readonly txouts: number;
      readonly bogosize: number;
      readonly muhash: string;
      readonly total_amount: number;
    }
    const counted = await rpc.call<Info>('gettxoutsetinfo', 'muhash', null, false);
    const indexed = await rpc.call<Info>('gettxoutsetinfo', 'muhash');
    expect(counted).toHaveProperty('transactions');
    expect(indexed).toHaveProperty('block_info');
    const { height, txouts, bogosize, muhash, total_amount } = counted;
    expect(indexed).toMatchObject({ height, txouts, bogosize, muhash, total_amount });
    expect(await rpc.call('gettxoutsetinfo', 'none', 0)).toMatchObject({
      txouts: 0,
      total_unspendable_amount: 50,
      block_info: { unspendables: { genesis_block: 50 } },
    });
  });

  it('are refused where the question makes no sense', async () => {
    expect(await rpc.refusal('gettxoutsetinfo', 'md5')).toBe("-8 'md5' is not a valid hash_type");
    expect(await rpc.refusal('gettxoutsetinfo', 'none', 1, false)).toBe(
      '-8 Cannot set use_index to false when querying for a specific block',
    );
    expect(await rpc.refusal('gettxoutsetinfo', 'none', 9_999)).toMatch(/^-8 Target block height/);
  });
});

describe('scans', () => {
  it('find coins by descriptors, in the order of their ids', async () => {
    const script = toHex(ANYONE);
    const found = await rpc.call<{
      success: boolean;
      txouts: number;
      unspents: readonly { scriptPubKey: string; desc: string; height: number }[];
    }>('scantxoutset', 'start', [`raw(${script})`, { desc: `addr(${ADDRESS})` }]);
    expect(found.success).toBe(true);
    expect(found.unspents).toHaveLength(found.txouts);
    expect(new Set(found.unspents.map((coin) => coin.scriptPubKey))).toEqual(new Set([script]));
  });

  it('find blocks by their filters, of a range, and look into them', async () => {
    const scan = { filter_false_positives: true };
    const object = [`addr(${ADDRESS})`];
    const found = await rpc.call('scanblocks', 'start', object, 3, 5, 'basic', scan);
    expect(found).toEqual({
      from_height: 3,
      to_height: 5,
      relevant_blocks: [await hashAt(3), await hashAt(4), await hashAt(5)],
      completed: true,
    });
    expect(await rpc.call('scanblocks', 'start', ['raw(51)'])).toMatchObject({
      relevant_blocks: [],
      completed: true,
    });
    expect(await rpc.refusal('scanblocks', 'start', object, 5, 3)).toBe('-1 Invalid stop_height');
    expect(await rpc.refusal('scanblocks', 'start', object, 9_999)).toBe('-1 Invalid start_height');
    expect(await rpc.refusal('scanblocks', 'start', object, 0, 1, 'x')).toBe(
      '-5 Unknown filtertype',
    );
    expect(await rpc.call('scanblocks', 'status')).toBeNull();
    expect(await rpc.call('scanblocks', 'abort')).toBe(false);
    expect(await rpc.refusal('scanblocks', 'sing')).toBe("-8 Invalid action 'sing'");
  });

  it('are one at a time, can be looked at, and called off', async () => {
    const first = rpc.call<{ success: boolean }>('scantxoutset', 'start', ['raw(51)']);
    expect(await rpc.refusal('scantxoutset', 'start', ['raw(52)'])).toBe(
      '-8 Scan already in progress, use action "abort" or "status"',
    );
    expect(await rpc.call('scantxoutset', 'status')).toEqual({ progress: 0 });
    expect(await rpc.call('scantxoutset', 'abort')).toBe(true);
    expect(await first).toMatchObject({ success: false });
  });

  it('refuse what is nothing to look for', async () => {
    const refused = (object: unknown) => rpc.refusal('scantxoutset', 'start', [object]);
    expect(await rpc.refusal('scantxoutset', 'start')).toBe(
      '-1 scanobjects argument is required for the start action',
    );
    expect(await refused(1)).toBe('-8 Scan object needs to be either a string or an object');
    expect(await refused({})).toBe('-8 Descriptor needs to be provided in scan object');
    expect(await refused({ desc: 'raw(51)', range: 'x' })).toBe(
      '-8 Range must be specified as end or as [begin,end]',
    );
  });
});

describe('every method', () => {
  const methods = [...blockchainMethods, ...mempoolMethods, ...feeMethods];

  it('tells how it is called, if there are too many arguments', async () => {
    for (const { name } of methods) {
      const refusal = await rpc.refusal(name, ...Array<number>(12).fill(0));
      expect(refusal).toMatch(new RegExp(`^-1 ${name}(\\s|$)`));
    }
  });

  it('tells how it is called, if there are too few', async () => {
    const needy = methods.filter(({ parameters }) =>
      parameters.some(({ optional }) => optional !== true),
    );
    expect(needy.map(({ name }) => name)).toContain('gettxout');
    for (const { name } of needy) {
      expect(await rpc.refusal(name)).toMatch(new RegExp(`^-1 ${name}(\\s|$)`));
    }
  });

  it('refuses what is of no type that it takes, with an error of Core', async () => {
    for (const { name, parameters } of methods) {
      for (const [at, { optional, namedOnly }] of parameters.entries()) {
        if (namedOnly === true) continue;
        const last = Math.max(
          at,
          parameters.findLastIndex((one) => one.optional !== true),
        );
        const values = Array.from({ length: last + 1 }, (_, i) => (i === at ? { x: 1 } : null));
        const refusal = await rpc.refusal(name, ...values);
        const isTold = /^-(1|3|5|8) /.test(refusal) || optional === true;
        expect(isTold, `${name} ${at}: ${refusal}`).toBe(true);
        expect(refusal).not.toMatch(/undefined|not a function|Cannot read/);
      }
    }
  });
});

describe('waiting', () => {
  it('ends with the block, with the time, and with the node', async () => {
    const before = await rpc.call<number>('getblockcount');
    const next = rpc.call<{ height: number }>('waitfornewblock');
    const later = rpc.call<{ height: number }>('waitforblockheight', before + 2);
    await played.node.generate(1, ANYONE);
    expect((await next).height).toBe(before + 1);
    await played.node.generate(1, ANYONE);
    expect((await later).height).toBe(before + 2);
    expect(await rpc.call('waitforblock', NOWHERE, 5)).toMatchObject({ height: before + 2 });
    const ending = new AbortController();
    const closing = new RpcClient({ ...played.context, signal: ending.signal });
    const last = closing.call('waitfornewblock');
    ending.abort();
    expect(await last).toMatchObject({ height: before + 2 });
  });
});
