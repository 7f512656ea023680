/** Whatever other nodes send: the frames, the messages in them, and what is made of these. */
import { concatBytes } from '../../src/protocol/bytes/concat.ts';
import { toHex } from '../../src/protocol/bytes/hex.ts';
import { extractPartialMerkleTree } from '../../src/protocol/primitives/partial-merkle-tree.ts';
import { BloomFilter } from '../../src/protocol/wire/bloom-filter.ts';
import {
  encodeFrame,
  type Frame,
  type FrameProblem,
  FrameReader,
} from '../../src/protocol/wire/frame.ts';
import {
  COMMANDS,
  type Command,
  decodePayload,
  encodePayload,
  type Message,
  type MessageOf,
} from '../../src/protocol/wire/message.ts';
import { exampleMessages } from '../fixtures/example-messages.ts';
import type { FuzzTarget } from './target.ts';

const magic = Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda);
const examples = new Map<string, Message>(exampleMessages.map((one) => [one.command, one]));
const { tx } = examples.get('tx') as MessageOf<'tx'>;

function payloadOf(command: Command): Uint8Array {
  return encodePayload(examples.get(command) as Message);
}

/** The whole stream at once, and the same in pieces of odd sizes. */
function readInPieces(input: Uint8Array): void {
  const whole = summary(new FrameReader(magic).push(input));
  const reader = new FrameReader(magic);
  const found: (Frame | FrameProblem)[] = [];
  for (let at = 0, size = 1; at < input.length; at += size, size = (size * 3) % 71) {
    found.push(...reader.push(input.subarray(at, at + size)));
  }
  if (summary(found) !== whole) throw new Error('what is found depends on how the stream is cut');
}

function summary(found: readonly (Frame | FrameProblem)[]): string {
  return found
    .map((one) => (one.kind === 'frame' ? `${one.command} ${toHex(one.payload)}` : one.code))
    .join('\n');
}

export const messageTargets: readonly FuzzTarget[] = [
  {
    // The first byte chooses the command.
    name: 'message',
    seeds: COMMANDS.map((command, i) => concatBytes(Uint8Array.of(i), payloadOf(command))),
    run(input) {
      const command = COMMANDS[(input[0] ?? 0) % COMMANDS.length] as Command;
      const message = decodePayload(command, input.subarray(1)) as Message;
      // Bytes behind the end are dropped, so it need not encode to the same; but it does from then on.
      const encoded = encodePayload(message);
      const again = encodePayload(decodePayload(command, encoded) as Message);
      if (toHex(again) !== toHex(encoded))
        throw new Error(`${command} changes when it is repeated`);
    },
  },
  {
    name: 'frames',
    seeds: exampleMessages.map((message) =>
      concatBytes(encodeFrame(magic, message), encodeFrame(magic, { command: 'verack' })),
    ),
    run: readInPieces,
  },
  {
    name: 'bloom-filter',
    seeds: [payloadOf('filterload')],
    run(input) {
      const message = decodePayload('filterload', input) as MessageOf<'filterload'>;
      // More hash functions than these are refused by whoever handles the message.
      const filter = new BloomFilter({ ...message, hashFunctions: message.hashFunctions % 51 });
      const wanted = filter.matchAndUpdate(tx);
      if (wanted && !filter.matchAndUpdate(tx)) throw new Error('a filter forgets what it matched');
    },
  },
  {
    name: 'partial-merkle-tree',
    seeds: [payloadOf('merkleblock')],
    run(input) {
      extractPartialMerkleTree(decodePayload('merkleblock', input) as MessageOf<'merkleblock'>);
    },
  },
];
