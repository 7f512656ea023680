/** Where the last of those stands who wait for a key. */
const lines = new WeakMap<object, Promise<void>>();

/**
 * Does work that takes long after all work of the same kind that was asked for before. Fifty callers who
 * want a large block each would otherwise have fifty of them in memory, and all their slices of work in
 * every turn of the event loop, so that whoever wants little waits for all of them.
 *
 * @param key whose work it is: a node
 * @example
 * return oneAfterAnother(node, () => describeBlock(node, hash));
 */
export function oneAfterAnother<T>(key: object, work: () => Promise<T>): Promise<T> {
  const before = lines.get(key) ?? Promise.resolve();
  const done = before.then(work);
  const over = (): void => {};
  lines.set(key, done.then(over, over));
  return done;
}
