/** Nodes on a virtual network, and the wallets of those who live by them. */
import type { BlockNode } from '../../../src/node/chain/block-node.ts';
import type { Node } from '../../../src/node/node.ts';
import type { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { NodeSource } from '../../../src/wallet/source/node-source.ts';
import { type Machine, PORT, VirtualWorld } from '../../fixtures/virtual-world.ts';
import { Resident } from './resident.ts';

const NODES = 3;
const DATA_FOLDER = '/data';
/** Every so many wallets, one has a passphrase. */
const ENCRYPTED = 4;
/** So long a whole network takes at most to agree again. */
const PATIENCE_MS = 30 * 60_000;

interface Place {
  readonly host: string;
  readonly machine: Machine;
  node: Node | undefined;
}

export class Town {
  readonly world: VirtualWorld;
  readonly residents: Resident[] = [];
  /** Branches that nodes have left, and how many blocks at most went with one. */
  readonly branches = { left: 0, deepest: 0 };
  readonly #places: Place[] = [];
  #isDivided = false;

  private constructor(world: VirtualWorld) {
    this.world = world;
  }

  static async found(seed: string, residents: number): Promise<Town> {
    const town = new Town(new VirtualWorld(seed));
    for (let i = 0; i < NODES; i++) {
      town.#places.push({
        host: hostOf(i),
        machine: VirtualWorld.machine(),
        node: undefined,
      });
      await town.startNode(i);
    }
    for (let i = 0; i < residents; i++) {
      const doors = { clock: town.world.clock, entropy: town.entropy };
      const passphrase = i % ENCRYPTED === 0 ? `passphrase of ${i}` : undefined;
      const resident = await Resident.create(`wallet ${i}`, i % NODES, doors, passphrase);
      town.residents.push(resident);
      await town.goOnline(resident);
    }
    return town;
  }

  get entropy(): SeededEntropy {
    return this.world.entropy;
  }

  get nodes(): readonly Node[] {
    return this.#places.flatMap(({ node }) => node ?? []);
  }

  /** The node of this number, if it is running. */
  node(number: number): Node | undefined {
    return this.#places[number]?.node;
  }

  get nodeCount(): number {
    return NODES;
  }

  get isDivided(): boolean {
    return this.#isDivided;
  }

  settle<T>(promise: Promise<T>): Promise<T> {
    return this.world.clock.settle(promise);
  }

  /** Lets time pass, until the wallets have done what came up meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.world.clock.advance(ms);
    for (const { wallet } of this.residents) await this.settle(wallet.settled());
    if (this.world.failures.length > 0) throw this.world.failures[0];
  }

  async startNode(number: number): Promise<void> {
    const place = this.#places[number] as Place;
    const others = this.#places.filter((one) => one !== place);
    place.node = await this.world.node(place.host, {
      machine: place.machine,
      dataFolder: DATA_FOLDER,
      // One of them has filters, by which wallets skip blocks when they come back.
      indexes: number === 0 ? ['filters'] : [],
      network: {
        listen: [{ host: place.host, port: PORT }],
        addNode: others.map(({ host }) => `${host}:${PORT}`),
        discover: false,
      },
    });
    this.#watch(place.node);
    for (const resident of this.residents) {
      if (resident.home === number) await this.goOnline(resident);
    }
  }

  /** Whoever has it as home is on his own until it starts again. */
  async stopNode(number: number): Promise<void> {
    const place = this.#places[number] as Place;
    for (const { home, wallet } of this.residents) {
      if (home === number) await this.settle(wallet.detach());
    }
    await this.settle((place.node as Node).stop());
    place.node = undefined;
  }

  /** Has a wallet talk to its node, if that is running. */
  async goOnline({ home, wallet }: Resident): Promise<void> {
    const node = this.node(home);
    if (node !== undefined) await this.settle(wallet.attach(new NodeSource(node)));
  }

  /** A block of what the node has in its pool, for a wallet. */
  async mine(node: Node, { wallet }: Resident): Promise<void> {
    const { script } = await this.settle(wallet.newAddress({ label: 'mined' }));
    await this.settle(node.generate(1, script));
  }

  /** Blocks with nothing in them take the place of the last ones, one more than these. */
  async outdo(node: Node, depth: number, { wallet }: Resident): Promise<void> {
    const { chain, generator } = node;
    let parent = chain.blockAt(chain.tip.height - depth) as BlockNode;
    const { script: scriptPubKey } = await this.settle(wallet.newAddress({ label: 'mined' }));
    for (let i = 0; i <= depth; i++) {
      parent = (await this.settle(generator.extend(parent, { scriptPubKey }))) as BlockNode;
    }
  }

  /** From now on, the first node is alone, or the last one. */
  divide(alone: number): void {
    this.#isDivided = true;
    this.world.network.partition([hostOf(alone)]);
  }

  heal(): void {
    this.#isDivided = false;
    this.world.network.heal();
  }

  /** Whether all nodes that run have one tip. */
  get agrees(): boolean {
    return this.world.tips(...this.nodes).length <= 1;
  }

  /** Lets time pass until the nodes have one tip; answers whether they have. */
  async comeToAgree(): Promise<boolean> {
    const agreed = await this.world.clock.runUntil(() => this.agrees, PATIENCE_MS);
    await this.pass(1000);
    return agreed;
  }

  #watch({ chain }: Node): void {
    let back = 0;
    chain.on(({ kind }) => {
      if (kind === 'disconnected') back++;
      if (kind !== 'connected' || back === 0) return;
      this.branches.left++;
      this.branches.deepest = Math.max(this.branches.deepest, back);
      back = 0;
    });
  }

  async end(): Promise<void> {
    for (const { wallet } of this.residents) await this.settle(wallet.close());
    await this.world.stop(...this.nodes);
  }
}

function hostOf(number: number): string {
  return `10.${number}.0.1`;
}
