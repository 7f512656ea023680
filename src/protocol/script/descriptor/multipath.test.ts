import { describe, expect, it } from 'vitest';
import { toHex } from '../../bytes/hex.ts';
import { masterKeyFromSeed, neuter } from '../../keys/extended-key.ts';
import { encodeExtendedKey } from '../../keys/extended-key-text.ts';
import type { DescriptorChain } from './chain.ts';
import { DescriptorError } from './descriptor-error.ts';
import { parseDescriptor, parseMultipathDescriptor } from './parse.ts';
import { descriptorToString } from './print.ts';

const REGTEST: DescriptorChain = {
  keyPrefixes: { wif: 0xef, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
};

const MASTER = masterKeyFromSeed(new Uint8Array(32).fill(7));
const XPRV = encodeExtendedKey(MASTER, REGTEST.keyPrefixes);
const XPUB = encodeExtendedKey(neuter(MASTER), REGTEST.keyPrefixes);
const X_ONLY = toHex(MASTER.publicKey).slice(2);

describe('alternatives in key paths (BIP389)', () => {
  const expand = (text: string) =>
    parseMultipathDescriptor(text, REGTEST).map((descriptor) =>
      descriptorToString(descriptor, REGTEST, { form: 'private', checksum: false }),
    );

  it('stand for several descriptors', () => {
    expect(expand(`wpkh(${XPUB}/<0;1>/*)`)).toEqual([`wpkh(${XPUB}/0/*)`, `wpkh(${XPUB}/1/*)`]);
    expect(expand(`pkh([d34db33f/9h]${XPRV}/<2147483647h;0;7>/0)`)).toEqual([
      `pkh([d34db33f/9h]${XPRV}/2147483647h/0)`,
      `pkh([d34db33f/9h]${XPRV}/0/0)`,
      `pkh([d34db33f/9h]${XPRV}/7/0)`,
    ]);
    expect(expand(`sh(multi(2,${XPUB}/<1;2>/*,${XPUB}/5,${XPUB}/<3;4>/0/*))`)).toEqual([
      `sh(multi(2,${XPUB}/1/*,${XPUB}/5,${XPUB}/3/0/*))`,
      `sh(multi(2,${XPUB}/2/*,${XPUB}/5,${XPUB}/4/0/*))`,
    ]);
    expect(expand(`tr(${XPUB}/6,{pk(${XPUB}/<1;2>),pk(${X_ONLY})})`)).toEqual([
      `tr(${XPUB}/6,{pk(${XPUB}/1),pk(${X_ONLY})})`,
      `tr(${XPUB}/6,{pk(${XPUB}/2),pk(${X_ONLY})})`,
    ]);
    expect(expand(`tr(${XPUB}/<6;7>,{pk(${XPUB}/8),pk(${XPUB}/<1;2>)})`)).toEqual([
      `tr(${XPUB}/6,{pk(${XPUB}/8),pk(${XPUB}/1)})`,
      `tr(${XPUB}/7,{pk(${XPUB}/8),pk(${XPUB}/2)})`,
    ]);
  });

  it('are unknown to those who read one descriptor, as they are to Bitcoin Core 28', () => {
    expect(() => parseDescriptor(`wpkh(${XPUB}/<0;1>/*)`, REGTEST)).toThrow(
      "wpkh(): Key path value '<0;1>' is not a valid uint32",
    );
  });

  it('are not needed', () => {
    expect(expand('raw(51)')).toEqual(['raw(51)']);
  });

  it.each([
    [`wpkh(${XPUB}/<0;1>/<2;3>)`, 'wpkh(): Multiple multipath key path specifiers found'],
    [`wpkh(${XPUB}/<0>/*)`, 'wpkh(): Multipath key path specifiers must have at least two items'],
    [`wpkh(${XPUB}/<>/*)`, 'wpkh(): Multipath key path specifiers must have at least two items'],
    [`wpkh(${XPUB}/<0/*)`, "wpkh(): Key path value '<0' is not a valid uint32"],
    [`wpkh(${XPUB}/0>/*)`, "wpkh(): Key path value '0>' is not a valid uint32"],
    [`wpkh(${XPUB}/</*)`, "wpkh(): Key path value '<' is not a valid uint32"],
    [`wpkh(${XPUB}/<0;>/*)`, "wpkh(): Key path value '' is not a valid uint32"],
    [`wpkh(${XPUB}/<1;1>/*)`, 'wpkh(): Duplicated key path value 1 in multipath specifier'],
    [
      `wpkh([d34db33f/<0;1>]${XPUB}/0)`,
      "wpkh(): Key path value '<0;1>' specifies multipath in a section where multipath is not allowed",
    ],
    [
      `multi(1,${XPUB}/<0;1>,${XPUB}/<0;1;2>)`,
      'multi(): Multipath derivation paths have mismatched lengths',
    ],
    [
      `tr(${XPUB},{pk(${XPUB}/<0;1>),pk(${XPUB}/<0;1;2>)})`,
      'tr(): Multipath subscripts have mismatched lengths',
    ],
    [
      `tr(${XPUB}/<0;1>,pk(${XPUB}/<0;1;2>))`,
      'tr(): Multipath internal key mismatches multipath subscripts lengths',
    ],
    [
      `wpkh(${XPUB}/<${Array.from({ length: 65 }, (_, i) => i).join(';')}>)`,
      'wpkh(): Multipath key path specifiers must have at most 64 items, not 65',
    ],
  ])('are refused when wrong: %s', (text, message) => {
    let refusal: unknown;
    try {
      parseMultipathDescriptor(text, REGTEST);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(DescriptorError);
    expect((refusal as DescriptorError).message).toBe(message);
  });
});
