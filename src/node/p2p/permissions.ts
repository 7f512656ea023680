/** What the operator grants to whom: Core's `-whitelist` and `-whitebind`. */
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { parseAddress } from './addresses/address-text.ts';
import type { NetAddress } from './addresses/net-address.ts';
import { isInSubnet, parseSubnet, type Subnet } from './addresses/subnet.ts';
import type { Permission } from './peer/peer.ts';

/** Peers from these addresses have these permissions. */
export interface WhitelistEntry {
  readonly permissions: ReadonlySet<Permission>;
  readonly subnet: Subnet;
  /** Whether it holds for those who come to us, and for those that we connect to. */
  readonly inbound: boolean;
  readonly outbound: boolean;
}

/** Peers that come in here have these permissions. */
export interface WhitebindEntry {
  readonly permissions: ReadonlySet<Permission>;
  readonly host: string;
  readonly port: number;
}

/** An option that says who may do what, and says it wrongly. The words are Core's. */
export class PermissionError extends CodedError {
  override readonly name = 'PermissionError';
  readonly code = 'bad-permission';
}

/** In the order in which Core names them. */
const ALL: readonly Permission[] = [
  'bloomfilter',
  'noban',
  'forcerelay',
  'relay',
  'mempool',
  'download',
  'addr',
];

/** What names stand for; some permissions make no sense without another one. */
const GRANTS: ReadonlyMap<string, readonly Permission[]> = new Map<string, readonly Permission[]>([
  ['bloomfilter', ['bloomfilter']],
  ['bloom', ['bloomfilter']],
  ['noban', ['noban', 'download']],
  ['forcerelay', ['forcerelay', 'relay']],
  ['relay', ['relay']],
  ['mempool', ['mempool']],
  ['download', ['download']],
  ['addr', ['addr']],
  ['all', ALL],
  ['', []],
]);

/** What else is granted where nothing is named. */
export interface ImplicitGrants {
  /** `-whitelistrelay` */
  readonly relay: boolean;
  /** `-whitelistforcerelay` */
  readonly forceRelay: boolean;
}

/** As it was before there were names for it. */
const IMPLICIT: readonly Permission[] = ['noban', 'download', 'mempool'];
const USUAL_GRANTS: ImplicitGrants = { relay: true, forceRelay: false };

/**
 * Reads `-whitelist`.
 *
 * @throws PermissionError
 * @example
 * parseWhitelist('noban,mempool@10.0.0.0/8')
 * parseWhitelist('out,noban@10.0.0.7') // when we connect to it
 */
export function parseWhitelist(text: string, implicit = USUAL_GRANTS): WhitelistEntry {
  const { permissions, inbound, outbound, rest } = parseGrants(text, implicit);
  const subnet = parseSubnet(rest.replace(/^\[(.*)\]/, '$1'));
  if (subnet === undefined) {
    throw new PermissionError(`Invalid netmask specified in -whitelist: '${rest}'`);
  }
  return { permissions, subnet, inbound: inbound || !outbound, outbound };
}

/**
 * Reads `-whitebind`.
 *
 * @throws PermissionError
 * @example
 * parseWhitebind('noban@127.0.0.1:18445')
 */
export function parseWhitebind(text: string, implicit = USUAL_GRANTS): WhitebindEntry {
  const { permissions, outbound, rest } = parseGrants(text, implicit);
  if (outbound) {
    throw new PermissionError(
      'whitebind may only be used for incoming connections ("out" was passed)',
    );
  }
  const found = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(rest);
  const host = found?.[1] ?? found?.[2] ?? '';
  const port = Number(found?.[3] ?? 0);
  if (parseAddress(host) === undefined || port > 65535) {
    throw new PermissionError(`Cannot resolve -whitebind address: '${rest}'`);
  }
  if (port === 0) {
    throw new PermissionError(`Need to specify a port with -whitebind: '${rest}'`);
  }
  return { permissions, host, port };
}

/** All that a list grants to an address. */
export function permissionsFor(
  whitelist: readonly WhitelistEntry[],
  address: NetAddress | undefined,
  direction: 'inbound' | 'outbound',
): ReadonlySet<Permission> {
  const granted = new Set<Permission>();
  for (const entry of whitelist) {
    if (!entry[direction] || address === undefined || !isInSubnet(address, entry.subnet)) continue;
    for (const permission of entry.permissions) granted.add(permission);
  }
  return granted;
}

/** In Core's order, for `getpeerinfo`. */
export function permissionNames(permissions: ReadonlySet<Permission>): readonly Permission[] {
  return ALL.filter((permission) => permissions.has(permission));
}

interface Grants {
  readonly permissions: ReadonlySet<Permission>;
  readonly inbound: boolean;
  readonly outbound: boolean;
  /** What stands behind the `@`. */
  readonly rest: string;
}

function implicitGrants({ relay, forceRelay }: ImplicitGrants): ReadonlySet<Permission> {
  return new Set([
    ...IMPLICIT,
    ...(relay || forceRelay ? (['relay'] as const) : []),
    ...(forceRelay ? (['forcerelay'] as const) : []),
  ]);
}

function parseGrants(text: string, implicit: ImplicitGrants): Grants {
  const at = text.indexOf('@');
  if (at < 0) {
    return { permissions: implicitGrants(implicit), inbound: false, outbound: false, rest: text };
  }
  const permissions = new Set<Permission>();
  const names = text.slice(0, at).split(',');
  const directions: readonly string[] = names.filter((name) => name === 'in' || name === 'out');
  for (const name of names) {
    if (directions.includes(name)) continue;
    const granted = GRANTS.get(name);
    if (granted === undefined) throw new PermissionError(`Invalid P2P permission: '${name}'`);
    for (const permission of granted) permissions.add(permission);
  }
  if (directions.length > 0 && permissions.size === 0) {
    throw new PermissionError(`Only direction was set, no permissions: '${text.slice(0, at)}'`);
  }
  const [inbound, outbound] = [directions.includes('in'), directions.includes('out')];
  return { permissions, inbound, outbound, rest: text.slice(at + 1) };
}
