import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { drawBelow } from '../entropy/draw.ts';
import { SeededEntropy } from '../entropy/seeded-entropy.ts';
import type { CloseReason, Connection, ConnectionHandlers } from './network.ts';
import { NetworkError } from './network-error.ts';
import type { VirtualHost } from './virtual-host.ts';
import { VirtualNetwork, type VirtualNetworkOptions } from './virtual-network.ts';

const A = '10.0.0.1';
const B = '10.0.0.2';
const PORT = 8333;
const PLAIN = { latencyMs: 100, jitterMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, loss: 0 };

interface World {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly a: VirtualHost;
  readonly b: VirtualHost;
}

function makeWorld(options: Partial<VirtualNetworkOptions> = {}, seed = 'world'): World {
  const clock = new VirtualClock();
  const entropy = new SeededEntropy(seed);
  const network = new VirtualNetwork({ clock, entropy, link: PLAIN, ...options });
  return { clock, network, a: network.host(A), b: network.host(B) };
}

/** A connection from the second host to the first, and what each end hears, with its moment. */
async function connect({ clock, a, b }: World): Promise<{ near: Heard; far: Heard }> {
  let far: Connection | undefined;
  const listener = await a.listen(
    { host: A, port: 0 },
    {
      connection: (connection) => {
        far = connection;
      },
    },
  );
  const near = await clock.settle(b.connect(listener.address));
  await listener.close();
  return { near: new Heard(clock, near), far: new Heard(clock, far as Connection) };
}

class Heard implements ConnectionHandlers {
  readonly connection: Connection;
  readonly pieces: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  readonly #clock: VirtualClock;
  reason: CloseReason | undefined;
  closedAt: number | undefined;

  constructor(clock: VirtualClock, connection: Connection) {
    this.#clock = clock;
    this.connection = connection;
    connection.start(this);
  }

  data(bytes: Uint8Array): void {
    this.pieces.push({ at: this.#clock.monotonic(), bytes });
  }

  close(reason: CloseReason): void {
    this.reason = reason;
    this.closedAt = this.#clock.monotonic();
  }

  get bytes(): Uint8Array {
    return concatBytes(...this.pieces.map(({ bytes }) => bytes));
  }

  get code(): string | undefined {
    return this.reason instanceof NetworkError ? this.reason.code : this.reason;
  }
}

async function codeOf(clock: VirtualClock, action: Promise<unknown>): Promise<string> {
  try {
    await clock.settle(action);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(NetworkError);
    return (error as NetworkError).code;
  }
}

describe('distance', () => {
  it('takes a round to connect, and half a round for each message', async () => {
    const world = makeWorld();
    const { near, far } = await connect(world);
    expect(world.clock.monotonic()).toBe(200);
    near.connection.write(Uint8Array.of(1));
    await world.clock.advance(99);
    expect(far.pieces).toHaveLength(0);
    await world.clock.advance(1);
    expect(far.pieces).toEqual([{ at: 300, bytes: Uint8Array.of(1) }]);
  });

  it('can be set for two hosts, and changed while they talk', async () => {
    const world = makeWorld();
    world.network.setLink(A, B, { latencyMs: 10 });
    const { near, far } = await connect(world);
    expect(world.clock.monotonic()).toBe(20);
    world.network.setLink(B, A, { latencyMs: 300 });
    near.connection.write(Uint8Array.of(1));
    await world.clock.advance(1000);
    expect(far.pieces.map(({ at }) => at)).toEqual([320]);
  });

  it('varies by jitter, without ever turning bytes around', async () => {
    const world = makeWorld({ link: { ...PLAIN, jitterMs: 500 } });
    const { near, far } = await connect(world);
    const start = world.clock.monotonic();
    for (let i = 0; i < 100; i++) {
      near.connection.write(Uint8Array.of(i));
      await world.clock.advance(20);
    }
    await world.clock.advance(1000);
    expect([...far.bytes]).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const delays = far.pieces.map(({ at }, i) => at - start - 20 * i);
    expect(new Set(delays.map(Math.round)).size).toBeGreaterThan(20);
  });

  it('is bridged at so many bytes a second, shared by all connections of two hosts', async () => {
    const world = makeWorld({ link: { ...PLAIN, bytesPerSecond: 10_000 } });
    const { near: first, far: one } = await connect(world);
    const { near: second, far: two } = await connect(world);
    const start = world.clock.monotonic();
    first.connection.write(new Uint8Array(20_000));
    second.connection.write(new Uint8Array(20_000));
    await world.clock.advance(60_000);
    const lastPiece = (heard: Heard): number => (heard.pieces.at(-1)?.at ?? 0) - start;
    expect(one.connection.bytesRead + two.connection.bytesRead).toBe(40_000);
    expect(Math.max(lastPiece(one), lastPiece(two))).toBeCloseTo(4100, 3);
  });

  it('loses pieces of a stream only for a while', async () => {
    const world = makeWorld({ link: { ...PLAIN, loss: 0.3 } });
    const { near, far } = await connect(world);
    const bytes = new SeededEntropy('lossy').bytes(200_000);
    const start = world.clock.monotonic();
    for (let at = 0; at < bytes.length; at += 1000) {
      near.connection.write(bytes.subarray(at, at + 1000));
      await world.clock.advance(10);
    }
    await world.clock.advance(60_000);
    expect(toHex(sha256(far.bytes))).toBe(toHex(sha256(bytes)));
    // Sent again after half a second and a round.
    expect((far.pieces.at(-1)?.at ?? 0) - start).toBeGreaterThan(2700);
  });
});

describe('framing', () => {
  it('is put to the test: messages arrive joined, and cut in two at any byte', async () => {
    const world = makeWorld();
    const { near, far } = await connect(world);
    for (let i = 0; i < 300; i++) {
      for (let j = 0; j < 3; j++) near.connection.write(new Uint8Array(10).fill(j));
      await world.clock.advance(200);
    }
    const lengths = new Set(far.pieces.map(({ bytes }) => bytes.length));
    expect(far.connection.bytesRead).toBe(9000);
    expect(lengths.size).toBe(30);
    expect(far.pieces.filter(({ bytes }) => bytes.length === 30).length).toBeGreaterThan(150);
  });
});

describe('a partition', () => {
  it('holds everything up, and everything arrives once it is over', async () => {
    const world = makeWorld();
    const { near, far } = await connect(world);
    near.connection.write(new Uint8Array(1000).fill(1));
    await world.clock.advance(50);
    world.network.partition([A]);
    near.connection.write(new Uint8Array(1000).fill(2));
    far.connection.write(new Uint8Array(10));
    await world.clock.advance(60_000);
    expect([far.pieces.length, near.pieces.length]).toEqual([0, 0]);
    world.network.heal();
    await world.clock.advance(1000);
    expect([...far.bytes]).toEqual([
      ...new Uint8Array(1000).fill(1),
      ...new Uint8Array(1000).fill(2),
    ]);
    expect(near.connection.bytesRead).toBe(10);
  });

  it('breaks a stream that waits too long, for the side that sends; the other is reset', async () => {
    const world = makeWorld({ stallTimeoutMs: 30_000 });
    const { near, far } = await connect(world);
    world.network.partition([A], [B]);
    near.connection.write(Uint8Array.of(1));
    await world.clock.advance(29_000);
    expect(near.reason).toBeUndefined();
    await world.clock.advance(2_000);
    expect(near.code).toBe('timeout');
    expect(far.reason).toBeUndefined();
    world.network.heal();
    far.connection.write(Uint8Array.of(2));
    await world.clock.advance(1_000);
    expect(far.code).toBe('reset');
    expect(world.clock.pending).toBe(0);
  });

  it('leaves hosts of one part, and those that nobody named, connected', async () => {
    const world = makeWorld();
    const { network, clock } = world;
    const hosts = ['1', '2', '3', '4', '5', '6'].map((name) => network.host(name));
    for (const host of hosts) {
      await host.listen({ host: host.address, port: PORT }, { connection: (one) => one.destroy() });
    }
    network.partition(['1', '2'], ['3', '4']);
    const reached: string[] = [];
    for (const from of hosts) {
      for (const to of hosts) {
        const attempt = from.connect({ host: to.address, port: PORT, timeoutMs: 1000 });
        if ((await codeOf(clock, attempt)) === 'none') reached.push(from.address + to.address);
      }
    }
    expect(reached.join(' ')).toBe('11 12 21 22 33 34 43 44 55 56 65 66');
  });

  it('lets a connection that is being opened wait, until it is over or the time is', async () => {
    const world = makeWorld();
    const { a, b, clock, network } = world;
    await a.listen({ host: A, port: PORT }, { connection: () => {} });
    network.partition([A]);
    const to = { host: A, port: PORT };
    expect(await codeOf(clock, b.connect({ ...to, timeoutMs: 3000 }))).toBe('timeout');
    expect(clock.monotonic()).toBe(3000);
    clock.schedule(1000, () => network.heal());
    expect(await codeOf(clock, b.connect({ ...to, timeoutMs: 3000 }))).toBe('none');
    expect(a.connections).toBe(1);
  });
});

describe('a host', () => {
  it('that is not there cannot be reached', async () => {
    const { b, clock } = makeWorld();
    expect(await codeOf(clock, b.connect({ host: '10.9.9.9', port: PORT }))).toBe('unreachable');
    expect(await codeOf(clock, b.connect({ host: A, port: PORT }))).toBe('refused');
    expect(clock.pending).toBe(0);
  });

  it('that is too far away for the time given is not reached, and hears of the end', async () => {
    const { a, b, clock } = makeWorld();
    const taken: Heard[] = [];
    const handlers = { connection: (one: Connection) => taken.push(new Heard(clock, one)) };
    await a.listen({ host: A, port: PORT }, handlers);
    const to = { host: A, port: PORT, timeoutMs: 150 };
    expect(await codeOf(clock, b.connect(to))).toBe('timeout');
    await clock.advance(1000);
    expect(taken.map(({ reason }) => reason)).toEqual(['remote']);
    expect([a.connections, b.connections]).toEqual([0, 0]);
  });

  it('that listens for itself only refuses strangers', async () => {
    const { a, b, clock } = makeWorld();
    await a.listen({ host: '127.0.0.1', port: PORT }, { connection: (one) => one.destroy() });
    expect(await codeOf(clock, b.connect({ host: A, port: PORT }))).toBe('refused');
    expect(await codeOf(clock, a.connect({ host: 'localhost', port: PORT }))).toBe('none');
  });

  it('is found by the names it is given', async () => {
    const { a, b, clock, network } = makeWorld();
    network.setName('seed.example', [A, B]);
    expect(await b.lookup('seed.example')).toEqual([A, B]);
    expect(await b.lookup('fd00::1')).toEqual(['fd00::1']);
    await a.listen({ host: '0.0.0.0', port: PORT }, { connection: () => {} });
    const connection = await clock.settle(b.connect({ host: 'seed.example', port: PORT }));
    expect(connection.remote).toEqual({ host: A, port: PORT });
    expect(a.localAddresses()).toEqual([A]);
  });

  it('that is killed hears nothing any more, and others hear that it is gone', async () => {
    const world = makeWorld();
    const { a, b, clock } = world;
    await a.listen({ host: A, port: PORT }, { connection: () => {} });
    const { near, far } = await connect(world);
    a.kill();
    await clock.advance(1000);
    expect(far.reason).toBeUndefined();
    expect(near.reason).toBe('remote');
    expect([a.connections, b.connections]).toEqual([0, 0]);
    expect(await codeOf(clock, b.connect({ host: A, port: PORT }))).toBe('refused');
    await a.listen({ host: A, port: PORT }, { connection: () => {} });
    expect(await codeOf(clock, b.connect({ host: A, port: PORT }))).toBe('none');
  });

  it('that ends with bytes unread breaks the connection off', async () => {
    const world = makeWorld();
    const { near, far } = await connect(world);
    far.connection.pause();
    near.connection.write(new Uint8Array(100));
    await world.clock.advance(500);
    far.connection.destroy();
    await world.clock.advance(500);
    expect(far.reason).toBe('local');
    expect(near.code).toBe('reset');
  });

  it('that never reads does not hold up one that ends for longer than five seconds', async () => {
    const world = makeWorld();
    const { near, far } = await connect(world);
    far.connection.pause();
    near.connection.write(new Uint8Array(2_000_000));
    near.connection.end();
    const start = world.clock.monotonic();
    await world.clock.advance(60_000);
    expect(near.reason).toBe('local');
    expect((near.closedAt ?? 0) - start).toBe(5000);
  });
});

describe('a reader that pauses', () => {
  it('bounds what is under way, whatever the writer does', async () => {
    const world = makeWorld();
    const { near, far } = await connect(world);
    far.connection.pause();
    for (let i = 0; i < 20; i++) near.connection.write(new Uint8Array(100_000));
    await world.clock.advance(10_000);
    expect(near.connection.buffered).toBe(2_000_000 - 524_288);
    far.connection.resume();
    await world.clock.advance(10_000);
    expect(near.connection.buffered).toBe(0);
    expect(far.connection.bytesRead).toBe(2_000_000);
  });

  it('gets no more from the call in which it pauses', async () => {
    const world = makeWorld();
    const { near, far } = await connect(world);
    let pieces = 0;
    far.data = () => {
      pieces++;
      far.connection.pause();
    };
    near.connection.write(new Uint8Array(300_000));
    await world.clock.advance(10_000);
    expect(pieces).toBe(1);
    far.connection.resume();
    await world.clock.advance(10_000);
    expect(pieces).toBe(2);
  });
});

describe('a group', () => {
  it('loses messages, and those across a cut; a member can be answered alone', async () => {
    const group = { host: '224.0.0.251', port: 5353 };
    const world = makeWorld({ link: { ...PLAIN, loss: 0.5 } });
    const { a, b, clock, network } = world;
    const heard = { a: 0, b: 0, c: 0 };
    const toA = await a.joinGroup(group, () => heard.a++);
    const toB = await b.joinGroup(group, (_bytes, from) => {
      expect(from).toEqual({ host: A, port: 5353 });
      heard.b++;
    });
    await network.host('10.0.0.3').joinGroup(group, () => heard.c++);
    for (let i = 0; i < 400; i++) toA.send(Uint8Array.of(i));
    await clock.advance(1000);
    expect(heard.a).toBe(400);
    expect(Math.abs(heard.b - 200)).toBeLessThan(70);
    const before = { ...heard };
    network.partition([A]);
    for (let i = 0; i < 20; i++) toA.send(Uint8Array.of(1));
    await clock.advance(1000);
    expect(heard).toEqual({ ...before, a: before.a + 20 });
    network.heal();
    for (let i = 0; i < 20; i++) toB.send(Uint8Array.of(1), { host: A, port: 5353 });
    await clock.advance(1000);
    expect(heard.a).toBeGreaterThan(before.a + 20);
    expect([heard.b, heard.c]).toEqual([before.b, before.c]);
    a.kill();
    const alone = heard.a;
    toB.send(Uint8Array.of(1), { host: A, port: 5353 });
    await clock.advance(1000);
    expect(heard.a).toBe(alone);
  });
});

/** Hosts that pass messages on to each other at random, over a bad network that falls apart. */
async function story(seed: string, hosts: number, watched: number): Promise<string[]> {
  const clock = new VirtualClock();
  const entropy = new SeededEntropy(seed);
  const link = { latencyMs: 40, jitterMs: 60, loss: 0.05, bytesPerSecond: 100_000 };
  const network = new VirtualNetwork({ clock, entropy: entropy.fork('network'), link });
  const log: string[] = [];
  for (let i = 0; i < hosts; i++) {
    const host = network.host(`10.1.0.${i}`);
    const own = entropy.fork(`node ${i}`);
    await host.listen(
      { host: '0.0.0.0', port: PORT },
      {
        connection: (connection) => {
          connection.start({
            data: (bytes) => {
              if (i < watched) log.push(`${clock.monotonic()} ${i} got ${toHex(sha256(bytes))}`);
              connection.write(bytes.subarray(0, bytes.length >> 1));
            },
            close: (reason) => {
              if (i < watched) log.push(`${clock.monotonic()} ${i} lost ${String(reason)}`);
            },
          });
        },
      },
    );
    const to = { host: `10.1.0.${i ^ 1}`, port: PORT };
    clock.schedule(drawBelow(own, 1000), async () => {
      const connection = await host.connect(to);
      connection.start({ data: (bytes) => connection.write(bytes.subarray(1)), close: () => {} });
      for (let round = 0; round < 5; round++) connection.write(own.bytes(drawBelow(own, 3000)));
    });
  }
  await clock.advance(2000);
  network.partition(['10.1.0.0', '10.1.0.2']);
  await clock.advance(2000);
  network.heal();
  await clock.advance(20_000);
  return log;
}

describe('a seed', () => {
  it('replays everything, to the fraction of a millisecond', async () => {
    const first = await story('seed 1', 8, 8);
    expect(first.length).toBeGreaterThan(100);
    expect(await story('seed 1', 8, 8)).toEqual(first);
    expect(await story('seed 2', 8, 8)).not.toEqual(first);
  });

  it('means the same to a host, whoever else is there', async () => {
    expect(await story('seed 1', 12, 4)).toEqual(await story('seed 1', 6, 4));
  });
});

it('leaves nothing behind when connections end', async () => {
  const world = makeWorld({ link: { ...PLAIN, loss: 0.1, jitterMs: 50 } });
  for (let i = 0; i < 200; i++) {
    const { near, far } = await connect(world);
    near.connection.write(new Uint8Array(5000));
    far.connection.write(new Uint8Array(5000));
    if (i % 3 === 0) near.connection.end();
    else if (i % 3 === 1) far.connection.destroy();
    else world.a.kill();
  }
  await world.clock.advance(200_000);
  expect(world.clock.pending).toBe(0);
  expect([world.a.connections, world.b.connections]).toEqual([0, 0]);
});
