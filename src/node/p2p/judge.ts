/**
 * What a fault costs. This is the only place that decides it, by Bitcoin Core 28's rules
 * (`Misbehaving`, `MaybePunishNodeForBlock`, `MaybePunishNodeForTx`, `MaybeDiscourageAndDisconnect`).
 * Until version 27 offences had points, and 100 of them were the end; since then it is all or nothing.
 */
import type { ConnectionKind, Permission } from './peer/peer.ts';
import type { PeerFault } from './peer/peer-fault.ts';

/**
 * What becomes of a peer.
 *
 * - `ignore`: nothing; what it sent is dropped
 * - `disconnect`: it has to go, and may come back
 * - `discourage`: it has to go, and its address is not welcome for a while
 */
export type Sentence = 'ignore' | 'disconnect' | 'discourage';

/** What counts for or against a peer, whatever it did. */
export interface Standing {
  readonly kind: ConnectionKind;
  readonly permissions: ReadonlySet<Permission>;
  /** It is on this machine, as all others are that come from here: one must not spoil it for all. */
  readonly isLocal: boolean;
}

/**
 * Faults that do not mean malice. Every code that is not named here does: an `inv` of 50,001, a filter
 * that is too large, headers without proof of work.
 */
const MILD_FAULTS: Readonly<Record<string, Sentence>> = {
  /** Old clients, and new ones with new fields. Their bytes are dropped, as Core drops them. */
  undecodable: 'ignore',
  /** A repeated `version`, words before the handshake: no harm done. */
  'redundant-version': 'ignore',
  'too-early': 'ignore',
  'too-late-for-handshake': 'disconnect',
  'obsolete-version': 'disconnect',
  'missing-services': 'disconnect',
  'connected-to-self': 'disconnect',
  'wrong-magic': 'disconnect',
  oversize: 'disconnect',
  'oversized-locator': 'disconnect',
  /** Asked for what this node does not offer, and has never said that it does. */
  'bloom-not-offered': 'disconnect',
  'mempool-not-offered': 'disconnect',
  'filters-not-offered': 'disconnect',
  'bad-filter-request': 'disconnect',
  'transactions-not-wanted': 'disconnect',
  'too-old-block': 'disconnect',
  'stalled-download': 'disconnect',
  'slow-download': 'disconnect',
  'stalled-headers': 'disconnect',
};

/** What a peer whose connection the operator protects may do nevertheless. */
const PARDONED_WITH_NOBAN: ReadonlySet<string> = new Set([
  'mempool-not-offered',
  'too-old-block',
  'stalled-headers',
]);

/** What a header alone can break. By these a compact block is judged too: its header was checkable. */
const HEADER_CODES: ReadonlySet<string> = new Set([
  'high-hash',
  'bad-diffbits',
  'time-too-old',
  'time-timewarp-attack',
  'bad-fork-prior-to-checkpoint',
  'bad-prevblk',
  'prev-blk-not-found',
]);

/** In a block these are lies. A loose transaction may simply have come too early, or too late. */
const EXCUSED_IN_TRANSACTIONS: ReadonlySet<string> = new Set([
  'bad-txns-premature-spend-of-coinbase',
  'bad-txns-inputs-missingorspent',
  'bad-txns-nonfinal',
]);

/**
 * What a peer gets for a fault.
 *
 * @example
 * judge(new PeerFault('message', 'oversized-inv', 'inv message size = 50001'), peer) // 'discourage'
 */
export function judge(fault: PeerFault, standing: Standing): Sentence {
  const sentence = weigh(fault, standing.kind);
  const { kind, permissions, isLocal } = standing;
  if (sentence === 'ignore') return 'ignore';
  if (sentence === 'disconnect') {
    const isPardoned = permissions.has('noban') && PARDONED_WITH_NOBAN.has(fault.code);
    return isPardoned ? 'ignore' : 'disconnect';
  }
  // The operator wants these, whatever they do.
  if (permissions.has('noban') || kind === 'manual') return 'ignore';
  return isLocal ? 'disconnect' : 'discourage';
}

/** Whether a fault looks like malice, whoever it is. */
export function isGrave(fault: PeerFault, kind: ConnectionKind): boolean {
  return weigh(fault, kind) === 'discourage';
}

function weigh(fault: PeerFault, kind: ConnectionKind): Sentence {
  if (fault.rule === undefined) return MILD_FAULTS[fault.code] ?? 'discourage';
  switch (fault.subject) {
    case 'transaction':
      return weighTransaction(fault);
    case 'compact-block':
      return isHeaderFault(fault) ? weighBlock(fault, kind) : 'ignore';
    default:
      return weighBlock(fault, kind);
  }
}

function weighBlock({ rule, code }: PeerFault, kind: ConnectionKind): Sentence {
  // Peers that we chose should be on our chain; who came by himself may be wrong about it.
  if (code === 'duplicate-invalid') return kind === 'inbound' ? 'ignore' : 'discourage';
  switch (rule?.verdict) {
    case 'not-yet':
    case 'policy':
      return 'ignore';
    default:
      return 'discourage';
  }
}

/** Only what no node would ever accept: policies differ, and so does what has arrived where. */
function weighTransaction({ rule, code }: PeerFault): Sentence {
  return rule?.verdict === 'invalid' && !EXCUSED_IN_TRANSACTIONS.has(code)
    ? 'discourage'
    : 'ignore';
}

function isHeaderFault({ code }: PeerFault): boolean {
  return HEADER_CODES.has(code) || code.startsWith('bad-version');
}
