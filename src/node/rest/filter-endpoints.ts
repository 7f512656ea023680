/** Compact filters of blocks (BIP157, BIP158). */
import { joinBytes } from '../../protocol/bytes/concat.ts';
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { FilterReader } from '../index/filters/filter-reader.ts';
import type { Node } from '../node.ts';
import { indexState } from '../rpc/index-state.ts';
import { following } from './block-endpoints.ts';
import { answerWith } from './rest-answer.ts';
import { hashIn, headerCountIn, type RestEndpoint, type RestSources } from './rest-endpoint.ts';
import { badRequest, notFound } from './rest-error.ts';
import { queryParameter, type RestQuestion } from './rest-request.ts';

/** How BIP158 numbers the one kind of filter that there is. */
const BASIC_FILTER = 0;
const USUAL_COUNT = '5';

export const filterEndpoints: readonly RestEndpoint[] = [
  { path: '/rest/blockfilter/', answer: answerFilter },
  { path: '/rest/blockfilterheaders/', answer: answerFilterHeaders },
];

async function answerFilter(
  question: RestQuestion,
  { node }: RestSources,
): ReturnType<RestEndpoint['answer']> {
  const [kind = '', hash = '', ...more] = question.rest.split('/');
  if (hash === '' || more.length > 0) {
    throw badRequest('Invalid URI format. Expected /rest/blockfilter/<filtertype>/<blockhash>');
  }
  const id = hashIn(hash);
  const filters = filtersOf(kind, node);
  const block = node.chain.lookup(id);
  if (block === undefined) throw notFound(`${hash} not found`);
  const state = await indexState(node, 'filters');
  const filter = await filters.filter(block);
  if (filter === undefined) {
    const why = block.isValid ? undefined : 'Block was not connected to active chain.';
    throw notFound(`Filter not found. ${why ?? whyMissing(state?.isInStep === true)}`);
  }
  return answerWith(question, {
    bytes: () => {
      const writer = new Writer();
      writer.u8(BASIC_FILTER);
      writer.bytes(block.hash);
      writer.varBytes(filter);
      return writer.finish();
    },
    json: () => ({ filter: toHex(filter) }),
  });
}

async function answerFilterHeaders(
  question: RestQuestion,
  { node }: RestSources,
): ReturnType<RestEndpoint['answer']> {
  const [kind = '', ...parts] = question.rest.split('/');
  if (parts.length < 1 || parts.length > 2) {
    throw badRequest(
      'Invalid URI format. Expected /rest/blockfilterheaders/<filtertype>/<blockhash>.<ext>?count=<count>',
    );
  }
  const [hash = '', number = queryParameter(question, 'count') ?? USUAL_COUNT] = parts.toReversed();
  const count = headerCountIn(number);
  const id = hashIn(hash);
  const filters = filtersOf(kind, node);
  const blocks = following(id, count, node.chain);
  const state = await indexState(node, 'filters');
  const headers: Uint8Array[] = [];
  for (const block of blocks) {
    const hashes = await filters.hashes(block);
    if (hashes === undefined) {
      throw notFound(`Filter not found. ${whyMissing(state?.isInStep === true)}`);
    }
    headers.push(hashes.header);
  }
  return answerWith(question, {
    bytes: () => joinBytes(headers),
    json: () => headers.map(toReversedHex),
  });
}

function filtersOf(kind: string, { indexes }: Node): FilterReader {
  if (kind !== 'basic') throw badRequest(`Unknown filtertype ${kind}`);
  if (indexes.filters !== undefined) return indexes.filters;
  throw badRequest(`Index is not enabled for filtertype ${kind}`);
}

function whyMissing(isInStep: boolean): string {
  return isInStep
    ? 'This error is unexpected and indicates index corruption.'
    : 'Block filters are still in the process of being indexed.';
}
