/** `-netinfo`: the peers of a node, as a board for people. */

import type { BatchAnswer } from '../../client/read-reply.ts';
import type { CallOptions, RpcConnection } from '../../client/rpc-connection.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { ArgumentError } from './convert-arguments.ts';
import { fieldOf, listOf, numberOf, textOf } from './json-fields.ts';
import { type BoardColumns, type PeerRow, peerLines, peerRow } from './peer-lines.ts';

const MOST_DETAIL = 4;
const LARGEST_LEVEL = 255;
const OLDEST_VERSION = 209_900;
/** As nodes call them, and shorter. */
const NETWORKS: ReadonlyMap<string, string> = new Map([
  ['not_publicly_routable', 'npr'],
  ['ipv4', 'ipv4'],
  ['ipv6', 'ipv6'],
  ['onion', 'onion'],
  ['i2p', 'i2p'],
  ['cjdns', 'cjdns'],
  ['internal', 'int'],
]);
/** Shown only where there are peers of them: no node says that it reaches them. */
const UNREACHABLE: readonly string[] = ['not_publicly_routable', 'internal'];

export interface NetInfoFacts {
  /** What stands behind `-netinfo`: a level from 0 to 4. */
  readonly words: readonly string[];
  readonly chain: string;
  readonly version: string;
  /** In seconds since 1970. */
  readonly now: number;
}

/**
 * The board.
 *
 * @throws ArgumentError if the level is none
 */
export async function netInfo(
  node: RpcConnection,
  options: CallOptions,
  facts: NetInfoFacts,
): Promise<string> {
  const level = levelFrom(facts.words[0]);
  const calls = [{ method: 'getpeerinfo' }, { method: 'getnetworkinfo' }];
  const [first, second] = (await node.batch(calls, options)) as readonly [BatchAnswer, BatchAnswer];
  if (first.kind === 'error') throw first.error;
  if (second.kind === 'error') throw second.error;
  const network = second.result;
  if (numberOf(fieldOf(network, 'version')) < OLDEST_VERSION) {
    throw new ArgumentError('-netinfo requires bitcoind server to be running v0.21.0 and up');
  }
  const peers = listOf(first.result).filter((peer) =>
    NETWORKS.has(textOf(fieldOf(peer, 'network'))),
  );
  return [
    headLine(network, facts),
    '',
    ...(level > 0 ? board(peers, level, facts.now) : []),
    ...countLines(peers, network),
    '',
    ...localLines(network),
  ].join('\n');
}

function levelFrom(word: string | undefined): number {
  if (word === undefined) return 0;
  const level = /^\d{1,3}$/.test(word) ? Number(word) : LARGEST_LEVEL + 1;
  if (level <= LARGEST_LEVEL) return Math.min(level, MOST_DETAIL);
  throw new ArgumentError(
    `invalid -netinfo argument: ${word}\nFor more information, run: blockyard rpc -netinfo help`,
  );
}

function headLine(network: JsonValue, { chain, version }: NetInfoFacts): string {
  const server =
    textOf(fieldOf(network, 'protocolversion')) + textOf(fieldOf(network, 'subversion'));
  return `Blockyard client v${version}${chain === 'main' ? '' : ` ${chain}`} - server ${server}`;
}

function board(peers: readonly JsonValue[], level: number, now: number): readonly string[] {
  if (peers.length === 0) return [];
  const rows: PeerRow[] = peers.map((peer) => {
    const network = NETWORKS.get(textOf(fieldOf(peer, 'network'))) ?? '';
    return peerRow(peer, network, now);
  });
  const columns: BoardColumns = {
    address: level === 2 || level === MOST_DETAIL,
    version: level === 3 || level === MOST_DETAIL,
  };
  return [...peerLines(rows, columns), ''];
}

/** How many peers, by network and direction. */
function countLines(peers: readonly JsonValue[], network: JsonValue): readonly string[] {
  const isOf = (name: string) => (peer: JsonValue) => textOf(fieldOf(peer, 'network')) === name;
  const reachable = listOf(fieldOf(network, 'networks'))
    .filter((one) => fieldOf(one, 'reachable') === true)
    .map((one) => textOf(fieldOf(one, 'name')))
    .filter((name) => NETWORKS.has(name));
  const shown = [...reachable, ...UNREACHABLE.filter((name) => peers.some(isOf(name)))];
  const count = (type: string): number =>
    peers.filter((peer) => textOf(fieldOf(peer, 'connection_type')) === type).length;
  const manual = count('manual');
  const title = (name: string): string =>
    (UNREACHABLE.includes(name) ? (NETWORKS.get(name) ?? name) : name).padStart(8);
  const row = (name: string, some: readonly JsonValue[]): string => {
    const counts = shown.map((network) => String(some.filter(isOf(network)).length).padStart(8));
    return `${name.padEnd(5)}${counts.join('')}${column(some.length)}`;
  };
  const inbound = peers.filter((peer) => fieldOf(peer, 'inbound') === true);
  const outbound = peers.filter((peer) => fieldOf(peer, 'inbound') !== true);
  const kinds = column(count('block-relay-only')) + (manual > 0 ? column(manual) : '');
  return [
    `     ${shown.map(title).join('')}   total   block${manual > 0 ? '  manual' : ''}`,
    row('in', inbound),
    row('out', outbound) + kinds,
    row('total', peers),
  ];
}

function column(count: number): string {
  return `   ${String(count).padStart(5)}`;
}

/** Where others find the node. */
function localLines(network: JsonValue): readonly string[] {
  const addresses = listOf(fieldOf(network, 'localaddresses'));
  if (addresses.length === 0) return ['Local addresses: n/a', ''];
  const texts = addresses.map((address) => textOf(fieldOf(address, 'address')));
  const width = Math.max(...texts.map(({ length }) => length + 1));
  return [
    'Local addresses',
    ...addresses.map((address, i) => {
      const port = textOf(fieldOf(address, 'port')).padStart(6);
      const score = textOf(fieldOf(address, 'score')).padStart(6);
      return `${(texts[i] ?? '').padEnd(width)}    port ${port}    score ${score}`;
    }),
  ];
}

/** What `-netinfo help` prints. */
export const NET_INFO_HELP = `-netinfo [level | help]

Shows the peers of a node. This board is for people, and changes with the versions of the
program: programs call getpeerinfo and getnetworkinfo, of which it is made.

Levels:
  0  How many peers there are, by network, and the addresses of the node (default)
  1  The same, and a line for each peer
  2  With its address
  3  With its version
  4  With both

Columns of the peers, which are sorted by direction and by their shortest ping:
  <->      "in" where the peer has called, "out" where the node has
  type     Why it was called: "full" for everything, "block" for blocks only, "manual" where
           somebody has named it, "feeler" to try an address, "addr" to ask for addresses
  net      The network: ipv4, ipv6, onion, i2p, cjdns, or npr for what is on no public one
  v        The version of the transport
  mping    The shortest ping so far, in milliseconds
  ping     The last ping, in milliseconds
  send     Seconds since something was sent
  recv     Seconds since something was received
  txn      Minutes since it brought a transaction that was new and valid; "*" where it gets none
  blk      Minutes since it brought a block that was new
  hb       Compact blocks at once (BIP152): "." from it, "*" to it
  addrp    How many addresses it has brought; "." where none are exchanged
  addrl    How many more were not looked at, because they were too many
  age      Minutes since it was connected
  asmap    Its autonomous system, where the node has a map of them
  id       Its number at the node

Examples:
  blockyard rpc -netinfo
  blockyard rpc -netinfo 4
  watch --interval 1 --no-title blockyard rpc -netinfo 4
`;
