/** How many bytes went to and fro. */

export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

/** Bytes by the command that they were of; what nobody knows is under `*other*`, as in Core. */
export class TrafficByCommand {
  readonly #bytes = new Map<string, number>();

  add(command: string, bytes: number): void {
    this.#bytes.set(command, (this.#bytes.get(command) ?? 0) + bytes);
  }

  /** By command, in alphabetical order. */
  toRecord(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#bytes].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** All bytes of a node since it started, whoever they went to. */
export class TrafficTotals implements Traffic {
  received = 0;
  sent = 0;
  readonly receivedByCommand = new TrafficByCommand();
  readonly sentByCommand = new TrafficByCommand();
}
