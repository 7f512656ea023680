/** Methods about addresses: those that the node knows, and those that it does not want to hear. */
import { unixTime } from '../../../outside/clock/clock.ts';
import type { JsonObject } from '../../../protocol/report/json-text.ts';
import { NODE_NETWORK, NODE_WITNESS } from '../../../protocol/wire/services.ts';
import type { KnownAddress } from '../../p2p/addresses/address-entry.ts';
import { addressText, parseAddress } from '../../p2p/addresses/address-text.ts';
import type { Ban } from '../../p2p/addresses/ban-file.ts';
import {
  isValid,
  NETWORKS,
  type NetworkName,
  networkName,
} from '../../p2p/addresses/net-address.ts';
import { parseSubnet, type Subnet, subnetOf, subnetText } from '../../p2p/addresses/subnet.ts';
import { booleanFrom, int32From, int64From, stringFrom, wholeFrom } from '../arguments.ts';
import { usageError } from '../method-help.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';

const NETWORK_NAMES = Object.keys(NETWORKS) as readonly NetworkName[];
const MAX_PORT = 65_535n;

const getNodeAddresses: RpcMethod = {
  name: 'getnodeaddresses',
  family: 'network',
  about: 'Some of the addresses of nodes that this one knows, drawn at random.',
  parameters: [
    {
      name: 'count',
      type: 'number',
      optional: true,
      about: 'how many at most, 1 by default; 0 for all',
    },
    {
      name: 'network',
      type: 'string',
      optional: true,
      about: `only of this network: ${NETWORK_NAMES.join(', ')}`,
    },
  ],
  result: '[ { "time", "services", "address", "port", "network" } ]',
  run: ([given, only], { node }) => {
    const count = given === undefined ? 1 : int32From(given);
    if (count < 0) throw new RpcError(RPC.invalidParameter, 'Address count out of range');
    const network = only === undefined ? undefined : networkFrom(stringFrom(only));
    const most = count === 0 ? Number.MAX_SAFE_INTEGER : count;
    const found = node.network.addresses.sample({
      ...{ most, percent: 100 },
      ...(network !== undefined && { network }),
    });
    return found.map(describeAddress);
  },
};

function networkFrom(text: string): number {
  const wanted = text.toLowerCase();
  // Its old name.
  if (wanted === 'tor') return NETWORKS.onion;
  const name = NETWORK_NAMES.find((one) => one === wanted);
  if (name !== undefined) return NETWORKS[name];
  throw new RpcError(RPC.invalidParameter, `Network not recognized: ${text}`);
}

function describeAddress(known: KnownAddress): JsonObject {
  return {
    time: known.time,
    services: known.services,
    address: addressText(known),
    port: known.port,
    network: networkName(known),
  };
}

const addPeerAddress: RpcMethod = {
  name: 'addpeeraddress',
  family: 'network',
  about: 'Adds an address of a node to those that this one knows, for tests.',
  parameters: [
    { name: 'address', type: 'string', about: 'the address' },
    { name: 'port', type: 'number', about: 'the port' },
    { name: 'tried', type: 'boolean', optional: true, about: 'as one that has been connected to' },
  ],
  result: '{ "success", "error" }',
  hidden: true,
  run: ([given, portGiven, triedGiven], { node, clock }) => {
    const port = Number(wholeFrom(portGiven, 0n, MAX_PORT));
    const tried = triedGiven !== undefined && booleanFrom(triedGiven);
    const address = parseAddress(withoutBrackets(stringFrom(given)));
    if (address === undefined) return { success: false };
    const endpoint = { ...address, port };
    const services = NODE_NETWORK | NODE_WITNESS;
    const book = node.network.addresses;
    // The address is its own source.
    const added = book.add([{ ...endpoint, services, time: unixTime(clock) }], address);
    if (added === 0) return { error: 'failed-adding-to-new', success: false };
    if (tried && !book.good(endpoint)) return { error: 'failed-adding-to-tried', success: false };
    return { success: true };
  },
};

const getAddrmanInfo: RpcMethod = {
  name: 'getaddrmaninfo',
  family: 'network',
  about: 'How many addresses of nodes this one knows.',
  parameters: [],
  result: '{ "network": { "new", "tried", "total" }, ... , "all_networks" }',
  run: (_, { node }) => {
    const count = (network?: number): JsonObject => {
      const counts = node.network.addresses.counts(network);
      return { new: counts.new, tried: counts.tried, total: counts.new + counts.tried };
    };
    return {
      ...Object.fromEntries(NETWORK_NAMES.map((name) => [name, count(NETWORKS[name])])),
      all_networks: count(),
    };
  },
};

const setBan: RpcMethod = {
  name: 'setban',
  family: 'network',
  about: 'Bans an address or a range of them, or lifts the ban.',
  parameters: [
    { name: 'subnet', type: 'string', about: 'an address, or a range as in 10.0.0.0/8' },
    { name: 'command', type: 'string', about: '"add" or "remove"' },
    {
      name: 'bantime',
      type: 'number',
      optional: true,
      about: 'seconds, a day by default; with absolute, the end as a unix time',
    },
    { name: 'absolute', type: 'boolean', optional: true, about: 'whether bantime is the end' },
  ],
  result: 'null',
  run: async ([given, command, bantime, absoluteGiven], context) => {
    const text = stringFrom(given);
    const wanted = stringFrom(command);
    if (wanted !== 'add' && wanted !== 'remove') throw usageError(setBan);
    const subnet = banTarget(text);
    if (subnet === undefined) {
      throw new RpcError(RPC.clientInvalidIpOrSubnet, 'Error: Invalid IP/Subnet');
    }
    const { bans, peers } = context.node.network;
    if (wanted === 'remove') {
      if (!bans.unban(subnet)) {
        throw new RpcError(
          RPC.clientInvalidIpOrSubnet,
          'Error: Unban failed. Requested address/subnet was not previously manually banned.',
        );
      }
    } else {
      const isBanned = text.includes('/') ? bans.hasBan(subnet) : bans.isBanned(subnet);
      if (isBanned) {
        throw new RpcError(RPC.clientNodeAlreadyAdded, 'Error: IP/Subnet already banned');
      }
      const seconds = bantime === undefined ? 0 : Number(int64From(bantime));
      const isAbsolute = absoluteGiven !== undefined && booleanFrom(absoluteGiven);
      const until = banEnd(seconds, isAbsolute, unixTime(context.clock));
      bans.ban(subnet, until === undefined ? {} : { until });
      peers.dropBanned(subnet);
    }
    await bans.save();
    return null;
  },
};

/** An address must be one that somebody can have; a range may be of any. */
function banTarget(text: string): Subnet | undefined {
  const slash = text.lastIndexOf('/');
  if (slash !== -1) {
    return parseSubnet(withoutBrackets(text.slice(0, slash)) + text.slice(slash));
  }
  const address = parseAddress(withoutBrackets(text));
  return address !== undefined && isValid(address) ? subnetOf(address) : undefined;
}

/** IPv6 may come in the brackets that it has before a port. */
function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

function banEnd(seconds: number, isAbsolute: boolean, now: number): number | undefined {
  if (isAbsolute && seconds < now) {
    throw new RpcError(RPC.invalidParameter, 'Error: Absolute timestamp is in the past');
  }
  if (seconds <= 0) return undefined;
  return isAbsolute ? seconds : now + seconds;
}

const listBanned: RpcMethod = {
  name: 'listbanned',
  family: 'network',
  about: 'The addresses and ranges that are banned.',
  parameters: [],
  result: '[ { "address", "ban_created", "banned_until", "ban_duration", "time_remaining" } ]',
  run: (_, { node, clock }) => {
    const now = unixTime(clock);
    return node.network.bans.list().map((ban) => describeBan(ban, now));
  },
};

function describeBan({ subnet, created, until }: Ban, now: number): JsonObject {
  return {
    address: subnetText(subnet),
    ban_created: created,
    banned_until: until,
    ban_duration: until - created,
    time_remaining: until - now,
  };
}

const clearBanned: RpcMethod = {
  name: 'clearbanned',
  family: 'network',
  about: 'Lifts all bans.',
  parameters: [],
  result: 'null',
  run: async (_: unknown, { node }: RpcContext) => {
    node.network.bans.clear();
    await node.network.bans.save();
    return null;
  },
};

export const addressMethods: readonly RpcMethod[] = [
  addPeerAddress,
  clearBanned,
  getAddrmanInfo,
  getNodeAddresses,
  listBanned,
  setBan,
];
