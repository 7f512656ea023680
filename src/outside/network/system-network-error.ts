import { NetworkError, type NetworkErrorCode } from './network-error.ts';

/** The names that the system has for what went wrong. */
const CODES: Readonly<Record<string, NetworkErrorCode>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ENOTFOUND: 'not-found',
  EAI_AGAIN: 'not-found',
  ENODATA: 'not-found',
  EADDRINUSE: 'in-use',
  EADDRNOTAVAIL: 'unavailable',
  EACCES: 'denied',
  EPERM: 'denied',
  EMFILE: 'too-many-open',
  ENFILE: 'too-many-open',
};

/** The typed error for one of the system's; anything else is a bug, and passes through. */
export function toNetworkError(action: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return error;
  // Node's own complaints about arguments.
  if (error.code.startsWith('ERR_')) return error;
  const code = CODES[error.code];
  if (code !== undefined) return new NetworkError(code, action);
  return new NetworkError('failed', action, `the network failed (${error.code})`);
}
