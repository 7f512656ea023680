import { type Clock, unixTime } from '../../../outside/clock/clock.ts';
import { joinPath } from '../../../outside/disk/disk-path.ts';
import { replaceFile } from '../../../outside/disk/whole-file.ts';
import { type AddressFolder, putAside, readIfThere } from './address-store.ts';
import { type Ban, BanFileError, decodeBans, encodeBans } from './ban-file.ts';
import { addressKey, type NetAddress } from './net-address.ts';
import { RecentKeys } from './recent-keys.ts';
import { compareSubnets, isInSubnet, type Subnet, subnetKey } from './subnet.ts';

const FILE = 'banlist.json';
/** Core's `-bantime`: a day. */
const DEFAULT_BAN_SECONDS = 24 * 3600;
/** How many addresses are remembered at least that misbehaved. */
const DISCOURAGED = 50_000;

export interface BanOptions {
  /** Unix time in seconds; a day from now where it is left out. */
  readonly until?: number;
  readonly reason?: string;
}

/**
 * Whom this node does not want to hear. The operator bans addresses and ranges, for a time, and the bans
 * outlive a restart. Who misbehaves is discouraged: until a restart, it gets a connection only while
 * nobody better wants one. Nobody is banned automatically, because an address may be that of many.
 *
 * @example
 * const bans = await BanList.load({ disk, folder, log }, clock);
 * bans.ban(parseSubnet('10.0.0.0/8'), { until });
 * await bans.save();
 */
export class BanList {
  readonly #clock: Clock;
  readonly #at: AddressFolder | undefined;
  readonly #bans = new Map<string, Ban>();
  readonly #discouraged = new RecentKeys(DISCOURAGED);
  /** How long a ban lasts where nobody says it: `-bantime`. */
  defaultSeconds = DEFAULT_BAN_SECONDS;

  /** A list without a folder is forgotten at the end. */
  constructor(clock: Clock, at?: AddressFolder, bans: readonly Ban[] = []) {
    this.#clock = clock;
    this.#at = at;
    for (const ban of bans) this.#bans.set(subnetKey(ban.subnet), ban);
  }

  static async load(at: AddressFolder, clock: Clock): Promise<BanList> {
    const bytes = await readIfThere(at, FILE);
    if (bytes === undefined) return BanList.#recreate(at, clock);
    try {
      return new BanList(clock, at, decodeBans(bytes));
    } catch (error) {
      if (!(error instanceof BanFileError)) throw error;
      await putAside(at, FILE, error);
      return BanList.#recreate(at, clock);
    }
  }

  /** As Core does it: from the start on there is a file, and the operator is told that it is a new one. */
  static async #recreate(at: AddressFolder, clock: Clock): Promise<BanList> {
    at.log('note', 'net', 'Recreating the banlist database');
    const list = new BanList(clock, at);
    await list.save();
    return list;
  }

  async save(): Promise<void> {
    if (this.#at === undefined) return;
    const { disk, folder } = this.#at;
    await replaceFile(disk, joinPath(folder, FILE), encodeBans(this.list()));
  }

  /** Bans a range. False if it was banned already, for as long or longer. */
  ban(subnet: Subnet, { until, reason }: BanOptions = {}): boolean {
    const now = unixTime(this.#clock);
    const key = subnetKey(subnet);
    const end = until ?? now + this.defaultSeconds;
    if (end <= (this.#bans.get(key)?.until ?? now)) return false;
    this.#bans.set(key, {
      subnet,
      created: now,
      until: end,
      ...(reason !== undefined && { reason }),
    });
    return true;
  }

  /** Lifts the ban of exactly this range. False if there was none. */
  unban(subnet: Subnet): boolean {
    return this.#bans.delete(subnetKey(subnet));
  }

  clear(): void {
    this.#bans.clear();
  }

  /** Whether an address is in a range that is banned. */
  isBanned(address: NetAddress): boolean {
    const now = unixTime(this.#clock);
    for (const { subnet, until } of this.#bans.values()) {
      if (until > now && isInSubnet(address, subnet)) return true;
    }
    return false;
  }

  /** Whether exactly this range is banned. */
  hasBan(subnet: Subnet): boolean {
    const ban = this.#bans.get(subnetKey(subnet));
    return ban !== undefined && ban.until > unixTime(this.#clock);
  }

  /** The bans that hold, in the order of their ranges. Those whose time is over are forgotten. */
  list(): readonly Ban[] {
    const now = unixTime(this.#clock);
    for (const [key, { until }] of this.#bans) if (until <= now) this.#bans.delete(key);
    return [...this.#bans.values()].sort((a, b) => compareSubnets(a.subnet, b.subnet));
  }

  discourage(address: NetAddress): void {
    this.#discouraged.add(addressKey(address));
  }

  isDiscouraged(address: NetAddress): boolean {
    return this.#discouraged.has(addressKey(address));
  }
}
