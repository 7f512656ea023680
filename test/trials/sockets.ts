/**
 * Eight whole nodes, each a process of its own, on real sockets: they are killed and started again at
 * random while blocks and payments flow, and agree when it is over, with nothing left open.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { shuffled } from '../../src/outside/entropy/draw.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { toHex } from '../../src/protocol/bytes/hex.ts';
import { freePorts } from './free-ports.ts';
import { writeFrames } from './made/frames.ts';
import { type NodeLine, type NodeState, type OpenFiles, SocketNode } from './socket-node.ts';
import {
  mostPayments,
  openingBlocks,
  type PlanSize,
  planSteps,
  type Step,
} from './sockets-plan.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';

const SIZES = {
  long: {
    nodes: 8,
    survivors: 2,
    interruptionMs: 5000,
    blockMs: 1500,
    paymentMs: 250,
    longestDownMs: 10_000,
  },
  short: {
    nodes: 3,
    survivors: 1,
    interruptionMs: 2000,
    blockMs: 800,
    paymentMs: 150,
    longestDownMs: 1500,
  },
} as const satisfies Record<string, Omit<PlanSize, 'interruptions'>>;

/** Everybody knows the next one, and so many others. */
const OTHERS_KNOWN = 2;
/** Within so long after the last block all have to agree. */
const AGREE_MS = 60_000;
/** Two branches that are equally long may stay so. After this, a block decides between them. */
const TIE_MS = 10_000;
/** What a program may have open that does not depend on how long it runs: tables of stores, block files. */
const MOST_FILES = 64;
/** A node that was there all the time may hold so much more than when it had just begun. */
const MOST_GROWTH_MB = 64;
const LOOK_MS = 100;

export const socketsTrial: Trial = {
  name: 'sockets',
  shows: 'nodes on real sockets that are killed and started again agree, and leave nothing open',
  // Ten minutes.
  times: { long: 120, short: 4 },
  run: (setting) => new SocketsRun(setting).run(),
};

class SocketsRun {
  readonly #setting: TrialSetting;
  readonly #size: PlanSize;
  readonly #entropy: SeededEntropy;
  readonly #nodes: SocketNode[] = [];
  readonly #failures: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #blames = new Map<string, number>();
  /** The last one of each node. */
  readonly #interruptions = new Map<SocketNode, Promise<void>>();

  constructor(setting: TrialSetting) {
    const { seed, size, times } = setting;
    this.#setting = setting;
    this.#size = { ...SIZES[size], interruptions: times };
    this.#entropy = new SeededEntropy(`sockets ${seed}`);
  }

  async run(): Promise<TrialReport> {
    try {
      return await this.#run();
    } finally {
      await Promise.all(this.#nodes.map((node) => node.kill()));
    }
  }

  async #run(): Promise<TrialReport> {
    const { say } = this.#setting;
    const { survivors } = this.#size;
    const opening = openingBlocks(mostPayments(this.#size));
    await this.#begin(opening.blocks.map(({ raw }) => raw));
    say(`${this.#size.nodes} nodes have ${opening.blocks.length} blocks`);
    const before = await this.#memories(survivors);
    await this.#carryOut(planSteps(this.#entropy.fork('plan'), this.#size, opening.coins));
    const agreed = await this.#agree();
    const memories = await this.#memories(survivors);
    const coins = new Set(await this.#of((node) => node.tell('coins')).then(texts));
    if (coins.size !== 1) this.#fail(`${coins.size} different sets of coins`);
    const pools = await this.#pools();
    const left = agreed === undefined ? undefined : await this.#mineWhatIsLeft();
    const open = await this.#compareOpen();
    const [state] = await this.#states();
    await this.#of((node) => node.stop());
    for (let i = 0; i < survivors; i++) {
      const grown = ((memories[i] ?? 0) - (before[i] ?? 0)) / 1e6;
      if (grown > MOST_GROWTH_MB) this.#fail(`node ${i} has grown by ${grown.toFixed(0)} MB`);
    }
    const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
    return {
      figures: {
        nodes: this.#size.nodes,
        ...Object.fromEntries(this.#counts),
        height: state?.height ?? 0,
        'agreed after seconds': agreed?.toFixed(1) ?? 'never',
        'different sets of coins': coins.size,
        'mempools, smallest, largest, in all of them': pools,
        'left in mempools when each had mined': left ?? 'unknown',
        'MB held by those that stayed, before': before.map(megabytes).join(', '),
        'MB held by those that stayed, after': memories.map(megabytes).join(', '),
        'open files and sockets': open,
        'peers blamed for': [...this.#blames].map(([code, n]) => `${code} ${n}`).join(', ') || '-',
      },
      failures: this.#failures,
    };
  }

  /** Starts all nodes; the first one has the first blocks, and the others get them from it. */
  async #begin(blocks: readonly Uint8Array[]): Promise<void> {
    const { nodes } = this.#size;
    const ports = await freePorts(nodes + 1);
    const entropy = this.#entropy.fork('acquaintances');
    for (let i = 0; i < nodes; i++) {
      const next = (i + 1) % nodes;
      const others = ports.slice(0, nodes).filter((_, j) => j !== i && j !== next);
      const known = shuffled(entropy, others).slice(0, OTHERS_KNOWN);
      this.#add(ports[i] as number, [ports[next] as number, ...known]);
    }
    const path = join(this.#setting.folder, 'blocks.dat');
    writeFrames(path, blocks);
    await this.#of((node) => node.start());
    await this.#nodes[0]?.tell('take', path);
    // What is said to everybody is not heard by those who are far behind the present.
    await this.#nodes[0]?.tell('mine');
    if (!(await this.#until(allAgree, AGREE_MS))) throw new Error('they do not even begin');
    // The last one watches, and comes when all is over.
    this.#add(ports[nodes] as number, ports.slice(0, nodes));
  }

  #add(port: number, known: readonly number[]): void {
    const name = `node ${this.#nodes.length}`;
    const folder = join(this.#setting.folder, name.replace(' ', '-'));
    mkdirSync(folder);
    const addNode = known.map((one) => `127.0.0.1:${one}`);
    const node = new SocketNode(
      name,
      { folder, port, addNode },
      {
        failed: (what) => this.#fail(what),
        said: (line) => this.#hear(name, line),
      },
    );
    this.#nodes.push(node);
  }

  #hear(name: string, line: NodeLine): void {
    if (line.kind === 'trouble') this.#fail(`${name}: ${line.level}: ${line.words}`);
    if (line.kind !== 'blame') return;
    if (line.isGrave) this.#fail(`${name}: ${line.words}`);
    this.#blames.set(line.code, (this.#blames.get(line.code) ?? 0) + 1);
  }

  /** Does everything at its time, whether or not what was before it is done. */
  async #carryOut(steps: readonly Step[]): Promise<void> {
    const { say } = this.#setting;
    const began = performance.now();
    const underWay: Promise<void>[] = [];
    let said = 0;
    for (const step of steps) {
      await pause(began + step.atMs - performance.now());
      underWay.push(this.#do(step));
      const minutes = Math.floor(step.atMs / 60_000);
      if (minutes > said) say(`${minutes} min: ${[...this.#counts].map(asWords).join(', ')}`);
      said = minutes;
    }
    await Promise.all(underWay);
  }

  async #do(step: Step): Promise<void> {
    const node = this.#nodes[step.node] as SocketNode;
    switch (step.what) {
      case 'mine':
        this.#count((await node.tell('mine')) === undefined ? 'blocks lost' : 'blocks mined');
        return;
      case 'pay': {
        const answer = await node.tell('pay', toHex(step.tx));
        this.#count(`payments ${answer?.result ?? 'lost'}`);
        return;
      }
      default: {
        // One after the other, however long it takes the node to stop.
        const before = this.#interruptions.get(node) ?? Promise.resolve();
        const interruption = before.then(() => this.#interrupt(node, step));
        this.#interruptions.set(node, interruption);
        await interruption;
      }
    }
  }

  /** Resolves when the node starts again, and not when it is open: it may be killed before that. */
  async #interrupt(
    node: SocketNode,
    { what, downMs }: Extract<Step, { readonly downMs: number }>,
  ): Promise<void> {
    await (what === 'kill' ? node.kill() : node.stop());
    this.#count(what === 'kill' ? 'kills' : 'stops');
    await pause(downMs);
    void node.start();
  }

  /** Waits until all have one tip. Answers with the seconds that it took; undefined if it did not come. */
  async #agree(): Promise<number | undefined> {
    const began = performance.now();
    let isAgreed = await this.#until(allAgree, TIE_MS);
    if (!isAgreed) {
      this.#count('blocks to decide');
      await this.#nodes[0]?.tell('mine');
      isAgreed = await this.#until(allAgree, AGREE_MS - TIE_MS);
    }
    if (isAgreed) return (performance.now() - began) / 1000;
    const states = await this.#states();
    const tips = states.map(({ height, tip }) => `${height} ${tip.slice(-8)}`).join(', ');
    this.#fail(`they do not agree after ${AGREE_MS / 1000} s: ${tips}`);
    return undefined;
  }

  /** Whatever is in some mempool is good for a block: if each mines one, none is left. */
  async #mineWhatIsLeft(): Promise<number> {
    for (const node of this.#nodes.slice(0, this.#size.nodes)) {
      await node.tell('mine');
      if (!(await this.#until(allAgree, TIE_MS))) this.#fail(`they do not follow ${node.name}`);
    }
    const sizes = (await this.#states()).map(({ mempool }) => mempool);
    const left = Math.max(...sizes);
    if (left > 0) this.#fail(`after a block of each, ${left} transactions are in a mempool`);
    return left;
  }

  async #pools(): Promise<string> {
    const pools = await this.#of((node) => node.tell('pool'));
    const sets = pools.map((pool) => new Set(pool?.txids));
    const [first = new Set<string>()] = sets;
    const shared = [...first].filter((id) => sets.every((set) => set.has(id))).length;
    const sizes = sets.map(({ size }) => size);
    return `${Math.min(...sizes)}, ${Math.max(...sizes)}, ${shared}`;
  }

  /** Those that were there all the time have nothing open that one that has just come has not. */
  async #compareOpen(): Promise<string> {
    const fresh = this.#nodes.at(-1) as SocketNode;
    await fresh.start();
    if (!(await this.#until(allAgree, AGREE_MS))) this.#fail(`${fresh.name} does not catch up`);
    const { survivors } = this.#size;
    const isLikeFresh = (states: readonly NodeState[]): boolean => {
      const rest = restOf(states.at(-1));
      return states.slice(0, survivors).every((state) => {
        const own = restOf(state);
        return own?.sockets === rest?.sockets && own?.others === rest?.others;
      });
    };
    const isGood = await this.#until(isLikeFresh, TIE_MS);
    const states = await this.#states();
    const found = [...states.slice(0, survivors), states.at(-1)].map((state, i) => {
      const who = i < survivors ? `node ${i}` : 'fresh';
      const { connections = 0, open } = state ?? {};
      if (open === undefined) return `${who}: not counted on this system`;
      const { sockets, files, others } = open;
      if (files > MOST_FILES) this.#fail(`${who} has ${files} files open`);
      return `${who}: ${connections} connections, ${sockets} sockets, ${files} files, ${others} others`;
    });
    if (!isGood) this.#fail(`something is left open: ${found.join('; ')}`);
    return found.join('; ');
  }

  async #memories(count: number): Promise<readonly number[]> {
    const answers = await this.#of((node) => node.tell('memory'));
    return answers.slice(0, count).map((memory) => memory?.used ?? 0);
  }

  /** Of those that run. */
  async #states(): Promise<readonly NodeState[]> {
    const states = await this.#of((node) => node.tell('tell'));
    return states.filter((state) => state !== undefined);
  }

  #of<T>(ask: (node: SocketNode) => Promise<T>): Promise<readonly T[]> {
    return Promise.all(this.#nodes.map(ask));
  }

  async #until(
    is: (states: readonly NodeState[]) => boolean,
    patienceMs: number,
  ): Promise<boolean> {
    const end = performance.now() + patienceMs;
    while (performance.now() < end) {
      if (is(await this.#states())) return true;
      await pause(LOOK_MS);
    }
    return false;
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #fail(what: string): void {
    this.#failures.push(what);
  }
}

function allAgree(states: readonly NodeState[]): boolean {
  return new Set(states.map(({ tip }) => tip)).size === 1;
}

/** What is open beside connections. */
function restOf(state: NodeState | undefined): OpenFiles | undefined {
  if (state?.open === undefined) return undefined;
  return { ...state.open, sockets: state.open.sockets - state.connections };
}

function texts(answers: readonly ({ readonly hash: string } | undefined)[]): readonly string[] {
  return answers.flatMap((answer) => (answer === undefined ? [] : [answer.hash]));
}

function asWords([what, count]: readonly [string, number]): string {
  return `${count} ${what}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });
}
