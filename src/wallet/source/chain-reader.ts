/** The chain of a node that is far away: places, blocks and filters, by as few requests as possible. */
import type { BatchCall } from '../../client/rpc-connection.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { BlockPlace, PlacedBlock, Stretch } from './chain-source.ts';
import { mayConcern } from './may-concern.ts';
import { type NodeLine, nodeWords, type Reply, resultOf } from './node-line.ts';
import {
  blockOf,
  bytesOf,
  fieldOf,
  hashOf,
  placeOf,
  type ReportedPlace,
  wrong,
} from './read-answer.ts';
import { SourceError } from './source-error.ts';

/** Places and filters of so many blocks are asked for at once: half a megabyte, where blocks are full. */
const PLACES_AT_ONCE = 128;
/** Blocks too, and those may have four megabytes, twice that in hex. */
const BLOCKS_AT_ONCE = 16;
/** Blocks take their time on a slow line. */
const BLOCKS_MS = 300_000;
/** Core's error for what it does not have: no such block, transaction, entry. */
const NOT_FOUND = -5;
/** And for a height that no block has. */
const OUT_OF_RANGE = -8;
/** A chain that moves while somebody looks is looked at again so many times. */
const LOOKS = 8;

export function isNotFound(reply: Reply): boolean {
  return reply.kind === 'error' && reply.error.number === NOT_FOUND;
}

/** The tip, as the node has it now. */
export async function readTip(line: NodeLine, isProbe = false): Promise<BlockPlace> {
  for (let look = 0; look < LOOKS; look++) {
    const hash = hashOf(await line.ask('getbestblockhash', [], { isProbe }));
    const found = await readPlace(line, hash, isProbe);
    if (found?.isOnChain === true) return found.place;
  }
  throw new SourceError('bad-answer', 'the node cannot be believed: it does not know its own tip');
}

/** Any block that the node knows; undefined for others. */
export async function readPlace(
  line: NodeLine,
  hash: Uint8Array,
  isProbe = false,
): Promise<ReportedPlace | undefined> {
  const reply = await line.attempt('getblockheader', [toReversedHex(hash)], { isProbe });
  return isNotFound(reply) ? undefined : placeOf(resultOf(reply), hash);
}

/** The block of a height on the chain; undefined where there is none. */
export async function readPlaceAt(line: NodeLine, height: number): Promise<BlockPlace | undefined> {
  if (height < 0) return undefined;
  for (let look = 0; look < LOOKS; look++) {
    const reply = await line.attempt('getblockhash', [height]);
    if (reply.kind === 'error' && reply.error.number === OUT_OF_RANGE) return undefined;
    const found = await readPlace(line, hashOf(resultOf(reply)));
    if (found?.isOnChain !== true) continue;
    if (found.place.height === height) return found.place;
    throw wrong({ method: 'getblockhash', value: undefined }, 'a block of another height');
  }
  throw new SourceError('moved', `the chain moves too fast to tell its block of height ${height}`);
}

/** @throws `SourceError` `no-block`, `bad-answer` */
export async function readBlock(line: NodeLine, hash: Uint8Array): Promise<Block> {
  const [reply] = await askForBlocks(line, [hash]);
  return blockFrom(reply as Reply, hash);
}

/** Blocks of known places, one after the other: the first that is missing ends it. */
export async function* readBlocks(
  line: NodeLine,
  places: readonly BlockPlace[],
): AsyncGenerator<{ readonly place: BlockPlace; readonly block: Block }, void, undefined> {
  for (let i = 0; i < places.length; i += BLOCKS_AT_ONCE) {
    const some = places.slice(i, i + BLOCKS_AT_ONCE);
    const replies = await askForBlocks(
      line,
      some.map(({ hash }) => hash),
    );
    for (const [k, place] of some.entries()) {
      yield { place, block: blockFrom(replies[k] as Reply, place.hash, place.height) };
    }
  }
}

function askForBlocks(line: NodeLine, hashes: readonly Uint8Array[]): Promise<readonly Reply[]> {
  const calls = hashes.map((hash) => ({ method: 'getblock', params: [toReversedHex(hash), 0] }));
  return line.attemptAll(calls, { timeoutMs: BLOCKS_MS });
}

function blockFrom(reply: Reply, hash: Uint8Array, height?: number): Block {
  if (reply.kind === 'result') return blockOf(reply, hash);
  // It is unknown (-5), or it was one of the old ones that a pruned node has no longer (-1).
  throw new SourceError(
    'no-block',
    `the node has no block ${toReversedHex(hash)}: ${nodeWords(reply.error)}`,
    { cause: reply.error, ...(height !== undefined && { height }) },
  );
}

/**
 * The blocks of a stretch that concern scripts, with as many requests at once as is sensible.
 *
 * @throws `SourceError` `moved`, `no-block`, `bad-answer`, `unreachable`
 */
export async function* readConcerning(
  line: NodeLine,
  stretch: Stretch,
  scripts: () => readonly Uint8Array[],
): AsyncGenerator<PlacedBlock, void, undefined> {
  const { to } = stretch;
  let { after } = stretch;
  let hasFilters = true;
  for (let low = Math.max(stretch.from, 0); low <= to.height; low += PLACES_AT_ONCE) {
    const high = Math.min(low + PLACES_AT_ONCE - 1, to.height);
    const row = await readRow(line, { low, high, hasFilters });
    checkRow(row.places, { after, to });
    after = row.places.at(-1)?.hash;
    // An index that is behind has none of the later ones either.
    hasFilters = row.filters.some((filter) => filter !== undefined);
    yield* readChosen(line, row, scripts);
    const last = row.places.at(-1);
    if (last !== undefined && high < to.height) yield { place: last, block: undefined };
  }
}

/** Those of a row that concern scripts. A block may bring scripts that later blocks have to be asked for. */
async function* readChosen(
  line: NodeLine,
  { places, filters }: Row,
  scripts: () => readonly Uint8Array[],
): AsyncGenerator<PlacedBlock, void, undefined> {
  for (let next = 0; next < places.length; ) {
    const known = scripts();
    // The list itself may grow.
    const count = known.length;
    const chosen: number[] = [];
    for (; next < places.length && chosen.length < BLOCKS_AT_ONCE; next++) {
      if (concerns(places[next] as BlockPlace, filters[next], known)) chosen.push(next);
    }
    const some = chosen.map((i) => places[i] as BlockPlace);
    for await (const { place, block } of readBlocks(line, some)) {
      yield { place, block };
      if (filters.length === 0 || scripts().length === count) continue;
      next = places.indexOf(place) + 1;
      break;
    }
  }
}

/** From one block of the tree to another. */
export interface Path {
  /** What has to be left, the highest first. */
  readonly down: readonly BlockPlace[];
  /** The last block that both have. */
  readonly fork: BlockPlace;
  /** What comes instead, the lowest first. */
  readonly up: readonly BlockPlace[];
}

/**
 * The way from a block to the tip; undefined if that is longer than so many blocks, or the node does
 * not know where it begins.
 *
 * @throws `SourceError` `moved` if the tip is no longer the tip
 */
export async function readPath(
  line: NodeLine,
  from: BlockPlace,
  { tip, most }: { readonly tip: BlockPlace; readonly most: number },
): Promise<Path | undefined> {
  const down: BlockPlace[] = [];
  let found = await readPlace(line, from.hash);
  while (found !== undefined && !found.isOnChain && down.length < most) {
    down.push(found.place);
    found = await readPlace(line, found.place.parent);
  }
  if (found?.isOnChain !== true) return undefined;
  const fork = found.place;
  if (tip.height - fork.height > most) return undefined;
  const up = await readPlaces(line, fork.height + 1, tip.height);
  checkRow(up, { after: fork.hash, to: tip });
  if (up.length === 0 && !equalBytes(fork.hash, tip.hash)) throw moved(tip);
  return { down, fork, up };
}

interface Row {
  readonly places: readonly BlockPlace[];
  /** As they came; undefined where the node has none. */
  readonly filters: readonly (Uint8Array | undefined)[];
}

/** The places of all heights from one to another, on the chain as it is now. */
async function readPlaces(
  line: NodeLine,
  low: number,
  high: number,
): Promise<readonly BlockPlace[]> {
  const places: BlockPlace[] = [];
  for (let at = low; at <= high; at += PLACES_AT_ONCE) {
    const last = Math.min(at + PLACES_AT_ONCE - 1, high);
    places.push(...(await readRow(line, { low: at, high: last, hasFilters: false })).places);
  }
  return places;
}

async function readRow(
  line: NodeLine,
  { low, high, hasFilters }: { low: number; high: number; hasFilters: boolean },
): Promise<Row> {
  const heights = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const hashCalls = heights.map((height) => ({ method: 'getblockhash', params: [height] }));
  const hashes = (await line.attemptAll(hashCalls)).map((reply) => {
    if (reply.kind === 'error' && reply.error.number === OUT_OF_RANGE) {
      throw new SourceError('moved', `the chain has become shorter than ${high + 1} blocks`);
    }
    return hashOf(resultOf(reply));
  });
  const calls: BatchCall[] = hashes.map((hash) => ({
    method: 'getblockheader',
    params: [toReversedHex(hash)],
  }));
  if (hasFilters) {
    for (const hash of hashes) {
      calls.push({ method: 'getblockfilter', params: [toReversedHex(hash)] });
    }
  }
  const replies = await line.attemptAll(calls);
  const places = hashes.map((hash, i) => {
    const answer = resultOf(replies[i] as Reply);
    const { place } = placeOf(answer, hash);
    if (place.height !== low + i) throw wrong(answer, `of another height than ${low + i}`);
    return place;
  });
  return { places, filters: replies.slice(hashes.length).map(filterOf) };
}

/** Any error means that there is none: no index, or one that is behind. */
function filterOf(reply: Reply): Uint8Array | undefined {
  return reply.kind === 'error' ? undefined : bytesOf(fieldOf(reply, 'filter'));
}

/** All of one branch, and of the one that was asked for. */
function checkRow(
  places: readonly BlockPlace[],
  { after, to }: { after: Uint8Array | undefined; to: BlockPlace },
): void {
  let parent = after;
  for (const place of places) {
    const isNext = parent === undefined || equalBytes(place.parent, parent);
    const isOther = place.height === to.height && !equalBytes(place.hash, to.hash);
    if (!isNext || isOther) throw moved(to);
    parent = place.hash;
  }
}

function moved({ hash }: BlockPlace): SourceError {
  return new SourceError('moved', `the chain has left the branch of block ${toReversedHex(hash)}`);
}

function concerns(
  place: BlockPlace,
  filter: Uint8Array | undefined,
  scripts: readonly Uint8Array[],
): boolean {
  try {
    return mayConcern(place, filter, scripts);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw wrong({ method: 'getblockfilter', value: undefined }, `no filter: ${error.message}`);
  }
}
