/**
 * What a node says of itself on a local network, and what it understands of others: a service of the
 * type `_blockyard._tcp` (RFC 6763).
 */
import { isValid, NETWORKS, type NetAddress } from '../addresses/net-address.ts';
import { type DnsMessage, type DnsQuestion, type DnsRecord, RECORD_TYPES } from './dns-message.ts';
import { type DnsName, dnsName, equalNames, nameKey } from './dns-name.ts';

const SERVICE = dnsName('_blockyard._tcp.local');
/** Who asks for this is told which services there are at all. */
const ALL_SERVICES = dnsName('_services._dns-sd._udp.local');

/** RFC 6762, 10: where a host is may change soon, that there is a service will not. */
const HOST_TTL = 120;
export const SERVICE_TTL = 4500;
/** As many addresses of one node are looked at. */
const MOST_ADDRESSES = 8;

/** Which chain a node is on. */
export interface RoomChain {
  readonly name: string;
  /** The hash of its first block as it is shown: names of private chains are not unique. */
  readonly genesis: string;
}

/** A node as it presents itself. */
export interface RoomNode {
  /** The label that its service has, alone in the room. */
  readonly instance: string;
  readonly chain: RoomChain;
  readonly port: number;
  readonly height: number;
  /** IP addresses. */
  readonly addresses: readonly NetAddress[];
}

/** All records of a node: the one that is asked for by strangers, and those that they want to know next. */
function roomRecords(node: RoomNode): {
  readonly pointer: DnsRecord;
  readonly details: readonly DnsRecord[];
} {
  const { instance, chain, port, height, addresses } = node;
  const service = [instance, ...SERVICE];
  const host = [`blockyard-${instance}`, 'local'];
  const texts = [
    `chain=${chain.name}`,
    `genesis=${chain.genesis}`,
    `height=${height}`,
    `port=${port}`,
  ];
  const unique = (name: DnsName, ttl: number, data: DnsRecord['data']): DnsRecord => ({
    ...{ name, ttl, data },
    isUnique: true,
  });
  const places = addresses
    .filter(({ network }) => network === NETWORKS.ipv4 || network === NETWORKS.ipv6)
    .slice(0, MOST_ADDRESSES)
    .map(({ network, address }) =>
      unique(host, HOST_TTL, { type: network === NETWORKS.ipv4 ? 'A' : 'AAAA', address }),
    );
  return {
    pointer: {
      name: SERVICE,
      ttl: SERVICE_TTL,
      isUnique: false,
      data: { type: 'PTR', target: service },
    },
    details: [
      unique(service, HOST_TTL, { type: 'SRV', port, target: host }),
      unique(service, SERVICE_TTL, { type: 'TXT', texts }),
      ...places,
    ],
  };
}

/** Everything about a node in one message. A `ttl` of 0 says that it is going. */
export function presentation(node: RoomNode, { isLeaving = false } = {}): DnsMessage {
  const { pointer, details } = roomRecords(node);
  const gone = (record: DnsRecord): DnsRecord => (isLeaving ? { ...record, ttl: 0 } : record);
  return {
    isResponse: true,
    questions: [],
    answers: [gone(pointer)],
    additionals: isLeaving ? [] : details,
  };
}

/** Asks who is there. Those who are known already need not answer (RFC 6762, 7.1). */
export function inquiry(known: readonly DnsRecord[]): DnsMessage {
  const questions = [{ name: SERVICE, type: RECORD_TYPES.PTR }];
  return { isResponse: false, questions, answers: known, additionals: [] };
}

export function pointerTo(instance: string, ttl: number): DnsRecord {
  const target = [instance, ...SERVICE];
  return { name: SERVICE, ttl, isUnique: false, data: { type: 'PTR', target } };
}

/** The answer to a query, as far as it is about this node; undefined if there is none. */
export function answerTo(query: DnsMessage, node: RoomNode): DnsMessage | undefined {
  const { pointer, details } = roomRecords(node);
  const kinds: DnsRecord = {
    ...{ name: ALL_SERVICES, ttl: SERVICE_TTL, isUnique: false },
    data: { type: 'PTR', target: SERVICE },
  };
  const answers = [pointer, kinds, ...details].filter(
    (record) =>
      query.questions.some((question) => asksFor(question, record)) &&
      !query.answers.some((known) => isSameAnswer(known, record)),
  );
  if (answers.length === 0) return undefined;
  const additionals = answers.includes(pointer)
    ? details.filter((record) => !answers.includes(record))
    : [];
  return { isResponse: true, questions: [], answers, additionals };
}

function asksFor({ name, type }: DnsQuestion, record: DnsRecord): boolean {
  const isType = type === RECORD_TYPES.ANY || type === RECORD_TYPES[record.data.type];
  return isType && equalNames(name, record.name);
}

/** Whoever asks knows this answer, and will do so for long enough. */
function isSameAnswer(known: DnsRecord, record: DnsRecord): boolean {
  if (known.data.type !== 'PTR' || record.data.type !== 'PTR') return false;
  const isSame =
    equalNames(known.name, record.name) && equalNames(known.data.target, record.data.target);
  return isSame && known.ttl >= record.ttl / 2;
}

/** What a message says about other nodes. */
export interface RoomNews {
  /** Nodes that have told everything about themselves, and how long that holds, in seconds. */
  readonly present: readonly { readonly node: RoomNode; readonly ttl: number }[];
  /** The instances of those that go. */
  readonly leaving: readonly string[];
}

export function readNews(message: DnsMessage): RoomNews {
  const records = [...message.answers, ...message.additionals];
  const byName = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const key = nameKey(record.name);
    const same = byName.get(key);
    if (same === undefined) byName.set(key, [record]);
    else same.push(record);
  }
  const pointers = message.answers.flatMap(({ name, ttl, data }) => {
    if (data.type !== 'PTR' || !equalNames(name, SERVICE)) return [];
    const [instance = '', ...rest] = data.target;
    return equalNames(rest, SERVICE) ? [{ instance, ttl }] : [];
  });
  return {
    leaving: pointers.filter(({ ttl }) => ttl === 0).map(({ instance }) => instance),
    present: pointers.flatMap(({ instance, ttl }) => {
      const node = ttl > 0 ? readNode(instance, byName) : undefined;
      return node === undefined ? [] : [{ node, ttl: Math.min(ttl, SERVICE_TTL) }];
    }),
  };
}

function readNode(
  instance: string,
  byName: ReadonlyMap<string, readonly DnsRecord[]>,
): RoomNode | undefined {
  const data = (byName.get(nameKey([instance, ...SERVICE])) ?? []).map((record) => record.data);
  const place = data.find((found) => found.type === 'SRV');
  const facts = data.find((found) => found.type === 'TXT');
  if (place === undefined || facts === undefined || place.port === 0) return undefined;
  const text = (key: string): string =>
    facts.texts.find((entry) => entry.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1) ??
    '';
  const height = /^\d{1,9}$/.test(text('height')) ? Number(text('height')) : 0;
  const addresses = (byName.get(nameKey(place.target)) ?? [])
    .flatMap((record) => {
      if (record.data.type !== 'A' && record.data.type !== 'AAAA') return [];
      const { type, address } = record.data;
      return [{ network: type === 'A' ? NETWORKS.ipv4 : NETWORKS.ipv6, address }];
    })
    .filter(isValid)
    .slice(0, MOST_ADDRESSES);
  const chain = { name: text('chain'), genesis: text('genesis') };
  return { instance, chain, port: place.port, height, addresses };
}
