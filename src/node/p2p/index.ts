export type { AddressSource, BanSource, SelectedAddress } from './address-source.ts';
export { AddressBook, type AddressBookParts } from './addresses/address-book.ts';
export type { KnownAddress } from './addresses/address-entry.ts';
export {
  type AddressRules,
  addressRules,
  privateRules,
  publicRules,
} from './addresses/address-rules.ts';
export {
  type AddressFolder,
  loadAddressBook,
  loadIdentity,
  saveAddressBook,
  saveAnchors,
  takeAnchors,
} from './addresses/address-store.ts';
export { addressText, parseAddress, parseEndpoint } from './addresses/address-text.ts';
export type { Ban } from './addresses/ban-file.ts';
export { BanList, type BanOptions } from './addresses/ban-list.ts';
export { AddressGossip, type GossipFigures, type GossipParts } from './addresses/gossip.ts';
export {
  type NetAddress,
  type NetEndpoint,
  type NetworkName,
  networkName,
} from './addresses/net-address.ts';
export { type SeedParts, startSeeds } from './addresses/seeds.ts';
export { parseSubnet, type Subnet, subnetText } from './addresses/subnet.ts';
export type { CompactParts } from './compact/compact-parts.ts';
export { CompactRelay } from './compact/compact-relay.ts';
export { RecentBlock } from './compact/recent-block.ts';
export { type Discovery, type DiscoveryParts, startDiscovery } from './discovery/discovery.ts';
export type { FoundNode } from './discovery/room.ts';
export { judge, type Sentence, type Standing } from './judge.ts';
export { LIMITS } from './limits.ts';
export type { ListenAt, PeerNetworkOptions, PeerNetworkParts, Self } from './network-parts.ts';
export { parseTarget, TargetError } from './parse-target.ts';
export type { PingTimes } from './peer/keep-alive.ts';
export {
  type ConnectionKind,
  isOutbound,
  type Peer,
  type Permission,
  relaysTransactions,
} from './peer/peer.ts';
export { type FaultSubject, PeerFault } from './peer/peer-fault.ts';
export type { PeerHandler } from './peer/peer-handler.ts';
export type { PeerInfo } from './peer-info.ts';
export { type AddedNode, PeerNetwork } from './peer-network.ts';
export type { PeerSet } from './peers.ts';
export {
  PermissionError,
  parseWhitebind,
  parseWhitelist,
  type WhitebindEntry,
  type WhitelistEntry,
} from './permissions.ts';
export type { BroadcastResult, RelayOptions, RelayParts } from './relay/relay-parts.ts';
export { TransactionRelay } from './relay/transaction-relay.ts';
export { type EvictionCandidate, selectEviction } from './select-eviction.ts';
export { BlockServer, type BlockServerParts } from './serve/block-server.ts';
export { BloomFilters } from './serve/bloom-filters.ts';
export { FilterServer, type FilterServerParts } from './serve/filter-server.ts';
export { HeaderServer, type HeaderServerParts } from './serve/header-server.ts';
export { ChainSync, type ChainSyncParts } from './sync/chain-sync.ts';
export type { PeerProgress, SyncProgress } from './sync/sync-progress.ts';
export type { Traffic } from './traffic.ts';
