import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One line of the conformance table: a file of reference data, and how the project is held to it. */
export interface VectorCheck {
  /** The path below the vector folder, also the name of the line. */
  readonly file: string;
  /** What the file is known to hold, so that a check that runs on less of it fails. */
  readonly total: number;
  /** One entry a case, in order: undefined when it passed, else what went wrong. */
  run(vectors: VectorFolder): readonly CaseOutcome[] | Promise<readonly CaseOutcome[]>;
  /** What each case is about, to count by. */
  groups?(vectors: VectorFolder): readonly string[];
}

export type CaseOutcome = string | undefined;

/** The folder of reference data. It lies beside the project and is never a part of it. */
export class VectorFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The folder named by `BLOCKYARD_VECTORS`, or `../shared/vectors`; undefined where there is none. */
  static find(): VectorFolder | undefined {
    const path = resolve(process.env['BLOCKYARD_VECTORS'] ?? '../shared/vectors');
    return existsSync(path) ? new VectorFolder(path) : undefined;
  }

  bytes(file: string): Uint8Array {
    const raw = readFileSync(resolve(this.path, file));
    return new Uint8Array(file.endsWith('.gz') ? gunzipSync(raw) : raw);
  }

  text(file: string): string {
    return new TextDecoder().decode(this.bytes(file));
  }

  /** The caller names the shape, and the check fails loudly where the file has another one. */
  json<T>(file: string): T {
    return JSON.parse(this.text(file)) as T;
  }
}

/** Runs a case, and turns whatever it throws into its outcome. */
export function outcomeOf(name: string, run: () => void): CaseOutcome {
  try {
    run();
    return undefined;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
