import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { RuleError, type Verdict } from '../../protocol/consensus/rule-error.ts';
import { isGrave, judge, type Sentence, type Standing } from './judge.ts';
import { type FaultSubject, PeerFault } from './peer/peer-fault.ts';

const inbound: Standing = { kind: 'inbound', permissions: new Set(), isLocal: false };
const outbound: Standing = { ...inbound, kind: 'outbound-full-relay' };

function fault(code: string): PeerFault {
  return new PeerFault('message', code, 'what happened');
}

function broken(subject: FaultSubject, code: string, verdict: Verdict): PeerFault {
  return PeerFault.of(subject, new RuleError(code, verdict));
}

describe('a message', () => {
  const rows: readonly [string, Sentence][] = [
    // What Core 28 says `Misbehaving` to.
    ['oversized-inv', 'discourage'],
    ['oversized-getdata', 'discourage'],
    ['oversized-addr', 'discourage'],
    ['oversized-filter', 'discourage'],
    ['too-many-headers', 'discourage'],
    ['non-continuous-headers', 'discourage'],
    ['bad-filteradd', 'discourage'],
    ['mutated-block', 'discourage'],
    ['whatever has not been thought of', 'discourage'],
    // What it disconnects for, no more.
    ['oversized-locator', 'disconnect'],
    ['wrong-magic', 'disconnect'],
    ['oversize', 'disconnect'],
    ['too-late-for-handshake', 'disconnect'],
    ['obsolete-version', 'disconnect'],
    ['missing-services', 'disconnect'],
    ['connected-to-self', 'disconnect'],
    ['bloom-not-offered', 'disconnect'],
    ['mempool-not-offered', 'disconnect'],
    ['filters-not-offered', 'disconnect'],
    ['bad-filter-request', 'disconnect'],
    ['transactions-not-wanted', 'disconnect'],
    ['too-old-block', 'disconnect'],
    ['stalled-download', 'disconnect'],
    ['slow-download', 'disconnect'],
    ['stalled-headers', 'disconnect'],
    // What it drops.
    ['undecodable', 'ignore'],
    ['redundant-version', 'ignore'],
    ['too-early', 'ignore'],
  ];
  it.each(rows)('that is %s: %s', (code, sentence) => {
    expect(judge(fault(code), inbound)).toBe(sentence);
    expect(judge(fault(code), outbound)).toBe(sentence);
  });

  it('whose bytes are nothing at all is dropped, whatever it should have been', () => {
    const error = new DecodeError('end-of-data', 'end of data');
    for (const subject of ['message', 'block', 'compact-block', 'transaction'] as const) {
      expect(judge(PeerFault.of(subject, error), inbound)).toBe('ignore');
    }
  });
});

describe('a block or a header', () => {
  const rows: readonly [string, Verdict, Sentence][] = [
    ['high-hash', 'invalid', 'discourage'],
    ['bad-diffbits', 'invalid', 'discourage'],
    ['time-too-old', 'invalid', 'discourage'],
    ['bad-version(0x00000001)', 'invalid', 'discourage'],
    ['bad-fork-prior-to-checkpoint', 'invalid', 'discourage'],
    ['bad-prevblk', 'invalid', 'discourage'],
    ['prev-blk-not-found', 'missing-parent', 'discourage'],
    ['bad-txns-inputs-missingorspent', 'invalid', 'discourage'],
    ['bad-txns-premature-spend-of-coinbase', 'invalid', 'discourage'],
    ['bad-cb-amount', 'invalid', 'discourage'],
    ['bad-txnmrklroot', 'mutated', 'discourage'],
    ['bad-witness-nonce-size', 'mutated', 'discourage'],
    ['time-too-new', 'not-yet', 'ignore'],
    ['too-little-chainwork', 'policy', 'ignore'],
  ];
  it.each(rows)('with %s (%s): %s', (code, verdict, sentence) => {
    expect(judge(broken('block', code, verdict), inbound)).toBe(sentence);
    expect(judge(broken('header', code, verdict), outbound)).toBe(sentence);
  });

  it('that is known to be bad counts against a peer that we chose, and no other', () => {
    const known = broken('header', 'duplicate-invalid', 'invalid');
    expect(judge(known, outbound)).toBe('discourage');
    expect(judge(known, { ...inbound, kind: 'block-relay-only' })).toBe('discourage');
    expect(judge(known, inbound)).toBe('ignore');
    expect(judge(known, { ...inbound, kind: 'manual' })).toBe('ignore');
  });
});

describe('a compact block', () => {
  it('counts by its header, for it is passed on before anybody has checked the rest', () => {
    const rows: readonly [string, Verdict, Sentence][] = [
      ['high-hash', 'invalid', 'discourage'],
      ['bad-version(0x00000001)', 'invalid', 'discourage'],
      ['bad-prevblk', 'invalid', 'discourage'],
      ['prev-blk-not-found', 'missing-parent', 'discourage'],
      ['time-too-new', 'not-yet', 'ignore'],
      ['duplicate-invalid', 'invalid', 'ignore'],
      ['bad-cb-amount', 'invalid', 'ignore'],
      ['bad-txnmrklroot', 'mutated', 'ignore'],
    ];
    for (const [code, verdict, sentence] of rows) {
      expect(judge(broken('compact-block', code, verdict), outbound), code).toBe(sentence);
    }
  });
});

describe('a transaction', () => {
  const rows: readonly [string, Verdict, Sentence][] = [
    ['mandatory-script-verify-flag-failed (Signature is invalid)', 'invalid', 'discourage'],
    ['bad-txns-in-belowout', 'invalid', 'discourage'],
    ['coinbase', 'invalid', 'discourage'],
    // Core's TX_PREMATURE_SPEND and TX_MISSING_INPUTS.
    ['bad-txns-premature-spend-of-coinbase', 'invalid', 'ignore'],
    ['bad-txns-inputs-missingorspent', 'missing-parent', 'ignore'],
    ['bad-txns-inputs-missingorspent', 'invalid', 'ignore'],
    ['non-final', 'not-yet', 'ignore'],
    ['bad-witness-nonstandard', 'policy', 'ignore'],
    ['bad-txns-witness-stripped', 'mutated', 'ignore'],
    ['min relay fee not met', 'policy', 'ignore'],
  ];
  it.each(rows)('with %s (%s): %s', (code, verdict, sentence) => {
    expect(judge(broken('transaction', code, verdict), inbound)).toBe(sentence);
  });
});

describe('the standing of a peer', () => {
  it('protects those whom the operator wants from what counts as malice', () => {
    const grave = fault('oversized-inv');
    expect(judge(grave, { ...inbound, permissions: new Set(['noban']) })).toBe('ignore');
    expect(judge(grave, { ...inbound, kind: 'manual' })).toBe('ignore');
    expect(judge(grave, { ...inbound, permissions: new Set(['mempool']) })).toBe('discourage');
  });

  it('does not change what a fault looks like', () => {
    expect(isGrave(fault('oversized-inv'), 'manual')).toBe(true);
    expect(isGrave(fault('redundant-version'), 'inbound')).toBe(false);
    expect(isGrave(fault('oversized-locator'), 'inbound')).toBe(false);
  });

  it('does not let one program of this machine spoil it for all', () => {
    expect(judge(fault('oversized-inv'), { ...inbound, isLocal: true })).toBe('disconnect');
  });

  it('protects from a disconnection only where Core does', () => {
    const noban: Standing = { ...inbound, permissions: new Set(['noban']) };
    for (const code of ['mempool-not-offered', 'too-old-block', 'stalled-headers']) {
      expect(judge(fault(code), noban), code).toBe('ignore');
    }
    for (const code of ['oversized-locator', 'bloom-not-offered', 'stalled-download']) {
      expect(judge(fault(code), noban), code).toBe('disconnect');
    }
  });
});
