export type { Orphan } from './orphans.ts';
export {
  type AnnouncementFilter,
  asTheyConnected,
  type BroadcastResult,
  DEFAULT_RELAY_OPTIONS,
  type RelayChain,
  type RelayOptions,
  type RelayParts,
  type RelayPool,
} from './relay-parts.ts';
export { TransactionRelay } from './transaction-relay.ts';
export type { TransactionName } from './transaction-requests.ts';
