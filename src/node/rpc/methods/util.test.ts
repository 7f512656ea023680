import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { type RpcCaller, rpcCaller } from '../../../../test/fixtures/rpc-caller.ts';

const KEY = '02661780d3f2ca3d4e165eae6ffd48a9b994dbbcde1b184f3657f1d280c20b18d6';
const PLAIN_KEY =
  '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';

let played: PlayedNode;
let call: RpcCaller;
beforeAll(async () => {
  played = await playedNode();
  call = rpcCaller(played);
});
afterAll(() => played.close());

describe('createmultisig', () => {
  it('makes an old address where a key is uncompressed, and says so', async () => {
    const made = await call('createmultisig', `[1,["${PLAIN_KEY}"],"bech32"]`);
    expect(JSON.parse(made)).toMatchObject({
      descriptor: expect.stringMatching(/^sh\(multi\(1,04/),
      warnings: [
        'Unable to make chosen address type, please ensure no uncompressed public keys are present.',
      ],
    });
  });

  it('has no descriptor for a hybrid key', async () => {
    const hybrid = PLAIN_KEY.replace(/^04/, '06');
    const made = JSON.parse(await call('createmultisig', `[1,["${hybrid}"]]`)) as {
      [name: string]: string;
    };
    expect(made).toEqual({
      address: made['address'],
      redeemScript: `5141${hybrid}51ae`,
      descriptor: expect.stringMatching(new RegExp(`^addr\\(${made['address']}\\)#`)),
    });
  });

  it('takes keys, and as many as fit', async () => {
    const keys = (count: number): string => JSON.stringify(Array(count).fill(KEY));
    expect(await call('createmultisig', `[1,${keys(15)}]`)).toContain('"address"');
    expect(await call('createmultisig', `[1,${keys(16)}]`)).toBe(
      '-8 redeemScript exceeds size limit: 547 > 520',
    );
    expect(await call('createmultisig', `[1,${keys(21)}]`)).toContain('> 20\nReduce the number');
    expect(await call('createmultisig', '[1,["zz"]]')).toBe('-5 Pubkey "zz" must be a hex string');
    expect(await call('createmultisig', `[1,["02${'ff'.repeat(32)}"]]`)).toMatch(
      /must be cryptographically valid\.$/,
    );
    expect(await call('createmultisig', `[1,${keys(1)},"nope"]`)).toBe(
      "-5 Unknown address type 'nope'",
    );
    expect(await call('createmultisig', '[1,[1]]')).toBe(
      '-3 JSON value of type number is not of expected type string',
    );
  });
});

describe('getdescriptorinfo', () => {
  it.each([
    // Core has no words for what stands behind the end.
    [`pk(${KEY}),x`, ''],
    [`sh(pk(${KEY}),x)`, ''],
    [`rawtr(${KEY}00)`, `Pubkey '${KEY}00' is invalid`],
    ['rawtr()', 'No key provided'],
    ['tr()', 'tr(): No key provided'],
    [`wsh(pk(${PLAIN_KEY}))`, 'pk(): Uncompressed keys are not allowed'],
    ['wsh(multi(0))', 'Cannot have 0 keys in multisig; must have between 1 and 20 keys, inclusive'],
    [
      `multi(2,${KEY})`,
      'Multisig threshold cannot be larger than the number of keys; threshold is 2 but only 1 keys specified',
    ],
    [`sh(sh(pk(${KEY})))`, 'Can only have sh() at top level'],
    ['sh(51)', 'A function is needed within P2SH'],
    ['raw(x)', 'Raw script is not hex'],
    ['addr(x)', 'Address is not valid'],
    [`pk([0/1]${KEY})`, 'pk(): Fingerprint is not 4 bytes (1 characters instead of 8 characters)'],
    [`pk(${KEY})#x`, 'Expected 8 character checksum, not 1 characters'],
    [`pk(${KEY}/0)`, `pk(): key '${KEY}' is not valid`],
  ])('of %s is refused in Core’s words', async (text, words) => {
    expect(await call('getdescriptorinfo', JSON.stringify([text]))).toBe(`-5 ${words}`);
  });
});

describe('deriveaddresses', () => {
  const ranged =
    'wpkh(tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B/0/*)#efr7m7hr';
  const derive = (range: string): Promise<string> =>
    call('deriveaddresses', `["${ranged}"${range}]`);

  it('goes from the first index to the last', async () => {
    const all = JSON.parse(await derive(',2')) as string[];
    expect(all).toHaveLength(3);
    expect(JSON.parse(await derive(',[1,2]'))).toEqual(all.slice(1));
  });

  it('needs a range that makes sense', async () => {
    expect(await derive('')).toBe('-8 Range must be specified for a ranged descriptor');
    expect(await derive(',"x"')).toBe('-8 Range must be specified as end or as [begin,end]');
    expect(await derive(',[2,1]')).toBe(
      '-8 Range specified as [begin,end] must not have begin after end',
    );
    expect(await derive(',-1')).toBe('-8 End of range is too high');
    expect(await derive(',["0",1]')).toBe('-8 Range must be specified as end or as [begin,end]');
    expect(await derive(',[0,1,2]')).toBe('-8 Range must be specified as end or as [begin,end]');
    expect(await derive(',1.5')).toBe('-1 JSON integer out of range');
    expect(await derive(',null')).toMatch(/^\["/);
    expect(await derive(',[-1,1]')).toBe('-8 Range should be greater or equal than 0');
    expect(await derive(',2147483648')).toBe('-8 End of range is too high');
    expect(await derive(',[0,1000000]')).toBe('-8 Range is too large');
  });
});

describe('a signed message', () => {
  it('is checked against an address of a key', async () => {
    const signed = await call(
      'signmessagewithprivkey',
      '["cVUouyptYRBgPcdeQWqo3Si6ahDixiRpv3mg1CK7JeybxzhZ42pE","grüezi"]',
    );
    const verify = (address: string): Promise<string> =>
      call('verifymessage', `["${address}",${signed},"grüezi"]`);
    expect(await verify('miMQDVXLdwzUejKKZGpq1KBw3Q5y46mNE2')).toBe('true');
    expect(await verify('mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn')).toBe('false');
    expect(await verify('2MwxMXvYFxYPDueqrjcLHdw5o6reKs88V7q')).toBe(
      '-3 Address does not refer to key',
    );
    expect(await verify('nope')).toBe('-5 Invalid address');
    expect(await call('signmessagewithprivkey', '["x"]')).toMatch(/^-1 signmessagewithprivkey/);
  });
});
