import type { ChainParams } from '../protocol/params/chain-params.ts';

export interface SimulationOptions {
  /** The same seed, with the same other options, gives the same simulation to the last byte. */
  readonly seed: number;
  readonly nodes: number;
  /** So many of the nodes mine, with shares of the work that are not the same. */
  readonly miners?: number;
  /** The chain that all follow; one like regtest by default. */
  readonly params?: ChainParams;
  /** The time from one block to the next, on average. */
  readonly blockSeconds?: number;
  /** Payments a minute, in all. */
  readonly paymentsAMinute?: number;
  /** How many nodes each node is told of, to choose from. */
  readonly knownAddresses?: number;
  /** One way. Each pair of nodes has a latency of its own, up to twice as long. */
  readonly latencyMs?: number;
  /** Bytes a second that a link carries. */
  readonly bandwidth?: number;
  /** The share of packets that get lost, and are sent again. */
  readonly loss?: number;
  /** The clocks of nodes are off by up to so much, in both directions. */
  readonly clockOffsetSeconds?: number;
  /** Hears every line of the trace. */
  readonly onTrace?: (line: string) => void;
}

export type FilledOptions = Required<Omit<SimulationOptions, 'params' | 'onTrace'>> &
  Pick<SimulationOptions, 'params' | 'onTrace'>;

const DEFAULTS = {
  miners: 6,
  blockSeconds: 60,
  paymentsAMinute: 20,
  knownAddresses: 40,
  latencyMs: 50,
  bandwidth: 1_250_000,
  loss: 0,
  clockOffsetSeconds: 2,
} as const;

/** A mistake in the options of a simulation is told by a RangeError: they come from code. */
export function fillOptions(given: SimulationOptions): FilledOptions {
  const options = { ...DEFAULTS, ...given };
  const limits: readonly (readonly [keyof typeof DEFAULTS | 'nodes', number, number])[] = [
    ['nodes', 1, 10_000],
    ['miners', 0, options.nodes],
    ['blockSeconds', 1, 1_000_000],
    ['paymentsAMinute', 0, 1_000_000],
    ['knownAddresses', 1, 1000],
    ['latencyMs', 0, 60_000],
    ['bandwidth', 1000, 1e12],
    ['loss', 0, 0.5],
    ['clockOffsetSeconds', 0, 3600],
  ];
  for (const [name, least, most] of limits) {
    const value = options[name];
    if (!(value >= least && value <= most)) {
      throw new RangeError(`${name} is ${value}; allowed is ${least} to ${most}`);
    }
  }
  return options;
}
