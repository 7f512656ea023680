/**
 * WebAssembly modules, written from TypeScript: as much of the binary format as a hash kernel needs
 * (https://webassembly.github.io/spec/core/binary). A piece of code is its bytes; the operands of an
 * instruction come before it, so expressions are nested calls that join bytes.
 */

/** Instructions, one after the other. */
export type Code = readonly number[];

export type ValueType = 'i32' | 'v128';

interface WasmFunction {
  /** The name that it is called by from outside. */
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** Its variables, which are numbered from behind the parameters. */
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

export interface WasmModule {
  /** Of 64 KiB each. The memory is called `memory` from outside. */
  readonly memoryPages: number;
  /** What the memory begins with, from address 0. */
  readonly data: Uint8Array;
  readonly functions: readonly WasmFunction[];
}

const VALUE_TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };
const FUNCTION_TYPE = 0x60;
const NO_RESULT = 0x40;
const END = 0x0b;
const FUNCTION_KIND = 0;
const MEMORY_KIND = 2;

/** The sections that are used here; they must come in the order of their numbers. */
const sections = { type: 1, function: 3, memory: 5, export: 7, code: 10, data: 11 } as const;

/**
 * The bytes of a module.
 *
 * @example
 * const body = op(i32.add, local.get(0), local.get(1));
 * const sum = { name: 'sum', params: ['i32', 'i32'], results: ['i32'], locals: [], body };
 * new WebAssembly.Module(encodeModule({ memoryPages: 0, data: new Uint8Array(), functions: [sum] }))
 */
export function encodeModule({
  memoryPages,
  data,
  functions,
}: WasmModule): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, results }) => [
    FUNCTION_TYPE,
    ...vector(params.map(valueType)),
    ...vector(results.map(valueType)),
  ]);
  const exports = functions.map(({ name }, i) => [...text(name), FUNCTION_KIND, ...unsigned(i)]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(runs(locals)), ...body, END];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(sections.type, types),
    ...section(
      sections.function,
      functions.map((_, i) => unsigned(i)),
    ),
    ...section(sections.memory, [[0, ...unsigned(memoryPages)]]),
    ...section(sections.export, [...exports, [...text('memory'), MEMORY_KIND, 0]]),
    ...section(sections.code, bodies),
    ...section(sections.data, [[0, ...i32.const(0), END, ...unsigned(data.length), ...data]]),
  ]);
}

/** An instruction behind its operands. */
export function op(instruction: Code, ...operands: readonly Code[]): Code {
  return [...operands.flat(), ...instruction];
}

/** Runs code, and runs it again where that says so with `br` or `brIf` to depth 0. */
export function loop(...body: readonly Code[]): Code {
  return [0x03, NO_RESULT, ...body.flat(), END];
}

/** Runs code if a condition is not zero. It is a block of its own for `br`. */
export function when(condition: Code, ...body: readonly Code[]): Code {
  return [...condition, 0x04, NO_RESULT, ...body.flat(), END];
}

/** Goes to the block so many around this one: to the beginning of a loop, to the end of others. */
export function br(depth: number): Code {
  return [0x0c, ...unsigned(depth)];
}

export function brIf(depth: number, condition: Code): Code {
  return [...condition, 0x0d, ...unsigned(depth)];
}

/** Ends the function. */
export function giveBack(value: Code): Code {
  return [...value, 0x0f];
}

export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)],
  /** Sets it, and is its value. */
  tee: (index: number, value: Code): Code => [...value, 0x22, ...unsigned(index)],
};

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value | 0)],
  load: (base: Code, offset: number): Code => [...base, 0x28, 2, ...unsigned(offset)],
  store: (base: Code, offset: number, value: Code): Code => [
    ...base,
    ...value,
    0x36,
    2,
    ...unsigned(offset),
  ],
  equalsZero: [0x45],
  notEqual: [0x47],
  lessUnsigned: [0x49],
  lessOrEqualUnsigned: [0x4d],
  countTrailingZeros: [0x68],
  add: [0x6a],
  and: [0x71],
  or: [0x72],
  xor: [0x73],
  shiftLeft: [0x74],
  shiftRight: [0x76],
  rotateLeft: [0x77],
  rotateRight: [0x78],
} as const;

export const v128 = {
  load: (base: Code, offset: number): Code => [...base, ...simd(0), 4, ...unsigned(offset)],
  store: (base: Code, offset: number, value: Code): Code => [
    ...base,
    ...value,
    ...simd(11),
    4,
    ...unsigned(offset),
  ],
  /** Bytes of a value in another order. */
  shuffle: (order: readonly number[], value: Code): Code => [
    ...value,
    ...value,
    ...simd(13),
    ...order,
  ],
  and: simd(78),
  xor: simd(81),
} as const;

/** Vectors of four words. */
export const i32x4 = {
  splat: simd(17),
  lessOrEqualUnsigned: simd(62),
  /** A bit for each word that is negative, as those that a comparison holds for are. */
  bitmask: simd(164),
  shiftLeft: simd(171),
  shiftRight: simd(173),
  add: simd(174),
} as const;

function simd(number: number): Code {
  return [0xfd, ...unsigned(number)];
}

function section(number: number, items: readonly Code[]): Code {
  const content = vector(items);
  return [number, ...unsigned(content.length), ...content];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(name: string): Code {
  const bytes = new TextEncoder().encode(name);
  return [...unsigned(bytes.length), ...bytes];
}

function valueType(type: ValueType): Code {
  return [VALUE_TYPES[type]];
}

/** Variables are declared as "so many of this type". */
function runs(types: readonly ValueType[]): readonly Code[] {
  const found: { readonly type: ValueType; count: number }[] = [];
  for (const type of types) {
    const last = found.at(-1);
    if (last?.type === type) last.count++;
    else found.push({ type, count: 1 });
  }
  return found.map(({ type, count }) => [...unsigned(count), VALUE_TYPES[type]]);
}

/** LEB128: seven bits a byte, the lowest first; the eighth says that there are more. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** As {@link unsigned}, but bit 6 of the last byte is the sign. */
function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest & 0x7f];
}
