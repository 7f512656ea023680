import { describe, expect, it } from 'vitest';
import type { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import { type FakePool, refusal } from '../../../../test/fixtures/fake-pool.ts';
import {
  byWtxid,
  makeTx,
  type RelaySetup,
  relaySetup,
  WITNESS_TX,
  withWitness,
} from '../../../../test/fixtures/relay-setup.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';

const SECOND = 1000;
const WHILE = 120 * SECOND;

function send({ relay }: RelaySetup, peer: FakePeer, ...transactions: readonly Transaction[]) {
  return transactions.reduce(
    (before, tx) => before.then(() => peer.says(relay, { command: 'tx', tx })),
    Promise.resolve(),
  );
}

/** The parents that a peer was asked for. */
function askedParents(peer: FakePeer): readonly string[] {
  return peer
    .sentOf('getdata')
    .flatMap(({ items }) => items)
    .filter(({ type }) => type === WITNESS_TX)
    .map(({ hash }) => toHex(hash));
}

function has(pool: FakePool, ...transactions: readonly Transaction[]): readonly boolean[] {
  return transactions.map((tx) => pool.get(txid(tx)) !== undefined);
}

function idsOf(...transactions: readonly Transaction[]): readonly string[] {
  return transactions.map((tx) => toHex(txid(tx)));
}

describe('an orphan', () => {
  it('waits for its parents, which are asked for by txid of its sender, and then gets in', async () => {
    const setup = relaySetup();
    const peer = setup.connect();
    const parents = [makeTx(), makeTx()];
    const child = makeTx({ parents });
    await send(setup, peer, child);
    expect(setup.relay.orphans).toEqual([expect.objectContaining({ tx: child })]);
    // Somebody who announces by wtxid is there, so names by txid wait.
    await setup.clock.advance(2 * SECOND);
    expect(new Set(askedParents(peer))).toEqual(new Set(idsOf(...parents)));
    await send(setup, peer, ...parents);
    expect(has(setup.pool, child)).toEqual([true]);
    expect(setup.relay.orphans).toEqual([]);
  });

  it('has its parents asked of everybody who announced it', async () => {
    const setup = relaySetup();
    const [first, second] = [setup.connect(), setup.connect()];
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    for (const peer of [first, second]) {
      await peer.says(setup.relay, { command: 'inv', items: byWtxid(child) });
    }
    await send(setup, first, child);
    await setup.clock.advance(2 * SECOND);
    const askedFirst = askedParents(first).length > 0 ? first : second;
    const other = askedFirst === first ? second : first;
    await askedFirst.says(setup.relay, {
      command: 'notfound',
      items: [{ type: WITNESS_TX, hash: txid(parent) }],
    });
    expect(askedParents(other)).toEqual(idsOf(parent));
  });

  it('brings a whole family with it, generation after generation', async () => {
    const setup = relaySetup();
    const peer = setup.connect();
    const family = [makeTx()];
    for (let i = 0; i < 10; i++) family.push(makeTx({ parents: [family[i] as Transaction] }));
    await send(setup, peer, ...[...family].reverse());
    expect(has(setup.pool, ...family).every(Boolean)).toBe(true);
  });

  it('gets in when its parent comes from somebody else', async () => {
    const setup = relaySetup();
    const [first, second] = [setup.connect(), setup.connect()];
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    await send(setup, first, child);
    await send(setup, second, parent);
    expect(has(setup.pool, parent, child)).toEqual([true, true]);
  });

  it('gets in though its parent came while it was being checked', async () => {
    const setup = relaySetup();
    const [first, second] = [setup.connect(), setup.connect()];
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    const accept = setup.pool.accept.bind(setup.pool);
    setup.pool.accept = async (tx) => {
      const result = await accept(tx);
      // The parent is through before anybody hears what became of the child.
      if (tx === child && result.kind === 'rejected') await send(setup, second, parent);
      return result;
    };
    await send(setup, first, child);
    expect(has(setup.pool, parent, child)).toEqual([true, true]);
  });

  it('is announced to others like any other transaction once it is in', async () => {
    const setup = relaySetup();
    const [peer, other] = [setup.connect(), setup.connect()];
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    await send(setup, peer, child, parent);
    await setup.clock.advance(WHILE);
    expect(other.sentOf('inv').flatMap(({ items }) => items)).toEqual(byWtxid(parent, child));
    expect(peer.sentOf('inv')).toEqual([]);
  });

  it('is not kept if a parent was refused, nor asked for again', async () => {
    const setup = relaySetup();
    const { pool, relay } = setup;
    const peer = setup.connect();
    const parent = makeTx({ witness: false });
    const child = makeTx({ parents: [parent] });
    pool.refuse = (tx) => (tx === parent ? refusal('not-standard', 'dust') : undefined);
    await send(setup, peer, parent, child);
    expect(relay.orphans).toEqual([]);
    peer.takeSent();
    await peer.says(relay, { command: 'inv', items: byWtxid(child) });
    expect(peer.sent).toEqual([]);
  });

  it('that turns out invalid is the fault of its sender, not of who sent the parent', async () => {
    const setup = relaySetup();
    const [liar, honest] = [setup.connect(), setup.connect()];
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    setup.pool.refuse = (tx) =>
      tx === child ? refusal('consensus', 'bad-txns-in-belowout', 'invalid') : undefined;
    await send(setup, liar, child);
    await send(setup, honest, parent);
    expect(setup.peers.blamed.map(({ peer, fault }) => [peer, fault.code])).toEqual([
      [liar, 'bad-txns-in-belowout'],
    ]);
    expect(setup.relay.orphans).toEqual([]);
  });

  it('goes with its peer, and with a block that has it', async () => {
    const setup = relaySetup();
    const [first, second] = [setup.connect(), setup.connect()];
    const [one, two] = [makeTx({ parents: [makeTx()] }), makeTx({ parents: [makeTx()] })];
    await send(setup, first, one);
    await send(setup, second, two);
    setup.disconnect(first);
    expect(setup.relay.orphans.map(({ tx }) => tx)).toEqual([two]);
    setup.chain.connect(two);
    expect(setup.relay.orphans).toEqual([]);
  });

  it('is not kept of a peer that has left meanwhile', async () => {
    const setup = relaySetup();
    const peer = setup.connect();
    setup.pool.delay = async () => {
      setup.disconnect(peer);
    };
    await send(setup, peer, makeTx({ parents: [makeTx()] }));
    expect(setup.relay.orphans).toEqual([]);
    expect(setup.clock.pending).toBe(0);
  });
});

describe('one parent, one child', () => {
  /** A pool that takes the parent only together with its child. */
  function withPoorParent(parent: Transaction) {
    const setup = relaySetup();
    const reject = refusal('reconsiderable', 'mempool min fee not met');
    setup.pool.refuse = (tx, packaged) => (tx === parent && !packaged ? reject : undefined);
    return setup;
  }

  it('a child pays for a parent that came before it and was too cheap', async () => {
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    const setup = withPoorParent(parent);
    const peer = setup.connect();
    await send(setup, peer, parent);
    expect(has(setup.pool, parent)).toEqual([false]);
    await send(setup, peer, child);
    // The parent is asked for again, though it was refused: now it may have a chance.
    await setup.clock.advance(2 * SECOND);
    expect(askedParents(peer)).toEqual(idsOf(parent));
    await send(setup, peer, parent);
    expect(setup.pool.packages).toEqual([[parent, child]]);
    expect(has(setup.pool, parent, child)).toEqual([true, true]);
    expect(setup.relay.orphans).toEqual([]);
  });

  it('a child pays for a parent that comes after it', async () => {
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    const setup = withPoorParent(parent);
    const other = setup.connect();
    const peer = setup.connect();
    await send(setup, peer, child, parent);
    expect(has(setup.pool, parent, child)).toEqual([true, true]);
    await setup.clock.advance(WHILE);
    expect(other.sentOf('inv').flatMap(({ items }) => items)).toEqual(byWtxid(parent, child));
  });

  it('a child of another peer will do, but those of the same peer come first', async () => {
    const parent = makeTx();
    const [own, foreign] = [makeTx({ parents: [parent] }), makeTx({ parents: [parent] })];
    const setup = withPoorParent(parent);
    const [peer, other] = [setup.connect(), setup.connect()];
    await send(setup, other, foreign);
    await send(setup, peer, own, parent);
    expect(setup.pool.packages).toEqual([[parent, own]]);
    const second = withPoorParent(parent);
    const [sender, keeper] = [second.connect(), second.connect()];
    await send(second, keeper, foreign);
    await send(second, sender, parent);
    expect(second.pool.packages).toEqual([[parent, foreign]]);
  });

  it('a package that was refused is not tried again, until there is a new tip', async () => {
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    const setup = relaySetup();
    const reject = refusal('reconsiderable', 'mempool min fee not met');
    setup.pool.refuse = (tx) => (tx === parent ? reject : undefined);
    const peer = setup.connect();
    await send(setup, peer, child, parent, parent);
    expect(setup.pool.packages).toEqual([[parent, child]]);
    expect(setup.pool.offered).toEqual([child, parent]);
    setup.chain.connect();
    await send(setup, peer, parent);
    expect(setup.pool.packages).toHaveLength(2);
  });

  it('a child with two parents that were too cheap is not kept: one package cannot mend that', async () => {
    const parents = [makeTx({ witness: false }), makeTx({ witness: false })];
    const setup = relaySetup();
    setup.pool.refuse = (tx) =>
      parents.includes(tx) ? refusal('reconsiderable', 'min relay fee not met') : undefined;
    const peer = setup.connect();
    await send(setup, peer, ...parents, makeTx({ parents }));
    expect(setup.relay.orphans).toEqual([]);
  });

  it('the peer that sent an invalid child is blamed', async () => {
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    const setup = relaySetup();
    setup.pool.refuse = (tx, packaged) => {
      if (tx === parent && !packaged) return refusal('reconsiderable', 'min relay fee not met');
      return tx === child ? refusal('consensus', 'bad-txns-in-belowout', 'invalid') : undefined;
    };
    const [liar, honest] = [setup.connect(), setup.connect()];
    await send(setup, liar, child);
    await send(setup, honest, parent);
    expect(setup.peers.blamed.map(({ peer }) => peer)).toEqual([liar]);
  });
});

describe('BIP141: malleated witnesses', () => {
  it('a refused witness does not keep the right one of the same txid away', async () => {
    const setup = relaySetup();
    const peer = setup.connect();
    const tx = makeTx();
    const spoilt = withWitness(tx, Uint8Array.of(1, 2, 3));
    setup.pool.refuse = (one) =>
      one === spoilt ? refusal('witness-mutated', 'bad-witness-nonstandard', 'policy') : undefined;
    await send(setup, peer, spoilt, tx);
    expect(has(setup.pool, tx)).toEqual([true]);
  });

  it('inputs that are not standard are so with every witness: the txid is remembered', async () => {
    const setup = relaySetup();
    const [first, second] = [setup.connect(), setup.connect({ relaysByWtxid: false })];
    const tx = makeTx();
    setup.pool.refuse = () => refusal('inputs-not-standard', 'bad-txns-nonstandard-inputs');
    await send(setup, first, tx);
    await second.says(setup.relay, {
      command: 'inv',
      items: [{ type: 1, hash: txid(tx) }],
    });
    await setup.clock.advance(WHILE);
    expect(second.sentOf('getdata')).toEqual([]);
  });
});
