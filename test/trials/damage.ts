/** What time does to disks: a bit turns over, or the end of a file is gone. */
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { drawBelow, drawChance, pick } from '../../src/outside/entropy/draw.ts';
import type { Entropy } from '../../src/outside/entropy/entropy.ts';

export interface Damage {
  /** Below the data folder. */
  readonly file: string;
  /** Where it is cut off, or where the byte is. */
  readonly position: number;
  /** Which bit of the byte; undefined for a cut. */
  readonly bit: number | undefined;
}

/** Nobody ever reads these again: they are as good as never hit. */
const UNREAD = /(^|\/)(LOG|LOG\.old|LOCK|\.lock)$/;
/** So often it is one of the others. */
const READ_SHARE = 0.95;
/** Files of blocks have room in advance, which holds nothing. So often it is what is in use. */
const USED_SHARE = 0.9;

/** Chooses a damage to a data folder. Every file is as likely as any other, however large. */
export function drawDamage(entropy: Entropy, folder: string, kind: 'flip' | 'cut'): Damage {
  const files = filesBelow(folder);
  const read = files.filter((file) => !UNREAD.test(file));
  const file = pick(entropy, drawChance(entropy, READ_SHARE) ? read : files) as string;
  const bytes = readFileSync(join(folder, file));
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const length = Math.max(1, drawChance(entropy, USED_SHARE) ? used : bytes.length);
  const position = drawBelow(entropy, length);
  return { file, position, bit: kind === 'flip' ? drawBelow(entropy, 8) : undefined };
}

export function applyDamage(folder: string, { file, position, bit }: Damage): void {
  const path = join(folder, file);
  const byte = readFileSync(path)[position] ?? 0;
  const handle = openSync(path, 'r+');
  if (bit === undefined) ftruncateSync(handle, position);
  else writeSync(handle, Uint8Array.of(byte ^ (1 << bit)), 0, 1, position);
  closeSync(handle);
}

export function damageText({ file, position, bit }: Damage): string {
  return bit === undefined
    ? `${file} cut off at byte ${position}`
    : `${file}, bit ${bit} of byte ${position}`;
}

/** All files that hold something, in the same order in every run. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => readFileSync(join(folder, file)).length > 0)
    .sort();
}
