/**
 * A set of the keys that were added last: at least `least` of them, at most twice as many. Two
 * generations; when one is full, the older one goes. Unlike Core's rolling Bloom filters it is never
 * wrong, and costs nothing while it is empty.
 */
export class RecentKeys {
  readonly #least: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(least: number) {
    this.#least = least;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key);
  }

  add(key: string): void {
    if (this.#young.has(key)) return;
    this.#old.delete(key);
    if (this.#young.size >= this.#least) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
