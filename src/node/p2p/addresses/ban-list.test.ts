import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../../../outside/disk/memory-disk.ts';
import { readFile, writeFile } from '../../../outside/disk/whole-file.ts';
import { parseAddress } from './address-text.ts';
import { BanList } from './ban-list.ts';
import type { NetAddress } from './net-address.ts';
import { parseSubnet, type Subnet, subnetText } from './subnet.ts';

const START = 1_700_000_000;

function at(text: string): NetAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}

function net(text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw new Error(text);
  return subnet;
}

async function makeFolder() {
  const disk = new MemoryDisk();
  await disk.makeFolder('/data');
  const lines: string[] = [];
  const folder = {
    disk,
    folder: '/data',
    log: (_: string, __: string, words: string) => void lines.push(words),
  };
  return { disk, lines, folder, clock: new VirtualClock(START * 1000) };
}

describe('ranges of addresses', () => {
  it('are written as Core writes them, with the bits that do not count at zero', () => {
    const forms = {
      '1.2.3.4': '1.2.3.4/32',
      '1.2.3.4/24': '1.2.3.0/24',
      '1.2.3.4/255.255.0.0': '1.2.0.0/16',
      '1.2.3.4/0': '0.0.0.0/0',
      '1.2.3.255/27': '1.2.3.224/27',
      '2001:db8::1': '2001:db8::1/128',
      '2001:db8:ffff::/33': '2001:db8:8000::/33',
      '2001:db8::/ffff::': '2001::/16',
    };
    for (const [text, written] of Object.entries(forms))
      expect(subnetText(net(text))).toBe(written);
    const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';
    expect(subnetText(net(onion))).toBe(onion);
  });

  it('are refused where they are none', () => {
    const texts = [
      '',
      '1.2.3.4/33',
      '1.2.3.4/-1',
      '1.2.3.4/255.0.255.0',
      '::1/129',
      '1.2.3.4/8/8',
      'a/8',
      '1.2.3.4/',
    ];
    expect(texts.filter((text) => parseSubnet(text) !== undefined)).toEqual([]);
  });
});

describe('a ban', () => {
  it('holds for every address of its range, a day long', async () => {
    const { clock } = await makeFolder();
    const bans = new BanList(clock);
    expect(bans.ban(net('10.0.0.0/8'))).toBe(true);
    expect(bans.isBanned(at('10.200.1.1'))).toBe(true);
    expect(bans.isBanned(at('11.0.0.1'))).toBe(false);
    expect(bans.isBanned(at('a00::'))).toBe(false);
    expect(bans.hasBan(net('10.0.0.0/8'))).toBe(true);
    expect(bans.hasBan(net('10.0.0.0/9'))).toBe(false);
    await clock.advance(86_399_000);
    expect(bans.isBanned(at('10.200.1.1'))).toBe(true);
    await clock.advance(1000);
    expect(bans.isBanned(at('10.200.1.1'))).toBe(false);
    expect(bans.list()).toEqual([]);
  });

  it('is made longer and never shorter, and lifted for exactly its range', async () => {
    const { clock } = await makeFolder();
    const bans = new BanList(clock);
    expect(bans.ban(net('1.2.3.0/24'), { until: START + 100 })).toBe(true);
    expect(bans.ban(net('1.2.3.0/24'), { until: START + 50 })).toBe(false);
    expect(bans.ban(net('1.2.3.0/24'), { until: START + 200, reason: 'spam' })).toBe(true);
    expect(bans.ban(net('9.9.9.9'), { until: START })).toBe(false);
    expect(bans.list()).toMatchObject([{ created: START, until: START + 200, reason: 'spam' }]);
    expect(bans.unban(net('1.2.3.0/25'))).toBe(false);
    expect(bans.unban(net('1.2.3.0/24'))).toBe(true);
    expect(bans.isBanned(at('1.2.3.4'))).toBe(false);
  });

  it('outlives a restart, in the format of Core', async () => {
    const { disk, folder, clock } = await makeFolder();
    const bans = await BanList.load(folder, clock);
    bans.ban(net('1.2.3.0/24'), { until: START + 200 });
    bans.ban(net('2001:db8::5'));
    await bans.save();
    const text = new TextDecoder().decode(await readFile(disk, '/data/banlist.json'));
    expect(JSON.parse(text)).toEqual({
      banned_nets: [
        { version: 1, ban_created: START, banned_until: START + 200, address: '1.2.3.0/24' },
        {
          version: 1,
          ban_created: START,
          banned_until: START + 86_400,
          address: '2001:db8::5/128',
        },
      ],
    });
    expect((await BanList.load(folder, clock)).list()).toEqual(bans.list());
    const foreign = { banned_nets: [{ version: 2, address: 'later' }], more: 1 };
    await writeFile(disk, '/data/banlist.json', new TextEncoder().encode(JSON.stringify(foreign)));
    expect((await BanList.load(folder, clock)).list()).toEqual([]);
  });

  it('that cannot be read is put aside, and made anew', async () => {
    const { disk, folder, lines, clock } = await makeFolder();
    for (const text of ['{', '[]', '{"banned_nets":[{"version":1}]}', 'null']) {
      await writeFile(disk, '/data/banlist.json', new TextEncoder().encode(text));
      expect((await BanList.load(folder, clock)).list()).toEqual([]);
      const [why, ...rest] = lines.splice(0);
      expect(why).toContain('banlist.json');
      expect(rest).toEqual(['Recreating the banlist database']);
      expect(await disk.stat('/data/banlist.json.bak')).toBeDefined();
    }
  });

  it('that is not there is made at once, and the operator is told', async () => {
    const { disk, folder, lines, clock } = await makeFolder();
    await BanList.load(folder, clock);
    expect(lines.splice(0)).toEqual(['Recreating the banlist database']);
    expect(await disk.stat('/data/banlist.json')).toBeDefined();
    await BanList.load(folder, clock);
    expect(lines).toEqual([]);
  });
});

describe('discouraged addresses', () => {
  it('are remembered, the last 50,000 at least and 100,000 at most', async () => {
    const bans = new BanList(new VirtualClock());
    const nth = (i: number): NetAddress => ({
      network: 1,
      address: Uint8Array.of(i >> 24, i >> 16, i >> 8, i),
    });
    for (let i = 0; i < 150_000; i++) bans.discourage(nth(i));
    expect(bans.isDiscouraged(nth(149_999))).toBe(true);
    expect(bans.isDiscouraged(nth(100_000))).toBe(true);
    expect(bans.isDiscouraged(nth(0))).toBe(false);
    expect(bans.isDiscouraged(nth(49_999))).toBe(false);
  });
});
