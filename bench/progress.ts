/** Tells a person at a terminal how far a longer work has come; a log is spared it. */
export function showProgress(what: string, done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  const isOver = done >= total;
  process.stderr.write(`\r${what}: ${done} of ${total}${isOver ? '\n' : ''}`);
}
