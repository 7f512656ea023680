/** The curve in a browser: plain JavaScript. Chosen by the package's import conditions. */
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { CurveBackendError } from './backend-error.ts';
import type { Curve, CurveBackend } from './curve.ts';
import { pureCurve } from './pure.ts';

/** The curve of this page. */
export const curve: Curve = pureCurve({ secp256k1, schnorr });

/** Which of the backends runs. */
export function curveBackend(): CurveBackend {
  return curve.backend;
}

/** The curve by the backend of this name, of which there is one here. */
export function loadCurve(name: string): Curve {
  if (name === curve.backend) return curve;
  throw new CurveBackendError(
    'curve-backend-unavailable',
    `there is no curve backend ${JSON.stringify(name)} in a browser: allowed is ${curve.backend}`,
  );
}
