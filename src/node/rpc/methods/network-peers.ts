/** Methods about peers, one by one. */
import { endpointText } from '../../../outside/network/endpoint.ts';
import { amountNumber, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { Peer } from '../../p2p/peer/peer.ts';
import type { PeerInfo } from '../../p2p/peer-info.ts';
import { bytesFromHex, int64From, stringFrom } from '../arguments.ts';
import { usageError } from '../method-help.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { hexServices, serviceNames } from './service-names.ts';

const MESSAGE_TYPE_LENGTH = 12;

/** As with a peer of Core's that does not speak it: the connection comes about without. */
const V2_ABOUT = 'whether to try the encrypted transport (BIP324), which this node does not speak';

const getPeerInfo: RpcMethod = {
  name: 'getpeerinfo',
  family: 'network',
  about: [
    'All connections, and what there is to know of each.',
    '"network" is one of (ipv4, ipv6, onion, i2p, cjdns, not_publicly_routable).',
  ].join('\n'),
  parameters: [],
  result: '[ { "id", "addr", "network", "services", "pingtime", "version", "subver", ... } ]',
  run: (_, context) => context.node.peers.peerInfos().map((info) => describePeer(info, context)),
};

function describePeer(info: PeerInfo, { node }: RpcContext): JsonObject {
  const peer = node.peers.get(info.id);
  const { lastMs, minMs, waitingMs } = info.ping;
  const { services } = info;
  return {
    id: info.id,
    addr: info.name,
    addrbind: info.local,
    addrlocal: info.localSeen,
    network: info.network,
    services: hexServices(services),
    servicesnames: serviceNames(services),
    relaytxes: info.relaysTransactions,
    lastsend: info.lastSentAt,
    lastrecv: info.lastReceivedAt,
    last_transaction: info.lastTransactionAt,
    last_block: info.lastBlockAt,
    bytessent: info.bytesSent,
    bytesrecv: info.bytesReceived,
    conntime: info.connectedAt,
    timeoffset: info.timeOffset,
    // No time at all is as good as none, but for the shortest one.
    pingtime: seconds(lastMs || undefined),
    minping: seconds(minMs),
    pingwait: seconds(waitingMs || undefined),
    version: info.version,
    subver: info.userAgent,
    inbound: info.kind === 'inbound',
    ...describeWork(peer, node, info.startingHeight),
    permissions: info.permissions,
    minfeefilter: amountNumber(peer === undefined ? 0n : node.network.relay.minFeeRateOf(peer)),
    bytessent_per_msg: info.bytesSentByCommand,
    bytesrecv_per_msg: info.bytesReceivedByCommand,
    connection_type: info.kind,
    transport_protocol_type: info.transport,
    session_id: '',
  };
}

/** What the parts of the node know of a peer; nothing before the handshake is over. */
function describeWork(
  peer: Peer | undefined,
  { network }: RpcContext['node'],
  startingheight: number,
): JsonObject {
  const { sync, gossip, compact } = network;
  const progress = peer && sync.progress().peers.get(peer);
  const figures = peer && gossip.figures(peer);
  return {
    bip152_hb_to: peer !== undefined && compact.isHighBandwidth(peer),
    bip152_hb_from: peer !== undefined && compact.wantsHighBandwidth(peer),
    startingheight,
    presynced_headers: progress?.presyncedHeaders ?? -1,
    synced_headers: progress?.syncedHeaders ?? -1,
    synced_blocks: progress?.syncedBlocks ?? -1,
    inflight: progress?.inFlight ?? [],
    addr_relay_enabled: figures?.isRelaying ?? false,
    addr_processed: figures?.processed ?? 0,
    addr_rate_limited: figures?.rateLimited ?? 0,
  };
}

/** In microseconds, and no finer. */
function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1_000_000;
}

const addNode: RpcMethod = {
  name: 'addnode',
  family: 'network',
  about: 'Keeps up a connection to a peer, no longer does, or tries it once.',
  parameters: [
    {
      name: 'node',
      type: 'string',
      about: 'the peer: a name or an address, with a port or without',
    },
    { name: 'command', type: 'string', about: '"add", "remove" or "onetry"' },
    { name: 'v2transport', type: 'boolean', optional: true, about: V2_ABOUT },
  ],
  result: 'null',
  run: async ([given, command], { node: { peers } }) => {
    const name = stringFrom(given);
    switch (stringFrom(command)) {
      case 'onetry':
        await peers.connectOnce(name);
        return null;
      case 'add':
        if (peers.addNode(name)) return null;
        throw new RpcError(RPC.clientNodeAlreadyAdded, 'Error: Node already added');
      case 'remove':
        if (peers.removeNode(name)) return null;
        throw new RpcError(
          RPC.clientNodeNotAdded,
          'Error: Node could not be removed. It has not been added previously.',
        );
      default:
        throw usageError(addNode);
    }
  },
};

const disconnectNode: RpcMethod = {
  name: 'disconnectnode',
  family: 'network',
  about: 'Ends a connection, given by its address or its id.',
  parameters: [
    { name: 'address', type: 'string', optional: true, about: 'as getpeerinfo has it' },
    { name: 'nodeid', type: 'number', optional: true, about: 'as getpeerinfo has it' },
  ],
  result: 'null',
  run: ([address, nodeid], { node: { peers } }) => {
    const name = address === undefined ? undefined : stringFrom(address);
    // An empty address stands for none, but only beside an id.
    const isOne = nodeid === undefined ? name !== undefined : name === undefined || name === '';
    if (!isOne) {
      throw new RpcError(RPC.invalidParams, 'Only one of address and nodeid should be provided.');
    }
    const id = nodeid === undefined ? undefined : Number(int64From(nodeid));
    const count = peers.disconnect((peer) =>
      id === undefined ? peer.name === name : peer.id === id,
    );
    if (count > 0) return null;
    throw new RpcError(RPC.clientNodeNotConnected, 'Node not found in connected nodes');
  },
};

const getAddedNodeInfo: RpcMethod = {
  name: 'getaddednodeinfo',
  family: 'network',
  about: 'The peers that were added by addnode, and whether there are connections to them.',
  parameters: [{ name: 'node', type: 'string', optional: true, about: 'only this one' }],
  result: '[ { "addednode", "connected", "addresses": [ { "address", "connected" } ] } ]',
  run: ([only], { node: { peers } }) => {
    const name = only === undefined ? undefined : stringFrom(only);
    const added = peers.addedNodes().filter((one) => name === undefined || one.name === name);
    if (name !== undefined && added.length === 0) {
      throw new RpcError(RPC.clientNodeNotAdded, 'Error: Node has not been added.');
    }
    return added.map(({ name: addednode, connection }) => ({
      addednode,
      connected: connection !== undefined,
      addresses:
        connection === undefined
          ? []
          : [
              {
                address: endpointText(connection.remote),
                connected: connection.kind === 'inbound' ? 'inbound' : 'outbound',
              },
            ],
    }));
  },
};

const KINDS = ['outbound-full-relay', 'block-relay-only', 'feeler'] as const;

const addConnection: RpcMethod = {
  name: 'addconnection',
  family: 'network',
  about: 'Opens a connection of a kind, on chains for tests.',
  parameters: [
    { name: 'address', type: 'string', about: 'the peer' },
    {
      name: 'connection_type',
      type: 'string',
      about: '"outbound-full-relay", "block-relay-only", "addr-fetch" or "feeler"',
    },
    { name: 'v2transport', type: 'boolean', about: V2_ABOUT },
  ],
  result: '{ "address", "connection_type" }',
  hidden: true,
  run: async ([given, type], { node: { peers, chain } }) => {
    if (chain.params.dnsSeeds.length > 0) {
      const message = 'addconnection is for regression testing (-regtest mode) only.';
      throw new RpcError(RPC.misc, message);
    }
    const address = stringFrom(given);
    const wanted = stringFrom(type).trim();
    const kind = KINDS.find((one) => one === wanted);
    if (kind === undefined && wanted !== 'addr-fetch') {
      throw new RpcError(RPC.invalidParameter, usageError(addConnection).message);
    }
    if (kind === undefined) await peers.fetchAddresses(address);
    else if (!(await peers.open(kind, address))) {
      throw new RpcError(
        RPC.clientNodeCapacityReached,
        'Error: Already at capacity for specified connection type.',
      );
    }
    // Whether anybody answers, Core does not tell.
    return { address, connection_type: wanted };
  },
};

const sendMsgToPeer: RpcMethod = {
  name: 'sendmsgtopeer',
  family: 'network',
  about: 'Sends a message to a peer, for tests.',
  parameters: [
    { name: 'peer_id', type: 'number', about: 'as getpeerinfo has it' },
    { name: 'msg_type', type: 'string', about: 'the command of the message' },
    { name: 'msg', type: 'string', about: 'the payload, in hex' },
  ],
  result: '{ }',
  hidden: true,
  run: ([id, type, payload], { node: { peers } }) => {
    const peerId = Number(int64From(id));
    const command = stringFrom(type);
    if (new TextEncoder().encode(command).length > MESSAGE_TYPE_LENGTH) {
      const limit = `max length is ${MESSAGE_TYPE_LENGTH}`;
      throw new RpcError(RPC.invalidParameter, `Error: msg_type too long, ${limit}`);
    }
    // Bytes may be set apart.
    const bytes = bytesFromHex(stringFrom(payload).replace(/\s*([0-9a-f]{2})\s*/gi, '$1'));
    if (bytes === undefined) {
      throw new RpcError(RPC.invalidParameter, 'Error parsing input for msg');
    }
    if (!peers.sendPayload(peerId, command, bytes)) {
      throw new RpcError(RPC.misc, 'Error: Could not send message to peer');
    }
    return {};
  },
};

export const peerMethods: readonly RpcMethod[] = [
  addConnection,
  addNode,
  disconnectNode,
  getAddedNodeInfo,
  getPeerInfo,
  sendMsgToPeer,
];
