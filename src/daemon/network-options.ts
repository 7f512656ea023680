/** From settings to what the network of a node is told. */
import type { NetworkOptions } from '../node/node-options.ts';
import type { NetworkSettings } from '../node/options/node-settings.ts';
import { parseAddress } from '../node/p2p/addresses/address-text.ts';
import { NETWORKS, type NetworkName } from '../node/p2p/addresses/net-address.ts';
import type { ListenAt } from '../node/p2p/network-parts.ts';
import { parseTarget } from '../node/p2p/parse-target.ts';
import { type ImplicitGrants, parseWhitebind, parseWhitelist } from '../node/p2p/permissions.ts';
import { version } from '../node/version.ts';
import type { Endpoint } from '../outside/network/endpoint.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { DaemonError } from './daemon-error.ts';

/** Timers of the platform take no more. */
const LONGEST_TIMER_MS = 0x7fffffff;
/** As long as Bitcoin Core lets a node's name be. */
const MOST_USER_AGENT = 256;

/**
 * What the network of a node is told.
 *
 * @throws DaemonError, PermissionError
 */
export function networkOptions(settings: NetworkSettings, params: ChainParams): NetworkOptions {
  const { connect, maxConnections, timeoutMs, peerTimeoutSeconds, banSeconds } = settings;
  const { receiveBufferBytes, sendBufferBytes } = settings;
  if (settings.proxy !== undefined) {
    // To connect without it would show whoever trusts in it.
    const words = `-proxy=${settings.proxy}: this node does not connect through proxies.`;
    throw new DaemonError('bad-option', words);
  }
  // What is wrong with them is told before anything has begun.
  for (const text of settings.whitelist) parseWhitelist(text);
  for (const name of [...(connect ?? []), ...settings.addNode, ...settings.seedNode]) {
    parseTarget(name, params.ports.p2p);
  }
  return {
    listen: listenPlaces(settings, params.ports.p2p),
    ...(connect !== undefined && { connect }),
    addNode: settings.addNode,
    seedNode: settings.seedNode,
    whitelist: settings.whitelist,
    whitelistGrants: whitelistGrants(settings),
    ...(maxConnections !== undefined && { maxConnections }),
    discover: looksAround(settings, params),
    externalAddresses: settings.externalIp.map(externalAddress),
    tellOwnAddresses: settings.discover,
    ...(settings.onlyNet.length > 0 && { onlyNetworks: settings.onlyNet.map(networkNamed) }),
    lookUpNames: settings.dns,
    seeds: seedsFrom(settings),
    ...(timeoutMs !== undefined && {
      connectTimeoutMs: Math.min(timeoutMs, LONGEST_TIMER_MS),
    }),
    ...(peerTimeoutSeconds !== undefined && { peerTimeoutMs: peerTimeoutSeconds * 1000 }),
    ...(banSeconds !== undefined && { banSeconds }),
    ...(receiveBufferBytes !== undefined && { receiveBufferBytes }),
    ...(sendBufferBytes !== undefined && { sendBufferBytes }),
    isActive: settings.active,
    blocksOnly: settings.blocksOnly,
    serveBloomFilters: settings.serveBloomFilters,
    serveBlockFilters: settings.serveBlockFilters,
    comments: commentsFrom(settings),
  };
}

/**
 * Whoever names all peers wants no others. And whoever starts nodes on the chain for tests has their
 * connections in mind: Bitcoin Core makes none there by itself.
 */
function looksAround(
  { discovery, discover, connect }: NetworkSettings,
  { name, dnsSeeds }: ChainParams,
): boolean {
  if (connect !== undefined || dnsSeeds.length > 0) return false;
  return discovery ?? (discover && name !== 'regtest');
}

function seedsFrom({ dnsSeed, forceDnsSeed }: NetworkSettings): 'never' | 'if-needed' | 'at-once' {
  if (!dnsSeed) return 'never';
  return forceDnsSeed ? 'at-once' : 'if-needed';
}

function whitelistGrants({ whitelistRelay, whitelistForceRelay }: NetworkSettings): ImplicitGrants {
  return { relay: whitelistRelay, forceRelay: whitelistForceRelay };
}

function networkNamed(text: string): NetworkName {
  const name = text.toLowerCase();
  const found = (Object.keys(NETWORKS) as NetworkName[]).find((known) => known === name);
  if (found !== undefined) return found;
  throw new DaemonError('bad-option', `Unknown network specified in -onlynet: '${text}'`);
}

/** What peers see of it must not look like something else. */
function commentsFrom({ comments }: NetworkSettings): readonly string[] {
  const unsafe = comments.find((comment) => !/^[A-Za-z0-9 .,;_?@-]*$/.test(comment));
  if (unsafe !== undefined) {
    const words = `User Agent comment (${unsafe}) contains unsafe characters.`;
    throw new DaemonError('bad-option', words);
  }
  const length = `/Blockyard:${version()}(${comments.join('; ')})/`.length;
  if (comments.length > 0 && length > MOST_USER_AGENT) {
    const words = `Total length of network version string (${length}) exceeds maximum length (${MOST_USER_AGENT}). Reduce the number or size of uacomments.`;
    throw new DaemonError('bad-option', words);
  }
  return comments;
}

function listenPlaces(settings: NetworkSettings, chainPort: number): readonly ListenAt[] {
  const { listen, bind, whitebind, port = chainPort } = settings;
  if (!listen) return [];
  if (bind.length + whitebind.length > 0) {
    const grants = whitelistGrants(settings);
    return [
      // There is no Tor here, and nobody to come in by it.
      ...bind.filter((text) => !text.endsWith('=onion')).map((text) => bindPlace(text, port)),
      ...whitebind.map((text) => parseWhitebind(text, grants)),
    ];
  }
  const anywhere = { host: '0.0.0.0', port };
  // Of a port that is free there is one on each of the two. And not every machine has IPv6.
  return port === 0
    ? [anywhere]
    : [anywhere, { host: '::', port, ipv6Only: true, isOptional: true }];
}

function externalAddress(text: string): Endpoint {
  const found = splitPlace(text);
  if (found !== undefined) return { host: found.host, port: found.port ?? 0 };
  throw new DaemonError('bad-option', `Cannot resolve -externalip address: '${text}'`);
}

function bindPlace(text: string, defaultPort: number): ListenAt {
  const found = splitPlace(text);
  if (found !== undefined) return { host: found.host, port: found.port ?? defaultPort };
  throw new DaemonError('bad-option', `Cannot resolve -bind address: '${text}'`);
}

/** `127.0.0.1`, `127.0.0.1:8333`, `[::1]:8333`, `::1`. */
function splitPlace(
  text: string,
): { readonly host: string; readonly port: number | undefined } | undefined {
  const found = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const host = found?.[1] ?? found?.[2] ?? text;
  const port = found?.[3] === undefined ? undefined : Number(found[3]);
  if (parseAddress(host) === undefined || (port ?? 0) > 0xffff) return undefined;
  return { host, port };
}
