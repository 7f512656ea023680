import { describe, expect, it } from 'vitest';
import {
  brIf,
  type Code,
  encodeModule,
  i32,
  i32x4,
  local,
  loop,
  op,
  type ValueType,
  v128,
  when,
} from './wasm-emitter.ts';

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

type Function = (a?: number, b?: number) => number;

function run(body: Code, locals: readonly ValueType[] = [], data = new Uint8Array()): Function {
  const params = ['i32', 'i32'] as const;
  const made = { name: 'made', params, results: ['i32'] as const, locals, body };
  const bytes = encodeModule({ memoryPages: 1, data, functions: [made] });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return (exports as { made: Function }).made;
}

describe('a module that is written here', () => {
  it('has numbers of every size', () => {
    for (const number of [0, 1, 63, 64, 127, 128, 8191, 8192, 0x7fffffff]) {
      expect(run(i32.const(number))()).toBe(number);
      expect(run(i32.const(-number))()).toBe(-number | 0);
    }
    expect(run(i32.const(0xffffffff))()).toBe(-1);
  });

  it('calculates, loops and chooses', () => {
    // The sum of all numbers up to the first parameter, but for the second.
    const [n, without, total] = [0, 1, 2];
    const { get, set } = local;
    const add = when(
      op(i32.notEqual, get(n), get(without)),
      set(total, op(i32.add, get(total), get(n))),
    );
    const next = brIf(0, local.tee(n, op(i32.add, get(n), i32.const(-1))));
    expect(run([...loop(add, next), ...get(total)], ['i32'])(10, 3)).toBe(52);
  });

  it('has vectors and a memory', () => {
    const data = new Uint8Array(16);
    data.set([1, 0, 0, 0, 2, 0, 0, 0, 3]);
    const zero = i32.const(0);
    const same = op(i32x4.splat, local.get(0));
    const sum = op(i32x4.add, v128.load(zero, 0), same);
    const body = [...v128.store(zero, 256, sum), ...i32.load(zero, 264)];
    expect(run(body, [], data)(40)).toBe(43);
    const bits = op(i32x4.bitmask, op(i32x4.lessOrEqualUnsigned, v128.load(zero, 0), same));
    expect(run(bits, ['v128', 'i32', 'i32', 'v128'], data)(2)).toBe(0b1011);
  });
});
