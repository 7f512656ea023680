import type { Places } from './network-parts.ts';
import type { ConnectionKind } from './peer/peer.ts';

/** A new peer is given so long to show what it is worth, in seconds. */
const TRIAL_SECONDS = 30;

/** An outbound peer, as far as it matters to who has to go. */
export interface OutboundPeer {
  readonly id: number;
  readonly kind: ConnectionKind;
  readonly connectedAt: number;
  readonly lastBlockAt: number;
}

/**
 * Who has to go of the outbound peers, when for a while there is one more than there should be: because
 * the tip was stale, or to ask another one for its tip. It is not always the new one.
 *
 * @param now Unix time, in seconds
 */
export function selectExtra(
  peers: readonly OutboundPeer[],
  places: Places,
  now: number,
): readonly number[] {
  const fullRelay = peers.filter(({ kind }) => kind === 'outbound-full-relay');
  const blockRelay = peers.filter(({ kind }) => kind === 'block-relay-only');
  const losers: OutboundPeer[] = [];
  const worst = fullRelay.length > places.fullRelay ? leastUseful(fullRelay) : undefined;
  const spare = blockRelay.length > places.blockRelay ? worseOfYoungest(blockRelay) : undefined;
  for (const loser of [worst, spare]) {
    if (loser !== undefined && now - loser.connectedAt > TRIAL_SECONDS) losers.push(loser);
  }
  return losers.map(({ id }) => id);
}

/** Whose last block is longest ago; of several the youngest. */
function leastUseful(peers: readonly OutboundPeer[]): OutboundPeer | undefined {
  return [...peers].sort((a, b) => a.lastBlockAt - b.lastBlockAt || b.id - a.id)[0];
}

/** The newest peer takes the place of the one before it if it was first with a block. */
function worseOfYoungest(peers: readonly OutboundPeer[]): OutboundPeer | undefined {
  const [youngest, next] = [...peers].sort((a, b) => b.id - a.id);
  if (youngest === undefined || next === undefined) return youngest;
  return youngest.lastBlockAt > next.lastBlockAt ? next : youngest;
}
