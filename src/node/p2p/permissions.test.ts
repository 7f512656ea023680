import { describe, expect, it } from 'vitest';
import { parseAddress } from './addresses/address-text.ts';
import {
  parseWhitebind,
  parseWhitelist,
  permissionNames,
  permissionsFor,
  type WhitelistEntry,
} from './permissions.ts';

function names(entry: Pick<WhitelistEntry, 'permissions'>): readonly string[] {
  return permissionNames(entry.permissions);
}

describe('-whitelist', () => {
  it('grants what it names, and what goes with that', () => {
    expect(names(parseWhitelist('bloom,addr@1.2.3.4'))).toEqual(['bloomfilter', 'addr']);
    expect(names(parseWhitelist('bloomfilter@1.2.3.4'))).toEqual(['bloomfilter']);
    expect(names(parseWhitelist('noban@1.2.3.4'))).toEqual(['noban', 'download']);
    expect(names(parseWhitelist('forcerelay@1.2.3.4'))).toEqual(['forcerelay', 'relay']);
    expect(names(parseWhitelist('all@1.2.3.4'))).toEqual([
      ...['bloomfilter', 'noban', 'forcerelay', 'relay', 'mempool', 'download', 'addr'],
    ]);
  });

  it('grants what was always granted where it names nothing, and nothing before an empty @', () => {
    expect(names(parseWhitelist('1.2.3.4'))).toEqual(['noban', 'relay', 'mempool', 'download']);
    expect(names(parseWhitelist('@1.2.3.4'))).toEqual([]);
    expect(names(parseWhitelist(',mempool,@1.2.3.4'))).toEqual(['mempool']);
  });

  it('holds for who comes in, unless it says otherwise', () => {
    expect(parseWhitelist('noban@1.2.3.4')).toMatchObject({ inbound: true, outbound: false });
    expect(parseWhitelist('out,noban@1.2.3.4')).toMatchObject({ inbound: false, outbound: true });
    expect(parseWhitelist('in,out,noban@::1')).toMatchObject({ inbound: true, outbound: true });
  });

  it('refuses what it does not know, in the words of Core', () => {
    expect(() => parseWhitelist('nobann@1.2.3.4')).toThrow("Invalid P2P permission: 'nobann'");
    expect(() => parseWhitelist('noban@1.2.3.4/33')).toThrow(
      "Invalid netmask specified in -whitelist: '1.2.3.4/33'",
    );
    expect(() => parseWhitelist('noban@somewhere')).toThrow('Invalid netmask');
    expect(() => parseWhitelist('out@1.2.3.4')).toThrow(
      "Only direction was set, no permissions: 'out'",
    );
  });

  it('adds up for an address that several entries are about', () => {
    const list = [
      'mempool@10.0.0.0/8',
      'addr@10.1.0.0/16',
      'out,noban@10.0.0.0/8',
      'relay@11.0.0.1',
    ];
    const whitelist = list.map((text) => parseWhitelist(text));
    const at = (text: string, way: 'inbound' | 'outbound'): readonly string[] =>
      names({ permissions: permissionsFor(whitelist, parseAddress(text), way) });
    expect(at('10.1.2.3', 'inbound')).toEqual(['mempool', 'addr']);
    expect(at('10.2.2.3', 'inbound')).toEqual(['mempool']);
    expect(at('10.2.2.3', 'outbound')).toEqual(['noban', 'download']);
    expect(at('12.0.0.1', 'inbound')).toEqual([]);
  });
});

describe('-whitebind', () => {
  it('is an address and a port, with what is granted there', () => {
    expect(parseWhitebind('noban@127.0.0.1:18445')).toMatchObject({
      ...{ host: '127.0.0.1', port: 18445 },
    });
    expect(parseWhitebind('[::1]:18445')).toMatchObject({ host: '::1', port: 18445 });
  });

  it('refuses the rest', () => {
    expect(() => parseWhitebind('noban@127.0.0.1')).toThrow(
      "Need to specify a port with -whitebind: '127.0.0.1'",
    );
    expect(() => parseWhitebind('out,noban@127.0.0.1:1')).toThrow('only be used for incoming');
    expect(() => parseWhitebind('nowhere:1')).toThrow(
      "Cannot resolve -whitebind address: 'nowhere:1'",
    );
  });
});
