/** Methods about the network as a whole. Peers and addresses have files of their own. */
import { amountNumber, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import { NODE_P2P_V2, PROTOCOL_VERSION } from '../../../protocol/wire/services.ts';
import { NETWORKS, type NetworkName } from '../../p2p/addresses/net-address.ts';
import type { PeerInfo } from '../../p2p/peer-info.ts';
import { booleanFrom } from '../arguments.ts';
import type { RpcContext } from '../rpc-context.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { addressMethods } from './network-addresses.ts';
import { peerMethods } from './network-peers.ts';
import { hexServices, serviceNames } from './service-names.ts';

/** The release of Bitcoin Core whose behaviour this is: clients look here for what a node can do. */
const CORE_VERSION = 280100;
/**
 * Core 28 counts the encrypted transport among the services of every node. Here it is in this answer alone,
 * for whoever compares the two: peers are not told of it, since this node does not speak it.
 */
const CORE_SERVICES = NODE_P2P_V2;
/** The networks that this node has a way to. */
const REACHABLE: ReadonlySet<NetworkName> = new Set(['ipv4', 'ipv6']);
const DAY_SECONDS = 24 * 3600;

const getNetworkInfo: RpcMethod = {
  name: 'getnetworkinfo',
  family: 'network',
  about: [
    'What this node is to others, and its connections in numbers.',
    '"networks" has one entry for each of (ipv4, ipv6, onion, i2p, cjdns).',
  ].join('\n'),
  parameters: [],
  result:
    '{ "version", "subversion", "protocolversion", "localservices", "localservicesnames", "localrelay", "timeoffset", "networkactive", "connections", "connections_in", "connections_out", "networks", "relayfee", "incrementalfee", "localaddresses", "warnings" }',
  run: (_, { node }) => {
    const { peers, mempool, network } = node;
    const { userAgent, relaysTransactions } = network.self;
    const services = network.self.services | CORE_SERVICES;
    const { all, inbound } = peers.counts();
    return {
      version: CORE_VERSION,
      subversion: userAgent,
      protocolversion: PROTOCOL_VERSION,
      localservices: hexServices(services),
      localservicesnames: serviceNames(services),
      localrelay: relaysTransactions,
      timeoffset: medianOffset(peers.peerInfos().filter(({ kind }) => kind !== 'inbound')),
      networkactive: peers.isActive,
      connections: all,
      connections_in: inbound,
      connections_out: all - inbound,
      networks: (Object.keys(NETWORKS) as NetworkName[]).map((name) =>
        describeNetwork(name, peers.choosesIn(NETWORKS[name])),
      ),
      relayfee: amountNumber(mempool.options.minRelayFeeRate),
      incrementalfee: amountNumber(mempool.options.incrementalFeeRate),
      localaddresses: network.ownAddresses().map(({ host: address, port, score }) => ({
        ...{ address, port, score },
      })),
      warnings: [],
    };
  },
};

function describeNetwork(name: NetworkName, isWanted: boolean): JsonObject {
  const reachable = isWanted && REACHABLE.has(name);
  return { name, limited: !reachable, reachable, proxy: '', proxy_randomize_credentials: false };
}

/** Of a few peers alone it says nothing. Who comes to us might come to mislead us. */
function medianOffset(peers: readonly PeerInfo[]): number {
  const sorted = peers.map(({ timeOffset }) => timeOffset).sort((a, b) => a - b);
  return sorted.length < 5 ? 0 : (sorted[sorted.length >> 1] as number);
}

const getConnectionCount: RpcMethod = {
  name: 'getconnectioncount',
  family: 'network',
  about: 'How many connections there are.',
  parameters: [],
  result: 'n',
  run: (_, { node }) => node.peers.counts().all,
};

const getNetTotals: RpcMethod = {
  name: 'getnettotals',
  family: 'network',
  about: 'How many bytes went to and fro since the start.',
  parameters: [],
  result: '{ "totalbytesrecv", "totalbytessent", "timemillis", "uploadtarget" }',
  run: (_, { node, clock }) => ({
    totalbytesrecv: node.peers.traffic.received,
    totalbytessent: node.peers.traffic.sent,
    // The real time, even while the clock is stopped.
    timemillis: clock.unfrozen,
    uploadtarget: {
      timeframe: DAY_SECONDS,
      target: 0,
      target_reached: false,
      serve_historical_blocks: true,
      bytes_left_in_cycle: 0,
      time_left_in_cycle: 0,
    },
  }),
};

const setNetworkActive: RpcMethod = {
  name: 'setnetworkactive',
  family: 'network',
  about: 'Switches the network off, which ends all connections, or on again.',
  parameters: [{ name: 'state', type: 'boolean', about: 'whether there may be connections' }],
  result: 'true|false, as it is now',
  run: ([state], { node, log }) => {
    const isActive = booleanFrom(state);
    log('note', 'net', `SetNetworkActive: ${isActive}`);
    node.peers.setActive(isActive);
    return node.peers.isActive;
  },
};

const ping: RpcMethod = {
  name: 'ping',
  family: 'network',
  about: 'Measures how long each peer takes to answer; getpeerinfo tells of it.',
  parameters: [],
  result: 'null',
  run: (_: unknown, { node }: RpcContext): Json => {
    node.peers.keepAlive.pingAll();
    return null;
  },
};

export const networkMethods: readonly RpcMethod[] = [
  getConnectionCount,
  getNetTotals,
  getNetworkInfo,
  ping,
  setNetworkActive,
  ...peerMethods,
  ...addressMethods,
];
