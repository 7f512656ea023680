import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ConnectionEnd,
  type NetworkTrial,
  networkTrials,
} from '../../../test/fixtures/network-trials.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { sleep } from '../clock/clock.ts';
import { SeededEntropy } from '../entropy/seeded-entropy.ts';
import type { Connection, Listener } from './network.ts';
import { NetworkError } from './network-error.ts';

function pattern(length: number, seed = 1): Uint8Array {
  return new SeededEntropy(`bytes ${seed}`).bytes(length);
}

/** The matcher for arrays takes seconds for a megabyte. */
function expectBytes(chunks: readonly Uint8Array[], wanted: Uint8Array): void {
  expect(equalBytes(concatBytes(...chunks), wanted)).toBe(true);
}

describe.each(networkTrials)('%s', (_name, makeTrial) => {
  async function listenAndConnect(trial: NetworkTrial): Promise<{
    near: ConnectionEnd;
    far: ConnectionEnd;
    listener: Listener;
  }> {
    let accepted: (connection: Connection) => void = () => {};
    const accepting = new Promise<Connection>((resolve) => {
      accepted = resolve;
    });
    const at = { host: trial.serverHost, port: 0 };
    const listener = await trial.run(trial.server.listen(at, { connection: accepted }));
    const { port } = listener.address;
    const connecting = trial.client.connect({ host: trial.serverHost, port });
    const [near, far] = await trial.run(Promise.all([connecting, accepting]));
    return { near: new ConnectionEnd(near), far: new ConnectionEnd(far), listener };
  }

  async function codeOf(
    trial: NetworkTrial,
    action: Promise<unknown>,
  ): Promise<string | undefined> {
    try {
      await trial.run(action);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(NetworkError);
      expect((error as NetworkError).message).toMatch(/^cannot [^\n]+: [^\n]+$/);
      return (error as NetworkError).code;
    }
  }

  it('connects two ends that know each other by their addresses', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    expect(listener.address.host).toBe(trial.serverHost);
    expect(listener.address.port).toBeGreaterThan(0);
    expect(near.connection.remote).toEqual(listener.address);
    expect(far.connection.local).toEqual(listener.address);
    expect(near.connection.local).toEqual(far.connection.remote);
    near.connection.destroy();
    far.connection.destroy();
    await listener.close();
  });

  it('delivers every byte in order, in both directions at once, in pieces of its own', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start();
    far.start();
    const piece = fc.integer({ min: 0, max: 30_000 });
    const messages = fc.array(piece, { maxLength: 12 });
    let seed = 0;
    await fc.assert(
      fc.asyncProperty(messages, messages, async (forth, back) => {
        const before = [near, far].map((end) => end.chunks.splice(0).length);
        expect(before).toHaveLength(2);
        const sent = (sizes: readonly number[]): Uint8Array[] =>
          sizes.map((size) => pattern(size, seed++));
        const [toFar, toNear] = [sent(forth), sent(back)];
        for (const bytes of toFar) near.connection.write(bytes);
        for (const bytes of toNear) far.connection.write(bytes);
        const [farWants, nearWants] = [concatBytes(...toFar), concatBytes(...toNear)];
        await trial.run(
          Promise.all([
            far.until(() => far.received >= farWants.length),
            near.until(() => near.received >= nearWants.length),
          ]),
        );
        expectBytes(far.chunks, farWants);
        expectBytes(near.chunks, nearWants);
      }),
      { numRuns: 25 },
    );
    expect(near.connection.bytesWritten).toBe(far.connection.bytesRead);
    expect(far.connection.bytesWritten).toBe(near.connection.bytesRead);
    near.connection.end();
    expect(await trial.run(far.closed)).toBe('remote');
    await listener.close();
  });

  it('keeps what arrives until somebody is there to hear it', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start().connection.write(pattern(5000));
    await trial.run(sleep(trial.clock, 200));
    expect(far.connection.bytesRead).toBe(0);
    far.start();
    expect(far.received).toBe(0);
    await trial.run(far.until(() => far.received === 5000));
    expectBytes(far.chunks, pattern(5000));
    near.connection.destroy();
    await trial.run(far.closed);
    await listener.close();
  });

  it('delivers everything that was written before the end, and ends on both sides', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start();
    far.start();
    near.connection.write(pattern(300_000));
    near.connection.end();
    expect(near.connection.write(pattern(10))).toBe(false);
    expect(await trial.run(Promise.all([near.closed, far.closed]))).toEqual(['local', 'remote']);
    expectBytes(far.chunks, pattern(300_000));
    near.connection.end();
    near.connection.destroy();
    far.connection.destroy();
    await trial.run(sleep(trial.clock, 50));
    expect([near.closes, far.closes]).toEqual([1, 1]);
    expect([near.lateChunks, far.lateChunks]).toEqual([0, 0]);
    await listener.close();
  });

  it('hears nothing more after it has ended a connection', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start();
    far.start();
    near.connection.end();
    far.connection.write(pattern(1000));
    expect(await trial.run(near.closed)).toBe('local');
    expect(near.received).toBe(0);
    await trial.run(far.closed);
    await listener.close();
  });

  it('ends at once when destroyed, and says so after the call has returned', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start();
    far.start();
    near.connection.destroy();
    expect(near.closes).toBe(0);
    expect(near.connection.write(pattern(10))).toBe(false);
    expect(await trial.run(near.closed)).toBe('local');
    const reason = await trial.run(far.closed);
    expect(reason === 'remote' || (reason as NetworkError).code === 'reset').toBe(true);
    expect([near.closes, far.closes]).toEqual([1, 1]);
    expect([near.lateChunks, far.lateChunks]).toEqual([0, 0]);
    await listener.close();
  });

  it('tells of an end even those who start to listen after it', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    far.connection.write(pattern(700));
    far.connection.end();
    far.start();
    await trial.run(sleep(trial.clock, 200));
    near.start();
    expect(near.closes).toBe(0);
    expect(await trial.run(near.closed)).toBe('remote');
    expect(near.received).toBe(700);
    await trial.run(far.closed);
    const { near: own, far: other, listener: second } = await listenAndConnect(trial);
    own.connection.destroy();
    await trial.run(sleep(trial.clock, 200));
    own.start();
    other.start();
    expect(own.closes).toBe(0);
    expect(await trial.run(own.closed)).toBe('local');
    await trial.run(other.closed);
    await Promise.all([listener.close(), second.close()]);
  });

  it('asks a writer to pause while the reader does, and tells when to go on', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start();
    far.start();
    far.connection.pause();
    const piece = pattern(100_000);
    // How much the system takes is not ours to bound; that it takes no more at some point, is.
    let written = 0;
    while (near.connection.buffered === 0 && written < 300) {
      do written++;
      while (near.connection.write(piece) && written < 300);
      await trial.run(sleep(trial.clock, 100));
    }
    expect(written).toBeLessThan(300);
    near.drains = 0;
    await trial.run(sleep(trial.clock, 100));
    expect(far.received).toBe(0);
    expect(near.drains).toBe(0);
    expect(near.connection.buffered).toBeGreaterThan(0);
    far.connection.resume();
    const total = near.connection.bytesWritten;
    await trial.run(near.until(() => near.drains === 1));
    expect(near.connection.buffered).toBe(0);
    await trial.run(far.until(() => far.received === total));
    expectBytes(far.chunks, concatBytes(...new Array<Uint8Array>(written).fill(piece)));
    near.connection.destroy();
    await trial.run(far.closed);
    await listener.close();
  });

  it('gives up a connection whose writer never listens, before memory runs out', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start();
    const piece = new Uint8Array(1_048_576);
    for (let i = 0; i < 60; i++) near.connection.write(piece);
    const reason = await trial.run(near.closed);
    expect(reason).toMatchObject({ code: 'overflow' });
    expect(near.connection.bytesWritten).toBeLessThan(50 * piece.length);
    far.start();
    await trial.run(far.closed);
    await listener.close();
  });

  it('reads nothing while paused, however often it is asked to stop', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start();
    far.connection.pause();
    far.start();
    near.connection.write(pattern(2000));
    await trial.run(sleep(trial.clock, 200));
    expect(far.received).toBe(0);
    far.connection.resume();
    far.connection.pause();
    far.connection.resume();
    await trial.run(far.until(() => far.received === 2000));
    near.connection.destroy();
    await trial.run(far.closed);
    await listener.close();
  });

  it('says why a connection cannot be opened', async () => {
    const trial = makeTrial();
    const at = { host: trial.serverHost, port: 0 };
    const listener = await trial.server.listen(at, { connection: () => {} });
    const to = { host: trial.serverHost, port: listener.address.port };
    await listener.close();
    expect(await codeOf(trial, trial.client.connect(to))).toBe('refused');
    const nowhere = { host: 'no-such-host.invalid', port: 1 };
    expect(await codeOf(trial, trial.client.connect(nowhere))).toBe('not-found');
    const controller = new AbortController();
    controller.abort();
    const { signal } = controller;
    expect(await codeOf(trial, trial.client.connect({ ...to, signal }))).toBe('aborted');
  });

  it('calls a connection off while it is being opened', async () => {
    const trial = makeTrial();
    const taken: Connection[] = [];
    const at = { host: trial.serverHost, port: 0 };
    const listener = await trial.server.listen(at, { connection: (one) => taken.push(one) });
    const controller = new AbortController();
    const { signal } = controller;
    const connecting = trial.client.connect({ ...listener.address, signal });
    controller.abort();
    expect(await codeOf(trial, connecting)).toBe('aborted');
    await trial.run(sleep(trial.clock, 300));
    // The other side may have taken it meanwhile; then it hears of the end.
    for (const one of taken) await trial.run(new ConnectionEnd(one).start().closed);
    await listener.close();
  });

  it('says why it cannot listen', async () => {
    const trial = makeTrial();
    const at = { host: trial.serverHost, port: 0 };
    const listener = await trial.server.listen(at, { connection: () => {} });
    const again = trial.server.listen(listener.address, { connection: () => {} });
    expect(await codeOf(trial, again)).toBe('in-use');
    const elsewhere = trial.server.listen({ host: '198.51.100.77', port: 0 }, { connection() {} });
    expect(await codeOf(trial, elsewhere)).toBe('unavailable');
    await listener.close();
    const free = await trial.server.listen(listener.address, { connection: () => {} });
    expect(free.address).toEqual(listener.address);
    await free.close();
    await listener.close();
  });

  it('keeps connections when their listener closes', async () => {
    const trial = makeTrial();
    const { near, far, listener } = await listenAndConnect(trial);
    near.start();
    far.start();
    await listener.close();
    far.connection.write(pattern(100));
    await trial.run(near.until(() => near.received === 100));
    far.connection.end();
    await trial.run(Promise.all([near.closed, far.closed]));
  });

  it('listens on all addresses, and talks to itself', async () => {
    const trial = makeTrial();
    const ends: ConnectionEnd[] = [];
    const at = { host: '0.0.0.0', port: 0 };
    const listener = await trial.server.listen(at, {
      connection: (connection) => ends.push(new ConnectionEnd(connection).start()),
    });
    const { port } = listener.address;
    const near = await trial.run(trial.server.connect({ host: '127.0.0.1', port }));
    near.write(pattern(10));
    new ConnectionEnd(near).start();
    await trial.run(sleep(trial.clock, 50));
    expect(ends.map((end) => end.received)).toEqual([10]);
    near.destroy();
    for (const end of ends) await trial.run(end.closed);
    await listener.close();
  });

  it('serves many at once without mixing them up', async () => {
    const trial = makeTrial();
    const at = { host: trial.serverHost, port: 0 };
    const listener = await trial.server.listen(at, {
      connection: (connection) => {
        connection.start({
          data: (bytes) => connection.write(bytes.map((byte) => byte ^ 255)),
          close: () => {},
        });
      },
    });
    const echoes = Array.from({ length: 50 }, async (_, i) => {
      const end = new ConnectionEnd(await trial.client.connect(listener.address)).start();
      const bytes = pattern(3000 + i, i);
      end.connection.write(bytes);
      await end.until(() => end.received === bytes.length);
      expectBytes(
        end.chunks,
        bytes.map((byte) => byte ^ 255),
      );
      end.connection.end();
      expect(await end.closed).toBe('local');
    });
    await trial.run(Promise.all(echoes));
    await listener.close();
  });

  it('looks up names', async () => {
    const trial = makeTrial();
    const found = await trial.run(trial.client.lookup('localhost'));
    expect(found.length).toBeGreaterThan(0);
    const missing = trial.client.lookup('no-such-host.invalid');
    expect(await codeOf(trial, missing)).toBe('not-found');
    expect(await trial.run(trial.client.lookup('127.0.0.1'))).toHaveLength(1);
  });

  it('speaks to everybody who has joined a group, itself included', async () => {
    const trial = makeTrial();
    const group = { host: '239.255.77.7', port: 45_377 };
    const heard: Record<string, string[]> = { a: [], b: [] };
    const listenAs = (name: string) => (bytes: Uint8Array) => {
      heard[name]?.push(new TextDecoder().decode(bytes));
    };
    const a = await trial.server.joinGroup(group, listenAs('a'));
    const b = await trial.client.joinGroup(group, listenAs('b'));
    a.send(new TextEncoder().encode('hello'));
    await trial.run(sleep(trial.clock, 200));
    // A machine with several ways to the network hears the same from each of them.
    expect(new Set(heard['a'])).toEqual(new Set(['hello']));
    expect(new Set(heard['b'])).toEqual(new Set(['hello']));
    await b.close();
    await b.close();
    b.send(new TextEncoder().encode('after the end'));
    a.send(new TextEncoder().encode('again'));
    await trial.run(sleep(trial.clock, 200));
    expect(new Set(heard['a'])).toEqual(new Set(['hello', 'again']));
    expect(new Set(heard['b'])).toEqual(new Set(['hello']));
    await a.close();
  });
});
