import type { CallOptions, RpcConnection } from '../../client/rpc-connection.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import { JsonNumber } from '../../protocol/report/json-value.ts';
import { ArgumentError } from './convert-arguments.ts';
import { fieldOf, listOf, textOf } from './json-fields.ts';

const NETWORKS: readonly string[] = ['ipv4', 'ipv6', 'onion', 'i2p', 'cjdns'];

/** `-addrinfo`: how many addresses of other nodes a node knows, by network and in all. */
export async function addrInfo(node: RpcConnection, options: CallOptions): Promise<Json> {
  const nodes = listOf(await node.callExact('getnodeaddresses', [new JsonNumber('0')], options));
  const [first] = nodes;
  if (first !== undefined && fieldOf(first, 'network') === undefined) {
    throw new ArgumentError('-addrinfo requires bitcoind server to be running v22.0 and up');
  }
  const counts = new Map(NETWORKS.map((name) => [name, 0]));
  for (const known of nodes) {
    const network = textOf(fieldOf(known, 'network'));
    const count = counts.get(network);
    if (count !== undefined) counts.set(network, count + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { addresses_known: { ...Object.fromEntries(counts), total } };
}
