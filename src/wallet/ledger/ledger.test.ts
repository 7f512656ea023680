import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { OutPoint, Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';
import { balancesOf } from './balances.ts';
import { amountsOf, historyOf } from './history.ts';
import { Ledger } from './ledger.ts';
import { isOutdone } from './outdone.ts';
import { decodeWalletTx, encodeWalletTx } from './tx-record.ts';

const OURS = p2wpkh(new Uint8Array(20).fill(1));
const CHANGE = p2wpkh(new Uint8Array(20).fill(2));
const THEIRS = p2wpkh(new Uint8Array(20).fill(9));
const RULES = { coinbaseMaturity: 100, spendsPendingChange: true };
const isOurs = (script: Uint8Array) => [OURS, CHANGE].some((each) => equalBytes(each, script));
let made = 0;

function pay(spent: readonly OutPoint[], ...outputs: readonly (readonly [Uint8Array, bigint])[]) {
  const tx: Transaction = {
    version: 2,
    inputs: spent.map((prevout) => ({
      prevout,
      scriptSig: new Uint8Array(0),
      sequence: 0xfffffffd,
      witness: [],
    })),
    outputs: outputs.map(([scriptPubKey, value]) => ({ scriptPubKey, value })),
    lockTime: made++,
  };
  return tx;
}

const stranger = (n: number): OutPoint => ({ txid: new Uint8Array(32).fill(n) as Txid, vout: 0 });
const at = (tx: Transaction, vout: number): OutPoint => ({ txid: txid(tx), vout });
const coinbase = (script: Uint8Array) =>
  pay([{ txid: new Uint8Array(32) as Txid, vout: 0xffffffff }], [script, 50n]);

function block(...transactions: readonly Transaction[]): Block {
  return { header: regtest.genesis.header, transactions };
}

const place = (height: number) => ({
  hash: new Uint8Array(32).fill(height),
  height,
  time: 1000 + height,
});
const notice = { now: 5000 };

function ledgerAt(height: number): Ledger {
  const ledger = new Ledger({ isOurs, seed: 3 });
  ledger.restore([], height);
  return ledger;
}

const view = (ledger: Ledger) => ({
  ledger,
  isChange: (script: Uint8Array) => equalBytes(script, CHANGE),
  rules: RULES,
});

describe('a ledger', () => {
  it('counts what is paid to the wallet: pending first, trusted with a block', () => {
    const ledger = ledgerAt(10);
    const tx = pay([stranger(1)], [OURS, 7n], [THEIRS, 1n]);
    ledger.enterPool(tx, notice);
    expect(balancesOf(ledger, RULES)).toMatchObject({ untrustedPending: 7n, trusted: 0n });
    ledger.connect(place(11), block(coinbase(THEIRS), tx), notice);
    expect(balancesOf(ledger, RULES)).toMatchObject({ untrustedPending: 0n, trusted: 7n });
    expect(balancesOf(ledger, { ...RULES, minDepth: 2 }).trusted).toBe(0n);
    ledger.disconnectTo(10);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 0n, waiting: 7n });
    ledger.enterPool(tx, notice);
    expect(balancesOf(ledger, RULES).untrustedPending).toBe(7n);
  });

  it('counts one of two payments that spend the same coin, and neither of none', () => {
    const ledger = ledgerAt(10);
    const coin = pay([stranger(1)], [OURS, 9n]);
    ledger.connect(place(11), block(coinbase(THEIRS), coin), notice);
    const first = pay([at(coin, 0)], [THEIRS, 2n], [CHANGE, 6n]);
    const later = pay([at(coin, 0)], [THEIRS, 2n], [CHANGE, 5n]);
    const child = pay([at(first, 1)], [CHANGE, 4n]);
    for (const tx of [first, child]) ledger.enterPool(tx, notice);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 4n, waiting: 0n });
    // The fee is raised: the pool drops both, and takes the other one.
    for (const tx of [child, first]) ledger.leavePool(tx);
    ledger.enterPool(later, notice);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 5n, waiting: 0n });
    const stands = (tx: Transaction): boolean => {
      const walletTx = ledger.get(txid(tx));
      return walletTx !== undefined && !isOutdone(ledger, walletTx);
    };
    expect([first, child, later].map(stands)).toEqual([false, false, true]);
    // Without a node, the later one is the one that was meant.
    ledger.forgetPool();
    const alone = { ...RULES, trustsWaiting: true };
    expect(balancesOf(ledger, alone)).toMatchObject({ trusted: 5n, waiting: 0n });
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 0n, waiting: 5n });
    // Given up, it leaves the coin to the others again.
    const given = ledger.get(txid(later));
    if (given !== undefined) ledger.abandon(given);
    expect([first, child].map(stands)).toEqual([true, true]);
    expect(balancesOf(ledger, alone)).toMatchObject({ trusted: 4n, waiting: 0n });
  });

  it('knows nothing of what concerns nobody here', () => {
    const ledger = ledgerAt(0);
    expect(ledger.enterPool(pay([stranger(1)], [THEIRS, 7n]), notice)).toBeUndefined();
    expect(ledger.size).toBe(0);
  });

  it('lets coins of its own blocks mature', () => {
    const ledger = ledgerAt(0);
    ledger.connect(place(1), block(coinbase(OURS)), notice);
    const [walletTx] = [...ledger.all()];
    if (walletTx === undefined) throw new Error('no coinbase');
    expect(historyOf(view(ledger), walletTx)[0]?.category).toBe('immature');
    ledger.advanceTo(100);
    expect(balancesOf(ledger, RULES)).toMatchObject({ immature: 50n, trusted: 0n });
    ledger.advanceTo(101);
    expect(balancesOf(ledger, RULES)).toMatchObject({ immature: 0n, trusted: 50n });
    expect(historyOf(view(ledger), walletTx)[0]?.category).toBe('generate');
    ledger.disconnectTo(0);
    expect(walletTx.state.kind).toBe('abandoned');
    expect(historyOf(view(ledger), walletTx)[0]?.category).toBe('orphan');
    expect(balancesOf(ledger, RULES)).toMatchObject({ immature: 0n, trusted: 0n });
  });

  it('trusts change of its own payments while they wait in the pool, and counts it once', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 100n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const payment = pay([at(funding, 0)], [THEIRS, 60n], [CHANGE, 39n]);
    const sent = ledger.send(payment, notice);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 0n, waiting: 39n });
    ledger.enterPool(payment, notice);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 39n, waiting: 0n });
    expect(amountsOf(ledger, sent)).toEqual({ debit: 100n, credit: 39n, valueOut: 99n });
    expect(historyOf(view(ledger), sent)).toMatchObject([
      { category: 'send', vout: 0, amount: -60n, fee: -1n },
    ]);
    ledger.forgetPool();
    expect(sent.state.kind).toBe('waiting');
  });

  it('frees what an abandoned payment spent, and what depends on it', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 100n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const first = pay([at(funding, 0)], [CHANGE, 99n]);
    const sent = ledger.send(first, notice);
    const second = ledger.send(pay([at(first, 0)], [THEIRS, 98n]), notice);
    expect(ledger.unspentCoin(at(funding, 0))).toBeUndefined();
    ledger.abandon(sent);
    expect(second.state.kind).toBe('abandoned');
    expect(ledger.unspentCoin(at(funding, 0))?.output.value).toBe(100n);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 100n, waiting: 0n });
  });

  it('rules out what a block has spent otherwise, and takes that back with the block', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 100n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const sent = ledger.send(pay([at(funding, 0)], [THEIRS, 50n], [CHANGE, 49n]), notice);
    const child = ledger.send(pay([at(sent.tx, 1)], [THEIRS, 48n]), notice);
    const other = pay([at(funding, 0)], [CHANGE, 90n]);
    ledger.connect(place(3), block(coinbase(THEIRS), other), notice);
    expect([sent, child].map(({ state }) => state.kind)).toEqual(['conflicted', 'conflicted']);
    expect(ledger.depth(sent)).toBe(-1);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 90n, waiting: 0n });
    ledger.disconnectTo(2);
    expect(sent.state.kind).toBe('waiting');
    expect(ledger.spenders(at(funding, 0))).toHaveLength(2);
  });

  it('leaves given up what was given up, also when a block that spent otherwise is gone', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 100n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const sent = ledger.send(pay([at(funding, 0)], [THEIRS, 99n]), notice);
    ledger.abandon(sent);
    const other = pay([at(funding, 0)], [CHANGE, 90n]);
    ledger.connect(place(3), block(coinbase(THEIRS), other), notice);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 90n });
    expect(ledger.depth(sent)).toBe(-1);
    const again = new Ledger({ isOurs, seed: 4 });
    const rows = [...ledger.all()].map((each) => [each.txid, encodeWalletTx(each)] as const);
    again.restore(
      rows.map(([id, bytes]) => decodeWalletTx(id, bytes)),
      3,
    );
    for (const each of [ledger, again]) {
      each.disconnectTo(2);
      expect(each.get(sent.txid)?.state.kind).toBe('abandoned');
    }
  });

  it('counts a coin as unspent while its spender stands against one in the pool', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 100n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const sent = ledger.send(pay([stranger(4)], [OURS, 5n]), notice);
    const child = ledger.send(pay([at(sent.tx, 0), at(funding, 0)], [THEIRS, 104n]), notice);
    const rival = pay([stranger(4)], [THEIRS, 4n]);
    ledger.enterPool(rival, notice);
    expect(ledger.poolConflicts(sent)).toEqual([txid(rival)]);
    expect(ledger.poolConflicts(child)).toEqual([txid(rival)]);
    expect(ledger.unspentCoin(at(funding, 0))).toBeDefined();
    ledger.leavePool(rival);
    expect(ledger.unspentCoin(at(funding, 0))).toBeUndefined();
  });

  it('gives up what was paid out of a block that is gone, for good', () => {
    const ledger = ledgerAt(0);
    const funding = pay([stranger(1)], [OURS, 10n]);
    const mined = coinbase(OURS);
    ledger.connect(place(1), block(coinbase(THEIRS), funding), notice);
    ledger.connect(place(2), block(mined), notice);
    ledger.advanceTo(150);
    const payment = pay([at(funding, 0), at(mined, 0)], [THEIRS, 30n], [CHANGE, 29n]);
    const sent = ledger.send(payment, notice);
    ledger.enterPool(payment, notice);
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 29n });
    ledger.disconnectTo(1);
    expect(sent.state.kind).toBe('abandoned');
    expect(balancesOf(ledger, RULES)).toMatchObject({ trusted: 10n, immature: 0n });
    ledger.connect(place(2), block(mined), notice);
    expect(sent.state.kind).toBe('abandoned');
    ledger.enterPool(payment, notice);
    expect(sent.state.kind).toBe('pool');
  });

  it('leaves what a block has ruled out as it is when its parent is given up', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 10n], [OURS, 20n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const parent = ledger.send(pay([at(funding, 0)], [CHANGE, 9n]), notice);
    const child = ledger.send(pay([at(parent.tx, 0), at(funding, 1)], [THEIRS, 28n]), notice);
    const rival = pay([at(funding, 1)], [CHANGE, 19n]);
    ledger.connect(place(3), block(coinbase(THEIRS), rival), notice);
    ledger.abandon(parent);
    expect([parent, child].map(({ state }) => state.kind)).toEqual(['abandoned', 'conflicted']);
  });

  it('counts from the first of several blocks that rule a payment out', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 10n], [OURS, 20n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const both = ledger.send(pay([at(funding, 0), at(funding, 1)], [CHANGE, 29n]), notice);
    const child = ledger.send(pay([at(both.tx, 0)], [THEIRS, 28n]), notice);
    const one = pay([at(funding, 0)], [CHANGE, 9n]);
    ledger.connect(place(3), block(coinbase(THEIRS), one), notice);
    ledger.connect(place(4), block(coinbase(THEIRS), pay([at(funding, 1)], [CHANGE, 19n])), notice);
    expect([both, child].map((each) => ledger.depth(each))).toEqual([-2, -2]);
    ledger.disconnectTo(3);
    expect(both.state.kind).toBe('conflicted');
    ledger.disconnectTo(2);
    expect([both, child].map(({ state }) => state.kind)).toEqual(['waiting', 'waiting']);
  });

  it('gives its transactions out from the last one back, and takes new ones meanwhile', () => {
    const ledger = ledgerAt(1);
    const sent = [1, 2, 3].map((n) => ledger.send(pay([stranger(n)], [OURS, 1n]), notice));
    expect([...ledger.newestFirst()]).toEqual([...sent].reverse());
    const more = ledger.send(pay([stranger(4)], [OURS, 1n]), notice);
    expect(ledger.newestFirst().next().value).toBe(more);
    const again = new Ledger({ isOurs, seed: 4 });
    again.restore([...ledger.all()], 1);
    expect([...again.newestFirst()]).toEqual([more, ...sent.reverse()]);
  });

  it('remembers from which scripts something was spent, be it given up or not', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 100n]);
    const first = pay([at(funding, 0)], [CHANGE, 99n]);
    const second = pay([at(first, 0)], [THEIRS, 98n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const seen = () => [OURS, CHANGE].map((script) => ledger.isSpentFrom(script));
    expect(seen()).toEqual([false, false]);
    // The one that comes last may be the one that was spent from first.
    ledger.send(second, notice);
    expect(seen()).toEqual([false, false]);
    const sent = ledger.send(first, notice);
    expect(seen()).toEqual([true, true]);
    const outPoints = [at(funding, 0), at(first, 0), at(second, 0)];
    expect(outPoints.map((each) => ledger.isSpent(each))).toEqual([true, true, false]);
    ledger.abandon(sent);
    expect(seen()).toEqual([true, true]);
    expect(ledger.isSpent(at(funding, 0))).toBe(false);
    const isUsed = (script: Uint8Array) => ledger.isSpentFrom(script);
    expect(balancesOf(ledger, { ...RULES, isUsed })).toMatchObject({ trusted: 0n, used: 100n });
  });

  it('is the same when it is written down and read again', () => {
    const ledger = ledgerAt(1);
    const funding = pay([stranger(1)], [OURS, 100n]);
    ledger.connect(place(2), block(coinbase(THEIRS), funding), notice);
    const notes = { comment: 'für Ä', to: 'b', replaces: txid(funding) };
    const sent = ledger.send(pay([at(funding, 0)], [CHANGE, 99n]), { ...notice, notes });
    ledger.note(sent, { replacedBy: txid(funding) });
    const rows = [...ledger.all()].map((each) => [each.txid, encodeWalletTx(each)] as const);
    const again = new Ledger({ isOurs, seed: 4 });
    again.restore(
      rows.map(([id, bytes]) => decodeWalletTx(id, bytes)),
      2,
    );
    expect(balancesOf(again, RULES)).toEqual(balancesOf(ledger, RULES));
    expect(again.get(sent.txid)?.notes).toEqual({ ...notes, replacedBy: txid(funding) });
    for (const [id, bytes] of rows) {
      expect(encodeWalletTx(decodeWalletTx(id, bytes))).toEqual(bytes);
    }
    expect(again.send(pay([stranger(7)], [OURS, 1n]), notice).order).toBe(2);
  });
});
