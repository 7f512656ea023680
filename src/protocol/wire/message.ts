/** All messages, and the table that reads and writes them. */
import type { Codec } from '../bytes/codec.ts';
import { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import { type AddrMessage, addrCodec } from './addr.ts';
import { type AddrV2Message, addrV2Codec } from './addr-v2.ts';
import { type BlockMessage, blockCodec } from './block.ts';
import { type BlockTxnMessage, blockTxnCodec } from './block-txn.ts';
import { type CFCheckptMessage, cFCheckptCodec } from './cfcheckpt.ts';
import { type CFHeadersMessage, cFHeadersCodec } from './cfheaders.ts';
import { type CFilterMessage, cFilterCodec } from './cfilter.ts';
import { type CmpctBlockMessage, cmpctBlockCodec } from './cmpct-block.ts';
import { type FeeFilterMessage, feeFilterCodec } from './fee-filter.ts';
import { type FilterAddMessage, filterAddCodec } from './filter-add.ts';
import { type FilterClearMessage, filterClearCodec } from './filter-clear.ts';
import { type FilterLoadMessage, filterLoadCodec } from './filter-load.ts';
import { type GetAddrMessage, getAddrCodec } from './get-addr.ts';
import { type GetBlockTxnMessage, getBlockTxnCodec } from './get-block-txn.ts';
import { type GetBlocksMessage, getBlocksCodec } from './get-blocks.ts';
import { type GetCFCheckptMessage, getCFCheckptCodec } from './get-cfcheckpt.ts';
import { type GetCFHeadersMessage, getCFHeadersCodec } from './get-cfheaders.ts';
import { type GetCFiltersMessage, getCFiltersCodec } from './get-cfilters.ts';
import { type GetDataMessage, getDataCodec } from './get-data.ts';
import { type GetHeadersMessage, getHeadersCodec } from './get-headers.ts';
import { type HeadersMessage, headersCodec } from './headers.ts';
import { type InvMessage, invCodec } from './inv.ts';
import { type MempoolMessage, mempoolCodec } from './mempool.ts';
import { type MerkleBlockMessage, merkleBlockCodec } from './merkle-block.ts';
import { type NotFoundMessage, notFoundCodec } from './not-found.ts';
import { type PingMessage, pingCodec } from './ping.ts';
import { type PongMessage, pongCodec } from './pong.ts';
import { type SendAddrV2Message, sendAddrV2Codec } from './send-addr-v2.ts';
import { type SendCmpctMessage, sendCmpctCodec } from './send-cmpct.ts';
import { type SendHeadersMessage, sendHeadersCodec } from './send-headers.ts';
import { type TxMessage, txMessageCodec } from './tx.ts';
import { type VerackMessage, verackCodec } from './verack.ts';
import { type VersionMessage, versionCodec } from './version.ts';
import { type WtxidRelayMessage, wtxidRelayCodec } from './wtxid-relay.ts';

/** Whatever nodes say to each other, told apart by `command`. */
export type Message =
  | VersionMessage
  | VerackMessage
  | WtxidRelayMessage
  | SendAddrV2Message
  | PingMessage
  | PongMessage
  | GetAddrMessage
  | AddrMessage
  | AddrV2Message
  | InvMessage
  | GetDataMessage
  | NotFoundMessage
  | GetHeadersMessage
  | GetBlocksMessage
  | HeadersMessage
  | SendHeadersMessage
  | BlockMessage
  | TxMessage
  | MempoolMessage
  | FeeFilterMessage
  | SendCmpctMessage
  | CmpctBlockMessage
  | GetBlockTxnMessage
  | BlockTxnMessage
  | FilterLoadMessage
  | FilterAddMessage
  | FilterClearMessage
  | MerkleBlockMessage
  | GetCFiltersMessage
  | CFilterMessage
  | GetCFHeadersMessage
  | CFHeadersMessage
  | GetCFCheckptMessage
  | CFCheckptMessage;

export type Command = Message['command'];

/** The message of a command. */
export type MessageOf<C extends Command> = Extract<Message, { readonly command: C }>;

const CODECS: { readonly [C in Command]: Codec<MessageOf<C>> } = {
  version: versionCodec,
  verack: verackCodec,
  wtxidrelay: wtxidRelayCodec,
  sendaddrv2: sendAddrV2Codec,
  ping: pingCodec,
  pong: pongCodec,
  getaddr: getAddrCodec,
  addr: addrCodec,
  addrv2: addrV2Codec,
  inv: invCodec,
  getdata: getDataCodec,
  notfound: notFoundCodec,
  getheaders: getHeadersCodec,
  getblocks: getBlocksCodec,
  headers: headersCodec,
  sendheaders: sendHeadersCodec,
  block: blockCodec,
  tx: txMessageCodec,
  mempool: mempoolCodec,
  feefilter: feeFilterCodec,
  sendcmpct: sendCmpctCodec,
  cmpctblock: cmpctBlockCodec,
  getblocktxn: getBlockTxnCodec,
  blocktxn: blockTxnCodec,
  filterload: filterLoadCodec,
  filteradd: filterAddCodec,
  filterclear: filterClearCodec,
  merkleblock: merkleBlockCodec,
  getcfilters: getCFiltersCodec,
  cfilter: cFilterCodec,
  getcfheaders: getCFHeadersCodec,
  cfheaders: cFHeadersCodec,
  getcfcheckpt: getCFCheckptCodec,
  cfcheckpt: cFCheckptCodec,
};

/** All commands that are understood here. */
export const COMMANDS = Object.keys(CODECS) as readonly Command[];

const BY_COMMAND: ReadonlyMap<string, Codec<Message>> = new Map(Object.entries(CODECS));

/**
 * What a message means, by its command and payload; undefined if the command is not known, which every
 * node ignores so that the protocol can grow. For the same reason bytes behind the last field are ignored.
 *
 * The payload is kept by what is read from it, and must not change.
 *
 * @throws DecodeError if the payload is not what the command says
 * @example
 * decodePayload('ping', fromHex('2a00000000000000')) // { command: 'ping', nonce: 42n }
 */
export function decodePayload(command: string, payload: Uint8Array): Message | undefined {
  return BY_COMMAND.get(command)?.read(new Reader(payload));
}

/**
 * The payload of a message.
 *
 * @example
 * encodePayload({ command: 'ping', nonce: 42n }) // 2a00000000000000
 */
export function encodePayload(message: Message): Uint8Array {
  const writer = new Writer();
  writePayload(writer, message);
  return writer.finish();
}

/** Writes the payload of a message behind what is there. */
export function writePayload(writer: Writer, message: Message): void {
  (CODECS[message.command] as Codec<Message>).write(writer, message);
}
