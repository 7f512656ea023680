import type { CodedError } from '../../../protocol/bytes/coded-error.ts';
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { Reader } from '../../../protocol/bytes/reader.ts';
import { checkHeaderSanity } from '../../../protocol/consensus/check-block.ts';
import { RuleError } from '../../../protocol/consensus/rule-error.ts';
import { sha256d } from '../../../protocol/crypto/hash.ts';
import { type Block, blockCodec, blockSize } from '../../../protocol/primitives/block.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import {
  type BlockHeader,
  decodeBlockHeader,
  HEADER_SIZE,
} from '../../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { blockWork } from '../../../protocol/primitives/target.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { ProcessBlockResult } from '../../chain/chain-results.ts';
import { isHeard, type Log } from '../../log/log.ts';
import { LIMITS } from '../limits.ts';
import type { Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { InFlight } from './in-flight.ts';
import type { SyncParts } from './sync-parts.ts';
import type { SyncPeer } from './sync-peer.ts';
import { leastWork } from './work-floor.ts';

/** Bytes of blocks that may be on their way into the chain before peers have to wait. */
const MOST_BYTES_IN_HAND = 32_000_000;

export interface IntakeParts extends SyncParts {
  readonly inFlight: InFlight;
  /** A block has found its place, or none. There may be room for others. */
  readonly settled: () => void;
  /** The chain takes no more, and its owner has been told why. */
  readonly ended: () => void;
}

export type Way = 'block' | 'compact';

interface Giver {
  readonly peer: Peer;
  readonly way: Way;
}

/** Blocks of branches that are never followed are never verified, and their givers are forgotten. */
const MOST_GIVERS = 2 * LIMITS.blockWindow;

/**
 * Takes blocks from peers, hands them to the chain without waiting for what becomes of them, and lets
 * the peer account for it.
 */
export class BlockIntake {
  readonly #parts: IntakeParts;
  /** How often a block is on its way into the chain. */
  readonly #inHand = new Map<BlockNode, number>();
  /** Who gave a block that is stored and not yet verified. */
  readonly #givers = new Map<BlockNode, Giver>();
  /** How many blocks of a peer are on their way, and who waits until none is. */
  readonly #ofPeer = new Map<Peer, { count: number; readonly waiting: (() => void)[] }>();
  #bytes = 0;
  #waiting: (() => void)[] = [];

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  get inHand(): ReadonlyMap<BlockNode, number> {
    return this.#inHand;
  }

  get bytesInHand(): number {
    return this.#bytes;
  }

  /** When all blocks that a peer has sent have found their places; undefined if they have. */
  whenTaken(peer: Peer): Promise<void> | undefined {
    const open = this.#ofPeer.get(peer);
    if (open === undefined) return undefined;
    return new Promise((resolve) => {
      open.waiting.push(resolve);
    });
  }

  /**
   * Takes a block. A promise only if the next one has to wait: blocks come many at once, and of an empty
   * one a promise is a good part of the costs.
   *
   * @throws PeerFault if no honest peer would have sent it
   */
  take(peer: Peer, offered: Uint8Array | Block, way: Way): void | Promise<void> {
    const { chain, inFlight, states, log } = this.#parts;
    const expected = way === 'block' ? nextOf(states.get(peer), offered) : undefined;
    const hash = expected?.hash ?? hashOf(offered);
    if (way === 'block' && isHeard(log, 'debug', 'net')) {
      log('debug', 'net', `received block ${toReversedHex(hash)} peer=${peer.id}`);
    }
    const node = expected ?? chain.lookup(hash);
    // A compact block that was put together was asked for, whoever was asked first.
    const isRequested = way === 'compact' || (node !== undefined && inFlight.has(node));
    if (node === undefined) {
      const header = headerOf(offered);
      this.#checkStranger(header);
      if (!this.#isWorthAHeader(header)) {
        tellWorthless(log, hash);
        return undefined;
      }
    } else {
      const state = states.get(peer);
      if (state !== undefined) inFlight.end(node, state);
      this.#inHand.set(node, (this.#inHand.get(node) ?? 0) + 1);
    }
    const size = offered instanceof Uint8Array ? offered.length : blockSize(offered);
    this.#bytes += size;
    this.#open(peer);
    const done = (): void => {
      this.#bytes -= size;
      if (node !== undefined) this.#putDown(node);
      this.#close(peer);
      for (const go of this.#waiting.splice(0)) go();
      this.#parts.settled();
    };
    this.#process(offered, { requested: isRequested, hash }).then(
      (result) => {
        this.#account(peer, way, hash, result);
        done();
      },
      () => {
        this.#parts.ended();
        done();
      },
    );
    return this.#bytes > MOST_BYTES_IN_HAND ? this.#room(peer) : undefined;
  }

  #open(peer: Peer): void {
    const open = this.#ofPeer.get(peer);
    if (open === undefined) this.#ofPeer.set(peer, { count: 1, waiting: [] });
    else open.count++;
  }

  #close(peer: Peer): void {
    const open = this.#ofPeer.get(peer);
    if (open === undefined || --open.count > 0) return;
    this.#ofPeer.delete(peer);
    for (const go of open.waiting) go();
  }

  /** Whoever gave a block that turns out to be invalid later is blamed then. */
  refused(node: BlockNode, error: RuleError): void {
    const giver = this.#givers.get(node);
    this.#givers.delete(node);
    if (giver !== undefined) this.#blame(giver.peer, giver.way, error);
  }

  verified(node: BlockNode): void {
    this.#givers.delete(node);
  }

  forget(nodes: ReadonlySet<BlockNode>): void {
    for (const node of nodes) this.#givers.delete(node);
  }

  async #room(peer: Peer): Promise<void> {
    while (this.#bytes > MOST_BYTES_IN_HAND && !peer.isGone) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #putDown(node: BlockNode): void {
    const count = (this.#inHand.get(node) ?? 0) - 1;
    if (count > 0) this.#inHand.set(node, count);
    else this.#inHand.delete(node);
  }

  /** A header that is not known has to show work, as all have. */
  #checkStranger(header: BlockHeader): void {
    try {
      checkHeaderSanity(header, this.#parts.chain.params.consensus);
    } catch (error) {
      if (error instanceof RuleError) throw PeerFault.of('block', error);
      throw error;
    }
  }

  /** Blocks come by themselves, too; their headers are stored under the same condition as others. */
  #isWorthAHeader(header: BlockHeader): boolean {
    const { chain } = this.#parts;
    const parent = chain.lookup(header.previousBlockHash);
    if (parent === undefined) return true;
    return parent.chainWork + blockWork(header.bits) >= leastWork(chain);
  }

  #process(
    offered: Uint8Array | Block,
    options: { readonly requested: boolean; readonly hash: BlockHash },
  ): Promise<ProcessBlockResult> {
    const { chain } = this.#parts;
    return chain.processBlock(offered, options).then((result) => {
      if (result.kind !== 'rejected' || !(result.error instanceof DecodeError)) return result;
      // What comes behind the last field of a message is ignored, of this one as of all others.
      const block = offered instanceof Uint8Array ? blockWithin(offered) : undefined;
      return block === undefined ? result : chain.processBlock(block, options);
    });
  }

  #account(peer: Peer, way: Way, hash: Uint8Array, result: ProcessBlockResult): void {
    const { inFlight } = this.#parts;
    switch (result.kind) {
      case 'connected':
      case 'sidechain':
        peer.noteUseful('block');
        inFlight.end(result.node);
        if (result.kind === 'sidechain' && !result.node.isValid) {
          this.#remember(result.node, { peer, way });
        }
        break;
      case 'duplicate':
        inFlight.end(result.node);
        break;
      case 'unwanted':
        break;
      case 'orphan':
      case 'rejected':
        this.#refuse(peer, way, hash, result.error);
    }
  }

  #remember(node: BlockNode, giver: Giver): void {
    this.#givers.set(node, giver);
    const [oldest] = this.#givers.keys();
    if (oldest !== undefined && this.#givers.size > MOST_GIVERS) this.#givers.delete(oldest);
  }

  #refuse(peer: Peer, way: Way, hash: Uint8Array, error: CodedError): void {
    const { chain, states, log } = this.#parts;
    if (error instanceof RuleError && error.verdict === 'mutated') {
      log('debug', 'validation', `Block mutated: ${error.message}`);
      log('debug', 'net', `Received mutated block from peer=${peer.id}`);
    }
    const node = chain.lookup(hash);
    // Short ids that collide are nobody's fault: the whole block may still be asked of the peer.
    if (node !== undefined && way === 'block') states.get(peer)?.spoilt.add(node);
    this.#blame(peer, way, error);
  }

  #blame(peer: Peer, way: Way, error: CodedError): void {
    if (peer.isGone) return;
    this.#parts.peers.blame(peer, faultOf(way, error));
  }
}

function faultOf(way: Way, error: CodedError): PeerFault {
  if (!(error instanceof RuleError)) {
    return new PeerFault('message', 'undecodable', error.message);
  }
  if (way === 'compact') return PeerFault.of('compact-block', error);
  // Of what is not the block that its header names, nobody need know what it is.
  if (error.verdict === 'mutated')
    return new PeerFault('block', error.code, 'mutated block', error);
  return PeerFault.of('block', error);
}

/** In Core's words. */
function tellWorthless(log: Log, hash: BlockHash): void {
  const what = `not adding new block header ${toReversedHex(hash)}`;
  const why = 'missing anti-dos proof-of-work validation';
  log('debug', 'validation', `AcceptBlockHeader: ${what}, ${why}`);
  log('note', 'validation', 'ProcessNewBlock: AcceptBlock FAILED (too-little-chainwork)');
}

/** Without decoding anything: nearly all blocks are those that were asked for. */
/** The block that was asked for first, if it is the one that is there: then nothing need be hashed. */
function nextOf(state: SyncPeer | undefined, offered: Uint8Array | Block): BlockNode | undefined {
  if (state === undefined || !(offered instanceof Uint8Array)) return undefined;
  const next = state.oldestInFlight;
  return next?.startsWithHeader(offered) === true ? next : undefined;
}

function hashOf(offered: Uint8Array | Block): BlockHash {
  if (!(offered instanceof Uint8Array)) return blockHash(offered);
  if (offered.length >= HEADER_SIZE) return sha256d(offered.subarray(0, HEADER_SIZE)) as BlockHash;
  const words = `a block of ${offered.length} bytes; its header alone has ${HEADER_SIZE}`;
  throw new PeerFault('message', 'undecodable', words);
}

function headerOf(offered: Uint8Array | Block): BlockHeader {
  if (!(offered instanceof Uint8Array)) return offered.header;
  return decodeBlockHeader(offered.subarray(0, HEADER_SIZE));
}

/** The bytes of a block that more bytes follow; undefined if there is no block in them. */
function blockWithin(bytes: Uint8Array): Uint8Array | undefined {
  const reader = new Reader(bytes);
  try {
    blockCodec.read(reader);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
  return reader.offset < bytes.length ? bytes.subarray(0, reader.offset) : undefined;
}
