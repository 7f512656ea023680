export { partitionsOf } from './partitions.ts';
export type { Percentiles } from './percentiles.ts';
export { simChain } from './sim-chain.ts';
export type { SimNode } from './sim-node.ts';
export type { SimulationOptions } from './sim-options.ts';
export type { SimulationReport } from './sim-report.ts';
export { Simulation } from './simulation.ts';
