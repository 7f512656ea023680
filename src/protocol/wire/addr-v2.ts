import { type Codec, struct, u16be, u32, vector } from '../bytes/codec.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import type { Reader } from '../bytes/reader.ts';
import { messageCodec, shortBytes } from './message-codec.ts';
import { networkOf, type PeerAddress } from './peer-address.ts';

/** Addresses of other nodes, in all networks (BIP155). */
export interface AddrV2Message {
  readonly command: 'addrv2';
  readonly addresses: readonly PeerAddress[];
}

const MAX_ADDRESS_LENGTH = 512;
const address = shortBytes(
  MAX_ADDRESS_LENGTH,
  (length) => `Address too long: ${length} > ${MAX_ADDRESS_LENGTH}`,
);

const peerAddress: Codec<PeerAddress> = {
  minSize: 9,
  read(reader) {
    const time = reader.u32();
    const services = BigInt(reader.compactU64());
    const network = reader.u8();
    const bytes = readAddress(reader, network);
    return { time, services, network, address: bytes, port: reader.u16be() };
  },
  write(writer, value) {
    u32.write(writer, value.time);
    writer.compactSize(value.services);
    writer.u8(value.network);
    address.write(writer, value.address);
    u16be.write(writer, value.port);
  },
};

/** Of a network that is not known, any length is as good as another. */
function readAddress(reader: Reader, network: number): Uint8Array {
  const bytes = address.read(reader).slice();
  const known = networkOf(network);
  if (known !== undefined && bytes.length !== known.length) {
    const { name, length } = known;
    throw new DecodeError(
      'bad-length',
      `BIP155 ${name} address with length ${bytes.length} (should be ${length})`,
    );
  }
  return bytes;
}

export const addrV2Codec: Codec<AddrV2Message> = messageCodec(
  'addrv2',
  struct({ addresses: vector(peerAddress) }),
);
