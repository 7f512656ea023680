/** A line for each peer, in columns as wide as they need to be. */
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { fieldOf, numberOf, textOf } from './json-fields.ts';

/** Which of the last columns are shown. */
export interface BoardColumns {
  readonly address: boolean;
  readonly version: boolean;
}

/** What is shown of a peer, as text. */
export interface PeerRow {
  readonly isOutbound: boolean;
  /** In seconds; below zero where there was none. */
  readonly shortestPing: number;
  readonly type: string;
  readonly network: string;
  readonly transport: string;
  readonly pings: readonly [shortest: string, last: string];
  /** Since something was sent and received, and since a transaction and a block came. */
  readonly since: readonly [sent: string, received: string, transaction: string, block: string];
  readonly compact: string;
  readonly addresses: readonly [processed: string, limited: string];
  readonly age: string;
  readonly system: string;
  readonly id: string;
  readonly address: string;
  readonly version: string;
}

const TYPES: Readonly<Record<string, string>> = {
  'outbound-full-relay': 'full',
  'block-relay-only': 'block',
  manual: 'manual',
  feeler: 'feeler',
  'addr-fetch': 'addr',
};
const LONGEST_PING_MS = 999_999;
const MINUTE = 60;

/** What an answer of `getpeerinfo` says of a peer. */
export function peerRow(peer: JsonValue, network: string, now: number): PeerRow {
  const text = (name: string): string => textOf(fieldOf(peer, name));
  const number = (name: string): number => numberOf(fieldOf(peer, name));
  const is = (name: string): boolean => fieldOf(peer, name) === true;
  const ago = (name: string, unit: number): string => {
    const time = number(name);
    return time === 0 ? '' : String(Math.trunc((now - time) / unit));
  };
  const ping = (name: string): number => (text(name) === '' ? -1 : number(name));
  const type = text('connection_type');
  const transaction = ago('last_transaction', MINUTE);
  return {
    isOutbound: !is('inbound'),
    shortestPing: ping('minping'),
    type: Object.hasOwn(TYPES, type) ? (TYPES[type] as string) : '',
    network,
    transport: /^v\d$/.test(text('transport_protocol_type'))
      ? text('transport_protocol_type').slice(1)
      : '',
    pings: [pingText(ping('minping')), pingText(ping('pingtime'))],
    since: [
      ago('lastsend', 1),
      ago('lastrecv', 1),
      transaction === '' && fieldOf(peer, 'relaytxes') === false ? '*' : transaction,
      ago('last_block', MINUTE),
    ],
    compact: `${is('bip152_hb_to') ? '.' : ' '}${is('bip152_hb_from') ? '*' : ' '}`,
    addresses: [
      countText(number('addr_processed')) || (is('addr_relay_enabled') ? '' : '.'),
      countText(number('addr_rate_limited')),
    ],
    age: ago('conntime', MINUTE),
    system: countText(number('mapped_as')),
    id: text('id'),
    address: text('addr'),
    version:
      number('version') === 0 && text('subver') === '' ? '' : text('version') + text('subver'),
  };
}

function countText(count: number): string {
  return count === 0 ? '' : String(count);
}

function pingText(seconds: number): string {
  if (seconds < 0) return '';
  const milliseconds = Math.round(1000 * seconds);
  return milliseconds > LONGEST_PING_MS ? '-' : String(milliseconds);
}

/** The lines below their heads, inbound peers first, the nearest ones before others. */
export function peerLines(rows: readonly PeerRow[], columns: BoardColumns): readonly string[] {
  const widest = (least: number, text: (row: PeerRow) => string): number =>
    Math.max(least, ...rows.map((row) => text(row).length));
  const widths = {
    processed: widest(5, ({ addresses }) => addresses[0]),
    limited: widest(6, ({ addresses }) => addresses[1]),
    age: widest(5, ({ age }) => age),
    id: widest(2, ({ id }) => id),
    address: columns.address ? widest(0, ({ address }) => address) + 1 : 0,
    system: rows.some(({ system }) => system !== '') ? 7 : 0,
  };
  const last = (address: string, version: string): string =>
    (columns.address ? address.padEnd(widths.address) : '') + (columns.version ? version : '');
  const tail = (
    processed: string,
    limited: string,
    age: string,
    system: string,
    id: string,
  ): string =>
    [
      processed.padStart(widths.processed),
      limited.padStart(widths.limited),
      age.padStart(widths.age),
      system.padStart(widths.system),
      ` ${id.padStart(widths.id)} `,
    ].join('');
  const head =
    '<->   type   net  v  mping   ping send recv  txn  blk  hb ' +
    tail('addrp', 'addrl', 'age', widths.system > 0 ? 'asmap' : '', 'id') +
    last('address', 'version');
  const sorted = [...rows].sort(
    (a, b) => Number(a.isOutbound) - Number(b.isOutbound) || a.shortestPing - b.shortestPing,
  );
  const line = (row: PeerRow): string =>
    [
      row.isOutbound ? 'out' : ' in',
      ` ${row.type.padStart(6)} ${row.network.padStart(5)} ${row.transport.padStart(2)}`,
      ...row.pings.map((ping) => ping.padStart(7)),
      ...row.since.map((since) => since.padStart(5)),
      `  ${row.compact} `,
      tail(row.addresses[0], row.addresses[1], row.age, row.system, row.id),
      last(row.address, row.version),
    ].join('');
  const units = `${' '.repeat(24)}ms     ms  sec  sec  min  min${' '.repeat(5)}`;
  const unitTail = 'min'.padStart(widths.processed + widths.limited + widths.age);
  return [head, ...sorted.map(line), units + unitTail].map((text) => text.trimEnd());
}
