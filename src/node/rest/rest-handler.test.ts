import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANYONE, anyoneSpends } from '../../../test/fixtures/anyone-spends.ts';
import { type PlayedNode, playedNode } from '../../../test/fixtures/played-node.ts';
import { mineHeader } from '../../../test/fixtures/regtest-blocks.ts';
import { RpcClient } from '../../../test/fixtures/rpc-client.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { VirtualHttp } from '../../outside/http/virtual-http.ts';
import type { Endpoint } from '../../outside/network/endpoint.ts';
import { fromHex, fromReversedHex, toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { encodeTx, type Transaction } from '../../protocol/primitives/transaction.ts';
import { noLog } from '../log/log.ts';
import { methodTable } from '../rpc/method-table.ts';
import { allMethods } from '../rpc/methods/all-methods.ts';
import { RpcServer } from '../rpc/rpc-server.ts';
import { restHandler } from './rest-handler.ts';

const UNKNOWN = '12'.repeat(32);
const FORMATS = 'output format not found (available: .bin, .hex, .json)\r\n';
const JSON_ONLY = 'output format not found (available: json)\r\n';

interface Site {
  readonly server: RpcServer;
  readonly played: PlayedNode;
  readonly rpc: RpcClient;
  /** The status and the text. */
  readonly get: (path: string, body?: string) => Promise<string>;
  /** The type and the bytes, as hexadecimal digits. */
  readonly bytes: (path: string) => Promise<string>;
}

async function openSite(options: readonly string[], rest = true): Promise<Site> {
  const played = await playedNode(options);
  const methods = methodTable(allMethods);
  const http = new VirtualHttp();
  const server = new RpcServer({
    ...{ http, clock: new SystemClock(), log: noLog, methods, rest: restHandler(methods) },
    options: { bind: [{ host: '127.0.0.1', port: 0 }], users: [], rest },
  });
  await server.start();
  const at = server.addresses[0] as Endpoint;
  const ask = (path: string, body = '') =>
    http.request(at, { method: body === '' ? 'GET' : 'POST', url: `/rest/${path}`, body });
  return {
    ...{ server, played, rpc: new RpcClient(played.context) },
    get: async (path, text) => {
      const { status, body = '' } = await ask(path, text);
      return `${status} ${typeof body === 'string' ? body : toHex(body)}`;
    },
    bytes: async (path) => {
      const { headers, body } = await ask(path);
      return `${headers?.['Content-Type']} ${toHex(body as Uint8Array)}`;
    },
  };
}

let site: Site;
let get: Site['get'];
/** Of the block at height 1, and of the tip. */
let first: string;
let tip: string;
let coinbase: Transaction;
/** Waits in the mempool. */
let waiting: Transaction;
let waitingId: string;
const idOf = (tx: { readonly txid: Uint8Array }): string => toReversedHex(tx.txid);

beforeAll(async () => {
  site = await openSite(['-txindex', '-blockfilterindex', '-mocktime=1700000000']);
  get = site.get;
  const { node, context } = site.played;
  site.server.ready(context);
  await node.generate(101, ANYONE);
  const { block } = await node.chain.readBlock(node.chain.blockAt(1) as never);
  coinbase = block.transactions[0] as Transaction;
  const made = anyoneSpends([coinbase], { fee: 1000n });
  waiting = made.tx;
  waitingId = idOf(made);
  await node.mempool.accept(waiting);
  first = await site.rpc.call<string>('getblockhash', 1);
  tip = await site.rpc.call<string>('getbestblockhash');
});

afterAll(async () => {
  await site.server.close();
  await site.played.close();
});

const ok = (json: unknown): string => `200 ${typeof json === 'string' ? json : String(json)}\n`;

describe('the REST interface', () => {
  it('is there only if it is asked for, and says when it is not ready', async () => {
    const closed = await openSite([], false);
    closed.server.ready(closed.played.context);
    expect(await closed.get('chaininfo.json')).toBe('404 ');
    const starting = await openSite([]);
    starting.server.warmUp('Loading block index…');
    expect(await starting.get('chaininfo.json')).toBe(
      '503 Service temporarily unavailable: Loading block index…\r\n',
    );
    expect(await starting.get('elsewhere')).toBe('404 ');
    await Promise.all([closed.played.close(), starting.played.close()]);
  });

  it('tells of a transaction of the mempool and of the chain', async () => {
    const hex = toHex(encodeTx(waiting));
    expect(await get(`tx/${waitingId}.hex`)).toBe(ok(hex));
    expect(await site.bytes(`tx/${waitingId}.bin`)).toBe(`application/octet-stream ${hex}`);
    const json = await get(`tx/${waitingId}.json`);
    expect(json).toBe(ok(await site.rpc.text('getrawtransaction', waitingId, true)));
    const id = toReversedHex((waiting.inputs[0] as Transaction['inputs'][0]).prevout.txid);
    expect(await get(`tx/${id}.json`)).toContain(`,"blockhash":"${first}","hex":"`);
    expect(await get(`tx/${UNKNOWN}.json`)).toBe(`404 ${UNKNOWN} not found\r\n`);
    expect(await get('tx/abc.hex')).toBe('400 Invalid hash: abc\r\n');
    expect(await get(`tx/${id}.txt`)).toBe(`400 Invalid hash: ${id}.txt\r\n`);
    expect(await get(`tx/${id}.`)).toBe(`404 ${FORMATS}`);
    expect(await get(`tx/${id}`)).toBe(`404 ${FORMATS}`);
  });

  it('tells of a block, with its transactions or with their ids', async () => {
    const hex = await site.rpc.call<string>('getblock', tip, 0);
    expect(await get(`block/${tip}.hex`)).toBe(ok(hex));
    expect(await get(`block/notxdetails/${tip}.hex`)).toBe(ok(hex));
    expect(await site.bytes(`block/${tip}.bin`)).toBe(`application/octet-stream ${hex}`);
    expect(await get(`block/${tip}.json`)).toBe(ok(await site.rpc.text('getblock', tip, 3)));
    expect(await get(`block/notxdetails/${tip.toUpperCase()}.json`)).toBe(
      ok(await site.rpc.text('getblock', tip, 1)),
    );
    expect(await get(`block/${UNKNOWN}.bin`)).toBe(`404 ${UNKNOWN} not found\r\n`);
    const { node } = site.played;
    const header = { ...node.chain.tip.header, previousBlockHash: node.chain.tip.hash };
    const { last } = await node.chain.processHeaders([
      mineHeader({ ...header, time: header.time + 1 }),
    ]);
    const ahead = toReversedHex(last?.hash ?? new Uint8Array(32));
    expect(await get(`block/${ahead}.json`)).toBe(`404 ${ahead} not found\r\n`);
    expect(await get(`block/notxdetails/12.json`)).toBe('400 Invalid hash: 12\r\n');
    expect(await get(`block/${tip}`)).toBe(`404 ${FORMATS}`);
  });

  it('tells of headers, a few or many', async () => {
    const [header, second] = await Promise.all(
      [1, 2].map(async (height) => {
        const hash = await site.rpc.call<string>('getblockhash', height);
        return site.rpc.text('getblockheader', hash);
      }),
    );
    expect(await get(`headers/${first}.json?count=2`)).toBe(ok(`[${header},${second}]`));
    expect(await get(`headers/2/${first}.json`)).toBe(ok(`[${header},${second}]`));
    const five = await get(`headers/${first}.hex`);
    expect(five).toHaveLength('200 \n'.length + 5 * 160);
    expect(await site.bytes(`headers/${first}.bin`)).toBe(
      `application/octet-stream ${five.slice(4).trimEnd()}`,
    );
    expect(await get(`headers/${tip}.json?count=2000`)).toBe(
      ok(`[${await site.rpc.text('getblockheader', tip)}]`),
    );
    expect(await get(`headers/${UNKNOWN}.json`)).toBe(ok('[]'));
    const range = 'Header count is invalid or out of acceptable range (1-2000):';
    for (const count of ['0', '2001', '-1', 'x', '']) {
      expect(await get(`headers/${first}.json?count=${count}`)).toBe(`400 ${range} ${count}\r\n`);
    }
    expect(await get('headers/5/zz.json')).toBe('400 Invalid hash: zz\r\n');
    expect(await get(`headers/1/2/${first}.json`)).toBe(
      '400 Invalid URI format. Expected /rest/headers/<hash>.<ext>?count=<count>\r\n',
    );
    const unsound = 'URI parsing failed, it likely contained RFC 3986 invalid characters';
    expect(await get(`headers/${first}.json?count=%`)).toBe(`400 ${unsound}\r\n`);
    expect(await get(`headers/${first}.txt?count=1`)).toBe(`400 Invalid hash: ${first}.txt\r\n`);
    expect(await get(`headers/${first}`)).toBe(`404 ${FORMATS}`);
  });

  it('tells the hash of a height', async () => {
    expect(await get('blockhashbyheight/1.json')).toBe(ok(`{"blockhash":"${first}"}`));
    expect(await get('blockhashbyheight/1.hex')).toBe(ok(first));
    expect(await site.bytes('blockhashbyheight/1.bin')).toBe(
      `application/octet-stream ${toHex(fromReversedHex(first))}`,
    );
    expect(await get('blockhashbyheight/102.json')).toBe('404 Block height out of range\r\n');
    expect(await get('blockhashbyheight/-1.json')).toBe('400 Invalid height: -1\r\n');
    expect(await get('blockhashbyheight/2147483648.json')).toContain('400 Invalid height: 2147');
    expect(await get('blockhashbyheight/<b>.json')).toBe('400 Invalid height: b\r\n');
    expect(await get('blockhashbyheight/1')).toBe(`404 ${FORMATS}`);
  });

  it('tells of the chain, of soft forks and of the mempool', async () => {
    expect(await get('chaininfo.json')).toBe(ok(await site.rpc.text('getblockchaininfo')));
    expect(await get('chaininfo.hex')).toBe(`404 ${JSON_ONLY}`);
    const forks = await site.rpc.text('getdeploymentinfo');
    expect(await get('deploymentinfo.json')).toBe(ok(forks));
    expect(await get(`deploymentinfo/${tip}.json`)).toBe(ok(forks));
    expect(await get(`deploymentinfo/${UNKNOWN}.json`)).toBe('400 Block not found\r\n');
    expect(await get('deploymentinfo/1.json')).toBe('400 Invalid hash: 1\r\n');
    expect(await get('deploymentinfo.bin')).toBe(`404 ${JSON_ONLY}`);
    expect(await get('mempool/info.json')).toBe(ok(await site.rpc.text('getmempoolinfo')));
    expect(await get('mempool/info.hex')).toBe(`404 ${JSON_ONLY}`);
    expect(await get('mempool/nothing.json')).toBe(
      '400 Invalid URI format. Expected /rest/mempool/<info|contents>.json\r\n',
    );
  });

  it('tells what is in the mempool, at length or not', async () => {
    const contents = 'mempool/contents.json';
    expect(await get(contents)).toBe(ok(await site.rpc.text('getrawmempool', true)));
    expect(await get(`${contents}?verbose=false`)).toBe(ok(`["${waitingId}"]`));
    expect(await get(`${contents}?verbose=false&mempool_sequence=true`)).toBe(
      ok(await site.rpc.text('getrawmempool', false, true)),
    );
    expect(await get(`${contents}?mempool_sequence=true`)).toBe(
      '400 Verbose results cannot contain mempool sequence values. (hint: set "verbose=false")\r\n',
    );
    for (const name of ['verbose', 'mempool_sequence']) {
      expect(await get(`${contents}?${name}=TRUE`)).toBe(
        `400 The "${name}" query parameter must be either "true" or "false".\r\n`,
      );
    }
    // As in Core: where one parameter has no value, none of them counts.
    expect(await get(`${contents}?verbose=false&x`)).toBe(await get(contents));
  });

  it('tells which outputs are unspent (BIP64)', async () => {
    const spent = toReversedHex((waiting.inputs[0] as Transaction['inputs'][0]).prevout.txid);
    const value = `"value":49.99999000`;
    const inBlock = await get(`getutxos/${spent}-0/${UNKNOWN}-7.json`);
    expect(inBlock).toContain(`"chainHeight":101,"chaintipHash":"${tip}","bitmap":"10","utxos":[{`);
    expect(inBlock).toContain('"height":1,"value":50.00000000,"scriptPubKey":{"asm":"0 ');
    const inPool = await get(`getutxos/checkmempool/${spent}-0/${waitingId}-0/${spent}-1.json`);
    expect(inPool).toContain(`"bitmap":"010","utxos":[{"height":2147483647,${value}`);
    const path = `getutxos/checkmempool/${spent}-0/${waitingId}-0`;
    const amount = Buffer.alloc(8);
    amount.writeBigInt64LE(4_999_999_000n);
    // Height, tip, one byte of bits, one coin: a version, a height, the amount and the script.
    const coin = `00000000ffffff7f${amount.toString('hex')}22${toHex(ANYONE)}`;
    const told = `65000000${toHex(fromReversedHex(tip))}010201${coin}`;
    expect(await get(`${path}.hex`)).toBe(ok(told));
    expect(await site.bytes(`${path}.bin`)).toBe(`application/octet-stream ${told}`);
    const body = `0102${toHex(fromReversedHex(spent))}00000000${toHex(fromReversedHex(waitingId))}00000000`;
    expect(await get('getutxos.hex', body)).toBe(ok(told));
  });

  it('refuses questions for outputs that are none', async () => {
    const one = `${UNKNOWN}-0`;
    const empty = '400 Error: empty request\r\n';
    for (const path of ['getutxos.json', 'getutxos/.json', 'getutxos/checkmempool.json']) {
      expect(await get(path), path).toBe(empty);
    }
    expect(await get('getutxos.json', 'ff')).toBe(empty);
    for (const bad of ['1-0', UNKNOWN, `${one}-1`, `${UNKNOWN}--1`, `${UNKNOWN}-4294967296`, '']) {
      expect(await get(`getutxos/${one}/${bad}.json`), bad).toBe('400 Parse error\r\n');
    }
    const sixteen = Array.from({ length: 16 }, () => one).join('/');
    expect(await get(`getutxos/${sixteen}.json`)).toBe(
      '400 Error: max outpoints exceeded (max: 15, tried: 16)\r\n',
    );
    expect(await get(`getutxos/${sixteen.slice(0, -one.length - 1)}.json`)).toContain(
      `"bitmap":"${'0'.repeat(15)}","utxos":[]`,
    );
    expect(await get('getutxos.hex', '01')).toBe('400 Parse error\r\n');
    expect(await get(`getutxos/${one}.hex`, '0100')).toBe(
      '400 Combination of URI scheme inputs and raw post data is not allowed\r\n',
    );
    expect(await get(`getutxos/${one}`)).toBe(`404 ${FORMATS}`);
    expect(await get('getutxos.bin', 'x'.repeat(65_537))).toBe('413 ');
  });

  it('tells of filters and their headers (BIP157, BIP158)', async () => {
    const { filter, header } = await site.rpc.call<Record<string, string>>('getblockfilter', first);
    expect(await get(`blockfilter/basic/${first}.json`)).toBe(ok(`{"filter":"${filter}"}`));
    const size = Buffer.of(fromHex(filter ?? '').length).toString('hex');
    const bytes = `00${toHex(fromReversedHex(first))}${size}${filter}`;
    expect(await get(`blockfilter/basic/${first}.hex`)).toBe(ok(bytes));
    expect(await site.bytes(`blockfilter/basic/${first}.bin`)).toBe(
      `application/octet-stream ${bytes}`,
    );
    expect(await get(`blockfilterheaders/basic/${first}.json?count=1`)).toBe(ok(`["${header}"]`));
    expect(await get(`blockfilterheaders/basic/1/${first}.hex`)).toBe(
      ok(toHex(fromReversedHex(header ?? ''))),
    );
    expect(await get(`blockfilterheaders/basic/${first}.hex`)).toHaveLength(5 + 5 * 64);
    expect(await get(`blockfilterheaders/basic/${UNKNOWN}.json`)).toBe(ok('[]'));
  });

  it('refuses questions for filters that there are not', async () => {
    const place = '<filtertype>/<blockhash>';
    expect(await get(`blockfilter/${first}.json`)).toBe(
      `400 Invalid URI format. Expected /rest/blockfilter/${place}\r\n`,
    );
    expect(await get('blockfilter/basic/1.json')).toBe('400 Invalid hash: 1\r\n');
    expect(await get(`blockfilter/x/${first}.json`)).toBe('400 Unknown filtertype x\r\n');
    expect(await get(`blockfilter/basic/${UNKNOWN}.json`)).toBe(`404 ${UNKNOWN} not found\r\n`);
    expect(await get(`blockfilter/basic/${first}`)).toBe(`404 ${FORMATS}`);
    expect(await get('blockfilterheaders/basic.json')).toBe(
      `400 Invalid URI format. Expected /rest/blockfilterheaders/${place}.<ext>?count=<count>\r\n`,
    );
    expect(await get(`blockfilterheaders/basic/9999/${first}.json`)).toContain('(1-2000): 9999');
    expect(await get(`blockfilterheaders/x/${first}.json`)).toBe('400 Unknown filtertype x\r\n');
    const without = await openSite([]);
    without.server.ready(without.played.context);
    const genesis = await without.rpc.call<string>('getblockhash', 0);
    const why = '400 Index is not enabled for filtertype basic\r\n';
    expect(await without.get(`blockfilter/basic/${genesis}.json`)).toBe(why);
    expect(await without.get(`blockfilterheaders/basic/${genesis}.json`)).toBe(why);
    // Without the index of transactions, the chain's are not found.
    const id = without.played.node.chain.genesis.header.merkleRoot;
    expect(await without.get(`tx/${toReversedHex(id)}.json`)).toContain('404 ');
    await without.played.close();
  });
});
