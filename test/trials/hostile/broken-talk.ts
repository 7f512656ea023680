/** Peers that do not even speak the language. */
import { main } from '../../../src/protocol/params/main.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import { encodeFrame, framePayload, MAX_PAYLOAD_SIZE } from '../../../src/protocol/wire/frame.ts';
import type { Behaviour } from './hostile-peer.ts';

const LENGTH_AT = 16;
const PIECE = 100_000;

/** Says nothing at all, or who it is and then nothing more: it takes a place. */
const stoppedHandshake: Behaviour = {
  name: 'stopped handshakes',
  everyMs: 1000,
  greet(peer) {
    if (peer.number % 2 === 0) peer.sendVersion();
  },
  act() {},
};

const wrongMagic: Behaviour = {
  name: 'wrong magic',
  everyMs: 1000,
  act(peer) {
    peer.wire?.sendBytes(encodeFrame(main.magic, { command: 'ping', nonce: 1n }));
  },
};

/** Says that a byte more will follow than may, or as much as may, and takes its time to send that. */
const oversize: Behaviour = {
  name: 'oversize',
  everyMs: 1000,
  act(peer) {
    if (peer.number % 2 === 0) peer.wire?.sendBytes(frameOf(MAX_PAYLOAD_SIZE + 1));
    else peer.wire?.sendBytes(peer.acts === 0 ? frameOf(MAX_PAYLOAD_SIZE) : new Uint8Array(PIECE));
  },
};

export const brokenTalk: readonly Behaviour[] = [stoppedHandshake, wrongMagic, oversize];

/** The beginning of a frame of this length. */
function frameOf(length: number): Uint8Array {
  const frame = framePayload(regtest.magic, 'block', new Uint8Array(PIECE));
  new DataView(frame.buffer, frame.byteOffset).setUint32(LENGTH_AT, length, true);
  return frame;
}
