/** The key paths of descriptors (BIP380), and their alternatives (BIP389). */
import { HARDENED } from '../../keys/key-path.ts';
import { DescriptorError } from './descriptor-error.ts';
import { readU32 } from './expression.ts';

/** More alternatives than this help nobody, and each makes a descriptor of its own. */
const MAX_ALTERNATIVES = 64;

/** How hardened steps are written. */
export type HardenedMark = "'" | 'h';

/**
 * What becomes of alternatives, as in `<0;1>`. To those who do not know them (`unknown`), such as
 * Bitcoin Core 28, they are a wrong number like any other; to the others they may be `misplaced`.
 */
export type MultipathRule = 'allowed' | 'misplaced' | 'unknown';

export interface KeyPaths {
  /** One path; or one for each alternative. */
  readonly paths: readonly (readonly number[])[];
  /** The mark of the last hardened step: Bitcoin Core prints all of them with that one. */
  readonly mark: HardenedMark | undefined;
}

/** A step, or the alternatives for it. */
interface Step {
  readonly values: readonly number[];
  readonly mark: HardenedMark | undefined;
}

/**
 * The path that stands in these pieces, which were cut at the slashes.
 *
 * @example
 * readKeyPath(['84h', '<0;1>'], 'allowed') // { paths: [[2147483732, 0], [2147483732, 1]], mark: 'h' }
 */
export function readKeyPath(pieces: readonly string[], multipath: MultipathRule): KeyPaths {
  const steps: Step[] = [];
  let several: Step | undefined;
  for (const piece of pieces) {
    if (!isMultipath(piece, multipath)) {
      steps.push(readStep(piece));
      continue;
    }
    if (several !== undefined) {
      throw new DescriptorError('bad-multipath', 'Multiple multipath key path specifiers found');
    }
    several = readAlternatives(piece);
    steps.push(several);
  }
  const paths = (several?.values ?? [0]).map((_, alternative) =>
    steps.map(({ values }) => (values[alternative] ?? values[0]) as number),
  );
  return { paths, mark: lastMark(steps) };
}

function isMultipath(piece: string, rule: MultipathRule): boolean {
  if (rule === 'unknown' || !piece.startsWith('<') || !piece.endsWith('>')) return false;
  if (rule === 'allowed') return true;
  throw new DescriptorError(
    'bad-multipath',
    `Key path value '${piece}' specifies multipath in a section where multipath is not allowed`,
  );
}

function readAlternatives(piece: string): Step {
  const pieces = piece.slice(1, -1).split(';');
  if (pieces.length < 2) {
    throw new DescriptorError(
      'bad-multipath',
      'Multipath key path specifiers must have at least two items',
    );
  }
  if (pieces.length > MAX_ALTERNATIVES) {
    throw new DescriptorError(
      'bad-multipath',
      `Multipath key path specifiers must have at most ${MAX_ALTERNATIVES} items, not ${pieces.length}`,
    );
  }
  const steps = pieces.map(readStep);
  const values = new Set<number>();
  for (const {
    values: [value = 0],
  } of steps) {
    if (values.has(value)) {
      throw new DescriptorError(
        'bad-multipath',
        `Duplicated key path value ${value} in multipath specifier`,
      );
    }
    values.add(value);
  }
  return { values: [...values], mark: lastMark(steps) };
}

function readStep(piece: string): Step {
  const last = piece.at(-1);
  const mark = last === "'" || last === 'h' ? last : undefined;
  const digits = mark === undefined ? piece : piece.slice(0, -1);
  const value = readU32(digits);
  if (value === undefined) {
    throw new DescriptorError('bad-key-path', `Key path value '${digits}' is not a valid uint32`);
  }
  if (value >= HARDENED) {
    throw new DescriptorError('bad-key-path', `Key path value ${value} is out of range`);
  }
  return { values: [mark === undefined ? value : value + HARDENED], mark };
}

function lastMark(steps: readonly Step[]): HardenedMark | undefined {
  return steps.findLast(({ mark }) => mark !== undefined)?.mark;
}
