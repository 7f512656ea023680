/** Unspent outputs, a few at a time (BIP64). */
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { fromHex, fromReversedHex, isHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import { type Coin, coinKey } from '../../protocol/consensus/coin.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { type OutPoint, outPointCodec, txOutCodec } from '../../protocol/primitives/transaction.ts';
import { amountNumber, type Json } from '../../protocol/report/json-text.ts';
import { scriptToJson } from '../../protocol/report/script-to-json.ts';
import { MEMPOOL_HEIGHT } from '../mempool/pool-coins.ts';
import type { Node } from '../node.ts';
import { answerWith } from './rest-answer.ts';
import type { RestEndpoint } from './rest-endpoint.ts';
import { badRequest } from './rest-error.ts';
import type { RestQuestion } from './rest-request.ts';

const MAX_OUTPUTS = 15;
const MAX_VOUT = 0xffffffff;
const WITH_MEMPOOL = 'checkmempool';
const EMPTY = 'Error: empty request';

interface Wanted {
  readonly checkMempool: boolean;
  readonly outPoints: readonly OutPoint[];
}

interface Found {
  readonly height: number;
  readonly tip: Uint8Array;
  /** One for each output that was asked for; undefined where it is spent, or never was. */
  readonly coins: readonly (Coin | undefined)[];
}

export const coinsEndpoint: RestEndpoint = {
  path: '/rest/getutxos',
  async answer(question, { node }) {
    const { checkMempool, outPoints } = readWanted(question);
    if (outPoints.length > MAX_OUTPUTS) {
      const tried = `(max: ${MAX_OUTPUTS}, tried: ${outPoints.length})`;
      throw badRequest(`Error: max outpoints exceeded ${tried}`);
    }
    const coins = await findCoins(outPoints, checkMempool, node);
    const { height, hash: tip } = node.chain.tip;
    const found: Found = { height, tip, coins };
    return answerWith(question, {
      bytes: () => coinsToBytes(found),
      json: () => coinsToJson(found, node),
    });
  },
};

/** They stand in the path, or as bytes in the body. */
function readWanted(question: RestQuestion): Wanted {
  const { rest, body, format } = question;
  const parts = rest.length > 1 ? rest.slice(1).split('/') : [];
  if (parts.length === 0 && body.length === 0) throw badRequest(EMPTY);
  const inPath = parts.length > 0 ? wantedInPath(parts) : undefined;
  if (format === 'json' || format === undefined || body.length === 0) {
    // Without a format there is no answer, whatever is wanted.
    const wanted = inPath ?? { checkMempool: false, outPoints: [] };
    if (format === 'json' && inPath === undefined) throw badRequest(EMPTY);
    return wanted;
  }
  const bytes = format === 'hex' ? bytesOfHex(body) : body;
  if (inPath === undefined) return bytes.length === 0 ? NOTHING : wantedInBody(bytes);
  if (bytes.length === 0) return inPath;
  throw badRequest('Combination of URI scheme inputs and raw post data is not allowed');
}

const NOTHING: Wanted = { checkMempool: false, outPoints: [] };

function wantedInPath(parts: readonly string[]): Wanted {
  const checkMempool = parts[0] === WITH_MEMPOOL;
  const outPoints = (checkMempool ? parts.slice(1) : parts).map(outPointIn);
  if (outPoints.length === 0) throw badRequest(EMPTY);
  return { checkMempool, outPoints };
}

function outPointIn(text: string): OutPoint {
  const [, id, number] = /^([0-9a-fA-F]{64})-(\d+)$/.exec(text) ?? [];
  const vout = Number(number);
  if (id === undefined || !(vout <= MAX_VOUT)) throw badRequest('Parse error');
  return { txid: fromReversedHex(id) as Txid, vout };
}

function bytesOfHex(body: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(body).replaceAll(/\s/g, '');
  // As in Core: what is no hex is nothing.
  return isHex(text) ? fromHex(text) : new Uint8Array(0);
}

function wantedInBody(bytes: Uint8Array): Wanted {
  try {
    const reader = new Reader(bytes);
    const checkMempool = reader.u8() !== 0;
    const outPoints = Array.from({ length: reader.count(outPointCodec.minSize) }, () =>
      outPointCodec.read(reader),
    );
    return { checkMempool, outPoints };
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest('Parse error');
    throw error;
  }
}

async function findCoins(
  outPoints: readonly OutPoint[],
  checkMempool: boolean,
  { chain, mempool }: Node,
): Promise<readonly (Coin | undefined)[]> {
  const confirmed = await chain.coins(outPoints.map(coinKey));
  if (!checkMempool) return confirmed;
  return outPoints.map((outPoint, i) => {
    if (mempool.spender(outPoint) !== undefined) return undefined;
    const output = mempool.get(outPoint.txid)?.tx.outputs[outPoint.vout];
    if (output === undefined) return confirmed[i];
    return { output, height: MEMPOOL_HEIGHT, isCoinbase: false };
  });
}

function coinsToBytes({ height, tip, coins }: Found): Uint8Array {
  const bits = new Uint8Array(Math.ceil(coins.length / 8));
  coins.forEach((coin, i) => {
    if (coin !== undefined) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  });
  const unspent = coins.filter((coin) => coin !== undefined);
  const writer = new Writer();
  writer.i32(height);
  writer.bytes(tip);
  writer.varBytes(bits);
  writer.compactSize(unspent.length);
  for (const coin of unspent) {
    // Where the version of its transaction was, when that was still kept.
    writer.u32(0);
    writer.u32(coin.height);
    txOutCodec.write(writer, coin.output);
  }
  return writer.finish();
}

function coinsToJson({ height, tip, coins }: Found, { chain }: Node): Json {
  const prefixes = chain.params.addressPrefixes;
  return {
    chainHeight: height,
    chaintipHash: toReversedHex(tip),
    bitmap: coins.map((coin) => (coin === undefined ? '0' : '1')).join(''),
    utxos: coins
      .filter((coin) => coin !== undefined)
      .map((coin) => ({
        height: coin.height,
        value: amountNumber(coin.output.value),
        scriptPubKey: scriptToJson(coin.output.scriptPubKey, prefixes),
      })),
  };
}
