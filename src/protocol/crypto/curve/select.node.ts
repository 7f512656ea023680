/**
 * The curve on Node: compiled where the addon loads, else WebAssembly, else plain JavaScript.
 * Measured, signatures verified a second on one core: 27,000, 5,400 and 1,100. Chosen by the
 * package's import conditions; the browser gets `select.browser.ts`.
 */
import { createRequire } from 'node:module';
import { CurveBackendError } from './backend-error.ts';
import type { Curve, CurveBackend } from './curve.ts';
import { nativeCurve } from './native.node.ts';
import { pureCurve } from './pure.ts';
import { wasmCurve } from './wasm.node.ts';

type NobleModule = typeof import('@noble/curves/secp256k1.js');

/** In order of preference. Each loads its library only when it is called. */
const BACKENDS: Readonly<Record<CurveBackend, () => Curve>> = {
  native: () => nativeCurve(),
  wasm: () => wasmCurve(),
  pure: () =>
    pureCurve(createRequire(import.meta.url)('@noble/curves/secp256k1.js') as NobleModule),
};

const NAMES = Object.keys(BACKENDS) as readonly CurveBackend[];

/** The curve of this process. `BLOCKYARD_CURVE` in the environment forces a backend. */
export const curve: Curve = chosenCurve(process.env['BLOCKYARD_CURVE']);

/** Which of the backends runs. */
export function curveBackend(): CurveBackend {
  return curve.backend;
}

/**
 * The curve by the backend of this name, for whoever compares them.
 *
 * @example
 * loadCurve('wasm').verifySchnorr(hash, signature, key)
 */
export function loadCurve(name: string): Curve {
  const backend = NAMES.find((known) => known === name);
  if (backend === undefined) {
    throw new CurveBackendError(
      'unknown-curve-backend',
      `there is no curve backend ${JSON.stringify(name)}: allowed are ${NAMES.join(', ')}`,
    );
  }
  try {
    return BACKENDS[backend]();
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new CurveBackendError(
      'curve-backend-unavailable',
      `the curve backend ${backend} does not load here (${reason}); leave BLOCKYARD_CURVE unset for the best that does`,
    );
  }
}

function chosenCurve(forced: string | undefined): Curve {
  if (forced !== undefined && forced !== '') return loadCurve(forced);
  try {
    return BACKENDS.native();
  } catch {
    // No addon was built for this platform.
  }
  try {
    return BACKENDS.wasm();
  } catch {
    return BACKENDS.pure();
  }
}
