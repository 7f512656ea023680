import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { exampleMessages } from '../../../test/fixtures/example-messages.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import {
  COMMANDS,
  type Command,
  decodePayload,
  encodePayload,
  type Message,
  type MessageOf,
} from './message.ts';
import type { PeerAddress } from './peer-address.ts';

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const hash = bytes(32) as fc.Arbitrary<Uint8Array> as fc.Arbitrary<BlockHash>;
const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const netAddress = fc.record({ services: u64, address: bytes(16), port: u16 });
const items = fc.array(fc.record({ type: u32, hash }), { maxLength: 5 });
const chainPlace = {
  version: fc.integer(),
  locator: fc.array(hash, { maxLength: 5 }),
  stop: hash,
};

function addressIn(network: number, length: number): fc.Arbitrary<PeerAddress> {
  const address = bytes(length);
  return fc.record({ time: u32, services: u64, network: fc.constant(network), address, port: u16 });
}

const shapes: { readonly [C in Command]?: Record<string, fc.Arbitrary<unknown>> } = {
  version: {
    version: fc.integer(),
    services: u64,
    time: i64,
    receiver: netAddress,
    sender: netAddress,
    nonce: u64,
    userAgent: fc.string({ maxLength: 256 }).map((text) => text.replace(/[^\0-\xff]/g, '')),
    startHeight: fc.integer(),
    relay: fc.boolean(),
  },
  ping: { nonce: fc.option(u64, { nil: undefined }) },
  pong: { nonce: u64 },
  addr: { addresses: fc.array(fc.oneof(addressIn(1, 4), addressIn(2, 16)), { maxLength: 4 }) },
  addrv2: {
    addresses: fc.array(
      fc.oneof(addressIn(1, 4), addressIn(2, 16), addressIn(4, 32), addressIn(99, 512)),
      { maxLength: 4 },
    ),
  },
  inv: { items },
  getdata: { items },
  notfound: { items },
  getheaders: chainPlace,
  getblocks: chainPlace,
  block: { raw: fc.uint8Array() },
  feefilter: { feeRate: i64 },
  sendcmpct: { announce: fc.boolean(), version: u64 },
  getblocktxn: {
    blockHash: hash,
    indexes: fc.uniqueArray(u16).map((indexes) => indexes.sort((a, b) => a - b)),
  },
  filterload: { filter: fc.uint8Array(), hashFunctions: u32, tweak: u32, flags: u8 },
  filteradd: { data: fc.uint8Array() },
  getcfilters: { filterType: u8, startHeight: u32, stopHash: hash },
  cfilter: { filterType: u8, blockHash: hash, filter: fc.uint8Array() },
  getcfheaders: { filterType: u8, startHeight: u32, stopHash: hash },
  cfheaders: { filterType: u8, stopHash: hash, previousHeader: hash, filterHashes: fc.array(hash) },
  getcfcheckpt: { filterType: u8, stopHash: hash },
  cfcheckpt: { filterType: u8, stopHash: hash, headers: fc.array(hash) },
};

function decoded<C extends Command>(command: C, payloadHex: string): MessageOf<C> {
  return decodePayload(command, fromHex(payloadHex)) as MessageOf<C>;
}

describe('a message', () => {
  it('of every command decodes to what was encoded', () => {
    expect(exampleMessages.map(({ command }) => command).sort()).toEqual([...COMMANDS].sort());
    for (const message of exampleMessages) {
      expect(decodePayload(message.command, encodePayload(message))).toEqual(message);
    }
  });

  it.each(Object.keys(shapes) as Command[])('of any content survives: %s', (command) => {
    const shape = { command: fc.constant(command), ...shapes[command] };
    fc.assert(
      fc.property(fc.record(shape), (message) => {
        expect(decodePayload(command, encodePayload(message as Message))).toEqual(message);
      }),
      { numRuns: 30 },
    );
  });

  it('that is cut short is refused wherever it is cut, but for those that may end early', () => {
    const mayEndEarly = new Set<Command>(['version', 'ping', 'pong', 'block']);
    for (const message of exampleMessages) {
      if (mayEndEarly.has(message.command)) continue;
      const payload = encodePayload(message);
      for (let length = 0; length < payload.length; length++) {
        const cut = payload.subarray(0, length);
        expect(() => decodePayload(message.command, cut), message.command).toThrow(DecodeError);
      }
    }
  });

  it('may have bytes behind its last field, as the protocol grows', () => {
    for (const message of exampleMessages) {
      if (message.command === 'block') continue;
      const longer = Uint8Array.of(...encodePayload(message), 1, 2, 3);
      expect(decodePayload(message.command, longer)).toEqual(message);
    }
  });

  it('of an unknown command says nothing', () => {
    expect(decodePayload('sendtxrcncl', fromHex('0100000000000000'))).toBeUndefined();
    expect(decodePayload('__proto__', new Uint8Array(0))).toBeUndefined();
  });

  it('keeps memory in bounds: no count is believed that the payload cannot hold', () => {
    for (const command of ['inv', 'addr', 'headers', 'cfcheckpt'] as const) {
      const prefix = command === 'cfcheckpt' ? '00'.repeat(33) : '';
      expect(() => decoded(command, `${prefix}feffffff01`)).toThrow(DecodeError);
    }
  });
});

describe('version', () => {
  const full = encodePayload(exampleMessages[0] as Message);

  it('may end after each of the fields that came with time', () => {
    const end = { services: 46, sender: 80, agent: 94 };
    expect(decodePayload('version', full.subarray(0, end.services))).toMatchObject({
      services: 1033n,
      userAgent: '',
      startHeight: -1,
      relay: true,
    });
    expect(decodePayload('version', full.subarray(0, end.sender))).toMatchObject({
      nonce: 0x1122334455667788n,
      userAgent: '',
    });
    expect(decodePayload('version', full.subarray(0, end.agent))).toMatchObject({
      userAgent: '/example:1.0/',
      startHeight: -1,
    });
    expect(() => decodePayload('version', full.subarray(0, 45))).toThrow(DecodeError);
    expect(() => decodePayload('version', full.subarray(0, 72))).toThrow(DecodeError);
  });

  it('has a user agent of up to 256 bytes, of whatever kind', () => {
    const start = toHex(full.subarray(0, 80));
    const agent = `fd0001${'ff'.repeat(256)}`;
    expect(decoded('version', start + agent).userAgent).toBe('\xff'.repeat(256));
    expect(() => decoded('version', `${start}fd0101${'ff'.repeat(257)}`)).toThrow(
      'String length limit exceeded',
    );
    const message = exampleMessages[0] as MessageOf<'version'>;
    expect(() => encodePayload({ ...message, userAgent: '€' })).toThrow(EncodeError);
  });
});

it('ping may come without a nonce, from before BIP31', () => {
  expect(decoded('ping', '')).toEqual({ command: 'ping', nonce: undefined });
  expect(() => decoded('ping', '00112233')).toThrow(DecodeError);
});

it('pong that is cut short counts as one with a zero', () => {
  expect(decoded('pong', '00112233')).toEqual({ command: 'pong', nonce: 0n, shortBytes: 4 });
});

describe('an address', () => {
  it('of BIP155 has the length of its network, or any up to 512 where that is not known', () => {
    const v2 = (network: string, length: string, size: number): string =>
      `010000000009${network}${length}${'ab'.repeat(size)}1234`;
    expect(decoded('addrv2', v2('01', '04', 4)).addresses).toHaveLength(1);
    expect(() => decoded('addrv2', v2('01', '05', 5))).toThrow(
      'BIP155 IPv4 address with length 5 (should be 4)',
    );
    expect(() => decoded('addrv2', v2('04', '10', 16))).toThrow(DecodeError);
    expect(decoded('addrv2', v2('09', 'fd0002', 512)).addresses).toHaveLength(1);
    expect(() => decoded('addrv2', v2('09', 'fd0102', 513))).toThrow('Address too long: 513 > 512');
  });

  it('of another network than IP has no form in addr', () => {
    const onion = { time: 1, services: 0n, network: 4, address: new Uint8Array(32), port: 1 };
    const payload = encodePayload({ command: 'addr', addresses: [onion] });
    expect(toHex(payload.subarray(13, 29))).toBe('00'.repeat(16));
  });

  it('keeps nothing of the message in memory', () => {
    const payload = encodePayload(
      exampleMessages.find(({ command }) => command === 'addrv2') as Message,
    );
    for (const { address } of (decodePayload('addrv2', payload) as MessageOf<'addrv2'>).addresses) {
      expect(address.buffer).not.toBe(payload.buffer);
    }
  });
});

describe('positions in a compact block', () => {
  const hashHex = '11'.repeat(32);

  it('of getblocktxn are distances, and end at 65535', () => {
    expect(decoded('getblocktxn', `${hashHex}03000201`).indexes).toEqual([0, 3, 5]);
    expect(decoded('getblocktxn', `${hashHex}01fdffff`).indexes).toEqual([65535]);
    expect(() => decoded('getblocktxn', `${hashHex}0201fdffff`)).toThrow(
      'differential value overflow',
    );
  });

  it('of cmpctblock may leave the block, which is for others to judge', () => {
    const tx = toHex(encodePayload(exampleMessages.find((m) => m.command === 'tx') as Message));
    const start = '00'.repeat(88);
    const far = decoded('cmpctblock', `${start}0002fdffff${tx}05${tx}`);
    expect(far.prefilled.map(({ index }) => index)).toEqual([65535, 65541]);
    expect(() => decoded('cmpctblock', `${start}0001fe00000100${tx}`)).toThrow(
      'CompactSize exceeds limit of type',
    );
  });

  it('of cmpctblock are 65535 at the most', () => {
    const start = '00'.repeat(88);
    expect(
      decoded('cmpctblock', `${start}fdffff${'00'.repeat(65535 * 6)}00`).shortIds,
    ).toHaveLength(65535);
    expect(() => decoded('cmpctblock', `${start}fe00000100${'00'.repeat(65536 * 6)}00`)).toThrow(
      'indexes overflowed 16 bits',
    );
  });
});

const vectors = VectorFolder.find();
if (vectors === undefined) console.log('skipped: recorded messages (no vector folder)');

describe.skipIf(vectors === undefined)('what Bitcoin Core and its peer said', () => {
  it('decodes, and encodes to the same bytes', () => {
    const lines = (vectors as VectorFolder).text('p2p/core-session.jsonl').trim().split('\n');
    const seen = new Set<string>();
    let ignored = 0;
    for (const line of lines) {
      const row = JSON.parse(line) as { send?: string; recv?: string; payload?: string };
      const command = row.send ?? row.recv;
      if (command === undefined || row.payload === undefined) continue;
      const payload = fromHex(row.payload);
      // The one on purpose: ten zeros where a locator belongs.
      if (row.payload === '00000000000000000000') {
        expect(() => decodePayload(command, payload)).toThrow(DecodeError);
        continue;
      }
      // What the node was sent as a block of nothing is not one; the codec does not look inside.
      const message = decodePayload(command, payload);
      if (message === undefined) {
        ignored++;
        continue;
      }
      expect(toHex(encodePayload(message)), command).toBe(row.payload);
      if (message.command === 'tx') {
        expect(toHex(encodePayload({ command: 'tx', tx: message.tx }))).toBe(row.payload);
      }
      seen.add(command);
    }
    expect(ignored).toBe(1);
    expect(seen.size).toBeGreaterThanOrEqual(30);
  });
});
