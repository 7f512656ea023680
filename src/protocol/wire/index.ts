export type { AddrMessage } from './addr.ts';
export type { AddrV2Message } from './addr-v2.ts';
export type { BlockMessage } from './block.ts';
export type { BlockTxnMessage } from './block-txn.ts';
export {
  BLOOM_UPDATE_ALL,
  BLOOM_UPDATE_NONE,
  BLOOM_UPDATE_P2PUBKEY_ONLY,
  BloomFilter,
  type BloomFilterParts,
} from './bloom-filter.ts';
export type { CFCheckptMessage } from './cfcheckpt.ts';
export type { CFHeadersMessage } from './cfheaders.ts';
export type { CFilterMessage } from './cfilter.ts';
export type { CmpctBlockMessage, PrefilledTransaction } from './cmpct-block.ts';
export type { FeeFilterMessage } from './fee-filter.ts';
export type { FilterAddMessage } from './filter-add.ts';
export type { FilterClearMessage } from './filter-clear.ts';
export type { FilterLoadMessage } from './filter-load.ts';
export { BASIC_FILTER } from './filter-request.ts';
export {
  encodeFrame,
  FRAME_HEADER_SIZE,
  type Frame,
  type FrameProblem,
  FrameReader,
  framePayload,
  MAX_PAYLOAD_SIZE,
} from './frame.ts';
export type { GetAddrMessage } from './get-addr.ts';
export type { GetBlockTxnMessage } from './get-block-txn.ts';
export type { GetBlocksMessage } from './get-blocks.ts';
export type { GetCFCheckptMessage } from './get-cfcheckpt.ts';
export type { GetCFHeadersMessage } from './get-cfheaders.ts';
export type { GetCFiltersMessage } from './get-cfilters.ts';
export type { GetDataMessage } from './get-data.ts';
export type { GetHeadersMessage } from './get-headers.ts';
export type { HeadersMessage } from './headers.ts';
export type { InvMessage } from './inv.ts';
export {
  type InventoryItem,
  isBlockItem,
  isTransactionItem,
  MSG_BLOCK,
  MSG_CMPCT_BLOCK,
  MSG_FILTERED_BLOCK,
  MSG_TX,
  MSG_WITNESS_BLOCK,
  MSG_WITNESS_FLAG,
  MSG_WITNESS_TX,
  MSG_WTX,
} from './inventory.ts';
export type { MempoolMessage } from './mempool.ts';
export type { MerkleBlockMessage } from './merkle-block.ts';
export {
  COMMANDS,
  type Command,
  decodePayload,
  encodePayload,
  type Message,
  type MessageOf,
} from './message.ts';
export type { NetAddress } from './net-address.ts';
export type { NotFoundMessage } from './not-found.ts';
export {
  NETWORK_CJDNS,
  NETWORK_I2P,
  NETWORK_IPV4,
  NETWORK_IPV6,
  NETWORK_TOR_V3,
  networkOf,
  type PeerAddress,
} from './peer-address.ts';
export type { PingMessage } from './ping.ts';
export type { PongMessage } from './pong.ts';
export type { SendAddrV2Message } from './send-addr-v2.ts';
export type { SendCmpctMessage } from './send-cmpct.ts';
export type { SendHeadersMessage } from './send-headers.ts';
export {
  NODE_BLOOM,
  NODE_COMPACT_FILTERS,
  NODE_NETWORK,
  NODE_NETWORK_LIMITED,
  NODE_P2P_V2,
  NODE_WITNESS,
  PROTOCOL_VERSION,
} from './services.ts';
export { shortId, shortIdKey } from './short-ids.ts';
export type { TxMessage } from './tx.ts';
export type { VerackMessage } from './verack.ts';
export type { VersionMessage } from './version.ts';
export type { WtxidRelayMessage } from './wtxid-relay.ts';
