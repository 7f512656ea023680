/** Names that people mistype: commands, fields, flags, the words of a seed. */

/** No name is longer, and what is longer is like none. */
const MAX_LENGTH = 64;
const ROW = MAX_LENGTH + 1;
/** The last three rows of the table of distances. Scratch: a word list has two thousand names. */
const rows = new Uint8Array(3 * ROW);

/**
 * The one of some names that was most likely meant, if any is close: about one letter in three may
 * be wrong, missing, added, or in its neighbour's place.
 *
 * @example
 * nearestName('decoed', ['decode', 'tour']) // 'decode'
 */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const name of names) {
    // Whatever is so much longer or shorter is far away, and long input costs nothing.
    if (Math.abs(name.length - typed.length) >= least) continue;
    const distance = typingErrors(typed.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

/**
 * How many letters to change, add, remove or swap with their neighbour (optimal string alignment).
 * Words are compared by their first 64 letters.
 *
 * @example
 * typingErrors('hlep', 'help') // 1
 */
export function typingErrors(a: string, b: string): number {
  const height = Math.min(a.length, MAX_LENGTH);
  const width = Math.min(b.length, MAX_LENGTH);
  for (let j = 0; j <= width; j++) rows[j] = j;
  for (let i = 1; i <= height; i++) {
    const row = (i % 3) * ROW;
    const last = ((i + 2) % 3) * ROW;
    const beforeLast = ((i + 1) % 3) * ROW;
    rows[row] = i;
    for (let j = 1; j <= width; j++) {
      const replaced = distance(last + j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, distance(last + j) + 1, distance(row + j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, distance(beforeLast + j - 2) + 1);
      }
      rows[row + j] = best;
    }
  }
  return distance((height % 3) * ROW + width);
}

function distance(at: number): number {
  return rows[at] as number;
}
