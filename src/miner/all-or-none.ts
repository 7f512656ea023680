/**
 * Waits for tasks that belong together: when one fails, the others are ended and waited for, and then
 * its error is thrown.
 */
export async function allOrNone(tasks: readonly Promise<void>[], end: () => void): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    tasks.map((task) =>
      task.catch((error: unknown) => {
        failure ??= { error };
        end();
      }),
    ),
  );
  if (failure !== undefined) throw failure.error;
}
