import { describe, expect, it } from 'vitest';
import { startedNode } from '../../../../test/fixtures/embedded-nodes.ts';

/** Every field that Core 28 tells of a peer over TCP on this machine, in its order. */
const FIELDS =
  'id addr addrbind network services servicesnames relaytxes lastsend lastrecv last_transaction last_block ' +
  'bytessent bytesrecv conntime timeoffset pingtime minping version subver inbound bip152_hb_to bip152_hb_from ' +
  'startingheight presynced_headers synced_headers synced_blocks inflight addr_relay_enabled addr_processed ' +
  'addr_rate_limited permissions minfeefilter bytessent_per_msg bytesrecv_per_msg connection_type ' +
  'transport_protocol_type session_id';

type PeerFields = Readonly<Record<string, unknown>> & {
  readonly id: number;
  readonly bytesrecv_per_msg: Readonly<Record<string, number>>;
};

describe('a peer', () => {
  it('is shown whole, can be told anything, and is dropped when it is banned', async () => {
    const [node, friend] = await Promise.all([startedNode(), startedNode()]);
    await node.connect(friend);
    const peerOf = async (one: typeof node): Promise<PeerFields> => {
      const [peer] = (await one.rpc('getpeerinfo')) as readonly PeerFields[];
      if (peer === undefined) throw new Error('there is no peer');
      return peer;
    };
    await node.rpc('ping');
    // While the second ping is under way, there is `pingwait` besides.
    await expect.poll(async () => Object.keys(await peerOf(node)).join(' ')).toBe(FIELDS);
    const peer = await peerOf(node);
    expect(peer).toMatchObject({ inbound: false, connection_type: 'manual', session_id: '' });
    expect(await peerOf(friend)).toMatchObject({ inbound: true, connection_type: 'inbound' });

    // What is no message at all is sent as it is.
    expect(await node.rpc('sendmsgtopeer', peer.id, 'nonsense', 'ffff')).toEqual({});
    await expect
      .poll(async () => (await peerOf(friend)).bytesrecv_per_msg)
      .toMatchObject({ '*other*': 26 });

    // Of a range that it is not in it takes no notice.
    await node.rpc('setban', '10.0.0.0/8', 'add');
    expect(await node.rpc('getconnectioncount')).toBe(1);
    await node.rpc('setban', '127.0.0.0/8', 'add');
    expect(await node.rpc('getconnectioncount')).toBe(0);
    await expect.poll(() => friend.rpc('getconnectioncount')).toBe(0);
  });
});
