import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleMessages } from '../../../test/fixtures/example-messages.ts';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { encodeFrame, type Frame, type FrameProblem, FrameReader, framePayload } from './frame.ts';
import { decodePayload, encodePayload } from './message.ts';

const magic = fromHex('fabfb5da');
const ping = encodeFrame(magic, { command: 'ping', nonce: 1n });

function read(...pieces: readonly Uint8Array[]): readonly (Frame | FrameProblem)[] {
  const reader = new FrameReader(magic);
  return pieces.flatMap((piece) => [...reader.push(piece)]);
}

function changed(frame: Uint8Array, at: number, value: number): Uint8Array {
  const copy = frame.slice();
  copy[at] = value;
  return copy;
}

function codes(found: readonly (Frame | FrameProblem)[]): readonly string[] {
  return found.map((one) => (one.kind === 'frame' ? one.command : one.code));
}

describe('a frame', () => {
  it('has magic, command, length and checksum before the payload', () => {
    expect(toHex(ping)).toBe('fabfb5da70696e6700000000000000000800000008533f6b0100000000000000');
    expect(toHex(framePayload(magic, 'ping', fromHex('0100000000000000')))).toBe(toHex(ping));
  });

  it('of every message is found in a stream that is cut anywhere', () => {
    const stream = concatBytes(...exampleMessages.map((message) => encodeFrame(magic, message)));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (sizes) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] as number;
          pieces.push(stream.subarray(at, at + size));
          at += size;
        }
        const found = read(...pieces);
        expect(codes(found)).toEqual(exampleMessages.map(({ command }) => command));
        for (const [i, frame] of found.entries()) {
          const { command, payload } = frame as Frame;
          expect(decodePayload(command, payload)).toEqual(exampleMessages[i]);
        }
      }),
      { numRuns: 25 },
    );
    expect(read(...Array.from(stream, (byte) => Uint8Array.of(byte)))).toHaveLength(
      exampleMessages.length,
    );
  });

  it('is not taken for another one whose command differs in one letter', () => {
    const empty = new Uint8Array(0);
    const commands = ['ping', 'pong', 'pong', 'pin', 'ping', '', 'pings', 'ping'];
    const stream = commands.map((command) => framePayload(magic, command, empty));
    expect(codes(read(...stream))).toEqual(commands);
  });

  it('keeps nothing of the stream in memory', () => {
    const buffer = new Uint8Array(ping);
    const [frame] = read(buffer) as [Frame];
    buffer.fill(0);
    expect(toHex(frame.payload)).toBe('0100000000000000');
    expect(frame.payload.buffer.byteLength).toBe(8);
  });
});

describe('what is no frame', () => {
  it('of another chain is the end', () => {
    const found = read(changed(ping, 0, 0xfb), ping);
    expect(codes(found)).toEqual(['wrong-magic']);
    expect(found[0]).toMatchObject({ isFatal: true });
  });

  it('of more than 4,000,000 bytes is the end, before any of them has come', () => {
    const header = ping.slice(0, 24);
    header.set(fromHex('01093d00'), 16);
    expect(codes(read(header, ping))).toEqual(['oversize']);
    header.set(fromHex('00093d00'), 16);
    const reader = new FrameReader(magic);
    expect(reader.push(header)).toEqual([]);
    expect(reader.pending).toBe(24);
  });

  it('with a wrong checksum is passed over', () => {
    const found = read(changed(ping, 20, 0x09), ping);
    expect(codes(found)).toEqual(['wrong-checksum', 'ping']);
    expect(found[0]).toMatchObject({ isFatal: false });
  });

  it('with a command that is not letters and then zeros is passed over', () => {
    const bad = [changed(ping, 4, 0x1f), changed(ping, 4, 0x7f), changed(ping, 15, 0x61)];
    expect(codes(read(...bad, ping))).toEqual([...bad.map(() => 'bad-command'), 'ping']);
    expect(codes(read(framePayload(magic, 'twelveletter', ping)))).toEqual(['twelveletter']);
  });

  it('that is passed over is named by what can be shown of its command, and has a size', () => {
    const frame = framePayload(magic, 'bad\u0001<msg', new Uint8Array(2));
    expect(read(frame)).toEqual([
      {
        ...{ kind: 'problem', code: 'bad-command', isFatal: false, size: 26 },
        words: 'Header error: Invalid message type (badmsg, 2 bytes)',
      },
    ]);
    const cut = changed(framePayload(magic, 'ping', new Uint8Array(2)), 6, 0);
    expect(read(cut)[0]).toMatchObject({
      words: 'Header error: Invalid message type (pi, 2 bytes)',
    });
  });
});

it('a block of 4 MB in small pieces takes little more than its own time', () => {
  const raw = new Uint8Array(4_000_000).fill(7);
  const frame = encodeFrame(magic, { command: 'block', raw });
  const time = (size: number): number => {
    const reader = new FrameReader(magic);
    const start = performance.now();
    let found: readonly (Frame | FrameProblem)[] = [];
    for (let at = 0; at < frame.length; at += size) {
      found = reader.push(frame.subarray(at, at + size));
    }
    const taken = performance.now() - start;
    const { payload } = found[0] as Frame;
    expect(payload.length).toBe(raw.length);
    // In one piece it may share that piece, its header included.
    expect(payload.buffer.byteLength).toBeLessThanOrEqual(raw.length + 24);
    return taken;
  };
  time(frame.length);
  const whole = time(frame.length);
  // If every piece made a copy of all before it, these would take 120 MB and 4 GB of copying.
  expect(time(0x10000)).toBeLessThan(10 * whole + 50);
  expect(time(2000)).toBeLessThan(10 * whole + 100);
});

it('a small block shares what it came in, unless that is much, and nothing else does', () => {
  const block = encodeFrame(magic, { command: 'block', raw: new Uint8Array(300) });
  const ping = encodeFrame(magic, { command: 'ping', nonce: 1n });
  const shares = (frame: Uint8Array, room: number): boolean => {
    const chunk = new Uint8Array(room);
    chunk.set(frame);
    const [found] = new FrameReader(magic).push(chunk.subarray(0, frame.length));
    return (found as Frame).payload.buffer === chunk.buffer;
  };
  expect(shares(block, 4000)).toBe(true);
  expect(shares(block, 65_536)).toBe(false);
  expect(shares(ping, 4000)).toBe(false);
});

it('a payload written behind its header is the payload', () => {
  for (const message of exampleMessages) {
    expect(toHex(encodeFrame(magic, message).subarray(24))).toBe(toHex(encodePayload(message)));
  }
});
