import type { NetworkName } from './addresses/net-address.ts';

/** What is known of a peer that somebody else opened a connection to us with. */
export interface EvictionCandidate {
  readonly id: number;
  /** Unix times, in seconds; 0 for never. */
  readonly connectedAt: number;
  readonly lastBlockAt: number;
  readonly lastTransactionAt: number;
  /** Infinite before the first answer. */
  readonly minPingMs: number;
  /** It has the blocks that we would want of it. */
  readonly hasWantedServices: boolean;
  readonly relaysTransactions: boolean;
  readonly hasBloomFilter: boolean;
  /**
   * The group of its address, under a key that only this node knows: who does not know which groups
   * come last cannot choose his addresses so that they are protected.
   */
  readonly groupKey: string;
  readonly network: NetworkName | undefined;
  readonly isLocal: boolean;
  /** It has been discouraged: the first to go. */
  readonly isUnwelcome: boolean;
}

type Compare = (a: EvictionCandidate, b: EvictionCandidate) => number;
type Test = (candidate: EvictionCandidate) => boolean;

/** How many are protected for what they are best at. */
const PROTECTED = { group: 4, ping: 8, transactions: 4, blockRelay: 8, blocks: 4 } as const;

/**
 * Who has to go when somebody else wants to come in; undefined if everybody is worth keeping.
 *
 * An attacker who opens many connections must not be able to push out everybody else. So those are
 * protected who are best at something that is hard to fake: near, useful, long here. Of the others the
 * youngest of the largest group goes, since one owner's addresses tend to be in one group.
 *
 * @example
 * const loser = selectEviction(candidates.filter((peer) => !peer.isNoBan));
 */
export function selectEviction(candidates: readonly EvictionCandidate[]): number | undefined {
  let left = candidates;
  left = withoutLast(left, byGroup, PROTECTED.group);
  left = withoutLast(left, byPing, PROTECTED.ping);
  left = withoutLast(left, byTransactions, PROTECTED.transactions);
  left = withoutLast(left, byBlockRelay, PROTECTED.blockRelay, isBlockRelayPeer);
  left = withoutLast(left, byBlocks, PROTECTED.blocks);
  left = withoutOldHalf(left);
  if (left.some((candidate) => candidate.isUnwelcome)) {
    left = left.filter((candidate) => candidate.isUnwelcome);
  }
  return youngestOfLargestGroup(left)?.id;
}

/** Those that are left if, of the last ones in an order, those who pass a test are protected. */
function withoutLast(
  candidates: readonly EvictionCandidate[],
  compare: Compare,
  count: number,
  test: Test = () => true,
): readonly EvictionCandidate[] {
  const sorted = [...candidates].sort(compare);
  const start = Math.max(0, sorted.length - count);
  return sorted.filter((candidate, i) => i < start || !test(candidate));
}

/** The youngest first. */
const byAge: Compare = (a, b) => b.connectedAt - a.connectedAt;
const byPing: Compare = (a, b) => compare(b.minPingMs, a.minPingMs);
const byGroup: Compare = (a, b) => compare(a.groupKey, b.groupKey);

const byBlocks: Compare = (a, b) =>
  a.lastBlockAt - b.lastBlockAt ||
  Number(a.hasWantedServices) - Number(b.hasWantedServices) ||
  byAge(a, b);

const byTransactions: Compare = (a, b) =>
  a.lastTransactionAt - b.lastTransactionAt ||
  Number(a.relaysTransactions) - Number(b.relaysTransactions) ||
  Number(b.hasBloomFilter) - Number(a.hasBloomFilter) ||
  byAge(a, b);

const byBlockRelay: Compare = (a, b) =>
  Number(b.relaysTransactions) - Number(a.relaysTransactions) || byBlocks(a, b);

const isBlockRelayPeer: Test = (candidate) =>
  !candidate.relaysTransactions && candidate.hasWantedServices;

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A network, or this machine, whose peers are slower, and younger, than others through no fault of theirs. */
interface Disadvantaged {
  readonly has: Test;
  count: number;
}

/**
 * Protects the half that has been here longest, for an attack starts later. Up to half of these places
 * are for those from networks that never win by ping; the smallest such network has the first choice.
 */
function withoutOldHalf(candidates: readonly EvictionCandidate[]): readonly EvictionCandidate[] {
  const total = Math.floor(candidates.length / 2);
  const left = withoutDisadvantaged(candidates, Math.floor(total / 2));
  const taken = candidates.length - left.length;
  return withoutLast(left, byAge, total - taken);
}

function withoutDisadvantaged(
  candidates: readonly EvictionCandidate[],
  most: number,
): readonly EvictionCandidate[] {
  const networks = disadvantaged(candidates);
  let left = candidates;
  let taken = 0;
  while (taken < most) {
    const open = networks.filter(({ count }) => count > 0);
    if (open.length === 0) break;
    const each = Math.max(1, Math.floor((most - taken) / open.length));
    const before = taken;
    for (const network of open) {
      const rest = withoutLast(left, membersLast(network.has), each, network.has);
      const protectedNow = left.length - rest.length;
      network.count -= protectedNow;
      taken += protectedNow;
      left = rest;
      if (taken >= most) break;
    }
    if (taken === before) break;
  }
  return left;
}

/** In Core's order, which counts among networks with as many peers; the smallest first. */
function disadvantaged(candidates: readonly EvictionCandidate[]): readonly Disadvantaged[] {
  const tests: readonly Test[] = [
    ({ network }) => network === 'cjdns',
    ({ network }) => network === 'i2p',
    ({ isLocal }) => isLocal,
    ({ network }) => network === 'onion',
  ];
  return tests
    .map((has) => ({ has, count: candidates.filter(has).length }))
    .sort((a, b) => a.count - b.count);
}

const membersLast =
  (has: Test): Compare =>
  (a, b) =>
    Number(has(a)) - Number(has(b)) || byAge(a, b);

function youngestOfLargestGroup(
  candidates: readonly EvictionCandidate[],
): EvictionCandidate | undefined {
  const groups = new Map<string, EvictionCandidate[]>();
  for (const candidate of [...candidates].sort(byAge)) {
    const group = groups.get(candidate.groupKey);
    if (group === undefined) groups.set(candidate.groupKey, [candidate]);
    else group.push(candidate);
  }
  const [largest] = [...groups.values()].sort(
    (a, b) => b.length - a.length || byAge(a[0] as EvictionCandidate, b[0] as EvictionCandidate),
  );
  return largest?.[0];
}
