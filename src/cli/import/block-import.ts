import type { CodedError } from '../../protocol/bytes/coded-error.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import { sha256d } from '../../protocol/crypto/hash.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { decodeBlockHeader, HEADER_SIZE } from '../../protocol/primitives/block-header.ts';
import {
  cutOffProblem,
  foreignProblem,
  garbageProblem,
  type Problem,
  refusedProblem,
  type StrandedBlock,
  strandedProblem,
} from './problem.ts';
import type { FoundInFile, SourceFiles } from './source-files.ts';
import { type BlockPlace, WaitingBlocks } from './waiting-blocks.ts';

/** What an import needs of a chain. */
export interface ImportChain {
  readonly params: ChainParams;
  readonly tip: { readonly height: number };
  /** What is known of a block. Whoever has its transactions counted has had its body. */
  lookup(
    hash: Uint8Array,
  ): { readonly height: number; readonly transactionCount: number } | undefined;
  processBlock(raw: Uint8Array): Promise<ImportResult>;
}

export type ImportResult =
  | { readonly kind: 'connected' | 'sidechain' | 'duplicate' | 'unwanted' }
  | { readonly kind: 'orphan'; readonly missing: Uint8Array }
  | { readonly kind: 'rejected'; readonly error: CodedError };

/** What became of the blocks in the files. */
export interface ImportCounts {
  /** New ones, on whatever branch. */
  added: number;
  /** Blocks that were there already, the first of the chain not counted. */
  known: number;
  refused: number;
  /** Blocks that had to be left out, since one before them is nowhere. */
  stranded: number;
}

export interface BlockImportParts {
  readonly chain: ImportChain;
  readonly files: SourceFiles;
  /** Hears of everything that is wrong. */
  readonly onProblem: (problem: Problem) => void;
  /** Hears how far it is, from 0 to 1. */
  readonly onProgress: (fraction: number, counts: ImportCounts) => void;
  readonly signal: AbortSignal;
  /** How many blocks whose parents have not come may be remembered. */
  readonly waitingLimit?: number;
}

/**
 * So much is under way at once. While the scripts of a block are verified on threads, the next blocks
 * are read, decoded and connected.
 */
const MOST_BLOCKS_UNDER_WAY = 64;
const MOST_BYTES_UNDER_WAY = 32 * 1024 * 1024;

/** More are not remembered: these take some 100 MB. */
const MOST_REFUSED = 1_000_000;
/** Where in a block the hash of its parent is: behind the version. */
const PARENT_AT = 4;

interface Flight {
  readonly hash: Uint8Array;
  readonly bytes: number;
  readonly landing: Promise<void>;
}

/**
 * Reads blocks from files, in whatever order they are, and gives them to a chain. Blocks whose parents
 * have not come yet are read again when they have, as in Bitcoin Core's import: so the order costs
 * time, and hardly any memory.
 *
 * @example
 * const counts = await new BlockImport({ chain, files, onProblem, onProgress, signal }).run();
 */
export class BlockImport {
  readonly #parts: BlockImportParts;
  readonly #waiting: WaitingBlocks;
  /** Blocks whose parents have come. */
  readonly #ready: BlockPlace[] = [];
  /** The oldest first: that is the order in which they land. */
  readonly #flights: Flight[] = [];
  /** Their hashes. */
  readonly #underWay = new Set<string>();
  #bytesUnderWay = 0;
  readonly #refused = new Set<string>();
  #isFirstPass = true;
  /** How much of the files has been read. */
  #fraction = 0;
  /** How much of the work is done, as far as it has been told. */
  #done = 0;
  readonly #counts: ImportCounts = { added: 0, known: 0, refused: 0, stranded: 0 };

  constructor(parts: BlockImportParts) {
    this.#parts = parts;
    this.#waiting = new WaitingBlocks(parts.waitingLimit);
  }

  /** Resolves when all files are read, or when the signal came and nothing is under way any more. */
  async run(): Promise<ImportCounts> {
    try {
      for (;;) {
        const { added } = this.#counts;
        await this.#readAll();
        const hasGrown = this.#counts.added > added;
        // Those that were forgotten for lack of room are found again, and fewer of them each time.
        if (this.#isStopped || this.#waiting.takeForgotten() === 0 || !hasGrown) break;
        this.#isFirstPass = false;
      }
    } finally {
      await Promise.allSettled(this.#flights.map(({ landing }) => landing));
    }
    if (!this.#isStopped) await this.#tellStranded();
    return this.#counts;
  }

  get #isStopped(): boolean {
    return this.#parts.signal.aborted;
  }

  async #readAll(): Promise<void> {
    const { files } = this.#parts;
    for (const file of files.paths.keys()) {
      if (this.#isStopped) break;
      await this.#readFile(file);
    }
    while (this.#flights.length > 0 || (this.#ready.length > 0 && !this.#isStopped)) {
      await this.#offerReady();
      await this.#land();
    }
  }

  async #readFile(file: number): Promise<void> {
    const { files } = this.#parts;
    for await (const found of files.scan(file)) {
      if (found.kind === 'block') {
        const { offset, raw } = found;
        await this.#offer({ file, offset, length: raw.length }, raw);
        await this.#offerReady();
      } else if (this.#isFirstPass) {
        this.#tellOf(file, found);
      }
      this.#fraction = files.fractionBefore(file, found.end);
      this.#tellProgress();
      if (this.#isStopped) return;
    }
  }

  #tellOf(file: number, found: Exclude<FoundInFile, { kind: 'block' }>): void {
    const { files, onProblem, chain } = this.#parts;
    const path = files.pathOf(file);
    switch (found.kind) {
      case 'garbage':
        onProblem(garbageProblem(path, found));
        break;
      case 'cut-off':
        onProblem(cutOffProblem(path, found));
        break;
      case 'foreign':
        onProblem(foreignProblem(path, found, chain.params));
    }
  }

  async #offerReady(): Promise<void> {
    for (let place = this.#ready.pop(); place !== undefined; place = this.#ready.pop()) {
      if (this.#isStopped) return;
      await this.#offer(place, await this.#parts.files.read(place));
    }
  }

  /** Hands a block to the chain, as soon as there is room; or remembers it until its parent comes. */
  async #offer(place: BlockPlace, raw: Uint8Array): Promise<void> {
    const { chain } = this.#parts;
    const hash = sha256d(raw.subarray(0, HEADER_SIZE));
    const known = chain.lookup(hash);
    if (known !== undefined && known.transactionCount > 0) {
      // The first block comes with the rules, and every chain has it.
      if (this.#isFirstPass && known.height > 0) this.#counts.known++;
      return;
    }
    const parent = raw.subarray(PARENT_AT, PARENT_AT + hash.length);
    if (this.#refused.has(toHex(parent))) return this.#refuse(hash);
    if (chain.lookup(parent) === undefined && !this.#underWay.has(toHex(parent))) {
      this.#waiting.add(parent, place);
      return;
    }
    await this.#makeRoom(raw.length);
    const landing = chain.processBlock(raw).then((result) => this.#note(place, hash, result));
    // Whether it failed is heard when it lands.
    landing.catch(() => {});
    this.#flights.push({ hash, bytes: raw.length, landing });
    this.#underWay.add(toHex(hash));
    this.#bytesUnderWay += raw.length;
    // Those that wait for it can come behind it: the chain takes blocks in the order of their coming.
    this.#ready.push(...this.#waiting.take(hash));
  }

  async #makeRoom(bytes: number): Promise<void> {
    while (
      this.#flights.length >= MOST_BLOCKS_UNDER_WAY ||
      (this.#flights.length > 0 && this.#bytesUnderWay + bytes > MOST_BYTES_UNDER_WAY)
    ) {
      await this.#land();
    }
  }

  /** Waits for the oldest flight. */
  async #land(): Promise<void> {
    const flight = this.#flights[0];
    if (flight === undefined) return;
    await flight.landing;
    this.#flights.shift();
    this.#underWay.delete(toHex(flight.hash));
    this.#bytesUnderWay -= flight.bytes;
    this.#tellProgress();
  }

  /** As much as has been read, less what of it waits or is under way. It never goes back. */
  #tellProgress(): void {
    const { added, known, refused } = this.#counts;
    const settled = added + known + refused;
    const open = this.#waiting.size + this.#ready.length + this.#flights.length;
    const share = open === 0 ? 1 : settled / (settled + open);
    this.#done = Math.max(this.#done, this.#fraction * share);
    this.#parts.onProgress(this.#done, this.#counts);
  }

  #note(place: BlockPlace, hash: Uint8Array, result: ImportResult): void {
    switch (result.kind) {
      case 'orphan':
        // Its parent was on its way, and has been refused.
        if (this.#refused.has(toHex(result.missing))) this.#refuse(hash);
        else this.#waiting.add(result.missing, place);
        return;
      case 'rejected':
        this.#noteRefusal(place, hash, result.error);
        return;
      case 'duplicate':
        this.#counts.known++;
        break;
      default:
        this.#counts.added++;
    }
    this.#ready.push(...this.#waiting.take(hash));
  }

  #noteRefusal(place: BlockPlace, hash: Uint8Array, error: CodedError): void {
    const { files, onProblem } = this.#parts;
    if (!CAUSED_BY_PARENT.has(error.code)) {
      onProblem(refusedProblem(files.pathOf(place.file), place.offset, hash, error));
    }
    if (error instanceof RuleError && error.verdict !== 'mutated') this.#refuse(hash);
    // These bytes are wrong, but the block that the hash belongs to may yet come.
    else this.#counts.refused++;
  }

  /** No block that builds on a bad one can be good. */
  #refuse(hash: Uint8Array): void {
    this.#counts.refused++;
    if (this.#refused.size < MOST_REFUSED) this.#refused.add(toHex(hash));
    this.#ready.push(...this.#waiting.take(hash));
  }

  async #tellStranded(): Promise<void> {
    const { files, onProblem } = this.#parts;
    const count = this.#waiting.size;
    this.#counts.stranded = count;
    if (count === 0) return;
    const blocks: StrandedBlock[] = [];
    for (const place of this.#waiting.some(MOST_STRANDED_READ)) {
      const headerBytes = (await files.read(place)).subarray(0, HEADER_SIZE);
      const file = files.pathOf(place.file);
      blocks.push({ file, byte: place.offset, header: decodeBlockHeader(headerBytes) });
    }
    onProblem(strandedProblem(blocks, count));
  }
}

/** To find one whose parent is nowhere, and does not just wait for its own. */
const MOST_STRANDED_READ = 1000;

/** Of a block that is refused for what it builds on, the other one has been told. */
const CAUSED_BY_PARENT: ReadonlySet<string> = new Set(['bad-prevblk', 'duplicate-invalid']);
