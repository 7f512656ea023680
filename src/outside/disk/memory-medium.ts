import { DiskError } from './disk-error.ts';
import type { MemoryFile } from './memory-tree.ts';

/** What all files of a simulated disk share: its power and its space. */
export class MemoryMedium {
  /** The bytes that all files together may have. */
  capacity: number;
  used = 0;
  /** How often it has been started: what was opened before the last start is open no more. */
  starts = 0;
  #changes = 0;
  #lastChange = Number.POSITIVE_INFINITY;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get changes(): number {
    return this.#changes;
  }

  cutPowerAfter(changes: number): void {
    this.#lastChange = this.#changes + changes;
  }

  restart(): void {
    this.#lastChange = Number.POSITIVE_INFINITY;
    this.starts++;
  }

  checkPower(action: string, path: string): void {
    if (this.#changes >= this.#lastChange) throw powerCut(action, path);
  }

  /** Does what a crash may undo. Where it is the last change, nobody hears that it was done. */
  change(action: string, path: string, apply: () => void): void {
    this.checkPower(action, path);
    this.#changes++;
    apply();
    this.checkPower(action, path);
  }

  /** Makes durable what was changed. Where it is the last change, it has no effect. */
  sync(action: string, path: string, apply: () => void): void {
    this.checkPower(action, path);
    this.#changes++;
    this.checkPower(action, path);
    apply();
  }

  /** The bytes that still fit. */
  get room(): number {
    return Math.max(0, this.capacity - this.used);
  }

  /** Changes the size of a file. One that was removed while open takes up no space that counts. */
  resize(file: MemoryFile, apply: () => void): void {
    const before = file.content.size;
    apply();
    if (file.linked) this.used += file.content.size - before;
  }

  /** Gives the space of a file back; its bytes stay readable to whoever has it open. */
  unlink(file: MemoryFile): void {
    this.used -= file.content.size;
    file.linked = false;
  }
}

function powerCut(action: string, path: string): DiskError {
  return new DiskError('io', action, path, 'the power is off');
}
