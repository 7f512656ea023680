/**
 * The house rules, held against every import in the project: who may know whom, and who may touch
 * the outside. ARCHITECTURE.md explains them; this test makes them true.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const src = join(root, 'src');

/** A folder imports only from itself and from the folders above it. */
const LAYERS = [
  'protocol/bytes',
  'protocol/crypto',
  'protocol/primitives',
  'protocol/keys',
  'protocol/script',
  'protocol/params',
  'protocol/consensus',
  'protocol/wire',
  'protocol/psbt',
  'protocol/report',
  'outside',
  'node/log',
  'node/options',
  'node/storage',
  'node/verify',
  'node/coins',
  'node/chain',
  'node/index',
  'node/mining',
  'node/mempool',
  'node/p2p',
  'node',
  'node/rpc',
  'node/rest',
  'client',
  'wallet',
  'wallet/rpc',
  'service',
  'daemon',
  'embed',
  'miner',
  'sim',
  'cli',
] as const;

/** Which packages may be imported where, and what for. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  // Curve arithmetic is not our subject; three implementations stand behind one interface.
  secp256k1: ['protocol/crypto'],
  'tiny-secp256k1': ['protocol/crypto'],
  '@noble/curves': ['protocol/crypto'],
  // The hash functions where Node's are not at hand, and BIP39's slow key derivation.
  '@noble/hashes': ['protocol/crypto', 'protocol/keys'],
  // Text encodings: Base58, bech32, Base64.
  '@scure/base': ['protocol/keys', 'protocol/script', 'protocol/psbt'],
  // LevelDB.
  'classic-level': ['node/storage'],
  // QR codes of addresses.
  qr: ['cli'],
  // The word list of BIP39.
  '@scure/bip39': ['protocol/keys'],
};

/** What only `outside/` may name: the four doors. The command line has its streams besides. */
const OUTSIDE_GLOBALS = new Set([
  'Buffer',
  'process',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'crypto',
]);
const OUTSIDE_CALLS = new Set(['Date.now', 'new Date()', 'Math.random', 'globalThis.process']);
/** Modules of Node behind the doors. What only calculates (`zlib`, hashes) is nobody's secret. */
const OUTSIDE_MODULES =
  /^node:(child_process|cluster|dgram|dns|fs|http|http2|https|net|os|perf_hooks|process|readline|timers|tls|tty|worker_threads)(\/|$)/;

/** Longer files are split: a reader should never scroll to understand. */
const MAX_LINES = 500;

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly globals: readonly string[];
}

interface Import {
  readonly specifier: string;
  /** The file of ours that it names, relative to `src`. */
  readonly target: string | undefined;
}

const files = listFiles(src)
  .filter((path) => path.endsWith('.ts') && !isTest(path))
  .map(readSource);
const byPath = new Map(files.map((file) => [file.path, file]));

function isTest(path: string): boolean {
  return /\.test\.ts$|-contract\.ts$/.test(path);
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(path) : [path];
  });
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const { program, module, errors } = parseSync(path, text);
  expect(errors, path).toEqual([]);
  const specifiers = new Set<string>();
  for (const found of module.staticImports) specifiers.add(found.moduleRequest.value);
  for (const found of module.staticExports) {
    for (const entry of found.entries) {
      if (entry.moduleRequest !== null) specifiers.add(entry.moduleRequest.value);
    }
  }
  for (const found of module.dynamicImports) {
    const argument = text.slice(found.moduleRequest.start, found.moduleRequest.end);
    specifiers.add(argument.replace(/^['"`]|['"`]$/g, ''));
  }
  const globals: string[] = [];
  walk(program, globals);
  const name = relative(src, path);
  return {
    path: name,
    folder: layerOf(name),
    text,
    imports: [...specifiers].map((specifier) => ({ specifier, target: targetOf(path, specifier) })),
    globals,
  };
}

/** Collects bare names and `a.b` calls. A property of that name on something else does not count. */
function walk(node: unknown, found: string[], parentKey = ''): void {
  if (Array.isArray(node)) {
    for (const child of node) walk(child, found, parentKey);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const record = node as Readonly<Record<string, unknown>>;
  if (record['type'] === 'Identifier' && typeof record['name'] === 'string') {
    if (parentKey !== 'property' && parentKey !== 'key' && parentKey !== 'typeName') {
      found.push(record['name']);
    }
    return;
  }
  if (record['type'] === 'NewExpression') {
    const { name } = record['callee'] as { name?: string };
    if ((record['arguments'] as readonly unknown[]).length === 0) found.push(`new ${name}()`);
  }
  if (record['type'] === 'MemberExpression' && record['computed'] !== true) {
    const object = record['object'] as { name?: string };
    const property = record['property'] as { name?: string };
    if (object.name !== undefined) found.push(`${object.name}.${property.name}`);
  }
  for (const [key, child] of Object.entries(record)) {
    // `{ process }` as a shorthand reads the global, but `{ process: 1 }` does not.
    walk(child, found, key === 'property' && record['computed'] === true ? '' : key);
  }
}

function layerOf(path: string): string {
  // `node/rpc` is in `node`, and stands below it.
  const layers = LAYERS.filter((name) => path.startsWith(`${name}/`));
  return layers.sort((a, b) => b.length - a.length)[0] ?? dirname(path);
}

function targetOf(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return relative(src, resolve(dirname(from), specifier));
}

/** `@scope/name/deep.js` is the package `@scope/name`. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string);
}

describe('the house', () => {
  it('has every folder in the table of layers, and every layer on the disk', () => {
    const unknown = files.filter((file) => !LAYERS.some((layer) => layer === file.folder));
    expect(unknown.map((file) => file.path)).toEqual([]);
    expect(LAYERS.filter((layer) => !files.some((file) => file.folder === layer))).toEqual([]);
  });

  it('is described by ARCHITECTURE.md in the same order', () => {
    const map = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const positions = LAYERS.map((layer) => map.indexOf(`\n| \`${layer}/\` |`));
    expect(positions.filter((position) => position < 0)).toEqual([]);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('has a README in every folder that is a layer', () => {
    expect(LAYERS.filter((layer) => !existsSync(join(src, layer, 'README.md')))).toEqual([]);
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const long = files.filter((file) => file.text.split('\n').length > MAX_LINES);
    expect(long.map((file) => file.path)).toEqual([]);
  });
});

describe('imports', () => {
  it('go from a folder only to those above it', () => {
    const order = new Map<string, number>(LAYERS.map((layer, position) => [layer, position]));
    const breaches = files.flatMap((file) =>
      file.imports.flatMap(({ target }) => {
        if (target === undefined) return [];
        const from = order.get(file.folder) ?? -1;
        const to = order.get(layerOf(target)) ?? Number.POSITIVE_INFINITY;
        return to > from ? [`${file.path} -> ${target}`] : [];
      }),
    );
    expect(breaches).toEqual([]);
  });

  it('name files that exist, with their ending', () => {
    const missing = files.flatMap((file) =>
      file.imports.flatMap(({ target }) =>
        target !== undefined && !byPath.has(target) ? [`${file.path} -> ${target}`] : [],
      ),
    );
    expect(missing).toEqual([]);
  });

  it('form no cycle, not even of types', () => {
    expect(findCycles()).toEqual([]);
  });

  it('never go through an index: it is the public face, and holds nothing but names', () => {
    const through = files.flatMap((file) =>
      file.imports.flatMap(({ target }) =>
        target?.endsWith('/index.ts') === true ? [`${file.path} -> ${target}`] : [],
      ),
    );
    expect(through).toEqual([]);
    for (const file of files.filter(({ path }) => path.endsWith('/index.ts'))) {
      const { program } = parseSync(file.path, file.text);
      const others = program.body.filter((node) => node.type !== 'ExportNamedDeclaration');
      expect(others, file.path).toEqual([]);
    }
  });

  it('name no package but where its purpose is', () => {
    const breaches = files.flatMap((file) =>
      file.imports.flatMap(({ specifier, target }) => {
        if (target !== undefined || /^(node:|#)/.test(specifier)) return [];
        const allowed = PACKAGES[packageOf(specifier)] ?? [];
        return allowed.includes(file.folder) ? [] : [`${file.path} -> ${specifier}`];
      }),
    );
    expect(breaches).toEqual([]);
  });
});

describe('the pure wing', () => {
  const pure = files.filter(
    (file) => file.path.startsWith('protocol/') && !file.path.endsWith('.node.ts'),
  );

  it('uses no module of Node, but in files that the import conditions choose', () => {
    const breaches = pure.flatMap((file) =>
      file.imports.flatMap(({ specifier }) =>
        specifier.startsWith('node:') ? [`${file.path} -> ${specifier}`] : [],
      ),
    );
    expect(breaches).toEqual([]);
  });

  it('never waits', () => {
    const waiting = pure.filter((file) => /^\s*(export )?async |\bawait /m.test(file.text));
    expect(waiting.map((file) => file.path)).toEqual([]);
  });
});

describe('the four doors', () => {
  const inside = files.filter(
    (file) => file.folder !== 'outside' && file.folder !== 'cli' && !file.path.endsWith('.node.ts'),
  );

  it('are the only way to the clock, to chance, to the network and to the disk', () => {
    const breaches = inside.flatMap((file) =>
      file.globals.flatMap((name) =>
        OUTSIDE_GLOBALS.has(name) || OUTSIDE_CALLS.has(name) ? [`${file.path}: ${name}`] : [],
      ),
    );
    expect(breaches).toEqual([]);
  });

  it('are not walked around by importing what lies behind them', () => {
    const breaches = inside.flatMap((file) =>
      file.imports.flatMap(({ specifier }) =>
        OUTSIDE_MODULES.test(specifier) ? [`${file.path} -> ${specifier}`] : [],
      ),
    );
    expect(breaches).toEqual([]);
  });
});

/** Every cycle once, as the path that closes it. */
function findCycles(): readonly string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      cycles.push([...trail.slice(at), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    done.add(path);
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target !== undefined) visit(target, [...trail, path]);
    }
  };
  for (const { path } of files) visit(path, []);
  return cycles;
}
