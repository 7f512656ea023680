import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalletCaller, walletCaller } from '../../../../test/fixtures/wallet-caller.ts';
import { addChecksum } from '../../../protocol/script/descriptor/checksum.ts';

const XPRV =
  'tprv8ZgxMBicQKsPeuVhWwi6wuMQGfPKi9Li5GtX35jVNknACgqe3CY4g5xgkfDDJcmtF7o1QnxWDRYw4H5P26PXq7sbcUkEqeR4fg3Kxp2tigg';
const XPUB =
  'tpubD6NzVbkrYhZ4YNXVQbNhMK1WqguFsUXceaVJKbmno2aZ3B6QfbMeraaYvnBSGpV3vxLyTTK9DYT1yoEck4XUScMzXoQ2U2oSmE2JyMedq3H';
/** Of XPRV at 84h/1h/0h. */
const ACCOUNT =
  'tpubDCMVLhErorrAGfApiJSJzEKwqeaf2z3NrkVMxgYQjZLzMjXMBeRw2muGNYbvaekAE8rUFLftyEar4LdrG2wXyyTJQZ26zptmeTEjPTaATts';
const KEY = '0227d85ba011276cf25b51df6a188b75e604b38770a462b2d0e9fb2fc839ef5d3f';
const WIF = 'cTe1f5rdT8A8DFgVWTjyPwACsDPJM9ff4QngFxUixCSvvbg1x6sh';
const GENESIS_TIME = 1_296_688_602;
const UNLABELLED = '-4 Error: This wallet has no available keys';

let caller: WalletCaller;
let call: WalletCaller['call'];

beforeEach(async () => {
  caller = await walletCaller(['-mocktime=1700000000']);
  call = caller.call;
  await call('createwallet', '["signs",false,true]');
  await call('createwallet', '["watches",true,true]');
});
afterEach(() => caller.close());

/** A request for a descriptor without its checksum, and what it is answered. */
function imported(wallet: string, desc: string, fields: object = {}): Promise<string> {
  const request = { desc: addChecksum(desc), timestamp: 'now', ...fields };
  return call('importdescriptors', JSON.stringify([[request]]), wallet);
}

function refused(code: number, message: string, warnings?: string): string {
  const error = JSON.stringify({ code, message });
  const rest = warnings === undefined ? '' : `,"warnings":["${warnings}"]`;
  return `[{"success":false,"error":${error}${rest}}]`;
}

async function keyPool(wallet: string): Promise<readonly [number, number]> {
  const info = JSON.parse(await call('getwalletinfo', '[]', wallet));
  return [info.keypoolsize, info.keypoolsize_hd_internal];
}

const DONE = '[{"success":true}]';
const NO_RANGE = 'Range not given, using default keypool range';

describe('importdescriptors', () => {
  it('refuses what makes no sense, each request by itself', async () => {
    const requests = [
      { timestamp: 'now' },
      { desc: 'nope', timestamp: 'now' },
      { desc: addChecksum(`pkh(${KEY})`), timestamp: 'now', label: '*' },
      { desc: addChecksum(`pkh(${KEY})`), timestamp: 'now' },
    ];
    expect(await call('importdescriptors', JSON.stringify([requests]), 'watches')).toBe(
      '[{"success":false,"error":{"code":-8,"message":"Descriptor not found."}},' +
        '{"success":false,"error":{"code":-5,"message":"Missing checksum"}},' +
        '{"success":false,"error":{"code":-11,"message":"Invalid label name"}},' +
        '{"success":true}]',
    );
    expect(await call('importdescriptors', '[[]]', 'watches')).toBe('[]');
  });

  it('ends where a value is of the wrong type, and keeps what came before', async () => {
    const first = { desc: addChecksum(`pkh(${KEY})`), timestamp: 'now' };
    const rest = (fields: object) =>
      call('importdescriptors', JSON.stringify([[first, fields]]), 'watches');
    expect(await rest({ desc: 'x' })).toBe('-3 Missing required timestamp field for key');
    expect(await rest({ timestamp: 'then' })).toBe(
      '-3 Expected number or "now" timestamp value for key. got type string',
    );
    expect(await rest({ timestamp: true })).toMatch(/^-3 Expected .* got type bool$/);
    expect(await rest({ timestamp: 1.5 })).toBe('-1 JSON integer out of range');
    expect(await rest({ desc: 1, timestamp: 1 })).toBe(
      '-3 JSON value of type number is not of expected type string',
    );
    expect(await rest({ ...first, active: 1 })).toMatch(/^-3 .* expected type bool$/);
    expect(await call('listdescriptors', '[]', 'watches')).toContain(KEY);
    expect(await call('importdescriptors', '[{}]', 'watches')).toMatch(/^-3 Wrong type passed:/);
    expect(await call('importdescriptors', '[]', 'watches')).toMatch(
      /^-1 importdescriptors requests\n/,
    );
  });

  it('asks for private keys, or for none', async () => {
    expect(await imported('signs', `sh(wpkh(${XPUB}/0/0/*))`, { range: [0, 100] })).toBe(
      refused(
        -4,
        'Cannot import descriptor without private keys to a wallet with private keys enabled',
      ),
    );
    expect(await imported('watches', `sh(wpkh(${XPRV}/0h/0h/*h))`, { range: 1 })).toBe(
      refused(-4, 'Cannot import private keys to a wallet with private keys disabled'),
    );
    expect(await imported('watches', `wpkh(${XPUB}/1h/*)`, { range: 1 })).toBe(
      refused(
        -4,
        'Cannot expand descriptor. Probably because of hardened derivations without private keys provided',
      ),
    );
    expect(await imported('watches', `wpkh(${WIF})`)).toBe(
      refused(-4, 'Cannot import private keys to a wallet with private keys disabled'),
    );
    const some = `wsh(multi(2,${XPRV}/*,${ACCOUNT}/*))`;
    expect(await imported('signs', some, { range: 2 })).toBe(
      '[{"success":true,"warnings":["Not all private keys provided. Some wallet functionality may return unexpected errors"]}]',
    );
    expect(await call('listdescriptors', '[true]', 'signs')).toBe(
      "-4 Can't get descriptor string.",
    );
  });

  it('checks ranges', async () => {
    const desc = `wpkh(${XPRV}/0h/*)`;
    const of = (fields: object) => imported('signs', desc, fields);
    expect(await of({ range: -1 })).toBe(refused(-8, 'End of range is too high'));
    expect(await of({ range: [-1, 10] })).toBe(
      refused(-8, 'Range should be greater or equal than 0'),
    );
    expect(await of({ range: [2, 1] })).toBe(
      refused(-8, 'Range specified as [begin,end] must not have begin after end'),
    );
    expect(await of({ range: [0, 1_000_001] })).toBe(refused(-8, 'Range is too large'));
    expect(await of({ range: null })).toBe(
      refused(-8, 'Range must be specified as end or as [begin,end]'),
    );
    expect(await of({ range: [0, 9], next_index: 10 })).toBe(
      refused(-8, 'next_index is out of range'),
    );
    expect(await of({ next_index: 5 })).toBe(refused(-8, 'next_index is out of range', NO_RANGE));
    expect(await imported('signs', `wpkh(${WIF})`, { range: 1 })).toBe(
      refused(-8, 'Range should not be specified for an un-ranged descriptor'),
    );
    expect(await imported('signs', `wpkh(${WIF})`, { active: true })).toBe(
      refused(-8, 'Active descriptors must be ranged'),
    );
    expect(await of({ range: 1, label: 'x' })).toBe(
      refused(-8, 'Ranged descriptors should not have a label'),
    );
    expect(await imported('signs', `wpkh(${WIF})`, { internal: true, label: 'x' })).toBe(
      refused(-8, 'Internal addresses should not have a label'),
    );
    expect(await imported('signs', `combo(${XPRV}/*)`, { range: 1, active: true })).toBe(
      refused(-4, 'Combo descriptors cannot be set to active'),
    );
    expect(await call('listdescriptors', '[]', 'signs')).toContain('"descriptors":[]');
  });

  it('makes ranges longer, and never shorter', async () => {
    const of = (range: unknown, fields: object = {}) =>
      imported('signs', `sh(wpkh(${XPRV}/0h/0h/*h))`, { range, active: true, ...fields });
    expect(await of([5, 10])).toBe(DONE);
    expect(await keyPool('signs')).toEqual([6, 0]);
    expect(await of([0, 10])).toBe(DONE);
    expect(await keyPool('signs')).toEqual([11, 0]);
    expect(await of([0, 20])).toBe(DONE);
    expect(await of([0, 20])).toBe(DONE);
    expect(await keyPool('signs')).toEqual([21, 0]);
    for (const range of [
      [5, 10],
      [0, 10],
      [5, 20],
    ]) {
      expect(await of(range)).toBe(refused(-8, 'new range must include current range = [0,20]'));
    }
    expect(await of([0, 20], { internal: true })).toBe(DONE);
    expect(await keyPool('signs')).toEqual([0, 21]);
    expect(await call('getnewaddress', '["","p2sh-segwit"]', 'signs')).toBe(UNLABELLED);
    expect(await call('getrawchangeaddress', '["p2sh-segwit"]', 'signs')).toMatch(/^"2/);
    expect(await of([0, 20])).toBe(DONE);
    expect(await call('getrawchangeaddress', '["p2sh-segwit"]', 'signs')).toBe(UNLABELLED);
  });

  it('says of what descriptors are what gives out addresses', async () => {
    const of = (fields: object) =>
      imported('watches', `wpkh([80002067/0h/0h]${ACCOUNT}/*)`, { range: [0, 9], ...fields });
    expect(await imported('watches', `wpkh(${ACCOUNT}/*)`, { active: true })).toBe(
      `[{"success":true,"warnings":["${NO_RANGE}"]}]`,
    );
    expect(await keyPool('watches')).toEqual([5, 0]);
    await of({ active: true });
    const addresses = [];
    for (let i = 0; i < 3; i++) addresses.push(await call('getnewaddress', '[]', 'watches'));
    expect(await keyPool('watches')).toEqual([7, 0]);
    for (const i of [2, 0, 1]) {
      await of({ active: true, next_index: i });
      expect(await call('getnewaddress', '[]', 'watches')).toBe(addresses[i]);
    }
    // It is not what gives out change, so that there is nothing to be ended.
    await of({ internal: true });
    expect(await call('getnewaddress', '[]', 'watches')).toMatch(/^"bcrt1q/);
    await of({});
    expect(await call('getnewaddress', '[]', 'watches')).toBe(UNLABELLED);
    await call('unloadwallet', '["watches"]');
    await call('loadwallet', '["watches"]');
    expect(await call('getnewaddress', '[]', 'watches')).toBe(UNLABELLED);
    expect(await imported('watches', `pk(${ACCOUNT}/*)`, { range: 1, active: true })).toBe(
      '[{"success":true,"warnings":["Unknown output type, cannot set descriptor to active."]}]',
    );
  });

  it('finds what was paid before, in blocks and in the pool', async () => {
    await call('createwallet', '["payer"]');
    const own = await call('getnewaddress', '[]', 'payer');
    await call('generatetoaddress', `[101,${own}]`);
    const desc = addChecksum(`wpkh(${ACCOUNT}/0)`);
    const [address] = JSON.parse(await call('deriveaddresses', JSON.stringify([desc])));
    await call('sendtoaddress', `["${address}",1]`, 'payer');
    const since = (timestamp: unknown, label: string) =>
      imported('watches', `wpkh(${ACCOUNT}/0)`, { timestamp, label });
    expect(await since('now', 'paid')).toBe(DONE);
    expect(await call('getbalances', '[]', 'watches')).toContain('"untrusted_pending":1.00000000');
    expect(await call('getaddressesbylabel', '["paid"]', 'watches')).toContain(address);
    expect(await since('now', 'paid twice')).toBe(DONE);
    expect(await call('getaddressesbylabel', '["paid twice"]', 'watches')).toContain(address);
    await call('generatetoaddress', `[1,${own}]`);
    expect(await call('getbalance', '[]', 'watches')).toBe('1.00000000');
    await call('createwallet', '["later",true]');
    const later = (timestamp: unknown) => imported('later', `wpkh(${ACCOUNT}/0)`, { timestamp });
    expect(await later(0)).toBe(DONE);
    expect(await call('getbalance', '[]', 'later')).toBe('1.00000000');
    expect(await call('getwalletinfo', '[]', 'later')).toContain('"birthtime":1,');
  });

  it('names addresses, and nothing that has none', async () => {
    await imported('watches', `pkh(${KEY})`, { label: 'shop' });
    await imported('watches', `combo(${KEY})`, { label: 'all' });
    await imported('watches', `multi(1,${KEY})`, { label: 'none' });
    expect(JSON.parse(await call('listlabels', '[]', 'watches'))).toEqual(['all']);
    await imported('watches', `addr(${'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'})`, { internal: true });
    expect(JSON.parse(await call('listlabels', '[]', 'watches'))).toEqual(['all']);
  });

  it('wants an encrypted wallet unlocked', async () => {
    await call('createwallet', '["sealed",false,true,"secret"]');
    expect(await imported('sealed', `wpkh(${WIF})`)).toMatch(/^-13 /);
    await call('walletpassphrase', '["secret",60]', 'sealed');
    expect(await imported('sealed', `wpkh(${WIF})`)).toBe(DONE);
    expect(await call('listdescriptors', '[true]', 'sealed')).toContain(WIF);
    await call('walletlock', '[]', 'sealed');
    expect(await call('listdescriptors', '[true]', 'sealed')).toMatch(/^-13 /);
  });
});

describe('listdescriptors', () => {
  it('lists them by their text, public and private', async () => {
    await imported('signs', `wpkh(${XPRV}/84h/1h/0h/0/*)`, { timestamp: GENESIS_TIME, range: 0 });
    const rest = `"timestamp":${GENESIS_TIME},"active":false,"range":[0,4],"next":0,"next_index":0}`;
    const open = addChecksum(`wpkh([80002067/84h/1h/0h]${ACCOUNT}/0/*)`);
    const secret = addChecksum(`wpkh(${XPRV}/84h/1h/0h/0/*)`);
    const listed = (desc: string) =>
      `{"wallet_name":"signs","descriptors":[{"desc":"${desc}",${rest}]}`;
    expect(await call('listdescriptors', '[]', 'signs')).toBe(listed(open));
    expect(await call('listdescriptors', '[false]', 'signs')).toBe(listed(open));
    expect(await call('listdescriptors', '[true]', 'signs')).toBe(listed(secret));
    expect(await call('listdescriptors', '["x"]', 'signs')).toMatch(/^-3 /);
  });

  it('has eight of a new wallet, half of them for change', async () => {
    await call('createwallet', '["new"]');
    const { descriptors } = JSON.parse(await call('listdescriptors', '[]', 'new'));
    const texts = descriptors.map(({ desc }: { desc: string }) => desc);
    expect(texts).toEqual([...texts].sort());
    expect(texts).toHaveLength(8);
    expect(descriptors.filter((each: { active: boolean }) => each.active)).toHaveLength(8);
    expect(descriptors.filter((each: { internal: boolean }) => each.internal)).toHaveLength(4);
  });

  it('tells no range of what has none', async () => {
    await imported('watches', `combo(${KEY})`, { timestamp: GENESIS_TIME });
    await imported('watches', 'raw(51)', { timestamp: GENESIS_TIME });
    expect(await call('listdescriptors', '[]', 'watches')).toBe(
      `{"wallet_name":"watches","descriptors":[{"desc":"combo(${KEY})#np574htj","timestamp":${GENESIS_TIME},"active":false},{"desc":"raw(51)#8lvh9jxk","timestamp":${GENESIS_TIME},"active":false}]}`,
    );
    expect(await call('listdescriptors', '[true]', 'watches')).toBe(
      "-4 Can't get descriptor string.",
    );
  });
});
