/**
 * Fee rate diagrams: the fees that a miner gets by the size of what it mines, the best first. A change
 * of the pool is good for every miner if its diagram is nowhere lower and somewhere higher.
 */

/** Transactions that are mined together: what they pay, and how large they are. */
export interface Chunk {
  readonly fee: bigint;
  readonly vsize: number;
}

/** How two diagrams compare: `higher` if the first is; `crossing` if each is higher somewhere. */
export type DiagramOrder = 'lower' | 'equal' | 'higher' | 'crossing';

/** Whether the first has the higher rate: positive if so, negative if lower. */
export function compareRates(a: Chunk, b: Chunk): number {
  const left = a.fee * BigInt(b.vsize);
  const right = b.fee * BigInt(a.vsize);
  return left > right ? 1 : left < right ? -1 : 0;
}

/** Chunks as a miner takes them: the highest rate first. */
function bestFirst(chunks: readonly Chunk[]): readonly Chunk[] {
  return chunks.toSorted((a, b) => compareRates(b, a) || a.vsize - b.vsize);
}

/**
 * Compares two diagrams, each given by its chunks, in any order. Behind its last chunk a diagram goes
 * on level: nothing more is paid.
 *
 * @example
 * compareDiagrams([{ fee: 300n, vsize: 100 }], [{ fee: 200n, vsize: 100 }]) // 'higher'
 */
export function compareDiagrams(first: readonly Chunk[], second: readonly Chunk[]): DiagramOrder {
  const a = pointsOf(first);
  const b = pointsOf(second);
  // Both are concave and straight between their points, so that looking at those is enough.
  const higher = a.some((point) => isAbove(point, b)) || b.some((point) => isBelow(point, a));
  const lower = b.some((point) => isAbove(point, a)) || a.some((point) => isBelow(point, b));
  if (higher && lower) return 'crossing';
  return higher ? 'higher' : lower ? 'lower' : 'equal';
}

/** Sums of fees and sizes: where a diagram bends. */
function pointsOf(chunks: readonly Chunk[]): readonly Chunk[] {
  const points: Chunk[] = [{ fee: 0n, vsize: 0 }];
  let fee = 0n;
  let vsize = 0;
  for (const chunk of bestFirst(chunks)) {
    fee += chunk.fee;
    vsize += chunk.vsize;
    points.push({ fee, vsize });
  }
  return points;
}

function isAbove(point: Chunk, line: readonly Chunk[]): boolean {
  return heightAbove(point, line) > 0n;
}

function isBelow(point: Chunk, line: readonly Chunk[]): boolean {
  return heightAbove(point, line) < 0n;
}

/** How far a point lies above a line, in an own scale, so that nothing has to be divided. */
function heightAbove({ fee, vsize }: Chunk, line: readonly Chunk[]): bigint {
  const next = line.findIndex((point) => point.vsize >= vsize);
  const to = line[next];
  if (to === undefined) return fee - (line.at(-1) as Chunk).fee;
  const from = line[next - 1];
  if (from === undefined) return fee - to.fee;
  const along = BigInt(vsize - from.vsize);
  return (fee - from.fee) * BigInt(to.vsize - from.vsize) - (to.fee - from.fee) * along;
}
