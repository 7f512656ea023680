import { MAX_PAYLOAD_SIZE } from '../../protocol/wire/frame.ts';

/**
 * What a peer may do, and what this node does for one: all limits of the network in one table, as in
 * Bitcoin Core 28. Each is held by a test.
 */
export const LIMITS = {
  /** Bytes of a message's payload. */
  messageBytes: MAX_PAYLOAD_SIZE,
  /** Entries of `inv`, `getdata` and `notfound`. */
  inventory: 50_000,
  /** Of one `headers`. */
  headers: 2000,
  /** Of one `addr` or `addrv2`. */
  addresses: 1000,
  /** Hashes of a `getheaders` or `getblocks`. */
  locator: 101,
  /** Hashes that answer a `getblocks`. */
  blocksAnnounced: 500,
  /** Addresses that a peer may tell in a burst, and a second after that. */
  addressTokens: 1000,
  addressTokensASecond: 0.1,
  /** Blocks that are asked of one peer at once. */
  blocksInFlight: 16,
  /** How far ahead of the tip blocks are asked for. */
  blockWindow: 1024,
  /** Transactions without their parents, of all peers together; and the heaviest that is kept. */
  orphans: 100,
  orphanWeight: 400_000,
  /** Transactions that a peer may have announced and not yet delivered. */
  announcements: 5000,
  /** Transactions that are asked of one peer at once. */
  requests: 100,
  /** How deep a block may lie that is served as a compact block, and whose transactions are. */
  compactBlockDepth: 5,
  blockTransactionsDepth: 10,
  /** Filters a `getcfilters` and hashes a `getcfheaders` may ask for. */
  filters: 1000,
  filterHeaders: 2000,
  /** Bloom filters (BIP37): bytes, hash functions, and bytes of an element. */
  bloomFilterBytes: 36_000,
  bloomFilterFunctions: 50,
  bloomFilterElement: 520,
  /** Bytes that wait to be handled, or to be sent, before a peer has to wait: Core's -maxreceivebuffer, -maxsendbuffer. */
  receiveBuffer: 5_000_000,
  sendBuffer: 1_000_000,
  /** Connections that this node opens by itself, and all together (-maxconnections). */
  outboundFullRelay: 8,
  outboundBlockRelay: 2,
  connections: 125,
  manual: 8,
} as const;
