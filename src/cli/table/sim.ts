import type { CommandSpec } from '../command-spec.ts';

export const simSpec = {
  summary: 'Simulate a network: many real nodes in one process, hours in seconds',
  about: [
    'Every node is the real one, with its own chain, mempool and peers. Only the network between them, their disks and the time are simulated: latencies, bandwidth, loss, clocks that are off, and a network that falls apart now and then.',
    'At the end it tells how long blocks and transactions took from node to node, how often the chain forked, and what was sent. The same seed gives the same simulation to the last byte: the digest of the trace is the same.',
  ],
  arguments: {},
  options: {
    nodes: { kind: 'number', value: 'N', about: 'Nodes; by default 20', min: 1, max: 10_000 },
    hours: {
      kind: 'number',
      value: 'N',
      about: 'Hours to simulate; by default 1',
      min: 0,
      max: 10_000,
    },
    minutes: { kind: 'number', value: 'N', about: 'And so many minutes', min: 0, max: 1_000_000 },
    seed: {
      kind: 'number',
      value: 'N',
      about: 'What all chance comes from; by default another one each time, which is printed',
      min: 0,
      max: 0xffffffff,
    },
    miners: {
      kind: 'number',
      value: 'N',
      about: 'So many of the nodes mine; by default 6',
      min: 0,
      max: 10_000,
    },
    interval: {
      kind: 'number',
      value: 'SECONDS',
      about: 'From one block to the next, on average; by default 60',
      min: 1,
      max: 1_000_000,
    },
    payments: {
      kind: 'number',
      value: 'N',
      about: 'Payments a minute, in all; by default 20',
      min: 0,
      max: 1_000_000,
    },
    latency: {
      kind: 'number',
      value: 'MS',
      about: 'From node to node, one way; by default 50, and up to as much more by chance',
      min: 0,
      max: 60_000,
    },
    bandwidth: {
      kind: 'number',
      value: 'KB/S',
      about: 'What a link carries; by default 1250, which is 10 Mbit/s',
      min: 1,
      max: 1_000_000_000,
    },
    loss: {
      kind: 'number',
      value: 'PERCENT',
      about: 'Of what is sent, what gets lost and is sent again; by default 0',
      min: 0,
      max: 50,
    },
    partitions: {
      kind: 'number',
      value: 'N',
      about:
        'How often the network falls into two parts, for up to a minute each time; by default 0',
      min: 0,
      max: 100_000,
    },
    'clock-offset': {
      kind: 'number',
      value: 'SECONDS',
      about: 'How far clocks may be off, in both directions; by default 2',
      min: 0,
      max: 3600,
    },
    trace: { kind: 'text', value: 'FILE', about: 'Write all that happens to a file' },
    json: { kind: 'flag', about: 'Print the figures as JSON, and no progress' },
    quiet: { kind: 'flag', about: 'Show no progress' },
  },
  examples: [
    {
      shows: 'A hundred nodes for two hours',
      line: 'blockyard sim --nodes 100 --hours 2 --seed 7',
    },
    {
      shows: 'What fast blocks do on slow links',
      line: 'blockyard sim --interval 5 --latency 400 --minutes 30 --hours 0',
    },
    {
      shows: 'A network that keeps falling apart',
      line: 'blockyard sim --partitions 20 --loss 2',
    },
  ],
} as const satisfies CommandSpec;
