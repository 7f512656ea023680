import { afterEach, describe, expect, it, vi } from 'vitest';
import * as browser from './select.browser.ts';
import * as node from './select.node.ts';

/** The module as a process with this environment would load it. */
async function loadedWith(forced: string): Promise<typeof node> {
  vi.resetModules();
  vi.stubEnv('BLOCKYARD_CURVE', forced);
  return import('./select.node.ts');
}

function missing(): never {
  throw new Error('no such file\nand more');
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock('./native.node.ts');
  vi.doUnmock('./wasm.node.ts');
});

describe('the curve backend', () => {
  it.each(['native', 'wasm', 'pure'])('is %s where the environment says so', async (name) => {
    const selected = await loadedWith(name);
    expect(selected.curveBackend()).toBe(name);
    expect(selected.curve.isPrivateKey(new Uint8Array(32).fill(1))).toBe(true);
  });

  it('is the first one that loads otherwise', async () => {
    expect((await loadedWith('')).curveBackend()).toBe('native');
    vi.doMock('./native.node.ts', () => ({ nativeCurve: missing }));
    expect((await loadedWith('')).curveBackend()).toBe('wasm');
    vi.doMock('./wasm.node.ts', () => ({ wasmCurve: missing }));
    expect((await loadedWith('')).curveBackend()).toBe('pure');
  });

  it('is refused by a typed error of one line where it is unknown or does not load', async () => {
    await expect(loadedWith('openssl')).rejects.toMatchObject({
      code: 'unknown-curve-backend',
      message: 'there is no curve backend "openssl": allowed are native, wasm, pure',
    });
    vi.doMock('./native.node.ts', () => ({ nativeCurve: missing }));
    await expect(loadedWith('native')).rejects.toMatchObject({
      code: 'curve-backend-unavailable',
      message: expect.stringMatching(
        /^the curve backend native does not load here \(no such file\);.*$/,
      ),
    });
  });

  it('is plain JavaScript in a browser, and nothing else', () => {
    expect(browser.curveBackend()).toBe('pure');
    expect(browser.loadCurve('pure')).toBe(browser.curve);
    expect(() => browser.loadCurve('native')).toThrow(/in a browser: allowed is pure/);
  });

  it('has the same face in both worlds', () => {
    expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
  });
});
