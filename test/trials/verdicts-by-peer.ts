/**
 * The blocks of Bitcoin Core's own block test, good and bad, from a peer: headers first, then whatever
 * the node asks for, then the rest. After each step it stands where Core stood.
 */
import type { Node } from '../../src/node/node.ts';
import { fromHex, toHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { sha256d } from '../../src/protocol/crypto/hash.ts';
import { regtestParams } from '../../src/protocol/params/regtest.ts';
import { decodeBlockHeader, HEADER_SIZE } from '../../src/protocol/primitives/block-header.ts';
import { isBlockItem } from '../../src/protocol/wire/inventory.ts';
import { VectorFolder } from '../conformance/vector-check.ts';
import { PORT, VirtualWorld } from '../fixtures/virtual-world.ts';
import { messageOf, WirePeer } from '../fixtures/wire-peer.ts';
import type { Trial } from './trial.ts';

const FILE = 'blocks/core-verdicts.jsonl.gz';
const STEPS = 104;
const HOST = '10.0.0.1';
/** For this step Core's test put the clock ahead; then it put it back, and the tip with it. */
const STEP_IN_THE_FUTURE = 65;
const TWO_HOURS_MS = 2 * 60 * 60 * 1000;
const ANSWER_MS = 2000;

interface Step {
  readonly blocks: readonly string[];
  readonly tip: string;
  readonly height: number;
  readonly reason: string | null;
}

export const verdictsByPeerTrial: Trial = {
  name: 'verdicts-by-peer',
  shows: "the blocks of Bitcoin Core's block test, from a peer, lead to its tips",
  times: { long: 1, short: 1 },
  async run() {
    const vectors = VectorFolder.find();
    if (vectors === undefined) {
      const SKIPPED = 'there is no reference data in ../shared/vectors';
      return { figures: { SKIPPED }, failures: [] };
    }
    const [first, ...lines] = vectors.text(FILE).trim().split('\n');
    const { clock: time } = JSON.parse(first as string) as { readonly clock: number };
    const world = new VirtualWorld('verdicts', time * 1000);
    const params = regtestParams({ bip34: 2 });
    const listen = [{ host: HOST, port: PORT }];
    const node = await world.node(HOST, { params, network: { listen, connect: [] } });
    const clock = world.clocks.get(HOST);
    clock?.freeze(time * 1000);
    const giver = new BlockGiver(world, params.magic);
    const failures: string[] = [];
    for (const [i, line] of lines.entries()) {
      const step = JSON.parse(line) as Step;
      if (i === STEP_IN_THE_FUTURE) clock?.freeze(time * 1000 + TWO_HOURS_MS);
      await giver.offer(step.blocks.map(fromHex));
      const failure = compare(node, step);
      clock?.freeze(time * 1000);
      if (i === STEP_IN_THE_FUTURE) {
        await world.clock.settle(node.chain.invalidateBlock(node.chain.tip.hash));
      }
      if (failure !== undefined) failures.push(`step ${i + 1}: ${failure}`);
    }
    await world.stop(node);
    for (const failure of world.failures) failures.push(`the node: ${String(failure)}`);
    const reached = lines.length - failures.length;
    if (lines.length !== STEPS) failures.push(`${lines.length} steps, and not ${STEPS}`);
    const figures = {
      "steps that end at Core's tip": `${reached}/${STEPS}`,
      'times the peer was sent away': giver.sentAway,
    };
    return { figures, failures };
  },
};

function compare({ chain }: Node, step: Step): string | undefined {
  const { hash, height } = chain.tip;
  if (toReversedHex(hash) === step.tip && height === step.height) return undefined;
  const found = `tip ${toReversedHex(hash)} at ${height}`;
  return `${found}; expected ${step.tip} at ${step.height} (${step.reason})`;
}

/** A peer that has blocks. Once it has been sent away, it comes back under another address. */
class BlockGiver {
  readonly #world: VirtualWorld;
  readonly #magic: Uint8Array;
  readonly #blocks = new Map<string, Uint8Array>();
  #asked = new Set<string>();
  #peer: WirePeer | undefined;
  #connections = 0;

  constructor(world: VirtualWorld, magic: Uint8Array) {
    this.#world = world;
    this.#magic = magic;
  }

  get sentAway(): number {
    return this.#connections - 1;
  }

  async offer(blocks: readonly Uint8Array[]): Promise<void> {
    const peer = await this.#connected();
    this.#asked = new Set();
    for (const raw of blocks) this.#blocks.set(nameOf(raw), raw);
    const headers = blocks.map((raw) => decodeBlockHeader(raw.subarray(0, HEADER_SIZE)));
    peer.send({ command: 'headers', headers });
    await this.#world.clock.advance(ANSWER_MS);
    // What nobody asked for, a peer can send nevertheless.
    for (const raw of blocks) {
      if (this.#asked.has(nameOf(raw))) continue;
      (await this.#connected()).send({ command: 'block', raw });
      await this.#world.clock.advance(ANSWER_MS);
    }
  }

  async #connected(): Promise<WirePeer> {
    if (this.#peer !== undefined && this.#peer.closed === undefined) return this.#peer;
    const host = this.#world.network.host(`10.1.${++this.#connections}.1`);
    const connection = await this.#world.clock.settle(host.connect({ host: HOST, port: PORT }));
    const peer = new WirePeer(connection, this.#magic);
    this.#peer = peer;
    peer.onMessage = (heard) => {
      const message = messageOf(heard);
      if (message?.command !== 'getdata') return;
      for (const { type, hash } of message.items) {
        const raw = this.#blocks.get(toHex(hash));
        if (raw === undefined || !isBlockItem({ type, hash })) continue;
        this.#asked.add(toHex(hash));
        peer.send({ command: 'block', raw });
      }
    };
    peer.greet();
    await this.#world.clock.advance(ANSWER_MS);
    return peer;
  }
}

function nameOf(raw: Uint8Array): string {
  return toHex(sha256d(raw.subarray(0, HEADER_SIZE)));
}
