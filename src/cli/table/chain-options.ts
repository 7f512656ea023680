/** Options of all commands that work with the blocks of a chain. */
import type { OptionSpec } from '../command-spec.ts';

/** The same on all systems, so that nobody has to search. */
export const DEFAULT_DATADIR = '~/.blockyard';

/** Which chain, and where it is kept. */
export const PLACE_OPTIONS = {
  chain: {
    kind: 'text',
    value: 'NAME|FILE',
    about: 'The name of a chain that is built in, or the file of one of your own',
    default: 'main',
  },
  datadir: {
    kind: 'text',
    value: 'FOLDER',
    about: 'The data folder: each chain has a folder of its name in it',
    default: DEFAULT_DATADIR,
  },
  memory: { kind: 'flag', about: 'Keep everything in memory, and leave no trace' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** For commands that look at a chain. */
export const LOOK_OPTIONS = {
  ...PLACE_OPTIONS,
  import: {
    kind: 'list',
    value: 'FILE',
    about: 'With --memory: the block files to look into',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** For commands that take long. */
export const QUIET_OPTION = {
  quiet: { kind: 'flag', about: 'Show no progress' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** How much of the machine may be used. */
export const POWER_OPTIONS = {
  dbcache: {
    kind: 'number',
    value: 'MIB',
    about: 'Memory for coins, in MiB; more is faster; by default 300',
    min: 4,
    max: 65_536,
  },
  par: {
    kind: 'number',
    value: 'N',
    about:
      'Threads that verify scripts: 0 for one fewer than there are cores, which is the default; below 0 to leave so many cores free',
    min: -64,
    max: 15,
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;
