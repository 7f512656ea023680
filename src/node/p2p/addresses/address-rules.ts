import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { isPrivate, isRoutable, type NetAddress } from './net-address.ts';
import { netGroup } from './net-group.ts';

/** Which addresses nodes of a chain tell each other, and which of them count as one. */
export interface AddressRules {
  /**
   * Whether strangers are on the network: who asks for addresses is then told a part of them, and the
   * same part for a day, so that nobody learns who is connected to whom.
   */
  readonly isPublic: boolean;
  /** Whether it is worth remembering and telling. */
  isUsable(address: NetAddress): boolean;
  /** Its group: see `netGroup`. */
  groupOf(address: NetAddress): Uint8Array;
}

/** As in Bitcoin Core: what can be reached from everywhere. */
export const publicRules: AddressRules = {
  isPublic: true,
  isUsable: isRoutable,
  groupOf: netGroup,
};

/**
 * For chains that live in a house, a classroom or a simulation: there private addresses are the ones
 * that matter, and each host is a group of its own, because all of them share the first bytes. The
 * addresses of a machine for itself alone stay out: for everybody else they are wrong.
 */
export const privateRules: AddressRules = {
  isPublic: false,
  isUsable: (address) => isRoutable(address) || isPrivate(address),
  groupOf: (at) =>
    isPrivate(at) ? concatBytes(Uint8Array.of(0xfe, at.network), at.address) : netGroup(at),
};

/** The rules of a chain: one that has seeds is public. */
export function addressRules(params: { readonly dnsSeeds: readonly string[] }): AddressRules {
  return params.dnsSeeds.length > 0 ? publicRules : privateRules;
}
