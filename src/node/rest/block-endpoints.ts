/** Blocks and their headers. */
import { joinBytes } from '../../protocol/bytes/concat.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { headerToJson } from '../../protocol/report/header-to-json.ts';
import { JsonNumber } from '../../protocol/report/json-value.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { ChainReader } from '../chain/chain-reader.ts';
import { isPruned, placeOf } from '../rpc/block-data.ts';
import { answerWith } from './rest-answer.ts';
import { hashIn, headerCountIn, type RestEndpoint, type RestSources } from './rest-endpoint.ts';
import { badRequest, notFound } from './rest-error.ts';
import { queryParameter, type RestQuestion } from './rest-request.ts';

const WITH_IDS = '1';
const WITH_TRANSACTIONS_AND_COINS = '3';
const USUAL_COUNT = '5';
const MAX_INT32 = 0x7fffffff;

export const blockEndpoints: readonly RestEndpoint[] = [
  {
    path: '/rest/block/notxdetails/',
    answer: (question, sources) => answerBlock(question, sources, WITH_IDS),
  },
  {
    path: '/rest/block/',
    answer: (question, sources) => answerBlock(question, sources, WITH_TRANSACTIONS_AND_COINS),
  },
  { path: '/rest/headers/', answer: answerHeaders },
  { path: '/rest/blockhashbyheight/', answer: answerHash },
];

async function answerBlock(
  question: RestQuestion,
  { node: { chain }, method }: RestSources,
  verbosity: string,
): ReturnType<RestEndpoint['answer']> {
  const { rest } = question;
  const block = chain.lookup(hashIn(rest));
  if (block !== undefined && isPruned(block)) throw notFound(`${rest} not available (pruned data)`);
  // One of which only the header is here is not told from one that nobody knows.
  if (block?.isStored !== true) throw notFound(`${rest} not found`);
  return answerWith(question, {
    bytes: () => chain.readRaw(block),
    json: () => method('getblock', rest, new JsonNumber(verbosity)),
  });
}

async function answerHeaders(
  question: RestQuestion,
  { node: { chain } }: RestSources,
): ReturnType<RestEndpoint['answer']> {
  const parts = question.rest.split('/');
  if (parts.length > 2) {
    throw badRequest('Invalid URI format. Expected /rest/headers/<hash>.<ext>?count=<count>');
  }
  // The count comes first as a part of the path, which is the old way, or last as a parameter.
  const [hash = '', number = queryParameter(question, 'count') ?? USUAL_COUNT] = parts.toReversed();
  const count = headerCountIn(number);
  const headers = following(hashIn(hash), count, chain);
  return answerWith(question, {
    bytes: () => joinBytes(headers.map(({ headerBytes }) => headerBytes)),
    json: () => headers.map((block) => headerToJson(block.header, placeOf(block, chain))),
  });
}

/** A block and those behind it on the branch that is followed; none if it is not on it. */
export function following(
  hash: Uint8Array,
  count: number,
  chain: ChainReader,
): readonly BlockNode[] {
  const blocks: BlockNode[] = [];
  let block = chain.lookup(hash);
  while (block !== undefined && chain.contains(block) && blocks.length < count) {
    blocks.push(block);
    block = chain.next(block);
  }
  return blocks;
}

async function answerHash(
  question: RestQuestion,
  { node: { chain } }: RestSources,
): ReturnType<RestEndpoint['answer']> {
  const { rest } = question;
  const height = /^\+?\d+$/.test(rest) ? Number(rest) : Number.POSITIVE_INFINITY;
  if (height > MAX_INT32) throw badRequest(`Invalid height: ${harmless(rest)}`);
  const block = chain.blockAt(height);
  if (block === undefined) throw notFound('Block height out of range');
  const blockhash = toReversedHex(block.hash);
  return answerWith(question, {
    bytes: () => block.hash,
    hex: () => blockhash,
    json: () => ({ blockhash }),
  });
}

/** Without what could mean something to whoever shows it. */
function harmless(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 .,;\-_/:?@()]/g, '');
}
