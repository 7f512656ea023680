/** Nodes that were cut off from each other. */
export interface Partition extends AsyncDisposable {
  /** Connects again what was connected, and resolves when each two have the same tip, or two of the same work. */
  heal(): Promise<void>;
}

/** Each two that are in different groups. */
export function pairsAcross<T>(groups: readonly (readonly T[])[]): readonly (readonly [T, T])[] {
  return groups.flatMap((group, i) => {
    const others = groups.slice(i + 1).flat();
    return group.flatMap((one) => others.map((other) => [one, other] as const));
  });
}
