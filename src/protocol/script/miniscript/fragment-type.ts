/** The type of an expression, from those of its parts: the tables of BIP379. */
import type { MiniscriptContext } from './context.ts';
import type { Fragment } from './fragment.ts';
import { has, type Properties, pick, properties, when } from './properties.ts';

/** BIP68: this bit of a sequence number says that it counts units of 512 seconds, not blocks. */
const SEQUENCE_COUNTS_TIME = 0x0040_0000;
/** From here on, lock times are seconds. */
const FIRST_LOCK_TIME_IN_SECONDS = 500_000_000;

interface Typed {
  readonly type: Properties;
}

export interface FragmentParts {
  readonly context: MiniscriptContext;
  readonly fragment: Fragment;
  readonly k: number;
  readonly subs: readonly Typed[];
}

/**
 * The type of an expression; 0, without any letter, where its parts do not go together. It is then 0
 * all the way up.
 */
export function fragmentType({ context, fragment, k, subs }: FragmentParts): Properties {
  const [x = 0, y = 0, z = 0] = subs.map(({ type }) => type);
  const type =
    leafType(fragment, k) ??
    wrapperType(fragment, x, context) ??
    andType(fragment, x, y) ??
    orType(fragment, x, y) ??
    (fragment === 'andor' ? andorType(x, y, z) : threshType(k, subs));
  return pick(type, 'BVKW') === 0 ? 0 : type;
}

function leafType(fragment: Fragment, k: number): Properties | undefined {
  switch (fragment) {
    case '0':
      return properties('Bzudemsxk');
    case '1':
      return properties('Bzufmxk');
    case 'pk_k':
      return properties('Konudemsxk');
    case 'pk_h':
      return properties('Knudemsxk');
    case 'older':
      return properties((k & SEQUENCE_COUNTS_TIME) !== 0 ? 'gBzfmxk' : 'hBzfmxk');
    case 'after':
      return properties(k >= FIRST_LOCK_TIME_IN_SECONDS ? 'iBzfmxk' : 'jBzfmxk');
    case 'sha256':
    case 'hash256':
    case 'ripemd160':
    case 'hash160':
      return properties('Bonudmk');
    case 'multi':
      return properties('Bnudemsk');
    case 'multi_a':
      return properties('Budemsk');
    default:
      return undefined;
  }
}

function wrapperType(
  fragment: Fragment,
  x: Properties,
  context: MiniscriptContext,
): Properties | undefined {
  const locks = pick(x, 'ghijk');
  switch (fragment) {
    case 'a':
      return locks | when(has(x, 'B'), 'W') | pick(x, 'udfems') | properties('x');
    case 's':
      return locks | when(has(x, 'Bo'), 'W') | pick(x, 'udfemsx');
    case 'c':
      return locks | when(has(x, 'K'), 'B') | pick(x, 'ondfem') | properties('us');
    case 'd': {
      // Only in Taproot is the argument of OP_IF an exact 1 by consensus.
      const exact = when(context === 'tr', 'u');
      const kept = when(has(x, 'Vz'), 'B') | when(has(x, 'z'), 'o') | when(has(x, 'f'), 'e');
      return locks | kept | exact | pick(x, 'ms') | properties('ndx');
    }
    case 'v':
      return locks | when(has(x, 'B'), 'V') | pick(x, 'zonms') | properties('fx');
    case 'j': {
      const kept = when(has(x, 'Bn'), 'B') | when(has(x, 'f'), 'e');
      return locks | kept | pick(x, 'oums') | properties('ndx');
    }
    case 'n':
      return locks | pick(x, 'Bzondfems') | properties('ux');
    default:
      return undefined;
  }
}

function andType(fragment: Fragment, x: Properties, y: Properties): Properties | undefined {
  if (fragment !== 'and_v' && fragment !== 'and_b') return undefined;
  const common =
    pick(x, 'n') |
    when(has(x, 'z') && has(y, 'n'), 'n') |
    when(has(x | y, 'zo'), 'o') |
    pick(x & y, 'dmz') |
    pick(x | y, 'sghij') |
    when(has(x & y, 'k') && !mixes(x, y), 'k');
  if (fragment === 'and_v') {
    const basic = has(x, 'V') ? pick(y, 'KVB') : 0;
    return common | basic | when(has(y, 'f') || has(x, 's'), 'f') | pick(y, 'ux');
  }
  const forced = has(x & y, 'f') || has(x, 'sf') || has(y, 'sf');
  return (
    common |
    when(has(x, 'B') && has(y, 'W'), 'B') |
    when(has(x & y, 'es'), 'e') |
    when(forced, 'f') |
    properties('ux')
  );
}

function orType(fragment: Fragment, x: Properties, y: Properties): Properties | undefined {
  const locks = pick(x | y, 'ghij') | pick(x & y, 'k');
  const signed = has(x | y, 's');
  switch (fragment) {
    case 'or_b':
      return (
        locks |
        when(has(x, 'Bd') && has(y, 'Wd'), 'B') |
        when(has(x | y, 'zo'), 'o') |
        when(has(x & y, 'me') && signed, 'm') |
        pick(x & y, 'zse') |
        properties('dux')
      );
    case 'or_c':
    case 'or_d': {
      const kept = fragment === 'or_d' ? pick(y, 'ufde') : properties('f');
      const basic = has(x, 'Bdu') ? pick(y, fragment === 'or_d' ? 'B' : 'V') : 0;
      return (
        locks |
        basic |
        when(has(x, 'o') && has(y, 'z'), 'o') |
        when(has(x & y, 'm') && has(x, 'e') && signed, 'm') |
        pick(x & y, 'zs') |
        kept |
        properties('x')
      );
    }
    case 'or_i':
      return (
        locks |
        pick(x & y, 'VBKufs') |
        when(has(x & y, 'z'), 'o') |
        when(has(x | y, 'ef'), 'e') |
        when(has(x & y, 'm') && signed, 'm') |
        pick(x | y, 'd') |
        properties('x')
      );
    default:
      return undefined;
  }
}

function andorType(x: Properties, y: Properties, z: Properties): Properties {
  const decided = has(x, 's') || has(y, 'f');
  return (
    (has(x, 'Bdu') ? pick(y & z, 'BKV') : 0) |
    pick(x & y & z, 'z') |
    when(has(x | (y & z), 'zo'), 'o') |
    pick(y & z, 'u') |
    (decided ? pick(z, 'fe') : 0) |
    pick(z, 'd') |
    when(has(x & y & z, 'm') && has(x, 'e') && has(x | y | z, 's'), 'm') |
    pick(z & (x | y), 's') |
    properties('x') |
    pick(x | y | z, 'ghij') |
    // Only the first two ever hold together.
    when(has(x & y & z, 'k') && !mixes(x, y), 'k')
  );
}

function threshType(k: number, subs: readonly Typed[]): Properties {
  if (!subs.every(({ type }, i) => has(type, i === 0 ? 'Bdu' : 'Wdu'))) return 0;
  const safe = subs.filter(({ type }) => has(type, 's')).length;
  const unsafe = subs.length - safe;
  const allFixed = subs.every(({ type }) => has(type, 'e'));
  const allUnmalleable = subs.every(({ type }) => has(type, 'm'));
  const taken = subs.reduce(
    (count, { type }) => count + (has(type, 'z') ? 0 : has(type, 'o') ? 1 : 2),
    0,
  );
  return (
    properties('Bdu') |
    when(taken === 0, 'z') |
    when(taken === 1, 'o') |
    when(allFixed && unsafe === 0, 'e') |
    when(allFixed && allUnmalleable && unsafe <= k, 'm') |
    when(unsafe < k, 's') |
    threshLocks(k, subs)
  );
}

function threshLocks(k: number, subs: readonly Typed[]): Properties {
  let locks = properties('k');
  for (const { type } of subs) {
    // A single one of them is needed: whatever locks the others have, they are not needed with it.
    const unmixed = has(locks & type, 'k') && (k <= 1 || !mixes(locks, type));
    locks = pick(locks | type, 'ghij') | when(unmixed, 'k');
  }
  return locks;
}

/** Whether two expressions that hold together count the same kind of lock in different units. */
function mixes(x: Properties, y: Properties): boolean {
  return (
    (has(x, 'g') && has(y, 'h')) ||
    (has(x, 'h') && has(y, 'g')) ||
    (has(x, 'i') && has(y, 'j')) ||
    (has(x, 'j') && has(y, 'i'))
  );
}
