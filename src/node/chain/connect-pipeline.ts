import { decode } from '../../protocol/bytes/codec.ts';
import type { Coin, CoinKey } from '../../protocol/consensus/coin.ts';
import type { BlockUndo, ConnectedBlock } from '../../protocol/consensus/connect-block.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { outPointCodec, type Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import type { ScriptFailure, ScriptVerifier } from '../verify/script-verifier.ts';
import type { LoadedBlock } from './accept-block.ts';
import type { BlockArchive } from './block-archive.ts';
import type { BlockNode } from './block-node.ts';
import { VALID } from './block-status.ts';
import type { BlockTree } from './block-tree.ts';
import type { ChainEvents } from './chain-events.ts';
import { coinBefore, UNTOUCHED } from './coin-before.ts';
import type { LedgerSet } from './ledger-set.ts';
import { nameTransactions } from './name-transactions.ts';
import type { WorkSlices } from './work-slices.ts';

/** How far connecting may run ahead of verifying: enough for all threads to have work. */
const MOST_INPUTS_AHEAD = 20_000;
const MOST_BYTES_AHEAD = 16 * 2 ** 20;
const MOST_BLOCKS_AHEAD = 256;

export interface PipelineParts {
  readonly tree: BlockTree;
  readonly ledgers: LedgerSet;
  readonly archive: BlockArchive;
  readonly verifier: ScriptVerifier;
  readonly events: ChainEvents;
  readonly slices: WorkSlices;
  /** Whether the scripts of a block need not be run. */
  readonly isAssumedValid: (node: BlockNode) => boolean;
  /** The scripts of a block that was under way fail. It and all that were connected on top are taken back. */
  readonly onFailure: (node: BlockNode, error: RuleError, txid: Txid) => void;
  /** Called when nothing is under way any more, before whoever waits for the last block goes on. */
  readonly onRest: () => Promise<void>;
  /** Something else went wrong, and what is in memory cannot be relied upon. */
  readonly onBroken: (error: unknown) => void;
}

/** A block that has been connected, and whose scripts are being verified. */
interface Flight {
  readonly node: BlockNode;
  readonly block: Block;
  /** Of what connecting it answered, this alone is kept: the rest is several times as large. */
  readonly undo: BlockUndo;
  readonly inputs: number;
  readonly bytes: number;
  readonly verdict: Promise<ScriptFailure | undefined>;
  /** Resolves when the block has become the tip, or has been taken back. */
  readonly landed: Promise<void>;
  readonly land: () => void;
  /** It has become the tip, and listeners are being told. */
  isTip: boolean;
}

/**
 * - `connected`: and its scripts are being verified
 * - `interrupted`: by the failure of a block before it
 * - otherwise the rule that it breaks
 */
export type ConnectOutcome = 'connected' | 'interrupted' | RuleError;

/**
 * Moves the tip, one block at a time, in two stages: here a block is connected to the coins that its
 * parent leaves; then its scripts are verified elsewhere, while the next block is already being
 * connected on top of it. Blocks become the tip in order, and only once they are verified: nobody
 * outside ever sees the others. When one fails, it and those on top of it are taken back, in memory,
 * as if they had never been.
 *
 * One at a time may connect or disconnect.
 */
export class ConnectPipeline {
  readonly #parts: PipelineParts;
  readonly #flights: Flight[] = [];
  /** Of all flights together. */
  #inputs = 0;
  #bytes = 0;
  #head: BlockNode;
  #landing: Promise<void> = Promise.resolve();
  #isLanding = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#head = parts.tree.tip;
  }

  /** The last block that has been connected. The tip is the last one that is verified as well. */
  get head(): BlockNode {
    return this.#head;
  }

  /** Resolves when a block is no longer under way, however that ended. */
  async landed(node: BlockNode): Promise<void> {
    await this.#flights.find((flight) => flight.node === node)?.landed;
  }

  /**
   * A coin as it is after the tip, given as it is after the last block that has been connected: what
   * is under way may never have been.
   */
  asOfTip(key: CoinKey, coin: Coin | undefined): Coin | undefined {
    if (this.#flights.length === 0) return coin;
    const outPoint = decode(outPointCodec, key);
    for (const { block, undo, isTip } of this.#flights) {
      const before = isTip ? UNTOUCHED : coinBefore(outPoint, block, undo);
      if (before !== UNTOUCHED) return before;
    }
    return coin;
  }

  /** Resolves when no block is under way: the last one connected is then the tip. */
  async drain(): Promise<void> {
    while (this.#isLanding) await this.#landing;
  }

  /** Connects a block on top of the last one. */
  async connect(node: BlockNode, loaded: LoadedBlock): Promise<ConnectOutcome> {
    await this.#waitForRoom();
    const { ledgers, slices } = this.#parts;
    const { block } = loaded;
    await nameTransactions(loaded, slices);
    const prepared = await ledgers.prepare({ node, block });
    if (this.#head !== node.parent) return 'interrupted';
    try {
      const connected = prepared.connect();
      await slices.next();
      if (this.#head !== node.parent) return 'interrupted';
      prepared.apply(connected);
      this.#head = node;
      this.#takeOff(node, loaded, connected);
      return 'connected';
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      // Perhaps a block below is at fault, and this one only suffers.
      await this.drain();
      return this.#head === node.parent ? error : 'interrupted';
    }
  }

  /** Takes the tip back. Nothing must be under way. */
  async disconnectTip(): Promise<void> {
    const { archive, ledgers, slices, tree, events } = this.#parts;
    const node = this.#head;
    const parent = node.parent;
    if (parent === undefined) throw new RangeError('nothing is below the first block');
    const loaded = await archive.readBlock(node);
    const { block } = loaded;
    await nameTransactions(loaded, slices);
    const undo = await archive.readUndo(node);
    await ledgers.recall(node);
    await slices.next();
    ledgers.disconnect({ node, block }, undo);
    this.#head = parent;
    tree.setTip(parent);
    await events.emit({ kind: 'disconnected', node, block, undo });
  }

  async #waitForRoom(): Promise<void> {
    while (
      this.#inputs >= MOST_INPUTS_AHEAD ||
      this.#bytes >= MOST_BYTES_AHEAD ||
      this.#flights.length >= MOST_BLOCKS_AHEAD
    ) {
      await this.#flights[0]?.landed;
    }
  }

  #takeOff(node: BlockNode, { block, raw }: LoadedBlock, connected: ConnectedBlock): void {
    const { verifier, isAssumedValid } = this.#parts;
    const { scriptJobs: jobs, undo } = connected;
    const verdict =
      jobs.length === 0 || isAssumedValid(node)
        ? Promise.resolve(undefined)
        : verifier.verify({ block, raw, jobs });
    // It is waited for in its turn; until then its failure is nobody's.
    verdict.catch(() => {});
    let inputs = 0;
    for (const coins of undo) inputs += coins.length;
    let land = (): void => {};
    const landed = new Promise<void>((resolve) => {
      land = resolve;
    });
    const bytes = raw.length;
    this.#flights.push({
      node,
      block,
      undo,
      inputs,
      bytes,
      verdict,
      landed,
      land,
      isTip: false,
    });
    this.#inputs += inputs;
    this.#bytes += bytes;
    if (!this.#isLanding) {
      this.#isLanding = true;
      this.#landing = this.#landAll();
    }
  }

  async #landAll(): Promise<void> {
    try {
      for (let flight = this.#flights[0]; flight !== undefined; flight = this.#flights[0]) {
        const failure = await flight.verdict;
        await this.#parts.slices.next();
        if (failure === undefined) await this.#land(flight);
        else this.#takeBack(failure);
      }
    } catch (error) {
      this.#parts.onBroken(error);
      for (const { land } of this.#removeAll()) land();
    } finally {
      this.#isLanding = false;
    }
  }

  async #land(flight: Flight): Promise<void> {
    const { archive, tree, events } = this.#parts;
    const { node, block, undo } = flight;
    if (!node.hasUndo) await archive.storeUndo(node, undo);
    if (!node.isValid) {
      node.status |= VALID;
      tree.changed.add(node);
    }
    tree.setTip(node);
    flight.isTip = true;
    tree.dropWorseCandidates();
    await events.emit({ kind: 'connected', node, block, undo });
    this.#flights.shift();
    this.#inputs -= flight.inputs;
    this.#bytes -= flight.bytes;
    if (this.#flights.length === 0) await this.#parts.onRest();
    flight.land();
  }

  /** The oldest block under way has failed. */
  #takeBack({ error, job }: ScriptFailure): void {
    const flights = this.#removeAll();
    const [failed] = flights as readonly [Flight];
    for (const { node, block, undo } of [...flights].reverse()) {
      this.#parts.ledgers.disconnect({ node, block }, undo);
    }
    this.#head = failed.node.parent as BlockNode;
    // There is a job for every transaction but the coinbase.
    const spender = failed.block.transactions[job + 1] as Transaction;
    this.#parts.onFailure(failed.node, error, txid(spender));
    for (const { land } of flights) land();
  }

  #removeAll(): readonly Flight[] {
    this.#inputs = 0;
    this.#bytes = 0;
    return this.#flights.splice(0);
  }
}
