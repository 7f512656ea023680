import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalletCaller, walletCaller } from '../../../../test/fixtures/wallet-caller.ts';
import { addChecksum } from '../../../protocol/script/descriptor/checksum.ts';

const XPRV =
  'tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK';

let caller: WalletCaller;
let call: WalletCaller['call'];

async function start(wishes: Parameters<typeof walletCaller>[1] = {}): Promise<void> {
  caller = await walletCaller([], wishes);
  call = caller.call;
  await call('createwallet', '["a"]');
}

beforeEach(() => start());
afterEach(() => caller.close());

describe('getnewaddress and getrawchangeaddress', () => {
  it('give out addresses of all kinds, and none twice', async () => {
    const kinds = [
      ['legacy', /^"[mn]/],
      ['p2sh-segwit', /^"2/],
      ['bech32', /^"bcrt1q/],
      ['bech32m', /^"bcrt1p/],
    ] as const;
    const seen = new Set<string>();
    for (const [kind, form] of kinds) {
      for (let i = 0; i < 3; i++) {
        const address = await call('getnewaddress', `["",${JSON.stringify(kind)}]`);
        const change = await call('getrawchangeaddress', `[${JSON.stringify(kind)}]`);
        for (const each of [address, change]) expect(each).toMatch(form);
        seen.add(address).add(change);
      }
    }
    expect(seen.size).toBe(24);
  });

  it('take the kind that the node was started with', async () => {
    expect(await call('getnewaddress')).toMatch(/^"bcrt1q/);
    await caller.close();
    await start({ addressType: 'legacy' });
    expect(await call('getnewaddress')).toMatch(/^"[mn]/);
    expect(await call('getrawchangeaddress')).toMatch(/^"[mn]/);
    await caller.close();
    await start({ changeType: 'bech32m' });
    expect(await call('getnewaddress')).toMatch(/^"bcrt1q/);
    expect(await call('getrawchangeaddress')).toMatch(/^"bcrt1p/);
  });

  it('name what others are given, and nothing else', async () => {
    const address = await call('getnewaddress', '["rent"]');
    await call('getrawchangeaddress');
    expect(await call('getaddressesbylabel', '["rent"]')).toBe(
      `{${address}:{"purpose":"receive"}}`,
    );
    expect(await call('listlabels')).toBe('["rent"]');
    expect(await call('getnewaddress', '{"address_type":"bech32m"}')).toMatch(/^"bcrt1p/);
  });

  it('refuse what is wrong before they give out any', async () => {
    expect(await call('getnewaddress', '["*"]')).toBe('-11 Invalid label name');
    expect(await call('getnewaddress', '["","bad"]')).toBe("-5 Unknown address type 'bad'");
    expect(await call('getnewaddress', '["*","bad"]')).toBe('-11 Invalid label name');
    expect(await call('getrawchangeaddress', '[""]')).toBe("-5 Unknown address type ''");
    expect(await call('getnewaddress', '[1]')).toMatch(/^-3 Wrong type passed:/);
    expect(await call('getnewaddress', '["","legacy",1]')).toMatch(
      /^-1 getnewaddress \( "label" "address_type" \)\n/,
    );
    expect(await call('getwalletinfo')).toContain('"keypoolsize":20,"keypoolsize_hd_internal":20');
  });

  it('tell which kind there is no descriptor for', async () => {
    await call('createwallet', '["b",false,true]');
    const desc = addChecksum(`wpkh(${XPRV}/0/*)`);
    const request = { desc, timestamp: 'now', active: true, range: 1 };
    await call('importdescriptors', JSON.stringify([[request]]), 'b');
    expect(await call('getnewaddress', '[]', 'b')).toMatch(/^"bcrt1q/);
    expect(await call('getnewaddress', '["","legacy"]', 'b')).toBe(
      '-12 Error: No legacy addresses available.',
    );
    expect(await call('getrawchangeaddress', '[]', 'b')).toBe(
      '-4 Error: This wallet has no available keys',
    );
  });
});

describe('keys ahead', () => {
  it('run out of a locked wallet, where each is a hardened step', async () => {
    await caller.close();
    await start({ lookAhead: 1 });
    await call('encryptwallet', '["secret"]');
    await call('walletpassphrase', '["secret",60]');
    const requests = ['wpkh', 'pkh', 'wpkh', 'pkh'].map((kind, i) => ({
      desc: addChecksum(`${kind}(${XPRV}/${i}h/*h)`),
      ...{ timestamp: 'now', range: [0, 0], active: true, internal: i > 1 },
    }));
    expect(await call('importdescriptors', JSON.stringify([requests]))).toBe(
      JSON.stringify(requests.map(() => ({ success: true }))),
    );
    await call('walletlock');
    const empty = '-12 Error: Keypool ran out, please call keypoolrefill first';
    expect(await call('getnewaddress')).toMatch(/^"bcrt1q/);
    expect(await call('getnewaddress')).toBe(empty);
    expect(await call('keypoolrefill', '[6]')).toMatch(/^-13 /);
    await call('walletpassphrase', '["secret",60]');
    await call('keypoolrefill', '[6]');
    await call('walletlock');
    expect(await call('getwalletinfo')).toContain('"keypoolsize":24,"keypoolsize_hd_internal":24');
    for (let i = 0; i < 6; i++) await call('getrawchangeaddress');
    expect(await call('getrawchangeaddress')).toBe(empty);
    expect(await call('getwalletinfo')).toContain('"keypoolsize":24,"keypoolsize_hd_internal":18');
  });

  it('are made for those descriptors that give out addresses', async () => {
    await call('createwallet', '["b",false,true]');
    const requests = [true, false].map((active, i) => ({
      desc: addChecksum(`wpkh(${XPRV}/${i}/*)`),
      ...{ timestamp: 'now', range: [0, 2], active },
    }));
    await call('importdescriptors', JSON.stringify([requests]), 'b');
    await call('keypoolrefill', '[9]', 'b');
    const { descriptors } = JSON.parse(await call('listdescriptors', '[]', 'b'));
    const ranges = descriptors.map((each: { active: boolean; range: number[] }) => [
      each.active,
      each.range,
    ]);
    expect(ranges).toContainEqual([true, [0, 8]]);
    expect(ranges).toContainEqual([false, [0, 4]]);
  });

  it('are made in numbers that make sense', async () => {
    expect(await call('keypoolrefill', '[7]')).toBe('null');
    expect(await call('getwalletinfo')).toContain('"keypoolsize":28,"keypoolsize_hd_internal":28');
    expect(await call('keypoolrefill', '[0]')).toBe('null');
    expect(await call('keypoolrefill', '[-1]')).toBe('-8 Invalid parameter, expected valid size.');
    expect(await call('keypoolrefill', '[2147483647]')).toMatch(/^-8 Invalid parameter/);
    expect(await call('keypoolrefill', '[1.5]')).toBe('-1 JSON integer out of range');
    expect(await call('keypoolrefill', '["7"]')).toMatch(/^-3 /);
    await call('createwallet', '["blank",false,true]');
    expect(await call('keypoolrefill', '[7]', 'blank')).toBe('-4 Error refreshing keypool.');
  });
});
