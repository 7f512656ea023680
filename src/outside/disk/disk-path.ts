/** Paths, as the disk door takes them: names with `/` between them. */

/**
 * The path of something in a folder.
 *
 * @example
 * joinPath('/data/regtest', 'blocks', 'blk00000.dat') // '/data/regtest/blocks/blk00000.dat'
 */
export function joinPath(folder: string, ...names: readonly string[]): string {
  return names.reduce(
    (path, name) => (path.endsWith('/') ? path + name : `${path}/${name}`),
    folder,
  );
}

/** The folder that something is in: `/` for what is at the top, `.` for a bare name. */
export function parentPath(path: string): string {
  const end = path.lastIndexOf('/');
  if (end < 0) return '.';
  return end === 0 ? '/' : path.slice(0, end);
}
