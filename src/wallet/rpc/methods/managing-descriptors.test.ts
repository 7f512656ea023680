import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalletCaller, walletCaller } from '../../../../test/fixtures/wallet-caller.ts';
import { addChecksum } from '../../../protocol/script/descriptor/checksum.ts';

interface HdKey {
  readonly xpub: string;
  readonly has_private: boolean;
  readonly xprv?: string;
  readonly descriptors: readonly { readonly desc: string; readonly active: boolean }[];
}

const KEY = '0227d85ba011276cf25b51df6a188b75e604b38770a462b2d0e9fb2fc839ef5d3f';
const WIF = 'cTe1f5rdT8A8DFgVWTjyPwACsDPJM9ff4QngFxUixCSvvbg1x6sh';
const UNCLEAR =
  "-5 Unable to determine which HD key to use from active descriptors. Please specify with 'hdkey'";

let caller: WalletCaller;
let call: WalletCaller['call'];

beforeEach(async () => {
  caller = await walletCaller();
  call = caller.call;
  await call('createwallet', '["a"]');
  await call('createwallet', '["b",false,true]');
});
afterEach(() => caller.close());

async function hdKeys(wallet: string, options = '{}'): Promise<readonly HdKey[]> {
  return JSON.parse(await call('gethdkeys', options, wallet));
}

function imported(wallet: string, desc: string, fields: object = {}): Promise<string> {
  const request = { desc: addChecksum(desc), timestamp: 'now', ...fields };
  return call('importdescriptors', JSON.stringify([[request]]), wallet);
}

describe('gethdkeys', () => {
  it('tells the root of a wallet, and its private key', async () => {
    const [key, ...others] = await hdKeys('a');
    expect(others).toEqual([]);
    expect(key?.has_private).toBe(true);
    expect(key).not.toHaveProperty('xprv');
    expect(key?.descriptors).toHaveLength(8);
    const [secret] = await hdKeys('a', '{"private":true}');
    expect(Object.keys(secret as object)).toEqual(['xpub', 'has_private', 'xprv', 'descriptors']);
    expect(secret?.xpub).toBe(key?.xpub);
    const { descriptors } = JSON.parse(await call('listdescriptors', '[true]', 'a'));
    for (const { desc } of descriptors) expect(desc).toContain(secret?.xprv);
    expect(await call('gethdkeys', '[{"private":true}]', 'a')).toContain(secret?.xprv);
  });

  it('knows that of an encrypted wallet, and the one before', async () => {
    const [before] = await hdKeys('a');
    await call('encryptwallet', '["secret"]', 'a');
    expect(await hdKeys('a')).toHaveLength(2);
    const [active, ...others] = await hdKeys('a', '{"active_only":true}');
    expect(others).toEqual([]);
    expect(active?.xpub).not.toBe(before?.xpub);
    expect(active?.has_private).toBe(true);
    expect(await call('gethdkeys', '{"private":true}', 'a')).toMatch(/^-13 /);
    await call('walletpassphrase', '["secret",60]', 'a');
    expect(await hdKeys('a', '{"private":true}')).toHaveLength(2);
  });

  it('has no keys that are no roots, and roots of all descriptors', async () => {
    expect(await hdKeys('b')).toEqual([]);
    await imported('b', `wpkh(${WIF})`);
    expect(await hdKeys('b')).toEqual([]);
    const [{ xpub, xprv } = { xpub: '', xprv: '' }] = await hdKeys('a', '{"private":true}');
    await imported('b', `wsh(multi(2,${xprv},${KEY}))`);
    expect(await hdKeys('b')).toEqual([
      {
        ...{ xpub, has_private: true },
        descriptors: [{ desc: addChecksum(`wsh(multi(2,${xpub},${KEY}))`), active: false }],
      },
    ]);
    expect(await call('gethdkeys', '{"private":1}', 'b')).toMatch(/^-3 /);
    expect(await call('gethdkeys', '[1]', 'b')).toMatch(/^-3 /);
    expect(await call('gethdkeys', '[{},1]', 'b')).toMatch(
      /^-1 gethdkeys \( \{"active_only":bool,"private":bool,...\} \)\n/,
    );
  });

  it('of a wallet that only watches has no private ones', async () => {
    const [{ xpub } = { xpub: '' }] = await hdKeys('a');
    await call('createwallet', '["w",true]');
    await imported('w', `wpkh(${xpub}/*)`, { range: 1 });
    expect((await hdKeys('w'))[0]?.has_private).toBe(false);
    expect(await call('gethdkeys', '{"private":true}', 'w')).toMatch(/^-1 /);
  });
});

describe('createwalletdescriptor', () => {
  it('makes descriptors from the root that is there', async () => {
    const [{ xpub, xprv } = { xpub: '', xprv: '' }] = await hdKeys('a', '{"private":true}');
    expect(await call('createwalletdescriptor', '["bech32"]', 'b')).toBe(UNCLEAR);
    expect(await call('createwalletdescriptor', `{"type":"bech32","hdkey":"${xpub}"}`, 'b')).toBe(
      `-5 Private key for ${xpub} is not known`,
    );
    await imported('b', `pkh(${xprv}/44h/2h/0h/0/0/*)`, { active: true, range: 1 });
    const { descriptors } = JSON.parse(await call('listdescriptors', '[]', 'a'));
    const expected = descriptors
      .map(({ desc }: { desc: string }) => desc)
      .filter((desc: string) => desc.startsWith('wpkh('));
    expect(await call('createwalletdescriptor', '["bech32"]', 'b')).toBe(
      JSON.stringify({ descs: expected }),
    );
    expect(await call('getnewaddress', '[]', 'b')).toBe(await call('getnewaddress', '[]', 'a'));
    expect(await hdKeys('b')).toHaveLength(1);
    for (const internal of [false, true]) {
      const answer = JSON.parse(
        await call('createwalletdescriptor', `{"type":"bech32m","internal":${internal}}`, 'b'),
      );
      expect(answer.descs).toHaveLength(1);
      expect(await call('listdescriptors', '[true]', 'b')).toContain(
        addChecksum(`tr(${xprv}/86h/1h/0h/${internal ? 1 : 0}/*)`),
      );
    }
    expect(await call('createwalletdescriptor', '["bech32m"]', 'b')).toBe(
      '-4 Descriptor already exists',
    );
  });

  it('asks which one, where there are several', async () => {
    const [{ xpub, xprv } = { xpub: '', xprv: '' }] = await hdKeys('a', '{"private":true}');
    await call('createwallet', '["c"]');
    const [{ xpub: own } = { xpub: '' }] = await hdKeys('c');
    await imported('c', `wpkh(${xprv}/0/0/*)`, { active: true, range: 1 });
    const of = (hdkey: string) =>
      call('createwalletdescriptor', `{"type":"bech32m","hdkey":"${hdkey}"}`, 'c');
    expect(await call('createwalletdescriptor', '["bech32"]', 'c')).toBe(UNCLEAR);
    expect(await of(own)).toBe('-4 Descriptor already exists');
    const invalid = '-5 Unable to parse HD key. Please provide a valid xpub';
    expect(await of(xprv ?? '')).toBe(invalid);
    expect(await of('x')).toBe(invalid);
    expect(await of(xpub)).toMatch(/^\{"descs":\["tr\(/);
    expect(await call('createwalletdescriptor', '["bad"]', 'c')).toBe(
      "-5 Unknown address type 'bad'",
    );
  });

  it('wants an encrypted wallet unlocked', async () => {
    await call('encryptwallet', '["secret"]', 'a');
    expect(await call('createwalletdescriptor', '["bech32"]', 'a')).toMatch(/^-13 /);
    expect(await call('createwalletdescriptor', '[]', 'a')).toMatch(
      /^-1 createwalletdescriptor "type" \( \{"internal":bool,"hdkey":"str",...\} \)\n/,
    );
  });
});
