/** `banlist.json`, as Bitcoin Core writes it. What somebody else has added to it is passed over. */
import { CodedError } from '../../../protocol/bytes/coded-error.ts';
import { parseSubnet, type Subnet, subnetText } from './subnet.ts';

const VERSION = 1;

export interface Ban {
  readonly subnet: Subnet;
  /** Unix times, in seconds. */
  readonly created: number;
  readonly until: number;
  /** Why, in the operator's words. Core does not write one, and does not mind one. */
  readonly reason?: string;
}

/** A file of bans that is none. */
export class BanFileError extends CodedError {
  override readonly name = 'BanFileError';
  readonly code = 'bad-ban-file';
}

export function encodeBans(bans: readonly Ban[]): Uint8Array {
  const nets = bans.map(({ subnet, created, until, reason }) => ({
    version: VERSION,
    ban_created: created,
    banned_until: until,
    address: subnetText(subnet),
    ...(reason !== undefined && { reason }),
  }));
  return new TextEncoder().encode(`${JSON.stringify({ banned_nets: nets }, undefined, 4)}\n`);
}

export function decodeBans(bytes: Uint8Array): readonly Ban[] {
  const nets = field(parseJson(bytes), 'banned_nets');
  if (!Array.isArray(nets)) throw new BanFileError('there is no list "banned_nets" in it');
  return nets.flatMap((net: unknown, i) => {
    // A later version may mean something else by the same words: Core passes it over, too.
    if (field(net, 'version') !== VERSION) return [];
    const address = field(net, 'address');
    const subnet = typeof address === 'string' ? parseSubnet(address) : undefined;
    const [created, until] = [field(net, 'ban_created'), field(net, 'banned_until')];
    if (subnet === undefined || !Number.isSafeInteger(created) || !Number.isSafeInteger(until)) {
      throw new BanFileError(`entry ${i + 1} has no address, "ban_created" and "banned_until"`);
    }
    const reason = field(net, 'reason');
    const why = typeof reason === 'string' ? { reason } : {};
    return [{ subnet, created: Number(created), until: Number(until), ...why }];
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw new BanFileError(`it is no JSON: ${error.message}`);
    throw error;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
