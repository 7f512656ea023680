import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { type RpcCaller, rpcCaller } from '../../../../test/fixtures/rpc-caller.ts';
import { fromHex, fromReversedHex, toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { decodeBlock, encodeBlock } from '../../../protocol/primitives/block.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import { encodeBlockHeader } from '../../../protocol/primitives/block-header.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';

/** OP_TRUE, and nothing is signed. */
const ANYONE = 'raw(51)#8lvh9jxk';
const KEY = 'cP4h4rJEiXNNPWXBoZQDrdTbcTACHvo6s6NKWUNtq8MFm7SCMTNo';
/** That key's. */
const ADDRESS = 'bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh';
const COIN = 100_000_000n;
const SEGWIT = '[{"rules":["segwit"]}]';

interface Template {
  readonly height: number;
  readonly longpollid: string;
  readonly coinbasevalue: number;
  readonly transactions: readonly {
    readonly txid: string;
    readonly depends: readonly number[];
    readonly fee: number;
    readonly weight: number;
    readonly sigops: number;
  }[];
}

let played: PlayedNode;
let call: RpcCaller;
beforeAll(async () => {
  played = await playedNode(['-mocktime=1700000000']);
  call = rpcCaller(played);
  await call('generatetoaddress', `[1,"${ADDRESS}"]`);
  await call('generatetodescriptor', `[101,"${ANYONE}"]`);
});
afterAll(() => played.close());

async function template(): Promise<Template> {
  return JSON.parse(await call('getblocktemplate', SEGWIT)) as Template;
}

/** A block on top of the tip, in hex, which the node does not have. */
async function minedElsewhere(): Promise<string> {
  const made = await call('generateblock', `["${ANYONE}",[],false]`);
  return (JSON.parse(made) as { hex: string }).hex;
}

async function coinbaseAt(height: number): Promise<Txid> {
  const { chain } = played.node;
  const { block } = await chain.readBlock(chain.blockAt(height) as NonNullable<typeof chain.tip>);
  return txid(block.transactions[0] as NonNullable<(typeof block.transactions)[0]>);
}

/** Pays from an output of the key to the same key, and says under which id. */
async function send(from: string, amount: string): Promise<string> {
  const inputs = `[{"txid":"${from}","vout":0}]`;
  const made = await call('createrawtransaction', `[${inputs},{"${ADDRESS}":${amount}}]`);
  const signed = await call('signrawtransactionwithkey', `[${made},["${KEY}"]]`);
  const { hex } = JSON.parse(signed) as { hex: string };
  return JSON.parse(await call('sendrawtransaction', `["${hex}",0]`)) as string;
}

describe('a template', () => {
  it('must be asked for by somebody who knows witnesses', async () => {
    expect(await call('getblocktemplate', '[{}]')).toContain('with the segwit rule set');
    expect(await call('getblocktemplate', '[{"rules":[1]}]')).toBe(
      '-3 JSON value of type number is not of expected type string',
    );
    expect(await call('getblocktemplate', '[{"mode":1}]')).toBe('-8 Invalid mode');
    expect(await call('getblocktemplate', '[1]')).toMatch(/^-3 Wrong type passed/);
  });

  it('has the pool’s transactions, each behind those that it depends on', async () => {
    const first = await send(toReversedHex(await coinbaseAt(1)), '49.99');
    const second = await send(first, '49.9');
    const { height, transactions, coinbasevalue } = await template();
    expect(height).toBe(103);
    expect(coinbasevalue).toBe(Number(50n * COIN) + 10_000_000);
    expect(transactions.map(({ txid: id, depends, fee }) => ({ id, depends, fee }))).toEqual([
      { id: first, depends: [], fee: 1_000_000 },
      { id: second, depends: [1], fee: 9_000_000 },
    ]);
    expect(transactions.map(({ sigops }) => sigops)).toEqual([1, 1]);
  });

  it('stays the same for five seconds, whatever is paid meanwhile', async () => {
    const before = await template();
    const third = await send(before.transactions.at(-1)?.txid ?? '', '49.8');
    expect((await template()).transactions).toEqual(before.transactions);
    await call('setmocktime', '[1700001000]');
    const ids = (await template()).transactions.map(({ txid: id }) => id);
    expect(ids).toContain(third);
  });

  it('of a long poll comes when there is another tip, or when the node stops', async () => {
    const { longpollid } = await template();
    const poll = `[{"rules":["segwit"],"longpollid":"${longpollid}"}]`;
    let isAnswered = false;
    const answer = call('getblocktemplate', poll).then((text) => {
      isAnswered = true;
      return JSON.parse(text) as Template;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isAnswered).toBe(false);
    await call('generatetodescriptor', `[1,"${ANYONE}"]`);
    expect((await answer).height).toBe(104);
    const ending = new AbortController();
    const leaving = rpcCaller({ context: { ...played.context, signal: ending.signal } });
    const { longpollid: next } = await template();
    const last = leaving('getblocktemplate', `[{"rules":["segwit"],"longpollid":"${next}"}]`);
    ending.abort();
    expect(await last).toBe('-9 Shutting down');
    expect(await call('getblocktemplate', '[{"rules":["segwit"],"longpollid":"00"}]')).toBe(
      "-8 longpollid must be of length 64 (not 2, for '00')",
    );
  });
});

describe('on a chain of one’s own that limits its transactions', () => {
  const consensus = {
    ...regtest.consensus,
    coinbaseMaturity: 1,
    blockTransactions: { min: 2, max: 3 },
  };

  it('there is neither template nor block of too few, and none has too many', async () => {
    const own = await playedNode(['-mocktime=1700000000'], { ...regtest, consensus });
    const ask = rpcCaller(own);
    await ask('generatetodescriptor', `[1,"${ANYONE}"]`);
    const missing =
      '-1 a block at height 2 needs 1 transaction beside its coinbase, and 0 are ready: 1 is missing';
    expect(await ask('getblocktemplate', SEGWIT)).toBe(missing);
    expect(await ask('generatetoaddress', `[1,"${ADDRESS}"]`)).toBe(missing);
    expect(await ask('generateblock', `["${ANYONE}",[]]`)).toMatch(
      /^-25 testBlockValidity failed: bad-blk-txcount/,
    );
    expect(await ask('getblockcount')).toBe('1');
    await own.close();
  });
});

describe('blocks at once', () => {
  it('may be asked for by many callers: each is judged where it is to be', async () => {
    const height = Number(await call('getblockcount'));
    const asked = Array.from({ length: 6 }, () => call('generateblock', `["${ANYONE}",[]]`));
    const made = (await Promise.all(asked)).map((text) => JSON.parse(text) as { hash: string });
    expect(new Set(made.map(({ hash }) => hash)).size).toBe(6);
    expect(await call('getblockcount')).toBe(String(height + 6));
    expect(await call('getbestblockhash')).toBe(`"${made.at(-1)?.hash}"`);
  });

  it('`generate` tells of its heir, and `help` does not tell of it', async () => {
    const words =
      'generate\n\nhas been replaced by the -generate cli option. Refer to -help for more information.\n';
    expect(await call('generate')).toBe(`-32601 ${words}`);
    expect(JSON.parse(await call('help', '["generate"]'))).toBe(words);
    expect(JSON.parse(await call('help'))).not.toMatch(/^generate$/m);
  });
});

describe('a proposal', () => {
  const propose = (hex: string): Promise<string> =>
    call('getblocktemplate', `[{"mode":"proposal","data":"${hex}"}]`);

  it('is judged as a block is, but for its proof of work', async () => {
    const hex = await minedElsewhere();
    const block = decodeBlock(fromHex(hex));
    const { header } = block;
    expect(await propose(hex)).toBe('null');
    const unmined = { ...block, header: { ...header, nonce: header.nonce + 1 } };
    expect(await propose(toHex(encodeBlock(unmined)))).toBe('null');
    const early = { ...block, header: { ...header, time: 1 } };
    expect(await propose(toHex(encodeBlock(early)))).toBe('"time-too-old"');
    const other = { ...block, header: { ...header, merkleRoot: new Uint8Array(32) } };
    expect(await propose(toHex(encodeBlock(other)))).toBe('"bad-txnmrklroot"');
    const astray = { ...block, header: { ...header, previousBlockHash: blockHash(block) } };
    expect(await propose(toHex(encodeBlock(astray)))).toBe('"inconclusive-not-best-prevblk"');
    expect(await call('getblocktemplate', '[{"mode":"proposal"}]')).toBe(
      '-3 Missing data String key for proposal',
    );
  });
});

describe('a block that is submitted', () => {
  it('becomes the tip, once', async () => {
    const hex = await minedElsewhere();
    // What follows a block is nobody's.
    expect(await call('submitblock', `["${hex}00"]`)).toBe('null');
    expect(toReversedHex(played.node.chain.tip.hash)).toBe(
      toReversedHex(blockHash(decodeBlock(fromHex(hex)))),
    );
    expect(await call('submitblock', `["${hex}"]`)).toBe('"duplicate"');
  });

  it('gets the witness that its coinbase must have', async () => {
    const block = decodeBlock(fromHex(await minedElsewhere()));
    const transactions = block.transactions.map((tx) => ({
      ...tx,
      inputs: tx.inputs.map((input) => ({ ...input, witness: [] })),
    }));
    const bare = toHex(encodeBlock({ ...block, transactions }));
    expect(await call('submitblock', `["${bare}"]`)).toBe('null');
  });

  it('is refused for a reason', async () => {
    const block = decodeBlock(fromHex(await minedElsewhere()));
    const orphan = { ...block.header, previousBlockHash: blockHash(block) };
    for (let nonce = 0; ; nonce++) {
      const hex = toHex(encodeBlock({ ...block, header: { ...orphan, nonce } }));
      const answer = await call('submitblock', `["${hex}"]`);
      // Every other hash is no proof of work on this chain.
      if (answer === '"high-hash"') continue;
      expect(answer).toBe('"prev-blk-not-found"');
      break;
    }
    expect(await call('submitblock', '["zz"]')).toBe('-22 Block decode failed');
    expect(await call('submitblock', '[1]')).toMatch(/^-3 Wrong type passed/);
  });
});

describe('a header that is submitted', () => {
  it('needs the one before it', async () => {
    const block = decodeBlock(fromHex(await minedElsewhere()));
    const hex = toHex(encodeBlockHeader(block.header));
    expect(await call('submitheader', `["${hex}"]`)).toBe('null');
    expect(played.node.chain.bestHeader.height).toBe(played.node.chain.tip.height + 1);
    const parent = 'ab'.repeat(32);
    const previousBlockHash = fromReversedHex(parent) as typeof block.header.previousBlockHash;
    const astray = toHex(encodeBlockHeader({ ...block.header, previousBlockHash }));
    expect(await call('submitheader', `["${astray}"]`)).toBe(
      `-25 Must submit previous header (${parent}) first`,
    );
    const old = toHex(encodeBlockHeader({ ...block.header, bits: 0x1d00ffff }));
    expect(await call('submitheader', `["${old}"]`)).toBe('-25 high-hash');
  });
});

describe('the hash rate', () => {
  it('is that of some blocks up to one', async () => {
    expect(Number(await call('getnetworkhashps', '[10,50]'))).toBeGreaterThan(0);
    expect(await call('getnetworkhashps', '[-1,0]')).toBe('0');
    expect(await call('getnetworkhashps', '[10,5000]')).toBe(
      '-8 Block does not exist at specified height',
    );
    expect(await call('getnetworkhashps', '[-2]')).toContain('Invalid nblocks');
    expect(await call('getnetworkhashps', '["x"]')).toMatch(/^-3 Wrong type passed/);
    expect(JSON.parse(await call('getmininginfo'))).toMatchObject({
      blocks: played.node.chain.tip.height,
      currentblockweight: 4000,
      chain: 'regtest',
      warnings: [],
    });
  });
});

describe('blocks that are generated', () => {
  it('need somebody to pay', async () => {
    expect(await call('generatetodescriptor', '[1,"wpkh(xx)"]')).toMatch(/^-5 /);
    const range =
      'wpkh(tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B/*)';
    expect(await call('generatetodescriptor', `[1,"${range}"]`)).toBe(
      '-8 Ranged descriptor not accepted. Maybe pass through deriveaddresses first?',
    );
    expect(await call('generateblock', `["${ANYONE}",["${'00'.repeat(32)}"]]`)).toBe(
      `-5 Transaction ${'00'.repeat(32)} not in mempool.`,
    );
    expect(await call('generateblock', `["${ANYONE}","x"]`)).toMatch(/^-3 Wrong type passed/);
  });

  it('are fewer where the tries do not suffice', async () => {
    const { height } = played.node.chain.tip;
    expect(await call('generatetodescriptor', `[3,"${ANYONE}",0]`)).toMatch(/^\[/);
    expect(played.node.chain.tip.height).toBeLessThanOrEqual(height + 3);
  });
});
