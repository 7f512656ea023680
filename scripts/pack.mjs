// Puts the program into one file, and the library into another. Node takes a third of a millisecond to find,
// read and link a module, and a node has 700 of them: of the time that it takes to start, that was more than
// half.
//
// Every module becomes a function that is called by the first one that imports it, and answers with what
// the module exports. There are no cycles between them, so that each is complete when it is used. What is
// imported later, by `import()`, is in the same file and waits there. Files of threads, and whoever imports
// a part of this package (`blockyard/script`), have the modules as they are.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = resolve(root, process.argv[2]);
const dist = resolve(dirname(entry), '../..');
const { imports: OWN_NAMES } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));

/** By their paths, in the order in which they were found. */
const modules = new Map();
const packages = new Set();

readModule(entry);
writeFileSync(entry, packed());

function readModule(path) {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf8');
  const { program, module: parsed, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const found = { name: `m${modules.size}`, path, now: new Set(), packages: new Set(), edits: [] };
  modules.set(path, found);
  for (const { start, end, moduleRequest, entries } of parsed.staticImports) {
    edit(found, start, end, importCode(found, moduleRequest.value, entries));
  }
  const exported = program.body
    .filter(({ type }) => type.startsWith('Export'))
    .flatMap((statement) => exportsOf(found, statement));
  for (const { start, end, moduleRequest } of parsed.dynamicImports) {
    const name = text.slice(moduleRequest.start + 1, moduleRequest.end - 1);
    if (isOwn(name)) {
      const later = readModule(pathOf(found, name));
      edit(
        found,
        start,
        end,
        () => `open(${later.name}, ${JSON.stringify([...packagesOf(later)])})`,
      );
    }
  }
  const from = JSON.stringify(relative(dirname(entry), path).replaceAll(sep, '/'));
  for (const { start, end } of parsed.importMetas) edit(found, start, end, `metaOf(${from})`);
  for (const { start, end } of comments) {
    // What was two lines stays two: a line may end a statement.
    edit(found, start, end, text.slice(start, end).includes('\n') ? '\n' : ' ');
  }
  found.code = () => {
    let [code, at] = ['', text.startsWith('#!') ? text.indexOf('\n') : 0];
    for (const { start, end, by } of found.edits.sort((a, b) => a.start - b.start)) {
      if (start < at) continue;
      code += text.slice(at, start) + (typeof by === 'function' ? by() : by);
      at = end;
    }
    return code + text.slice(at);
  };
  found.exported = exported;
  return found;
}

function edit({ edits }, start, end, by) {
  edits.push({ start, end, by });
}

function importCode(found, name, entries) {
  const source = sourceOf(found, name);
  const [named, whole] = [[], []];
  for (const { importName, localName } of entries) {
    if (importName.kind === 'NamespaceObject') whole.push(`const ${localName.value} = ${source};`);
    else if (importName.kind === 'Default') {
      whole.push(`const ${localName.value} = ${source}${isBuiltIn(name) ? '' : '.default'};`);
    } else if (importName.name === localName.value) named.push(localName.value);
    else named.push(`${importName.name}: ${localName.value}`);
  }
  if (entries.length === 0) return `${source};`;
  return (named.length === 0 ? '' : `const { ${named.join(', ')} } = ${source};`) + whole.join(' ');
}

/** What stands for a module where it is used. */
function sourceOf(found, name) {
  if (isBuiltIn(name)) return `process.getBuiltinModule('${name}')`;
  if (!isOwn(name)) {
    packages.add(name);
    found.packages.add(name);
    return `packages['${name}']`;
  }
  const imported = readModule(pathOf(found, name));
  found.now.add(imported);
  return `${imported.name}()`;
}

/** `name`, or `name: value`, for everything that a statement exports. */
function exportsOf(found, { type, start, end, declaration, specifiers, source }) {
  const isFixed = declaration == null || (declaration.kind ?? 'const') === 'const';
  // A variable that changes would have to change for those who import it.
  if (type !== 'ExportNamedDeclaration' || !isFixed) {
    throw new Error(`${found.path}: cannot pack a ${type} at ${start}`);
  }
  if (declaration != null) {
    edit(found, start, declaration.start, '');
    const declared = declaration.declarations ?? [declaration];
    return declared.flatMap(({ id }) => namesIn(id));
  }
  edit(found, start, end, '');
  const from = source == null ? '' : `${sourceOf(found, source.value)}.`;
  return specifiers.map(({ local, exported }) => `${exported.name}: ${from}${local.name}`);
}

function namesIn(pattern) {
  if (pattern.type === 'ObjectPattern')
    return pattern.properties.flatMap((one) => namesIn(one.value));
  if (pattern.type === 'Identifier') return [pattern.name];
  throw new Error(`cannot pack what a ${pattern.type} exports`);
}

/** The packages that a module cannot begin without. */
function packagesOf(found, seen = new Set(), names = new Set()) {
  if (seen.has(found)) return names;
  seen.add(found);
  for (const name of found.packages) names.add(name);
  for (const imported of found.now) packagesOf(imported, seen, names);
  return names;
}

function isBuiltIn(name) {
  return name.startsWith('node:');
}

function isOwn(name) {
  return name.startsWith('.') || name.startsWith('#');
}

function pathOf({ path }, name) {
  if (!name.startsWith('#')) return resolve(dirname(path), name);
  return resolve(dist, relative('dist', OWN_NAMES[name].default));
}

/** What the file itself exports: `name`, or `name: value`. */
function exportCode(text) {
  const [name, value] = text.split(': ');
  return value === undefined ? `export { ${name} };` : `export const ${name} = ${value};`;
}

function packed() {
  const main = modules.get(entry);
  const others = [...modules.values()].filter((found) => found !== main);
  return [
    '#!/usr/bin/env node',
    '// Made by scripts/pack.mjs of the modules in this folder and beside it.',
    'const packages = {};',
    'const loaders = {',
    ...[...packages].map((name) => `  '${name}': () => import('${name}'),`),
    '};',
    'const once = (make) => {',
    '  let made;',
    '  return () => (made ??= make());',
    '};',
    'const open = async (module, names) => {',
    '  for (const name of names) packages[name] ??= await loaders[name]();',
    '  return module();',
    '};',
    'const metaOf = (path) => ({ url: new URL(path, import.meta.url).href });',
    ...others.map(
      ({ name, code, exported }) =>
        `const ${name} = once(() => {\n${code()}\nreturn { ${exported.join(', ')} };\n});`,
    ),
    `for (const name of ${JSON.stringify([...packagesOf(main)])}) packages[name] = await loaders[name]();`,
    main.code(),
    ...main.exported.map(exportCode),
    '',
  ].join('\n');
}
