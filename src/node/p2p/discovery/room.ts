import type { Clock } from '../../../outside/clock/clock.ts';
import type { Endpoint } from '../../../outside/network/endpoint.ts';
import { addressText, parseAddress } from '../addresses/address-text.ts';
import { equalAddresses } from '../addresses/net-address.ts';
import type { DnsRecord } from './dns-message.ts';
import { pointerTo, type RoomNode, SERVICE_TTL } from './room-service.ts';

/** So many are remembered, those that were heard last; whoever likes can make nodes up. */
const MOST_NODES = 256;
/** So many of one machine: it may have several, and cannot have them all. */
const MOST_OF_ONE = 32;
/** Somebody who is still there is told of again so often: connections to him may have been lost. */
const REMINDER_MS = 60_000;

/** A node on the local network. */
export interface FoundNode {
  readonly endpoint: Endpoint;
  readonly instance: string;
  readonly height: number;
}

interface Remembered {
  readonly endpoint: Endpoint;
  /** The address that told of it. */
  readonly source: string;
  /** By the monotonic clock. */
  readonly until: number;
  readonly toldAt: number;
}

/** The nodes of this chain that are on the local network. */
export class Room {
  readonly #clock: Clock;
  readonly #nodes = new Map<string, Remembered>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** Notes that a node is there. Answers with it when that is news, or worth a reminder. */
  note(node: RoomNode, ttl: number, from: Endpoint): FoundNode | undefined {
    const now = this.#clock.monotonic();
    const endpoint = { host: hostOf(node, from), port: node.port };
    const before = this.#nodes.get(node.instance);
    const isNews =
      before === undefined ||
      before.endpoint.host !== endpoint.host ||
      before.endpoint.port !== endpoint.port ||
      now - before.toldAt >= REMINDER_MS;
    if (before === undefined && !this.#makeRoom(from.host, now)) return undefined;
    const toldAt = isNews ? now : before.toldAt;
    // The order of the map is that in which nodes were last heard.
    this.#nodes.delete(node.instance);
    const until = now + ttl * 1000;
    this.#nodes.set(node.instance, { endpoint, source: from.host, until, toldAt });
    return isNews ? { endpoint, instance: node.instance, height: node.height } : undefined;
  }

  forget(instance: string): void {
    this.#nodes.delete(instance);
  }

  /** What need not be told again: those that will be known for more than half of their time. */
  known(most: number): readonly DnsRecord[] {
    const now = this.#clock.monotonic();
    const records: DnsRecord[] = [];
    for (const [instance, { until }] of this.#nodes) {
      const ttl = Math.floor((until - now) / 1000);
      if (ttl >= SERVICE_TTL / 2 && records.length < most) records.push(pointerTo(instance, ttl));
    }
    return records;
  }

  /** Makes room for one more of this source; false if that has its share. */
  #makeRoom(source: string, now: number): boolean {
    let same = 0;
    for (const [instance, node] of this.#nodes) {
      if (node.until <= now) this.#nodes.delete(instance);
      else if (node.source === source) same++;
    }
    if (same >= MOST_OF_ONE) return false;
    for (const instance of this.#nodes.keys()) {
      if (this.#nodes.size < MOST_NODES) break;
      this.#nodes.delete(instance);
    }
    return true;
  }
}

/**
 * Where a node is: the address that its message came from, if it is one that the node says it has, and
 * otherwise the first of those. The messages of a machine to itself come from an address that is of no
 * use to others.
 */
function hostOf(node: RoomNode, from: Endpoint): string {
  const source = parseAddress(from.host);
  const isSource = source !== undefined && node.addresses.some((at) => equalAddresses(at, source));
  const first = node.addresses[0];
  return isSource || first === undefined ? from.host : addressText(first);
}
