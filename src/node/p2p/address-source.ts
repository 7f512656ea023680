import type { NetAddress, NetEndpoint } from './addresses/net-address.ts';

/**
 * Where the network takes addresses from that it opens connections to, and what it tells in return.
 * `addresses/address-book.ts` is the one that persists.
 */
export interface AddressSource {
  /** One at random. `newOnly`: one that no connection has been made to yet. */
  select(options?: { readonly newOnly?: boolean }): SelectedAddress | undefined;
  /** A tried address that a newer one would like to replace: a feeler finds out if it still answers. */
  selectCollision(): SelectedAddress | undefined;
  /** Decides about those that were found out. */
  resolveCollisions(): void;
  attempt(address: NetEndpoint, countsAsFailure: boolean): void;
  /** A node answered there, with a version that fits. */
  good(address: NetEndpoint): void;
  /** A peer that we had connected to is gone: it was there until now. */
  connected(address: NetEndpoint): void;
  /** What the node at this address says that it offers. */
  setServices(address: NetEndpoint, services: bigint): void;
}

export interface SelectedAddress extends NetEndpoint {
  readonly services: bigint;
  /** Unix time, in seconds; 0 for never. */
  readonly lastTry: number;
}

/** Whom the node does not talk to. `addresses/ban-list.ts` is the one that persists. */
export interface BanSource {
  /** By hand. */
  isBanned(address: NetAddress): boolean;
  /** For what it did. Forgotten before long. */
  isDiscouraged(address: NetAddress): boolean;
  discourage(address: NetAddress): void;
}
