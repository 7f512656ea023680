/**
 * The lock on a folder: a file `.lock` that says who holds it.
 *
 * Node has no `flock`, whose locks end with their process. So the file names its process, and a lock
 * whose process is gone is void. The hard part is to take over a void lock when several processes
 * find it at once: "look, remove, make anew" lets the slowest remove the lock that the fastest has
 * just made. Therefore nothing is ever removed to be replaced:
 *
 * 1. `.lock` is made by `link`, which makes a file with its content in one step, and only where none
 *    is. No `.lock`: whoever links first has it.
 * 2. A void lock is taken over by whoever claims it: by linking a file whose name is made from the
 *    content of the void lock. As every content is unique, so is the name; only one claim can be.
 *    A claim can become void in the same way, and is then claimed in the same way.
 * 3. With the claim in hand, look again: if `.lock` is still the void one, nobody but the claimant
 *    can change it, and a rename of the claim to `.lock` replaces it in one step. If it is another,
 *    somebody was faster, whose claim was gone when this one was made: begin again.
 */
import { createHash, randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import type { FolderLock } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { joinPath, parentPath } from './disk-path.ts';
import { systemCode, toDiskError } from './system-disk-error.ts';
import {
  isRunning,
  type Owner,
  ownerOf,
  readOwner,
  thisProcess,
  writeOwner,
} from './system-process.ts';

const LOCK = '.lock';
/** Locks that change hands while one looks are a busy moment; for this often in a row, they are not. */
const MOST_ROUNDS = 1000;

/** Locks a folder for this process. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  try {
    return await acquire(folder);
  } catch (error) {
    throw toDiskError('lock', folder, error);
  }
}

async function acquire(folder: string): Promise<FolderLock> {
  const path = joinPath(folder, LOCK);
  const tag = randomBytes(16).toString('hex');
  const content = writeOwner(await thisProcess(), tag);
  const own = joinPath(folder, `${LOCK}.of.${process.pid}.${tag}`);
  try {
    await writeFile(own, content, { flag: 'wx', mode: 0o600 });
    for (let round = 0; ; round++) {
      if (round === MOST_ROUNDS) throw new DiskError('locked', 'lock', folder);
      if ((await linked(own, path)) || (await tookOver(folder, own))) break;
    }
  } finally {
    await unlinkIfThere(own);
  }
  // The lock is held; that some remains stay is no reason to give it up.
  await removeRemains(folder).catch(() => {});
  return { release: () => release(path, content) };
}

/** Step 2 and 3. Answers false when the locks have changed meanwhile. */
async function tookOver(folder: string, own: string): Promise<boolean> {
  const path = joinPath(folder, LOCK);
  const found = await contentOf(path);
  if (found === undefined) return false;
  let [name, content] = [LOCK, found];
  for (;;) {
    await checkVoid(folder, content);
    // With the name in it, so that two that a crash has emptied are not each other's claim.
    name = `${LOCK}.after.${digest(name + content)}`;
    const claim = joinPath(folder, name);
    if (await linked(own, claim)) {
      if ((await contentOf(path)) === found) {
        await rename(claim, path);
        return true;
      }
      await unlink(claim);
      return false;
    }
    const rival = await contentOf(claim);
    if (rival === undefined) return false;
    content = rival;
  }
}

/** Throws where the owner of a lock, or of a claim to one, is at work. */
async function checkVoid(folder: string, content: string): Promise<void> {
  const owner = readOwner(content);
  // Nothing that we have written: Bitcoin Core leaves an empty file of this name, a crash of the
  // machine may leave one cut short.
  if (owner === undefined) return;
  const running = await isRunning(owner);
  if (running === 'no') return;
  throw new DiskError('locked', 'lock', folder, lockedBy(folder, owner, running));
}

function lockedBy(folder: string, owner: Owner, running: 'yes' | 'elsewhere'): string {
  if (running === 'yes') return `it is in use by process ${owner.pid}; stop that one first`;
  const lock = joinPath(folder, LOCK);
  return `it is in use by process ${owner.pid} on ${owner.host}; if that has ended, remove ${lock}`;
}

async function release(path: string, content: string): Promise<void> {
  // Somebody may have removed the file by hand, and somebody else may have locked the folder since.
  if ((await contentOf(path)) === content) await unlinkIfThere(path);
}

/** Removes what processes that were killed in the midst of all this have left. */
async function removeRemains(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${LOCK}.`)) continue;
    const path = joinPath(folder, name);
    const owner = readOwner((await contentOf(path)) ?? '') ?? ownerIn(name);
    if (owner !== undefined && (await isRunning(owner)) === 'no') await unlinkIfThere(path);
  }
}

/** The owner of a file that was made, and not written to before its process was killed. */
function ownerIn(name: string): Owner | undefined {
  const pid = /^\.lock\.of\.(\d+)\./.exec(name)?.[1];
  return pid === undefined ? undefined : ownerOf(Number(pid));
}

function digest(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/** Whether the file could be given this further name; false if the name is taken. */
async function linked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    if (isSystemError(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) {
      const reason = 'this file system has no hard links; keep the folder on another one';
      throw new DiskError('unsupported', 'lock', parentPath(name), reason);
    }
    throw error;
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  const code = systemCode(error);
  return code !== undefined && codes.includes(code);
}
