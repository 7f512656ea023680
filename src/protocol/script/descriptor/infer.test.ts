import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { publicKeyOf } from '../../keys/private-key.ts';
import type { DescriptorChain } from './chain.ts';
import { expandDescriptor } from './expand.ts';
import { inferDescriptor } from './infer.ts';
import { knownFrom, NOTHING_KNOWN } from './known-solutions.ts';
import { parseDescriptor } from './parse.ts';
import { descriptorToString } from './print.ts';

const REGTEST: DescriptorChain = {
  keyPrefixes: { wif: 0xef, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
};
const pub = (n: number) => toHex(publicKeyOf(new Uint8Array(32).fill(n)));
const fat = (n: number) => toHex(publicKeyOf(new Uint8Array(32).fill(n), false));
const xOnly = (n: number) => pub(n).slice(2);

function infer(script: Uint8Array, known = NOTHING_KNOWN): string {
  return descriptorToString(inferDescriptor(script, REGTEST, known), REGTEST, { checksum: false });
}

/** Takes the script of a descriptor, and infers with and without what the descriptor told. */
function around(text: string): readonly [known: string, unknown: string] {
  const expansion = expandDescriptor(parseDescriptor(text, REGTEST));
  const script = expansion.outputs[0]?.script as Uint8Array;
  return [infer(script, knownFrom([expansion])), infer(script)];
}

describe('inferDescriptor', () => {
  it('says what it is told, origins included', () => {
    for (const text of [
      `pk([d34db33f/1h/2]${pub(1)})`,
      `pkh([d34db33f]${pub(1)})`,
      `pkh([d34db33f]${fat(1)})`,
      `wpkh([d34db33f]${pub(1)})`,
      `sh(wpkh([d34db33f]${pub(1)}))`,
      `sh(wsh(multi(1,[d34db33f]${pub(1)},[d34db33f]${pub(2)})))`,
      `multi(1,[d34db33f]${fat(1)},[d34db33f]${pub(2)})`,
      `tr([d34db33f/7]${xOnly(1)})`,
      `tr([d34db33f]${xOnly(1)},{pk([d34db33f/0]${xOnly(2)}),{pk([d34db33f/1]${xOnly(3)}),multi_a(2,[d34db33f/2]${xOnly(4)},[d34db33f/3]${xOnly(5)})}})`,
      `rawtr([d34db33f]${xOnly(1)})`,
    ]) {
      expect(around(text)[0]).toBe(text);
    }
  });

  it('says no more than the script when nothing is known', () => {
    expect(around(`pk(${pub(1)})`)[1]).toBe(`pk(${pub(1)})`);
    expect(around(`multi(1,${pub(1)},${fat(2)})`)[1]).toBe(`multi(1,${pub(1)},${fat(2)})`);
    expect(around(`pkh(${pub(1)})`)[1]).toMatch(/^addr\([mn]/);
    expect(around(`sh(pk(${pub(1)}))`)[1]).toMatch(/^addr\(2/);
    expect(around(`wpkh(${pub(1)})`)[1]).toMatch(/^addr\(bcrt1q/);
    expect(around(`wsh(pk(${pub(1)}))`)[1]).toMatch(/^addr\(bcrt1q/);
    expect(around(`tr(${pub(1)})`)[1]).toMatch(/^rawtr\(/);
    expect(infer(fromHex('6a'))).toBe('raw(6a)');
    expect(infer(new Uint8Array())).toBe('raw()');
  });

  it('takes for a key what has the form of one', () => {
    const notOnTheCurve = `02${'cc'.repeat(32)}`;
    expect(infer(fromHex(`21${notOnTheCurve}ac`))).toBe(`pk(${notOnTheCurve})`);
  });

  it('does not know hybrid keys', () => {
    const hybrid = `06${fat(1).slice(2)}`;
    expect(infer(fromHex(`41${hybrid}ac`))).toBe(`raw(41${hybrid}ac)`);
    expect(infer(fromHex(`5141${hybrid}51ae`))).toBe(`raw(5141${hybrid}51ae)`);
  });

  it('does not put uncompressed keys into witnesses', () => {
    const script = fromHex(`41${fat(1)}ac`);
    const { outputs } = expandDescriptor(parseDescriptor(`sh(pk(${fat(1)}))`, REGTEST));
    const known = { ...NOTHING_KNOWN, script: () => script };
    expect(infer(outputs[0]?.script as Uint8Array, known)).toBe(`sh(pk(${fat(1)}))`);
    expect(infer(fromHex(`0020${'11'.repeat(32)}`), known)).toMatch(/^addr\(/);
  });

  it('falls back to the output key when a leaf says nothing', () => {
    const expansion = expandDescriptor(parseDescriptor(`tr(${xOnly(1)},pk(${xOnly(2)}))`, REGTEST));
    const [output] = expansion.outputs;
    const taproot = output?.taproot;
    if (output === undefined || taproot === undefined) throw new Error('no tree');
    for (const leaf of [{ script: fromHex('51') }, { ...taproot.leaves[0]?.leaf, version: 0xc2 }]) {
      const leaves = taproot.leaves.map((spend) => ({
        ...spend,
        leaf: leaf as { script: Uint8Array },
      }));
      const known = { ...NOTHING_KNOWN, taproot: () => ({ ...taproot, leaves }) };
      expect(infer(output.script, known)).toBe(`rawtr(${toHex(taproot.outputKey)})`);
    }
  });

  it('does not take near misses of multi_a for one', () => {
    const keys = `20${xOnly(1)}ac20${xOnly(2)}ba`;
    for (const script of [
      `${keys}539c`,
      `${keys}009c`,
      `${keys}01029c`,
      `${keys}529d`,
      `${keys}52`,
      `20${xOnly(1)}ac20${xOnly(2)}ac529c`,
      `21${xOnly(1)}ac519c`,
      '519c',
      '9c',
      '',
    ]) {
      const expansion = expandDescriptor(
        parseDescriptor(`tr(${xOnly(1)},pk(${xOnly(2)}))`, REGTEST),
      );
      const taproot = expansion.outputs[0]?.taproot;
      if (taproot === undefined) throw new Error('no tree');
      const leaves = taproot.leaves.map((spend) => ({
        ...spend,
        leaf: { script: fromHex(script) },
      }));
      const known = { ...NOTHING_KNOWN, taproot: () => ({ ...taproot, leaves }) };
      const outputScript = expansion.outputs[0]?.script as Uint8Array;
      expect(infer(outputScript, known)).toMatch(/^rawtr\(/);
    }
  });
});
