/** Puts the network together: who knows addresses, who holds connections, and who talks over them. */
import type { Clock } from '../outside/clock/clock.ts';
import { unixTime } from '../outside/clock/clock.ts';
import type { Disk } from '../outside/disk/disk.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import type { Network } from '../outside/network/network.ts';
import { toHex, toReversedHex } from '../protocol/bytes/hex.ts';
import { blockHash } from '../protocol/primitives/block-hash.ts';
import {
  NODE_BLOOM,
  NODE_COMPACT_FILTERS,
  NODE_NETWORK,
  NODE_NETWORK_LIMITED,
  NODE_WITNESS,
} from '../protocol/wire/services.ts';
import type { Chain } from './chain/chain.ts';
import type { Indexes } from './index/indexes.ts';
import type { Log } from './log/log.ts';
import type { Mempool } from './mempool/mempool.ts';
import type { NetworkOptions } from './node-options.ts';
import { type OwnAddress, ownAddresses, ownPlace } from './own-place.ts';
import { AddressBook } from './p2p/addresses/address-book.ts';
import { type AddressRules, addressRules } from './p2p/addresses/address-rules.ts';
import {
  type AddressFolder,
  keepSaved,
  loadAddressBook,
  loadIdentity,
  saveAddressBook,
  saveAnchors,
  takeAnchors,
} from './p2p/addresses/address-store.ts';
import { parseAddress } from './p2p/addresses/address-text.ts';
import { BanList } from './p2p/addresses/ban-list.ts';
import { AddressGossip } from './p2p/addresses/gossip.ts';
import { NETWORKS, namedSource } from './p2p/addresses/net-address.ts';
import { startSeeds } from './p2p/addresses/seeds.ts';
import { CompactRelay } from './p2p/compact/compact-relay.ts';
import { RecentBlock } from './p2p/compact/recent-block.ts';
import type { Discovery } from './p2p/discovery/discovery.ts';
import type { Peer } from './p2p/peer/peer.ts';
import { PeerNetwork } from './p2p/peer-network.ts';
import { parseWhitelist } from './p2p/permissions.ts';
import { TransactionRelay } from './p2p/relay/transaction-relay.ts';
import { BlockServer } from './p2p/serve/block-server.ts';
import { BloomFilters } from './p2p/serve/bloom-filters.ts';
import { FilterServer } from './p2p/serve/filter-server.ts';
import { HeaderServer } from './p2p/serve/header-server.ts';
import { ChainSync } from './p2p/sync/chain-sync.ts';
import { version } from './version.ts';

/** Who is so far behind at most can do with peers that keep the last blocks only. */
const DAY_SECONDS = 24 * 3600;
const IDENTITY_BYTES = 8;

export interface OpenNetworkParts {
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly indexes: Indexes | undefined;
  readonly options: NetworkOptions;
  readonly outside: {
    readonly clock: Clock;
    readonly entropy: Entropy;
    readonly network: Network;
    readonly disk: Disk;
  };
  /** Where addresses and bans are kept; nowhere for a node in memory. */
  readonly folder: string | undefined;
  readonly log: Log;
  readonly onFatal: (error: unknown) => void;
}

export interface OpenedNetwork {
  /** What this node says of itself. */
  readonly self: ConstructorParameters<typeof PeerNetwork>[0]['self'];
  readonly peers: PeerNetwork;
  readonly gossip: AddressGossip;
  readonly compact: CompactRelay;
  readonly sync: ChainSync;
  readonly relay: TransactionRelay;
  readonly addresses: AddressBook;
  readonly bans: BanList;
  /** Where others everywhere reach this node, as far as it knows, and how sure it is of that. */
  readonly ownAddresses: () => readonly OwnAddress[];
  /** Listens, and connects. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A network that is not connected yet. */
export async function openNetwork(parts: OpenNetworkParts): Promise<OpenedNetwork> {
  const { chain, mempool, options, outside, folder, log, onFatal } = parts;
  const { clock, entropy } = outside;
  const { blocksOnly = false, serveBloomFilters: offersBloom = false } = options;
  const { params } = chain;
  const rules = addressRules(params);
  const at = folder === undefined ? undefined : { disk: outside.disk, folder, log };
  const memory = await openMemory(parts, at, rules);
  const { book, bans } = memory;
  bans.defaultSeconds = options.banSeconds ?? bans.defaultSeconds;
  addKnown(book, options, clock);

  const self: OpenedNetwork['self'] = {
    services: servicesOf(parts),
    userAgent: userAgent(options),
    height: () => chain.tip.height,
    relaysTransactions: !blocksOnly,
    isNearTip: () => chain.tip.time > unixTime(clock) - DAY_SECONDS,
  };
  const peers = new PeerNetwork({
    ...outside,
    ...{ log, self },
    magic: params.magic,
    defaultPort: params.ports.p2p,
    addresses: book,
    bans,
    rules,
    options: { ...networkOptions(options), anchors: memory.anchors },
    onFatal,
  });
  const bloom = new BloomFilters({ offersBloom });
  const recent = new RecentBlock(chain, entropy);
  const sync = new ChainSync({
    ...{ clock, entropy, log, chain, peers },
    options: { onStaleTip: (isStale) => peers.wantExtraPeer(isStale) },
  });
  const blocks = new BlockServer({
    ...{ clock, chain, recent, bloom, log },
    isCloseToPresent: () => sync.isCloseToPresent,
  });
  const compact = new CompactRelay({
    ...{ chain, peers, recent, blocksOnly, log },
    pool: mempool,
    requests: () => sync,
    sendBlock: (peer, item) => blocks.serve(peer, item),
  });
  sync.useCompact(compact);
  const relay = new TransactionRelay({
    ...{ clock, entropy, chain, peers, log },
    pool: mempool,
    filter: bloom,
    options: { blocksOnly, offersBloom },
    onSpare: (tx) => compact.noteSpare(tx),
  });
  const own = ownPlace(peers, outside.network, options);
  const gossip = new AddressGossip({
    ...{ clock, entropy, log, book, bans },
    services: servicesOf(parts),
    own,
    // A chain of one's own may be new, and everybody on it as far as everybody else.
    isSyncing: () => rules.isPublic && chain.isInitialBlockDownload,
  });
  const headers = new HeaderServer({ chain, journal: sync });
  const filters = new FilterServer({
    chain,
    filters: options.serveBlockFilters === true ? parts.indexes?.filters : undefined,
  });
  // Messages of a peer are dealt with one after the other. These build on the blocks before them, or tell
  // how far it went; others, above all more blocks, need not wait until those have their places.
  const behind = (peer: Peer): Promise<void> | undefined => sync.whenTaken(peer);
  peers.use({
    handles: {
      ...{ ping: behind, tx: behind, getdata: behind, getheaders: behind, getblocks: behind },
      getblocktxn: behind,
    },
  });
  // The order counts: it is that in which they greet a peer, and in which messages of several meet them.
  peers.use(compact, peers.keepAlive, sync, relay, gossip, bloom, headers, blocks, filters);

  const stops: (() => void)[] = [];
  // Once it has caught up, it asks a peer more now and then whether there is not a better chain.
  const stopWatching = chain.on(({ kind }) => {
    if (kind !== 'tip' || chain.isInitialBlockDownload || !sync.isCloseToPresent) return;
    stopWatching();
    peers.allowExtraBlockPeers();
  });
  stops.push(stopWatching);
  let discovery: Discovery | undefined;
  return {
    ...{ self, peers, sync, relay, compact, gossip, bans },
    ownAddresses: () => ownAddresses(own, options),
    addresses: book,
    start: async () => {
      relay.start();
      await peers.start();
      if (at !== undefined) stops.push(keepSaved(at, book, clock));
      if (options.discover === true) discovery = await discover(parts, { peers, book, at });
      const { connect, seeds = 'if-needed' } = options;
      if (connect !== undefined || seeds === 'never') {
        log('note', 'net', 'DNS seeding disabled');
        return;
      }
      const stopSeeds = startSeeds({
        ...{ clock, entropy, book, log },
        isForced: seeds === 'at-once',
        network: outside.network,
        dnsSeeds: params.dnsSeeds,
        port: params.ports.p2p,
        outboundPeers: () =>
          peers.all().filter(({ kind }) => kind === 'outbound-full-relay').length,
        fetchFrom: (host, port) => {
          peers.fetchAddresses(`${host}:${port}`).catch(onFatal);
        },
      });
      stops.push(stopSeeds);
    },
    stop: async () => {
      for (const stop of stops) stop();
      await discovery?.stop();
      const anchors = peers.anchors();
      await peers.stop();
      for (const part of [sync, relay, compact, recent]) part.close();
      if (at === undefined) return;
      await Promise.all([saveAddressBook(at, book), saveAnchors(at, anchors), bans.save()]);
    },
  };
}

/** Looks for nodes on the local network, and tells those who look of this one. */
async function discover(
  { chain, outside, log }: OpenNetworkParts,
  own: {
    readonly peers: PeerNetwork;
    readonly book: AddressBook;
    readonly at: AddressFolder | undefined;
  },
): Promise<Discovery | undefined> {
  const { clock, entropy, network } = outside;
  const { peers, book, at } = own;
  const { name, genesis, dnsSeeds } = chain.params;
  const port = peers.listening[0]?.port;
  const identity =
    at === undefined ? toHex(entropy.bytes(IDENTITY_BYTES)) : await loadIdentity(at, entropy);
  // Most nodes do without it, and would wait for its code.
  const { startDiscovery } = await import('./p2p/discovery/discovery.ts');
  return startDiscovery({
    ...{ clock, entropy, network, log },
    chain: { name, genesis: toReversedHex(blockHash(genesis.header)), dnsSeeds },
    // Nobody could connect to a node that does not listen.
    ...(port !== undefined && { self: { identity, port, height: () => chain.tip.height } }),
    found: ({ endpoint }) => {
      const address = parseAddress(endpoint.host);
      if (address === undefined) return;
      const services = NODE_NETWORK | NODE_WITNESS;
      const found = { ...address, port: endpoint.port, services, time: unixTime(clock) };
      book.add([found], namedSource('the local network'));
      peers.addressesArrived();
    },
  });
}

/** What the node remembers of others from the last time. */
async function openMemory(
  { outside: { clock, entropy }, log }: OpenNetworkParts,
  at: AddressFolder | undefined,
  rules: AddressRules,
): Promise<{ book: AddressBook; bans: BanList; anchors: Awaited<ReturnType<typeof takeAnchors>> }> {
  const parts = { clock, entropy, rules, log };
  if (at === undefined) {
    return { book: new AddressBook(parts), bans: new BanList(clock), anchors: [] };
  }
  const [book, bans] = [await loadAddressBook(at, parts), await BanList.load(at, clock)];
  return { book, bans, anchors: await takeAnchors(at) };
}

function addKnown(book: AddressBook, { known = [] }: NetworkOptions, clock: Clock): void {
  const addresses = known.flatMap(({ host, port }) => {
    const address = parseAddress(host);
    if (address === undefined) return [];
    return [{ ...address, port, services: NODE_NETWORK | NODE_WITNESS, time: unixTime(clock) }];
  });
  book.add(addresses, namedSource('known from elsewhere'));
}

function networkOptions(
  options: NetworkOptions,
): ConstructorParameters<typeof PeerNetwork>[0]['options'] {
  const { listen = [], connect, addNode = [], seedNode = [], whitelist = [] } = options;
  const { maxConnections, whitelistGrants, onlyNetworks } = options;
  const { connectTimeoutMs, peerTimeoutMs, lookUpNames, isActive } = options;
  const { receiveBufferBytes, sendBufferBytes } = options;
  return {
    listen,
    connect,
    addNodes: addNode,
    seedNodes: seedNode,
    whitelist: whitelist.map((text) => parseWhitelist(text, whitelistGrants)),
    ...(maxConnections !== undefined && { maxConnections }),
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
    ...(peerTimeoutMs !== undefined && { peerTimeoutMs }),
    ...(receiveBufferBytes !== undefined && { receiveBuffer: receiveBufferBytes }),
    ...(sendBufferBytes !== undefined && { sendBuffer: sendBufferBytes }),
    ...(lookUpNames !== undefined && { looksUpNames: lookUpNames }),
    ...(isActive !== undefined && { isActive }),
    ...(onlyNetworks && { onlyNetworks: new Set(onlyNetworks.map((name) => NETWORKS[name])) }),
  };
}

function servicesOf({ chain, indexes, options }: OpenNetworkParts): bigint {
  const { serveBloomFilters = false, serveBlockFilters = false } = options;
  const servesFilters = serveBlockFilters && indexes?.filters !== undefined;
  return (
    NODE_WITNESS |
    NODE_NETWORK_LIMITED |
    (chain.isPruning ? 0n : NODE_NETWORK) |
    (serveBloomFilters ? NODE_BLOOM : 0n) |
    (servesFilters ? NODE_COMPACT_FILTERS : 0n)
  );
}

function userAgent({ comments = [] }: NetworkOptions): string {
  const name = `Blockyard:${version()}`;
  return comments.length === 0 ? `/${name}/` : `/${name}(${comments.join('; ')})/`;
}
