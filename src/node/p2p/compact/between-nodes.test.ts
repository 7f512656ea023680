import { expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../../../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { VirtualNetwork } from '../../../outside/network/virtual-network.ts';
import { LocalThreads } from '../../../outside/threads/local-threads.ts';
import { sha256 } from '../../../protocol/crypto/hash.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import { p2wsh } from '../../../protocol/script/templates.ts';
import { Node } from '../../node.ts';
import type { NetworkOptions } from '../../node-options.ts';
import { MemoryStores } from '../../storage/memory-stores.ts';
import { InProcessVerifier } from '../../verify/in-process-verifier.ts';

const START = 1_700_000_000_000;
/** OP_TRUE, in a form that is relayed. */
const ANYONE = Uint8Array.of(0x51);
const TO_ANYONE = p2wsh(sha256(ANYONE));

class World {
  readonly clock = new VirtualClock(START);
  readonly entropy = new SeededEntropy('compact blocks');
  readonly network = new VirtualNetwork({ clock: this.clock, entropy: this.entropy.fork('net') });
  readonly failures: unknown[] = [];

  async node(host: string, options: NetworkOptions = {}): Promise<Node> {
    const { clock } = this;
    const node = await clock.settle(
      Node.open(
        {
          params: regtest,
          chain: { verifier: new InProcessVerifier(clock) },
          network: { listen: [{ host, port: 18444 }], ...options },
          onFatal: (error) => this.failures.push(error),
        },
        {
          clock,
          entropy: this.entropy.fork(host),
          network: this.network.host(host),
          disk: new MemoryDisk(),
          openStore: new MemoryStores().open,
          threads: new LocalThreads(clock),
        },
      ),
    );
    await clock.settle(node.connect());
    return node;
  }

  async mine(node: Node, blocks = 1): Promise<void> {
    await this.clock.settle(node.generate(blocks, TO_ANYONE));
    await this.clock.advance(5000);
  }

  /** Spends the coinbase of a block, to anybody again. */
  async payment(node: Node, height: number, fee = 1000n): Promise<Transaction> {
    const mined = node.chain.blockAt(height);
    if (mined === undefined) throw new Error(`there is no block ${height}`);
    const { block } = await this.clock.settle(node.chain.readBlock(mined));
    const coinbase = block.transactions[0] as Transaction;
    const value = (coinbase.outputs[0]?.value ?? 0n) - fee;
    const prevout = { txid: txid(coinbase), vout: 0 };
    const input = { prevout, scriptSig: new Uint8Array(0), sequence: 0xfffffffd };
    return {
      version: 2,
      inputs: [{ ...input, witness: [ANYONE] }],
      outputs: [{ value, scriptPubKey: TO_ANYONE }],
      lockTime: 0,
    };
  }
}

/** How many bytes of a command a node has sent. */
function sent(node: Node, command: string): number {
  return node.peers.traffic.sentByCommand.toRecord()[command] ?? 0;
}

it('new blocks travel as compact blocks, and nothing of them travels twice', async () => {
  const world = new World();
  const miner = await world.node('10.0.0.1');
  await world.mine(miner, 130);
  const other = await world.node('10.0.0.2', { connect: ['10.0.0.1'] });
  await world.clock.advance(30_000);
  expect(other.chain.tip.height).toBe(130);
  // The first one is announced, and asked for; whoever gave it is asked to send the next ones at once.
  await world.mine(miner);
  await world.mine(miner);
  expect(other.chain.tip).toHaveProperty('height', 132);
  const blocksBefore = sent(miner, 'block');
  const compactBefore = sent(miner, 'cmpctblock');

  for (const height of [1, 2, 3]) {
    const tx = await world.payment(miner, height);
    const result = await world.clock.settle(other.broadcast(tx));
    expect(result.kind).toBe('accepted');
  }
  await world.clock.advance(60_000);
  expect(miner.mempool.size).toBe(3);
  await world.mine(miner);
  expect(other.chain.tip).toHaveProperty('height', 133);
  expect(other.mempool.size).toBe(0);
  expect(sent(other, 'getblocktxn')).toBe(0);

  // A transaction that the other one has never seen: it asks for that alone.
  const secret = await world.payment(miner, 4);
  await world.clock.settle(miner.mempool.accept(secret));
  await world.mine(miner);
  expect(other.chain.tip).toHaveProperty('height', 134);
  expect(sent(other, 'getblocktxn')).toBeGreaterThan(0);
  expect(sent(miner, 'blocktxn')).toBeGreaterThan(0);
  expect(sent(miner, 'block')).toBe(blocksBefore);
  expect(sent(miner, 'cmpctblock')).toBeGreaterThan(compactBefore);
  for (const node of [miner, other]) await world.clock.settle(node.stop());
  expect(world.failures).toEqual([]);
});
