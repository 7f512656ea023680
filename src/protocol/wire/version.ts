import { type Codec, i32, i64, struct, u64 } from '../bytes/codec.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import type { Reader } from '../bytes/reader.ts';
import { bool, shortBytes } from './message-codec.ts';
import { type NetAddress, NO_ADDRESS, netAddressCodec } from './net-address.ts';

/** The first message of each side: who I am, and how far I have come. */
export interface VersionMessage {
  readonly command: 'version';
  readonly version: number;
  readonly services: bigint;
  /** Unix time, in seconds. It is signed, and whatever the sender says. */
  readonly time: bigint;
  readonly receiver: NetAddress;
  readonly sender: NetAddress;
  /** Drawn for each connection, so that a node notices when it talks to itself. */
  readonly nonce: bigint;
  /** BIP14, such as `/Satoshi:28.1.0/`. A character is a byte: it comes from a stranger, and may be anything. */
  readonly userAgent: string;
  readonly startHeight: number;
  /** Whether transactions are wanted before a `filterload` says which (BIP37). */
  readonly relay: boolean;
}

const MAX_USER_AGENT_LENGTH = 256;

const userAgent: Codec<string> = {
  minSize: 1,
  read: (reader) => String.fromCharCode(...userAgentBytes.read(reader)),
  write(writer, text) {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    if (bytes.length > MAX_USER_AGENT_LENGTH || /[^\0-\xff]/.test(text)) {
      throw new EncodeError(
        `user agent ${JSON.stringify(text)}; allowed are up to 256 characters of one byte`,
      );
    }
    userAgentBytes.write(writer, bytes);
  },
};

const userAgentBytes = shortBytes(MAX_USER_AGENT_LENGTH, () => 'String length limit exceeded');

/** What every version has had. */
const oldest = struct({
  version: i32,
  services: u64,
  time: i64,
  receiver: netAddressCodec,
});

export const versionCodec: Codec<VersionMessage> = {
  minSize: oldest.minSize,
  read(reader) {
    const first = oldest.read(reader);
    // The rest came with time. Whoever ends early has the value that was meant before there was one.
    const sender = optional(reader, netAddressCodec, NO_ADDRESS);
    const nonce = optional(reader, u64, 1n, sender !== NO_ADDRESS);
    const agent = optional(reader, userAgent, '');
    const startHeight = optional(reader, i32, -1);
    const relay = optional(reader, bool, true);
    return { command: 'version', ...first, sender, nonce, userAgent: agent, startHeight, relay };
  },
  write(writer, message) {
    oldest.write(writer, message);
    netAddressCodec.write(writer, message.sender);
    u64.write(writer, message.nonce);
    userAgent.write(writer, message.userAgent);
    i32.write(writer, message.startHeight);
    bool.write(writer, message.relay);
  },
};

/** A field that is there if anything is, or if the one before it was and both belong together. */
function optional<T>(reader: Reader, codec: Codec<T>, absent: T, required = false): T {
  return reader.remaining > 0 || required ? codec.read(reader) : absent;
}
