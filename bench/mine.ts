/**
 * How many hashes a second the search for nonces makes: on one thread, next to `node:crypto` and to
 * plain JavaScript, and on two. All are timed in turns. And whether it finds what it should.
 */
import { createHash } from 'node:crypto';
import { NonceKernel } from '../src/node/mining/kernel/nonce-kernel.ts';
import { ThreadSearch } from '../src/node/mining/thread-search.ts';
import { SystemClock } from '../src/outside/clock/system-clock.ts';
import { SystemThreads } from '../src/outside/threads/system-threads.ts';
import { main } from '../src/protocol/params/main.ts';
import { encodeBlockHeader } from '../src/protocol/primitives/block-header.ts';
import { agreeingHeaders } from './agreeing-headers.ts';
import type { Bench } from './bench.ts';
import { PlainMiner } from './plain-miner.ts';
import { median, type Summary } from './summary.ts';

const ROUNDS = 15;
/** What the kernel must be at least, as a multiple of two `createHash` calls; two threads, of one. */
const MIN_RATIO = 10;
const MIN_THREADS_RATIO = 1.85;

/** A target that no hash meets, so that every search goes to its end. */
const header = { ...main.genesis.header, bits: 0x10000001, nonce: 0 };
const GENESIS_NONCE = 2083236893;
const NONCE_AT = 76;
const CHUNK = 65_536;
const THREAD_TRIES = 3_000_000;
/** Random headers on which it must find what `node:crypto` finds. */
const HEADERS = 1000;

const most: Summary = (values) => Math.max(...values);

interface Contender {
  readonly name: string;
  /** Makes some hashes, and says how many. */
  readonly run: () => number | Promise<number>;
  /** Hashes a second, one figure for each round. */
  readonly rates: number[];
}

/** `npm run bench -- mine` */
export const benchMine: Bench = { options: [], run: ({ json }) => measure(json) };

async function measure(json: boolean): Promise<boolean> {
  const clock = new SystemClock();
  const [one, two] = [1, 2].map(
    (threads) => new ThreadSearch(new SystemThreads(), { threads, clock }),
  ) as [ThreadSearch, ThreadSearch];
  const contenders = {
    createHash: contender('node:crypto, createHash twice', withCreateHash()),
    javascript: contender('plain JavaScript, midstate kept', withJavaScript()),
    kernel: contender('WebAssembly, this thread', withKernel()),
    oneThread: contender('WebAssembly, one thread', () => onThreads(one)),
    twoThreads: contender('WebAssembly, two threads', () => onThreads(two)),
  };
  const all = Object.values(contenders);
  // The first rounds are V8's, which then knows what is worth compiling well.
  for (let round = -2; round < ROUNDS; round++) {
    for (const { run, rates } of all) {
      const start = performance.now();
      const hashes = await run();
      if (round >= 0) rates.push((hashes / (performance.now() - start)) * 1000);
    }
  }
  await Promise.all([one.close(), two.close()]);
  const rate = (name: keyof typeof contenders, summary: Summary): number =>
    summary(contenders[name].rates);
  const ratios = (summary: Summary) => ({
    toCreateHash: rate('kernel', summary) / rate('createHash', summary),
    toJavaScript: rate('kernel', summary) / rate('javascript', summary),
    twoThreadsToOne: rate('twoThreads', summary) / rate('oneThread', summary),
  });
  const figures = {
    bench: 'mine',
    findsGenesis: findsGenesis(),
    headers: HEADERS,
    agreeingHeaders: agreeingHeaders(HEADERS),
    hashesPerSecond: all.map(({ name, rates }) => ({
      name,
      best: Math.round(most(rates)),
      median: Math.round(median(rates)),
    })),
    best: ratios(most),
    median: ratios(median),
    minRatio: MIN_RATIO,
    minThreadsRatio: MIN_THREADS_RATIO,
  };
  if (json) console.log(JSON.stringify(figures));
  else print(figures);
  return isGood(figures);
}

interface Ratios {
  readonly toCreateHash: number;
  readonly toJavaScript: number;
  readonly twoThreadsToOne: number;
}

interface Figures {
  readonly findsGenesis: boolean;
  readonly headers: number;
  readonly agreeingHeaders: number;
  readonly hashesPerSecond: readonly {
    readonly name: string;
    readonly best: number;
    readonly median: number;
  }[];
  readonly best: Ratios;
  readonly median: Ratios;
}

function isGood({
  best,
  findsGenesis: isFound,
  headers,
  agreeingHeaders: agreeing,
}: Figures): boolean {
  const isFast = best.toCreateHash >= MIN_RATIO && best.twoThreadsToOne >= MIN_THREADS_RATIO;
  return isFound && agreeing === headers && isFast;
}

function contender(name: string, run: Contender['run']): Contender {
  return { name, run, rates: [] };
}

function withCreateHash(): () => number {
  const hashes = 20_000;
  const bytes = encodeBlockHeader(header).slice();
  const view = new DataView(bytes.buffer);
  return () => {
    for (let nonce = 0; nonce < hashes; nonce++) {
      view.setUint32(NONCE_AT, nonce, true);
      const first = createHash('sha256').update(bytes).digest();
      createHash('sha256').update(first).digest();
    }
    return hashes;
  };
}

function withJavaScript(): () => number {
  const hashes = 100_000;
  const miner = new PlainMiner(encodeBlockHeader(header));
  return () => {
    miner.run(0, hashes);
    return hashes;
  };
}

function withKernel(): () => number {
  const kernel = new NonceKernel();
  kernel.load(header);
  const hashes = 12 * CHUNK;
  return () => {
    for (let nonce = 0; nonce < hashes; nonce += CHUNK) kernel.find(nonce, nonce + CHUNK);
    return hashes;
  };
}

async function onThreads(search: ThreadSearch): Promise<number> {
  const maxTries = search.threads * THREAD_TRIES;
  return (await search.search(header, { maxTries, wanted: 'any' })).tries;
}

/** Begins 5,000 nonces below that of Bitcoin's first block. */
function findsGenesis(): boolean {
  const kernel = new NonceKernel();
  kernel.load(main.genesis.header);
  const plain = new PlainMiner(encodeBlockHeader(main.genesis.header));
  return (
    kernel.find(GENESIS_NONCE - 5000, GENESIS_NONCE + CHUNK) === GENESIS_NONCE &&
    plain.run(GENESIS_NONCE, 1) === 1
  );
}

function print(figures: Figures): void {
  const { hashesPerSecond, best, median: middle, findsGenesis: isFound } = figures;
  console.log(`${ROUNDS} rounds in turns, million hashes of headers a second:\n`);
  console.log('                                    best  median');
  for (const { name, best: top, median: usual } of hashesPerSecond) {
    const cells = [top, usual].map((rate) => (rate / 1e6).toFixed(2).padStart(7));
    console.log(`${name.padEnd(33)}${cells.join(' ')}`);
  }
  const ratio = (name: keyof Ratios): string =>
    `best ${best[name].toFixed(2)}, median ${middle[name].toFixed(2)}`;
  const verdict = (isEnough: boolean): string => (isEnough ? 'ok' : 'TOO SLOW');
  const enough = verdict(best.toCreateHash >= MIN_RATIO);
  const enoughThreads = verdict(best.twoThreadsToOne >= MIN_THREADS_RATIO);
  console.log(
    `\none thread / createHash twice: ${ratio('toCreateHash')} (at least ${MIN_RATIO}): ${enough}`,
  );
  console.log(`one thread / plain JavaScript: ${ratio('toJavaScript')}`);
  console.log(
    `two threads / one: ${ratio('twoThreadsToOne')} (at least ${MIN_THREADS_RATIO}): ${enoughThreads}`,
  );
  console.log(`the nonce of Bitcoin's first block: ${isFound ? 'found' : 'NOT FOUND'}`);
  const { headers, agreeingHeaders: agreeing } = figures;
  console.log(`random headers on which node:crypto finds the same: ${agreeing} of ${headers}`);
}
