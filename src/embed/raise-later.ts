/** An error that nobody waits for surfaces as any uncaught error does. */
export function raiseLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
