/** Peers that say too much: each thing that they say may be said, but not so often. */
import { unixTime } from '../../../src/outside/clock/clock.ts';
import { drawBelow, pick } from '../../../src/outside/entropy/draw.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import { blockHash } from '../../../src/protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../../src/protocol/primitives/block-header.ts';
import type { BlockHash, Txid } from '../../../src/protocol/primitives/hashes.ts';
import type { Transaction } from '../../../src/protocol/primitives/transaction.ts';
import {
  MSG_BLOCK,
  MSG_CMPCT_BLOCK,
  MSG_FILTERED_BLOCK,
  MSG_TX,
  MSG_WITNESS_BLOCK,
  MSG_WTX,
} from '../../../src/protocol/wire/inventory.ts';
import type { PeerAddress } from '../../../src/protocol/wire/peer-address.ts';
import { EASIEST_BITS, mineHeader, pay, payment } from '../../fixtures/regtest-blocks.ts';
import type { Behaviour, HostilePeer } from './hostile-peer.ts';

const INVENTORY = 2000;
const BLOCKS_ANNOUNCED = 20;
const ORPHANS = 20;
/** Now and then one that is as large as one may be. */
const LARGE_ORPHAN_ONE_IN = 200;
const LARGE_ORPHAN_BYTES = 95_000;
const ADDRESSES = 1000;
const REQUESTS = 40;
const PINGS = 200;
const ASKS = 5;
const SLOW_REQUESTS = 500;
/** Headers of a branch that begins at the first block, and of one near the tip. */
const LOW_BRANCH = 60;
const NEAR_BRANCH = 5;
const NEAR_DEPTH = 20;

/** Tells of transactions and blocks that do not exist. */
const invFlood: Behaviour = {
  name: 'inv flood',
  everyMs: 500,
  act(peer) {
    const { entropy } = peer;
    const items = Array.from({ length: INVENTORY }, (_, i) => ({
      type: i < BLOCKS_ANNOUNCED ? MSG_BLOCK : MSG_WTX,
      hash: entropy.bytes(32),
    }));
    peer.send({ command: 'inv', items });
  },
};

/** Sends transactions whose parents nobody has. */
const orphanFlood: Behaviour = {
  name: 'orphan flood',
  everyMs: 500,
  act(peer) {
    for (let i = 0; i < ORPHANS; i++) peer.send({ command: 'tx', tx: orphan(peer) });
  },
};

const addressFlood: Behaviour = {
  name: 'address flood',
  everyMs: 1000,
  act(peer) {
    const { entropy, stage } = peer;
    const time = unixTime(stage.world.clock);
    const addresses = Array.from({ length: ADDRESSES }, (): PeerAddress => {
      const address = entropy.bytes(4);
      address[0] = 11 + drawBelow(entropy, 80);
      return { time, services: 9n, network: 1, address, port: 18444 };
    });
    peer.send({ command: pick(entropy, ['addr', 'addrv2'] as const) ?? 'addr', addresses });
    peer.send({ command: 'getaddr' });
  },
};

/** Headers that cost little to make: of old branches, of nowhere, and beside the tip. */
const headerFlood: Behaviour = {
  name: 'header flood',
  everyMs: 1000,
  act(peer) {
    const { chain } = peer.stage.target;
    const near = chain.blockAt(Math.max(0, chain.tip.height - NEAR_DEPTH)) ?? chain.genesis;
    const nowhere = { hash: peer.entropy.bytes(32) as BlockHash, time: near.time };
    const first = { hash: chain.genesis.hash, time: chain.genesis.time };
    peer.send(
      { command: 'headers', headers: branch(peer, first, LOW_BRANCH) },
      { command: 'headers', headers: branch(peer, nowhere, NEAR_BRANCH) },
      { command: 'headers', headers: branch(peer, near, NEAR_BRANCH) },
    );
  },
};

/** Asks for blocks that are there, and for transactions that are not. */
const getDataFlood: Behaviour = {
  name: 'getdata flood',
  everyMs: 500,
  act(peer) {
    peer.send({ command: 'getdata', items: blockRequests(peer, REQUESTS) });
    const unknown = Array.from({ length: REQUESTS }, () => ({
      type: MSG_TX,
      hash: peer.entropy.bytes(32),
    }));
    peer.send({ command: 'getdata', items: unknown });
    askForHeaders(peer);
  },
};

/** Asks for much, and takes nothing. */
const slowReader: Behaviour = {
  name: 'slow reading',
  everyMs: 1000,
  act(peer) {
    peer.wire?.connection.pause();
    peer.send({ command: 'getdata', items: blockRequests(peer, SLOW_REQUESTS) });
    askForHeaders(peer);
  },
};

const pingFlood: Behaviour = {
  name: 'ping flood',
  everyMs: 250,
  act(peer) {
    for (let i = 0; i < PINGS; i++) peer.send({ command: 'ping', nonce: BigInt(i) });
  },
};

export const floods: readonly Behaviour[] = [
  invFlood,
  orphanFlood,
  addressFlood,
  headerFlood,
  getDataFlood,
  slowReader,
  pingFlood,
];

function orphan({ entropy }: HostilePeer): Transaction {
  const isLarge = drawBelow(entropy, LARGE_ORPHAN_ONE_IN) === 0;
  const script = new Uint8Array(isLarge ? LARGE_ORPHAN_BYTES : 22);
  const prevout = { txid: entropy.bytes(32) as Txid, vout: 0 };
  return payment([prevout], [pay(10_000n, script)]);
}

function branch(
  { entropy }: HostilePeer,
  from: { readonly hash: BlockHash; readonly time: number },
  length: number,
): readonly BlockHeader[] {
  const headers: BlockHeader[] = [];
  let { hash: previousBlockHash, time } = from;
  for (let i = 0; i < length; i++) {
    time++;
    const merkleRoot = entropy.bytes(32);
    const unmined = {
      version: 0x20000000,
      previousBlockHash,
      merkleRoot,
      time,
      bits: EASIEST_BITS,
      nonce: 0,
    };
    const header = mineHeader(unmined as BlockHeader);
    headers.push(header);
    previousBlockHash = blockHash(header);
  }
  return headers;
}

function blockRequests({ entropy, stage }: HostilePeer, count: number) {
  const { chain } = stage.target;
  const types = [MSG_BLOCK, MSG_WITNESS_BLOCK, MSG_CMPCT_BLOCK, MSG_FILTERED_BLOCK];
  return Array.from({ length: count }, () => ({
    type: pick(entropy, types) ?? MSG_BLOCK,
    hash: chain.blockAt(drawBelow(entropy, chain.tip.height + 1))?.hash ?? entropy.bytes(32),
  }));
}

function askForHeaders(peer: HostilePeer): void {
  const locator = [blockHash(regtest.genesis)];
  const stop = new Uint8Array(32) as BlockHash;
  for (let i = 0; i < ASKS; i++)
    peer.send({ command: 'getheaders', version: 70016, locator, stop });
  peer.send({ command: 'getblocks', version: 70016, locator, stop });
}
