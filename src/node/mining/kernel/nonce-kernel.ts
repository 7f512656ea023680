import { type BlockHeader, encodeBlockHeader } from '../../../protocol/primitives/block-header.ts';
import { targetFromCompact } from '../../../protocol/primitives/target.ts';
import { proofOfWorkCheck } from '../proof-of-work-check.ts';
import { compress, FIRST_STATE } from './sha256-words.ts';
import { encodeKernel, loadHeader } from './sha256d-kernel.ts';
import { encodeModule, i32, i32x4, op, type WasmModule } from './wasm-emitter.ts';

/** As much of it as is used here: the language's own library does not declare it. */
interface WebAssemblyGlobal {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}

const wasm = (globalThis as { readonly WebAssembly?: WebAssemblyGlobal }).WebAssembly;

/** What is asked of the kernel, as WebAssembly says it. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  search(first: number, count: number, top: number): number;
}

/** The smallest that needs vectors. The kernel itself takes 20 ms to write. */
const VECTOR_MODULE: WasmModule = {
  memoryPages: 0,
  data: new Uint8Array(),
  functions: [
    {
      ...{ name: 'zero', params: [], results: ['i32'], locals: [] },
      body: op(i32x4.bitmask, op(i32x4.splat, i32.const(0))),
    },
  ],
};

/**
 * Searches for nonces with WebAssembly's vectors, on the thread that calls it.
 *
 * @example
 * const kernel = new NonceKernel();
 * kernel.load(header);
 * kernel.find(0, 65_536) // 2083, or undefined
 */
export class NonceKernel {
  readonly #kernel: KernelExports;
  #top = 0;
  #meets: (nonce: number) => boolean = () => false;

  constructor() {
    if (wasm === undefined) throw new TypeError('there is no WebAssembly here');
    const { exports } = new wasm.Instance(new wasm.Module(encodeKernel()));
    this.#kernel = exports as KernelExports;
  }

  /** Whether WebAssembly has vectors here. */
  static isAvailable(): boolean {
    return wasm?.validate(encodeModule(VECTOR_MODULE)) ?? false;
  }

  /** The header whose nonces are tried from now on. Its own nonce does not matter. */
  load(header: BlockHeader): void {
    const bytes = encodeBlockHeader(header);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const words = Array.from({ length: 20 }, (_, i) => view.getInt32(4 * i));
    loadHeader(
      this.#kernel.memory.buffer,
      compress(FIRST_STATE, words.slice(0, 16)),
      words.slice(16),
    );
    this.#top = Number(targetFromCompact(header.bits).value >> 224n);
    this.#meets = proofOfWorkCheck(header);
  }

  /** The lowest nonce from `from` on and before `end` that is proof of work. */
  find(from: number, end: number): number | undefined {
    for (let nonce = from; nonce < end; nonce++) {
      nonce += this.#kernel.search(nonce, end - nonce, this.#top);
      // The kernel has compared 32 bits only; and it may have gone too far.
      if (nonce < end && this.#meets(nonce)) return nonce;
    }
    return undefined;
  }
}
