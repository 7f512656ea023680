import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { JsonObject } from '../protocol/report/json-text.ts';
import type { Percentiles } from './percentiles.ts';
import type { SimNode } from './sim-node.ts';
import type { Spread } from './spread.ts';
import type { Trace } from './trace.ts';

/** What became of a simulation, in numbers. */
export interface SimulationReport {
  readonly seed: number;
  readonly nodes: number;
  /** Of virtual time. */
  readonly hours: number;
  readonly agrees: boolean;
  readonly height: number;
  readonly tip: string;
  readonly mined: number;
  /** Blocks that did not make it into the chain, for each that was mined. */
  readonly forkRate: number;
  /** How many blocks nodes went back: how often, and how far at most. */
  readonly reorganisations: { readonly count: number; readonly deepest: number };
  /** Milliseconds from the node where it came into being to another. */
  readonly blockDelay: Percentiles;
  readonly transactionDelay: Percentiles;
  readonly payments: number;
  readonly connections: number;
  /** Bytes that were sent, by the type of the message, the most first. */
  readonly bytes: Readonly<Record<string, number>>;
  /** The same in every run with the same seed. */
  readonly trace: { readonly lines: number; readonly digest: string };
}

/** A simulation, as far as it is reported. */
export interface SimulationFacts {
  readonly options: { readonly seed: number };
  readonly clock: { monotonic(): number };
  readonly nodes: readonly SimNode[];
  readonly agrees: boolean;
  /** The height of the blocks that everybody began with. */
  readonly firstHeight: number;
  readonly mined: number;
  readonly blocks: Spread;
  readonly transactions: Spread;
  readonly trace: Trace;
}

/** Counts and adds up, as things are now. */
export function reportOf(simulation: SimulationFacts): SimulationReport {
  const { options, nodes, clock, firstHeight, mined, blocks, transactions, trace } = simulation;
  const best = nodes.reduce((found, one) =>
    one.node.chain.tip.chainWork > found.node.chain.tip.chainWork ? one : found,
  );
  const { height, hash } = best.node.chain.tip;
  const depths = nodes.flatMap(({ reorganisations }) => reorganisations);
  const bytes = new Map<string, number>();
  let connections = 0;
  for (const { node } of nodes) {
    connections += [...node.peers.all()].filter(({ kind }) => kind !== 'inbound').length;
    const sent = node.peers.traffic.sentByCommand.toRecord();
    for (const [type, count] of Object.entries(sent)) {
      bytes.set(type, (bytes.get(type) ?? 0) + count);
    }
  }
  const kept = height - firstHeight;
  return {
    seed: options.seed,
    nodes: nodes.length,
    hours: clock.monotonic() / 3_600_000,
    agrees: simulation.agrees,
    height,
    tip: toReversedHex(hash),
    mined,
    forkRate: mined === 0 ? 0 : Math.max(0, mined - kept) / mined,
    reorganisations: { count: depths.length, deepest: Math.max(0, ...depths) },
    blockDelay: blocks.delays(),
    transactionDelay: transactions.delays(),
    payments: transactions.count,
    connections,
    bytes: Object.fromEntries([...bytes].sort(([, a], [, b]) => b - a)),
    trace: { lines: trace.lines, digest: trace.digest },
  };
}

export function reportToJson(report: SimulationReport): JsonObject {
  const { reorganisations, blockDelay, transactionDelay, bytes, trace } = report;
  return {
    ...report,
    reorganisations: { ...reorganisations },
    blockDelay: { ...blockDelay },
    transactionDelay: { ...transactionDelay },
    bytes: { ...bytes },
    trace: { ...trace },
  };
}
