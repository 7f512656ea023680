import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { ripemd160, sha256 } from '../../crypto/hash.ts';
import { scriptToAsm } from '../asm.ts';
import { scriptFlags } from '../flags.ts';
import type { InputChecker } from '../machine/input-checker.ts';
import { evaluateScript } from '../machine/interpreter.ts';
import { isTruthy } from '../script-number.ts';
import { satisfyMiniscript } from '../sign/satisfy-miniscript.ts';
import { compileMiniscript } from './compile-miniscript.ts';
import type { MiniscriptContext } from './context.ts';
import { decompileMiniscript } from './decompile-miniscript.ts';
import { type Miniscript, mapMiniscript, miniscriptKeys, postOrder } from './miniscript.ts';
import { miniscriptFault, resourceNeeds } from './miniscript-fault.ts';
import { parseMiniscript } from './parse-miniscript.ts';
import { printMiniscript } from './print-miniscript.ts';
import { has, typeLetters } from './properties.ts';

const PREIMAGE = new Uint8Array(32).fill(7);
const H32 = toHex(sha256(PREIMAGE));
const H20 = toHex(ripemd160(PREIMAGE));

/** Keys by names: `A`, or `k17`. */
function keyBytes(name: string, context: MiniscriptContext): Uint8Array {
  const x = new Uint8Array(32);
  for (let i = 0; i < name.length; i++) x[31 - i] = name.charCodeAt(i);
  return context === 'tr' ? x : Uint8Array.of(2, ...x);
}

function parse(text: string, context: MiniscriptContext = 'wsh'): Miniscript<string> {
  const node = parseMiniscript(text, context, (key) => key);
  if (node === undefined) throw new Error(`no miniscript: ${text}`);
  return node;
}

const print = (node: Miniscript<string>) => printMiniscript(node, (key) => key);
const compile = (node: Miniscript<string>) =>
  compileMiniscript(node, (key) => keyBytes(key, node.context));
const asm = (text: string, context: MiniscriptContext = 'wsh') =>
  scriptToAsm(compile(parse(text, context))).replaceAll(/(02)?(00){25,}/g, '');

function decompile(script: Uint8Array, context: MiniscriptContext, names: readonly string[]) {
  const byHex = new Map(names.map((name) => [toHex(keyBytes(name, context)), name]));
  return decompileMiniscript(script, context, {
    byBytes: (bytes) => byHex.get(toHex(bytes)),
    byHash: (hash) =>
      names.find((name) => toHex(compile(parse(`pkh(${name})`, context))).includes(toHex(hash))),
  });
}

describe('types', () => {
  // The tables of BIP379, worked out by hand.
  it.each([
    ['0', 'Bzudesmxk'],
    ['1', 'Bzufmxk'],
    ['pk_k(A)', 'Konudesmxk'],
    ['pk_h(A)', 'Knudesmxk'],
    ['pk(A)', 'Bondues mk'],
    ['pkh(A)', 'Bndu es mk'],
    ['older(144)', 'Bzfmxhk'],
    ['older(4194305)', 'Bzfmxgk'],
    ['after(499999999)', 'Bzfmxjk'],
    ['after(500000000)', 'Bzfmxik'],
    [`sha256(${H32})`, 'Bondumk'],
    [`hash160(${H20})`, 'Bondumk'],
    ['multi(1,A,B)', 'Bnduesmk'],
    ['s:pk(A)', 'Wduesmk'],
    ['a:pkh(A)', 'Wduesmxk'],
    ['v:pk(A)', 'Vonfsmxk'],
    ['dv:older(1)', 'Bondemxhk'],
    ['j:multi(1,A,B)', 'Bndusmxk'],
    ['n:pk(A)', 'Bonduesmxk'],
    ['and_v(v:pk(A),older(1))', 'Bonfsmxhk'],
    ['and_b(pk(A),s:pk(B))', 'Bnduesmxk'],
    ['or_b(pk(A),s:pk(B))', 'Bduesmxk'],
    ['or_c(pk(A),v:pkh(B))', 'Vfsmxk'],
    ['or_d(pk(A),pkh(B))', 'Bduesmxk'],
    ['or_i(pk(A),pkh(B))', 'Bdusmxk'],
    ['andor(pk(A),older(1),pk(B))', 'Bdesmxhk'],
    ['thresh(2,pk(A),s:pk(B),s:pk(C))', 'Bduesmk'],
    ['and_b(older(1),a:older(4194305))', 'Bufmxgh'],
    ['or_b(pk(A),a:or_i(0,older(4194305)))', 'Bdumexgk'],
  ])('%s is %s', (text, letters) => {
    const sorted = (set: string) => [...set.replaceAll(' ', '')].sort().join('');
    expect(sorted(typeLetters(parse(text).type))).toBe(sorted(letters));
  });

  it.each([
    'and_v(pk(A),pk(B))',
    'and_b(pk(A),pk(B))',
    'or_b(older(1),s:pk(B))',
    'thresh(1,older(1))',
    's:pkh(A)',
    'v:v:pk(A)',
    'c:older(1)',
    'd:older(1)',
    'andor(older(1),pk(A),pk(B))',
    'n:and_b(pk(A),pk(B))',
  ])('%s has none', (text) => {
    expect(typeLetters(parseMiniscript(text, 'wsh', String)?.type ?? 0)).toBe('');
  });

  it('differ in Taproot, where OP_IF takes an exact 1', () => {
    expect(has(parse('dv:older(1)', 'wsh').type, 'u')).toBe(false);
    expect(has(parse('dv:older(1)', 'tr').type, 'u')).toBe(true);
  });
});

describe('scripts', () => {
  it.each([
    [
      't:or_c(pk(A),v:older(5))',
      '41 OP_CHECKSIG OP_NOTIF 5 OP_CHECKSEQUENCEVERIFY OP_VERIFY OP_ENDIF 1',
    ],
    ['l:pk(A)', 'OP_IF 0 OP_ELSE 41 OP_CHECKSIG OP_ENDIF'],
    ['u:pk(A)', 'OP_IF 41 OP_CHECKSIG OP_ELSE 0 OP_ENDIF'],
    ['and_n(pk(A),pk(B))', '41 OP_CHECKSIG OP_NOTIF 0 OP_ELSE 42 OP_CHECKSIG OP_ENDIF'],
    ['thresh(1,pk(A),s:pk(B))', '41 OP_CHECKSIG OP_SWAP 42 OP_CHECKSIG OP_ADD 1 OP_EQUAL'],
    ['j:pk(A)', 'OP_SIZE OP_0NOTEQUAL OP_IF 41 OP_CHECKSIG OP_ENDIF'],
    ['and_v(v:multi(1,A),1)', '1 41 1 OP_CHECKMULTISIGVERIFY 1'],
  ])('%s', (text, expected) => {
    expect(asm(text)).toBe(expected);
  });

  it('of Lightning are miniscripts: an HTLC that was offered, of BOLT 3', () => {
    const text = `t:or_c(pk(A),and_v(v:pk(B),or_c(pk(C),v:hash160(${H20}))))`;
    expect(asm(text)).toBe(
      '41 OP_CHECKSIG OP_NOTIF 42 OP_CHECKSIGVERIFY 43 OP_CHECKSIG OP_NOTIF OP_SIZE 32 OP_EQUALVERIFY ' +
        `OP_HASH160 ${H20} OP_EQUALVERIFY OP_ENDIF OP_ENDIF 1`,
    );
    expect(miniscriptFault(parse(text), String)).toBeUndefined();
    expect(print(parse(text))).toBe(text);
  });

  it('of leaves have x coordinates, and OP_CHECKSIGADD', () => {
    expect(asm('and_v(v:multi_a(2,A,B),pk(C))', 'tr')).toBe(
      '41 OP_CHECKSIG 42 OP_CHECKSIGADD 2 OP_NUMEQUALVERIFY 43 OP_CHECKSIG',
    );
  });
});

describe('texts that are no miniscript', () => {
  it.each([
    '',
    'pk()',
    'pk(A',
    'pk(A))',
    'older(0)',
    'older(2147483648)',
    'older(x)',
    'sha256(11)',
    'multi(3,A,B)',
    'multi(0,A)',
    'multi(1)',
    'multi_a(1,A)',
    'thresh(3,pk(A),s:pk(B))',
    'thresh(0,pk(A))',
    'and_v(v:pk(A))',
    'and_v(v:pk(A),1,1)',
    'andor(pk(A),1)',
    'vv:pk(A)',
    'x:pk(A)',
    ':pk(A)',
    'foo(A)',
    '11',
  ])('%s', (text) => {
    expect(parseMiniscript(text, 'wsh', String)).toBeUndefined();
  });
});

describe('limits', () => {
  const keys = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `k${from + i}`);

  it('3,600 bytes within wsh', () => {
    const chain = (count: number) => `${'and_v(v:pk(A),'.repeat(count)}pk(B)${')'.repeat(count)}`;
    expect(parse(chain(101)).scriptSize).toBe(101 * 35 + 35);
    expect(parseMiniscript(chain(102), 'wsh', String)).toBeUndefined();
    expect(parseMiniscript(chain(102), 'tr', String)).toBeDefined();
  });

  it('201 opcodes within wsh, each key of a multi that runs among them', () => {
    const part = (i: number) => `multi(1,${keys(20, 20 * i).join(',')})`;
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) => `and_b(${part(i)},a:`).join('') + part(n) + ')'.repeat(n);
    expect(resourceNeeds(parse(many(0))).opcodes).toBe(21);
    // Each more has its 20 keys, the opcode that checks them, and three that wrap and join them.
    expect(resourceNeeds(parse(many(3))).opcodes).toBe(21 + 3 * (21 + 3));
    const wide = `and_v(v:thresh(1,${keys(49).map((k, i) => (i === 0 ? `pk(${k})` : `a:pkh(${k})`))}),pk(Z))`;
    expect(miniscriptFault(parse(wide), String)?.words).toBe(
      'is not sane: needs witnesses that may exceed resource limits',
    );
    expect(miniscriptFault(parse(wide, 'tr'), String)).toBeUndefined();
  });

  it('1,000 elements on the stack in a leaf', () => {
    const needs = resourceNeeds(parse(`multi_a(1,${keys(999)})`, 'tr'));
    expect(needs).toEqual({ opcodes: 1000, elements: 999, peak: 1000 });
    const tooMany = `and_v(v:pk(A),multi_a(1,${keys(999)}))`;
    expect(resourceNeeds(parse(tooMany, 'tr')).peak).toBe(1001);
    expect(miniscriptFault(parse(tooMany, 'tr'), String)?.words).toMatch(/resource limits$/);
  });

  it('counts what BIP379 counts', () => {
    expect(resourceNeeds(parse('pk(A)'))).toEqual({ opcodes: 1, elements: 1, peak: 2 });
    expect(resourceNeeds(parse('multi(2,A,B,C)'))).toEqual({ opcodes: 4, elements: 3, peak: 8 });
    expect(resourceNeeds(parse('0'))).toEqual({
      opcodes: undefined,
      elements: undefined,
      peak: undefined,
    });
  });

  it('no depth overflows anything, and no width takes the square of its time', () => {
    const deep = parse(`${'n'.repeat(50_000)}:pk(A)`, 'tr');
    expect(compile(deep)).toHaveLength(50_034);
    expect(print(deep)).toHaveLength(50_006);
    expect(miniscriptFault(deep, String)).toBeUndefined();
    expect(decompile(compile(deep), 'tr', ['A'])?.scriptSize).toBe(50_034);
    const wide = `thresh(10001,pk(A)${',al:1'.repeat(10_000)})`;
    expect(miniscriptFault(parse(wide, 'tr'), String)?.words).toMatch(/resource limits$/);
    parseMiniscript(`thresh(1,0${',a:0'.repeat(15_000)})`, 'tr', String);
  }, 60_000);
});

describe('any miniscript', () => {
  it('is printed as it was read, has the size it says, and is found again in its script', () => {
    fc.assert(
      fc.property(fc.constantFrom('wsh' as const, 'tr' as const), typed(), (context, grow) => {
        const text = grow('B', context);
        const node = parse(text, context);
        expect(has(node.type, 'B')).toBe(true);
        expect(print(parse(print(node), context))).toBe(print(node));
        const script = compile(node);
        expect(script).toHaveLength(node.scriptSize);
        const found = decompile(script, context, miniscriptKeys(node));
        expect(found, text).toBeDefined();
        expect(toHex(compile(found as Miniscript<string>))).toBe(toHex(script));
        expect(typeLetters((found as Miniscript<string>).type)).toBe(typeLetters(node.type));
      }),
      { numRuns: 300 },
    );
  });

  it('obeys the rules between the letters of a type', () => {
    fc.assert(
      fc.property(fc.constantFrom('wsh' as const, 'tr' as const), typed(), (context, grow) => {
        for (const { type } of postOrder(parse(grow('B', context), context))) {
          if (type === 0) continue;
          const not = (...sets: readonly string[]) => sets.every((set) => !has(type, set));
          const implies = (a: string, b: string) => !has(type, a) || has(type, b);
          expect([...'BVKW'].filter((letter) => has(type, letter))).toHaveLength(1);
          expect(not('zo', 'nz', 'nW', 'Vd', 'Vu', 'Ve', 'ef', 'df')).toBe(true);
          expect(implies('K', 'us') && implies('e', 'd') && implies('V', 'f')).toBe(true);
          expect(implies('z', 'm')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('that is sane can be satisfied by whoever has all the keys, as its script and its needs say', () => {
    let sane = 0;
    fc.assert(
      fc.property(fc.constantFrom('wsh' as const, 'tr' as const), typed(), (context, grow) => {
        const node = parse(grow('B', context), context);
        if (miniscriptFault(node, String) !== undefined) return;
        sane++;
        const script = compile(node);
        const signature = (key: Uint8Array) => Uint8Array.of(0x30, ...key, 1);
        const stack = satisfyMiniscript(
          mapMiniscript(node, (key) => keyBytes(key, context)),
          { signature, preimage: () => PREIMAGE, older: () => true, after: () => true },
        );
        expect(stack, print(node)).toBeDefined();
        expect(stack?.length).toBeLessThanOrEqual(resourceNeeds(node).elements ?? 0);
        const left = [...(stack ?? [])];
        run(left, script, context, (given, key) => toHex(given) === toHex(signature(key)));
        expect(left).toHaveLength(1);
        expect(isTruthy(left[0] as Uint8Array)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(sane).toBeGreaterThan(30);
  });

  it('keeps its form when its keys change', () => {
    const node = parse('andor(pk(A),multi(1,B,C),thresh(1,pkh(D),s:pk(E)))');
    expect(miniscriptKeys(node)).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(print(mapMiniscript(node, (key) => key.toLowerCase()))).toBe(
      'andor(pk(a),multi(1,b,c),thresh(1,pkh(d),s:pk(e)))',
    );
  });

  it('is none if the script is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (script) => {
        const found = decompile(script, 'wsh', ['A']);
        if (found !== undefined) expect(toHex(compile(found))).toBe(toHex(script));
      }),
    );
    expect(decompile(fromHex('ac'), 'wsh', [])).toBeUndefined();
    // A number that is pushed in a longer form than needed.
    expect(decompile(fromHex('0105b2'), 'wsh', [])).toBeUndefined();
    // OP_CHECKSIG OP_VERIFY, where OP_CHECKSIGVERIFY would do.
    const script = toHex(compile(parse('and_v(v:pk(A),1)'))).replace('ad', 'ac69');
    expect(decompile(fromHex(script), 'wsh', ['A'])).toBeUndefined();
  });
});

/** Runs a script of an input that is ten blocks old, in a transaction of a late time. */
function run(
  stack: Uint8Array[],
  script: Uint8Array,
  context: MiniscriptContext,
  signed: (signature: Uint8Array, key: Uint8Array) => boolean,
): void {
  const checker = {
    tx: { version: 2, lockTime: 500_000_002 },
    input: { sequence: 10 },
    checkEcdsa: signed,
    checkSchnorr: (signature: Uint8Array, key: Uint8Array) => {
      if (!signed(signature, key)) throw new Error('not signed');
    },
  } as unknown as InputChecker;
  const flags = scriptFlags(
    ...['CHECKLOCKTIMEVERIFY', 'CHECKSEQUENCEVERIFY', 'MINIMALIF', 'NULLFAIL', 'NULLDUMMY'],
  );
  const tapscript = {
    leafHash: new Uint8Array(32),
    annexHash: undefined,
    codeSeparator: 0xffff_ffff,
    weightLeft: 1_000_000,
  };
  if (context === 'tr') evaluateScript(stack, script, flags, 'tapscript', checker, tapscript);
  else evaluateScript(stack, script, flags, 'segwit-v0', checker);
}

type Grow = (type: 'B' | 'Bdu' | 'V' | 'W', context: MiniscriptContext) => string;

/** Texts of a type, drawn from a list of numbers: each says how it goes on. */
function typed(): fc.Arbitrary<Grow> {
  return fc.array(fc.nat(99), { maxLength: 60 }).map((choices) => {
    let at = 0;
    let keys = 0;
    const key = () => `k${keys++}`;
    return function grow(type, context): string {
      const choice = choices[at++];
      const sub = (next: Parameters<Grow>[0]) => grow(next, context);
      const multi = context === 'tr' ? 'multi_a' : 'multi';
      const dissatisfiable = [
        () => `pk(${key()})`,
        () => `pkh(${key()})`,
        () => `${multi}(1,${key()},${key()})`,
        () => `sha256(${H32})`,
        () => `ripemd160(${H20})`,
        () => `thresh(1,${sub('Bdu')},${sub('W')})`,
        () => `or_b(${sub('Bdu')},${sub('W')})`,
        () => `and_b(${sub('Bdu')},${sub('W')})`,
        () => `n:or_i(${sub('Bdu')},0)`,
        () => `and_n(${sub('Bdu')},${sub('Bdu')})`,
        () => `or_d(${sub('Bdu')},${sub('Bdu')})`,
        () => `j:pk(${key()})`,
      ];
      const any = [
        ...dissatisfiable,
        () => 'older(5)',
        () => 'after(500000001)',
        () => `and_v(${sub('V')},${sub('B')})`,
        () => `or_i(${sub('B')},${sub('B')})`,
        () => `or_d(${sub('Bdu')},${sub('B')})`,
        () => `andor(${sub('Bdu')},${sub('B')},${sub('B')})`,
        () => `t:or_c(${sub('Bdu')},${sub('V')})`,
        () => wrapped('l', sub('B')),
      ];
      // Where the numbers end, so does the tree.
      if (type === 'W') return wrapped('a', sub('Bdu'));
      if (type === 'V') return wrapped('v', sub('B'));
      const list = type === 'B' ? any : dissatisfiable;
      return (list[(choice ?? 0) % (choice === undefined ? 1 : list.length)] as () => string)();
    };
  });
}

/** `v:` before `n:X` is `vn:X`. */
function wrapped(letter: string, text: string): string {
  return /^[a-z]+:/.test(text) ? letter + text : `${letter}:${text}`;
}
