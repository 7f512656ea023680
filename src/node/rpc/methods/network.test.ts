import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { type RpcCaller, rpcCaller } from '../../../../test/fixtures/rpc-caller.ts';
import { NODE_NETWORK, NODE_WITNESS } from '../../../protocol/wire/services.ts';
import { serviceNames } from './service-names.ts';

let played: PlayedNode;
let call: RpcCaller;
beforeAll(async () => {
  played = await playedNode(['-mocktime=1700000000']);
  call = rpcCaller(played);
});
afterAll(() => played.close());

describe('the node among others', () => {
  it('tells what it is, and that it is alone', async () => {
    expect(JSON.parse(await call('getnetworkinfo'))).toMatchObject({
      version: 280100,
      protocolversion: 70016,
      networkactive: true,
      connections: 0,
      localservicesnames: ['NETWORK', 'WITNESS', 'NETWORK_LIMITED', 'P2P_V2'],
    });
    expect(await call('getpeerinfo')).toBe('[]');
    expect(await call('getconnectioncount')).toBe('0');
    expect(JSON.parse(await call('getnettotals'))).toMatchObject({ totalbytesrecv: 0 });
    expect(await call('ping')).toBe('null');
  });

  it('can be switched off and on', async () => {
    expect(await call('setnetworkactive', '[false]')).toBe('false');
    expect(await call('setnetworkactive', '[true]')).toBe('true');
    expect(await call('setnetworkactive', '["x"]')).toMatch(/^-3 Wrong type passed/);
  });

  it('names what others offer', () => {
    expect(serviceNames(NODE_NETWORK | NODE_WITNESS | (1n << 24n))).toEqual([
      'NETWORK',
      'WITNESS',
      'UNKNOWN[2^24]',
    ]);
  });
});

describe('peers that were added', () => {
  it('are there until they are removed', async () => {
    expect(await call('addnode', '["10.9.9.9:1","add"]')).toBe('null');
    expect(await call('addnode', '["10.9.9.9:1","add"]')).toBe('-23 Error: Node already added');
    expect(await call('getaddednodeinfo', '["10.9.9.9:1"]')).toBe(
      '[{"addednode":"10.9.9.9:1","connected":false,"addresses":[]}]',
    );
    expect(await call('addnode', '["10.9.9.9:1","remove"]')).toBe('null');
    expect(await call('getaddednodeinfo')).toBe('[]');
    expect(await call('addnode', '["10.9.9.9:1","remove"]')).toMatch(/^-24 Error: Node could not/);
    expect(await call('addnode', '["10.9.9.9:1","nope",true]')).toMatch(/^-1 addnode "node"/);
    // Somebody without the encrypted transport is connected to as well.
    expect(await call('addnode', '["10.9.9.9:1","add",true]')).toBe('null');
    expect(await call('addnode', '["10.9.9.9:1","remove",true]')).toBe('null');
  });

  it('are not there twice, whatever they are called, and may be no hosts at all', async () => {
    expect(await call('addnode', '["10.9.9.8:18444","add"]')).toBe('null');
    expect(await call('addnode', '["10.9.9.8","add"]')).toBe('-23 Error: Node already added');
    expect(await call('addnode', '["not a host","add"]')).toBe('null');
    expect(await call('addnode', '["not a host","onetry"]')).toBe('null');
    expect(await call('getaddednodeinfo')).toBe(
      '[{"addednode":"10.9.9.8:18444","connected":false,"addresses":[]},{"addednode":"not a host","connected":false,"addresses":[]}]',
    );
    expect(await call('addnode', '["10.9.9.8","remove"]')).toMatch(/^-24 /);
    expect(await call('addnode', '["10.9.9.8:18444","remove"]')).toBe('null');
    expect(await call('addnode', '["not a host","remove"]')).toBe('null');
  });

  it('are disconnected by one name or number', async () => {
    expect(await call('disconnectnode', '["",7]')).toBe('-29 Node not found in connected nodes');
    expect(await call('disconnectnode', '[""]')).toBe('-29 Node not found in connected nodes');
    expect(await call('disconnectnode', '{"nodeid":7}')).toBe(
      '-29 Node not found in connected nodes',
    );
    const words = '-32602 Only one of address and nodeid should be provided.';
    expect(await call('disconnectnode', '["1.2.3.4:1",7]')).toBe(words);
    expect(await call('disconnectnode')).toBe(words);
  });

  it('can be talked to, and opened, only if they are there', async () => {
    expect(await call('sendmsgtopeer', '[0,"ping","00"]')).toBe(
      '-1 Error: Could not send message to peer',
    );
    expect(await call('sendmsgtopeer', '[0,"averylongname","00"]')).toBe(
      '-8 Error: msg_type too long, max length is 12',
    );
    expect(await call('sendmsgtopeer', '[0,"ping"," 00 ff0a "]')).toMatch(/^-1 Error: Could not/);
    expect(await call('sendmsgtopeer', '[0,"ping","0 0"]')).toBe('-8 Error parsing input for msg');
    expect(await call('sendmsgtopeer', '[0,"ping","x"]')).toBe('-8 Error parsing input for msg');
    expect(await call('addconnection', '["1.2.3.4:1","feeler"]')).toMatch(/^-1 addconnection/);
    expect(await call('addconnection', '["1.2.3.4:1","nope",false]')).toMatch(/^-8 addconnection/);
    // Whether somebody answers there is not told.
    for (const kind of ['feeler', 'addr-fetch', 'outbound-full-relay', ' block-relay-only ']) {
      expect(await call('addconnection', `["1.2.3.4:1","${kind}",true]`)).toBe(
        `{"address":"1.2.3.4:1","connection_type":"${kind.trim()}"}`,
      );
    }
  });
});

describe('addresses', () => {
  it('are added, counted and told', async () => {
    expect(await call('addpeeraddress', '["8.8.4.4",8333]')).toBe('{"success":true}');
    expect(await call('addpeeraddress', '["8.8.4.4",8333]')).toBe(
      '{"error":"failed-adding-to-new","success":false}',
    );
    expect(await call('addpeeraddress', '["9.9.9.9",8333,true]')).toBe('{"success":true}');
    expect(JSON.parse(await call('getaddrmaninfo'))).toMatchObject({
      ipv4: { new: 1, tried: 1, total: 2 },
      all_networks: { new: 1, tried: 1, total: 2 },
    });
    const told = JSON.parse(await call('getnodeaddresses', '[0,"ipv4"]')) as { address: string }[];
    expect(told.map(({ address }) => address).sort()).toEqual(['8.8.4.4', '9.9.9.9']);
    expect(await call('getnodeaddresses', '[0,"onion"]')).toBe('[]');
    expect(await call('getnodeaddresses', '[0,"TOR"]')).toBe('[]');
    expect(await call('getnodeaddresses', '[-1]')).toBe('-8 Address count out of range');
    expect(await call('getnodeaddresses', '[1,"lan"]')).toBe('-8 Network not recognized: lan');
    expect(await call('addpeeraddress', '["x",1]')).toBe('{"success":false}');
    expect(await call('addpeeraddress', '["",1]')).toBe('{"success":false}');
    expect(await call('addpeeraddress', '["1.2.3.4",65536]')).toBe('-1 JSON integer out of range');
  });

  it('are banned in the order of their ranges, and only where they can be somebody’s', async () => {
    const wrong = '-30 Error: Invalid IP/Subnet';
    for (const [text, listed] of [
      ['10.1.2.3', '10.1.2.3/32'],
      ['[2001:4860::8888]', '2001:4860::8888/128'],
      ['10.1.2.3/16', '10.1.0.0/16'],
      ['9.0.0.0/255.0.0.0', '9.0.0.0/8'],
      ['0.0.0.0/0', '0.0.0.0/0'],
    ] as const) {
      expect(await call('setban', `["${text}","add"]`)).toBe('null');
      expect(await call('setban', `["${text}","add"]`)).toMatch(/^-23 Error: IP\/Subnet already/);
      expect(await call('listbanned')).toContain(`"address":"${listed}"`);
      // Every address is in the last one.
      if (text === '10.1.2.3') expect(await call('setban', '["10.1.2.4","add"]')).toBe('null');
    }
    const listed = JSON.parse(await call('listbanned')) as { address: string }[];
    expect(listed.map(({ address }) => address)).toEqual([
      '0.0.0.0/0',
      '9.0.0.0/8',
      '10.1.0.0/16',
      '10.1.2.3/32',
      '10.1.2.4/32',
      '2001:4860::8888/128',
    ]);
    for (const text of [
      '0.0.0.0',
      '255.255.255.255',
      '::',
      '10.0.0.0/33',
      '10.0.0.0/255.0.255.0',
    ]) {
      expect(await call('setban', `["${text}","add"]`)).toBe(wrong);
    }
    expect(await call('setban', '["","remove"]')).toBe(wrong);
    expect(await call('setban', '["10.0.0.1","add",1.5]')).toMatch(/^-23/);
    expect(await call('clearbanned')).toBe('null');
    expect(await call('setban', '["10.0.0.1","add",1.5]')).toBe('-1 JSON integer out of range');
    expect(await call('setban', '["10.0.0.1","add",-5]')).toBe('null');
    expect(await call('listbanned')).toContain('"ban_duration":86400');
    expect(await call('clearbanned')).toBe('null');
  });

  it('are banned until a time, and no longer', async () => {
    expect(await call('setban', '["10.1.2.3","add",1700000060,true]')).toBe('null');
    expect(await call('setban', '["10.1.2.3","add"]')).toMatch(/^-23 Error: IP\/Subnet already/);
    expect(JSON.parse(await call('listbanned'))).toEqual([
      {
        address: '10.1.2.3/32',
        ban_created: 1_700_000_000,
        banned_until: 1_700_000_060,
        ban_duration: 60,
        time_remaining: 60,
      },
    ]);
    expect(await call('setban', '["10.1.2.4","remove"]')).toMatch(/^-30 Error: Unban failed/);
    expect(await call('setban', '["10.1.2.4","add",5,true]')).toBe(
      '-8 Error: Absolute timestamp is in the past',
    );
    expect(await call('setban', '["10.1.2.4","nope"]')).toMatch(/^-1 setban/);
    expect(await call('clearbanned')).toBe('null');
    expect(await call('listbanned')).toBe('[]');
  });
});
