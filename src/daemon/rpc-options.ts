/** From settings to where and to whom JSON-RPC is served, by Bitcoin Core's rules. */
import type { RpcSettings } from '../node/options/node-settings.ts';
import { parseSubnet, type Subnet } from '../node/p2p/addresses/subnet.ts';
import { parseRpcAuth, RpcAuthError, type RpcUser } from '../node/rpc/rpc-auth.ts';
import type { RpcServerOptions } from '../node/rpc/rpc-server.ts';
import type { Endpoint } from '../outside/network/endpoint.ts';
import { DaemonError } from './daemon-error.ts';

export interface RpcChoice {
  readonly options: Omit<RpcServerOptions, 'users'>;
  /** Beside whoever has the cookie. */
  readonly users: readonly RpcUser[];
  /** What is odd about the settings, and does no harm. */
  readonly warnings: readonly string[];
}

/** Timers of the platform take no more. */
const LONGEST_TIMER_MS = 0x7fffffff;
/** What Bitcoin Core says of whatever keeps it from serving; the log tells more. */
const NO_SERVER = 'Unable to start HTTP server. See debug log for details.';

/**
 * Where and to whom JSON-RPC is served.
 *
 * @throws DaemonError
 */
export function rpcOptions(settings: RpcSettings, defaultPort: number): RpcChoice {
  const port = settings.port ?? defaultPort;
  const allow = settings.allowIp.map(subnetFrom);
  const { bind, warnings } = bindPlaces(settings, port);
  const whitelist = whitelistFrom(settings.whitelist);
  const { workQueue, threads, timeoutSeconds, whitelistDefault } = settings;
  return {
    options: {
      ...{ bind, allow },
      ...(whitelist.size > 0 && { whitelist }),
      ...(whitelistDefault !== undefined && { whitelistDefault }),
      // Core's queue holds those that wait; as many as there are threads are being answered.
      ...(workQueue !== undefined && { workQueue: workQueue + threads }),
      timeoutMs: Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS),
      rest: settings.rest,
    },
    users: usersFrom(settings),
    warnings,
  };
}

/**
 * Whoever allows others to connect and does not say where, or says where and allows nobody, has probably
 * forgotten something: then it is served on this machine alone.
 */
function bindPlaces(
  { bind, allowIp }: RpcSettings,
  port: number,
): { readonly bind: readonly Endpoint[]; readonly warnings: readonly string[] } {
  if (bind.length > 0 && allowIp.length > 0) {
    return { bind: bind.map((text) => bindPlace(text, port)), warnings: [] };
  }
  // Two sockets would get two free ports.
  const hosts = port === 0 ? ['127.0.0.1'] : ['::1', '127.0.0.1'];
  return {
    bind: hosts.map((host) => ({ host, port })),
    warnings: [
      ...(allowIp.length > 0
        ? [
            "Warning: option -rpcallowip was specified without -rpcbind; this doesn't usually make sense",
          ]
        : []),
      ...(bind.length > 0
        ? [
            'Warning: option -rpcbind was ignored because -rpcallowip was not specified, refusing to allow everyone to connect',
          ]
        : []),
    ],
  };
}

/** `127.0.0.1`, `[::1]:8332`, `::`, or a name. */
function bindPlace(text: string, defaultPort: number): Endpoint {
  const found = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text);
  // An IPv6 address without brackets has no port.
  const host = found?.[1] ?? found?.[2] ?? text;
  const port = found?.[3] === undefined ? defaultPort : Number(found[3]);
  if (port > 0xffff) {
    throw new DaemonError('bad-option', `Invalid port specified in -rpcbind: '${text}'`);
  }
  return { host: host === '' ? '0.0.0.0' : host, port };
}

function subnetFrom(text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet !== undefined) return subnet;
  throw new DaemonError(
    'bad-option',
    `Invalid -rpcallowip subnet specification: ${text}. Valid values are a single IP (e.g. 1.2.3.4), a ` +
      'network/netmask (e.g. 1.2.3.4/255.255.255.0), a network/CIDR (e.g. 1.2.3.4/24), all ipv4 ' +
      '(0.0.0.0/0), or all ipv6 (::/0). RFC4193 is allowed only if -cjdnsreachable=0.',
  );
}

function usersFrom({ user = '', password = '', auth }: RpcSettings): readonly RpcUser[] {
  const named = password === '' ? [] : [{ name: user, password }];
  try {
    return [...named, ...auth.filter((text) => text !== '').map(parseRpcAuth)];
  } catch (error) {
    if (!(error instanceof RpcAuthError)) throw error;
    throw new DaemonError('no-rpc', `${NO_SERVER}`);
  }
}

/** `alice:getblock,getblockcount`: a user who is named twice may call what both lists have. */
function whitelistFrom(texts: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const whitelist = new Map<string, ReadonlySet<string>>();
  for (const text of texts) {
    const colon = text.indexOf(':');
    const user = colon < 0 ? text : text.slice(0, colon);
    const methods = colon < 0 ? [] : text.slice(colon + 1).split(/[, ]/);
    const before = whitelist.get(user);
    const named = methods.filter((method) => before === undefined || before.has(method));
    whitelist.set(user, colon < 0 ? (before ?? new Set()) : new Set(named));
  }
  return whitelist;
}

/** The failure of a server that finds no place to listen. */
export function noServer(): DaemonError {
  return new DaemonError('no-rpc', NO_SERVER);
}
