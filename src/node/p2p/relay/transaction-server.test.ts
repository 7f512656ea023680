import { expect, it } from 'vitest';
import { changedObject } from '../../../../test/fixtures/changed-object.ts';
import { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import { coinbaseTx, pay } from '../../../../test/fixtures/regtest-blocks.ts';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import { type ServerParts, TransactionServer } from './transaction-server.ts';

it('a peer that asks for one transaction 1,000 times lets others have a turn', async () => {
  const tx = coinbaseTx(1, [pay(1n)]);
  let [now, turns] = [0, 0];
  const clock = changedObject(new VirtualClock(), {
    // A millisecond for each look at it.
    monotonic: () => now++,
    nextTurn: async () => {
      turns++;
    },
  });
  const server = new TransactionServer({
    clock,
    announcer: { tells: () => true, find: () => tx },
    recent: { inLastBlock: () => undefined },
    unbroadcast: { remove: () => {} },
  } as unknown as ServerParts);
  const peer = new FakePeer();
  await server.serve(peer, new Array(1000).fill({ type: 1, hash: txid(tx) }));
  expect(peer.sentOf('tx')).toHaveLength(1000);
  expect(turns).toBeGreaterThan(100);
});
