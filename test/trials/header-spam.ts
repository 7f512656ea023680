/**
 * Headers are cheap where blocks are easy: 200,000 valid ones take a second or two to make. Ten peers
 * send as many each, all of chains with less work than a real one has. None is stored, and what is kept
 * of them is small.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sha256d } from '../../src/protocol/crypto/hash.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { blockHash } from '../../src/protocol/primitives/block-hash.ts';
import { encodeBlockHeader, HEADER_SIZE } from '../../src/protocol/primitives/block-header.ts';
import { decodePayload } from '../../src/protocol/wire/message.ts';
import type { FakePeer } from '../fixtures/fake-peer.ts';
import { SyncScene } from '../fixtures/sync-scene.ts';
import type { Trial } from './trial.ts';

const PEERS = 10;
const HEADERS = { long: 200_000, short: 8000 } as const;
const MOST_GROWTH_MB = 50;
/** What a `headers` message holds. */
const AT_ONCE = 2000;
/** More than all of a peer's headers together have. */
const LEAST_WORK = 2n * 1_000_000n;

export const headerSpamTrial: Trial = {
  name: 'header-spam',
  shows: 'ten peers with many valid headers of little work each: none is stored, and little kept',
  times: { long: 1, short: 1 },
  async run({ size, seed, say }) {
    const count = HEADERS[size];
    const time = regtest.genesis.header.time + 365 * 24 * 3600;
    const scene = await SyncScene.open({ time, params: regtest, minimumChainWork: LEAST_WORK });
    const peers = Array.from({ length: PEERS }, () => scene.silent({ kind: 'inbound' }));
    const miners = peers.map(({ id }) => new HeaderMiner(seed + id));
    const failures: string[] = [];
    let nodeMs = 0;
    let mostMb = 0;
    const beforeMb = usedMb();
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      for (const [i, peer] of peers.entries()) {
        const payload = (miners[i] as HeaderMiner).next(AT_ONCE);
        const began = performance.now();
        await scene.handle(peer, decode(payload));
        nodeMs += performance.now() - began;
        if (!asksForMore(peer)) failures.push(`peer ${peer.id} was not asked on after ${sent}`);
      }
      if ((sent / AT_ONCE) % 10 === 9) {
        mostMb = Math.max(mostMb, usedMb() - beforeMb);
        say(`${sent + AT_ONCE} headers of each, ${mostMb.toFixed(1)} MB more`);
      }
    }
    mostMb = Math.max(mostMb, usedMb() - beforeMb);
    const stored = scene.chain.bestHeader.height;
    if (stored > 0) failures.push(`${stored} headers were stored`);
    if (mostMb > MOST_GROWTH_MB) failures.push(`memory grew by ${mostMb.toFixed(1)} MB`);
    const blamed = scene.blamed.map(({ peer, fault }) => `peer ${peer.id}: ${fault.message}`);
    failures.push(...blamed);
    const presynced = scene.sync.progress().presyncHeight ?? 0;
    if (presynced !== count) failures.push(`${presynced} of ${count} headers were counted`);
    await scene.close();
    return {
      figures: {
        headers: PEERS * count,
        stored,
        'memory growth (MB)': Math.round(mostMb * 10) / 10,
        'headers a second': Math.round((PEERS * count) / (nodeMs / 1000)),
      },
      failures,
    };
  },
};

/** Whether a peer was asked to go on from its last header. What was sent to it is forgotten. */
function asksForMore(peer: FakePeer): boolean {
  return peer.takeSent().some(({ command }) => command === 'getheaders');
}

function decode(payload: Uint8Array) {
  const message = decodePayload('headers', payload);
  if (message === undefined) throw new Error('headers are not known');
  return message;
}

/** Makes a chain of headers, message by message, and keeps no more of it than its end. */
class HeaderMiner {
  readonly #header: Uint8Array;
  #time = regtest.genesis.header.time;
  #hash: Uint8Array = blockHash(regtest.genesis);

  /** @param salt makes the chain another one than that of another salt */
  constructor(salt: number) {
    this.#header = encodeBlockHeader({ ...regtest.genesis.header, version: 0x20000000 });
    new DataView(this.#header.buffer, this.#header.byteOffset).setUint32(36, salt, true);
  }

  /** The payload of a `headers` message. */
  next(count: number): Uint8Array {
    const payload = new Uint8Array(3 + count * (HEADER_SIZE + 1));
    payload.set([0xfd, count & 0xff, count >>> 8]);
    for (let i = 0; i < count; i++) {
      this.#mine();
      payload.set(this.#header, 3 + i * (HEADER_SIZE + 1));
    }
    return payload;
  }

  /** Half of all hashes will do. */
  #mine(): void {
    const words = new DataView(this.#header.buffer, this.#header.byteOffset);
    this.#header.set(this.#hash, 4);
    words.setUint32(68, ++this.#time, true);
    for (let nonce = 0; ; nonce++) {
      words.setUint32(76, nonce, true);
      this.#hash = sha256d(this.#header);
      if (((this.#hash[31] as number) & 0x80) === 0) return;
    }
  }
}

/** The memory that is used after everything has been given back that can be. */
function usedMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_000_000;
}
