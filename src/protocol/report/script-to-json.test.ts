import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { main } from '../params/main.ts';
import { jsonText } from './json-text.ts';
import { decodedScriptToJson, scriptSigToJson, scriptToJson } from './script-to-json.ts';

const prefixes = main.addressPrefixes;
const descOf = (hex: string): unknown => scriptToJson(fromHex(hex), prefixes)['desc'];
const X = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const Y = '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';

describe('the descriptor of an output script', () => {
  it('shows its key, compressed or not', () => {
    expect(descOf(`2102${X}ac`)).toMatch(new RegExp(`^pk\\(02${X}\\)#`));
    expect(descOf(`4104${X}${Y}ac`)).toMatch(new RegExp(`^pk\\(04${X}${Y}\\)#`));
  });

  it('has no word for a hybrid key', () => {
    expect(descOf(`4106${X}${Y}ac`)).toMatch(/^raw\(4106/);
    expect(descOf(`5121${'02'}${X}4106${X}${Y}52ae`)).toMatch(/^raw\(5121/);
  });

  it('shows the keys of a multisig, hidden ones behind hashes as addresses', () => {
    expect(descOf(`512102${X}2103${X}52ae`)).toMatch(new RegExp(`^multi\\(1,02${X},03${X}\\)#`));
    expect(descOf(`76a914${'11'.repeat(20)}88ac`)).toMatch(/^addr\(1/);
    expect(descOf(`0014${'11'.repeat(20)}`)).toMatch(/^addr\(bc1q/);
  });

  it('shows an output key only if it is on the curve', () => {
    expect(descOf(`5120${X}`)).toMatch(new RegExp(`^rawtr\\(${X}\\)#`));
    expect(descOf(`5120${'55'.repeat(32)}`)).toMatch(/^addr\(bc1p/);
  });

  it('is the bytes where nothing else can be said', () => {
    expect(descOf('')).toMatch(/^raw\(\)#/);
    expect(descOf('6a00')).toMatch(/^raw\(6a00\)#/);
    expect(descOf(`0016${'11'.repeat(22)}`)).toMatch(/^raw\(0016/);
  });
});

describe('decodescript', () => {
  const decode = (hex: string) => decodedScriptToJson(fromHex(hex), prefixes);

  it('wraps no script that could not be spent behind a hash', () => {
    for (const [hex, why] of [
      ['6a51', 'OP_RETURN'],
      ['ba', 'an opcode of Tapscript'],
      ['50', 'an opcode that Tapscript set aside'],
      ['fe', 'an opcode without a meaning'],
      ['4c', 'a push that runs over the end'],
      [`4d0902${'00'.repeat(521)}`, 'a push that is too large'],
      ['61'.repeat(10_001), 'a script that is too long'],
    ] as const) {
      expect(decode(hex), why).not.toHaveProperty('p2sh');
    }
    expect(decode(`4d0802${'00'.repeat(520)}`)).toHaveProperty('p2sh');
  });

  it('has no SegWit form for uncompressed keys', () => {
    const uncompressed = decode(`4104${X}${Y}ac`);
    expect(uncompressed).toHaveProperty('p2sh');
    expect(uncompressed['segwit']).toBeUndefined();
    expect(decode(`514104${X}${Y}51ae`)['segwit']).toBeUndefined();
    expect(decode(`2102${X}ac`)['segwit']).toMatchObject({ type: 'witness_v0_keyhash' });
  });

  it('wraps a witness program in a script hash, and in nothing else', () => {
    const program = decode(`0020${X}`);
    expect(program).toHaveProperty('p2sh');
    expect(program['segwit']).toBeUndefined();
    expect(decode('51024e73')).toMatchObject({ type: 'anchor' });
    expect(decode('51024e73')).not.toHaveProperty('p2sh');
  });
});

it('the script of an input shows the hash type of a signature by name', () => {
  const signature = `30440220${'11'.repeat(32)}0220${'22'.repeat(32)}`;
  expect(scriptSigToJson(fromHex(`47${signature}01`))['asm']).toBe(`${signature}[ALL]`);
});

it('every script can be shown, as JSON that can be read', () => {
  const bytes = fc.uint8Array({ maxLength: 80 });
  fc.assert(
    fc.property(bytes, (script) => {
      for (const json of [
        scriptToJson(script, prefixes),
        decodedScriptToJson(script, prefixes),
        scriptSigToJson(script),
      ]) {
        expect(JSON.parse(jsonText(json))).toHaveProperty('asm');
      }
    }),
  );
});
