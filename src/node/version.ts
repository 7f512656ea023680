import { createRequire } from 'node:module';

/** The version of this package. It is found by the package's own name, wherever the code was put. */
export function version(): string {
  const own = createRequire(import.meta.url)('blockyard/package.json') as { version: string };
  return own.version;
}
