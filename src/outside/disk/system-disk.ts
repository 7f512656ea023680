/** The disk of the machine, through Node's file system. */
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type {
  Disk,
  DiskFile,
  FileInfo,
  FolderEntry,
  FolderLock,
  OpenMode,
  OpenOptions,
} from './disk.ts';
import { DiskError } from './disk-error.ts';
import { attempt } from './system-disk-error.ts';
import { SystemFile } from './system-file.ts';
import { lockFolder } from './system-lock.ts';

const FLAGS: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  update: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT,
  'create-new': constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

/** Everybody but the owner. */
const OTHERS = 0o077;

/**
 * The disk of the machine.
 *
 * @example
 * const disk = new SystemDisk();
 * await replaceFile(disk, '/data/settings.json', bytes);
 */
export class SystemDisk implements Disk {
  async open(path: string, mode: OpenMode, options: OpenOptions = {}): Promise<DiskFile> {
    const handle = await attempt('open', path, () => open(path, FLAGS[mode], options.permissions));
    const { permissions } = options;
    // The umask of the process may take from what others were explicitly given.
    if (mode === 'create-new' && permissions !== undefined && (permissions & OTHERS) !== 0) {
      await attempt('open', path, () => handle.chmod(permissions));
    }
    // The system refuses to open a folder for writing; for reading, it fails only at the first read.
    if (mode === 'read' && (await handle.stat()).isDirectory()) {
      await handle.close();
      throw new DiskError('is-a-folder', 'open', path);
    }
    return new SystemFile(path, handle);
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    const entries = await attempt('list', path, () => readdir(path, { withFileTypes: true }));
    return entries
      .map((entry): FolderEntry => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(path: string): Promise<FileInfo | undefined> {
    try {
      const info = await attempt('look at', path, () => stat(path));
      const kind = kindOf(info);
      return { kind, size: kind === 'folder' ? 0 : info.size, permissions: info.mode & 0o777 };
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (error.code === 'not-found' || error.code === 'not-a-folder') return undefined;
      throw error;
    }
  }

  async freeSpace(path: string): Promise<number> {
    const { bavail, bsize } = await attempt('measure', path, () => statfs(path));
    return bavail * bsize;
  }

  /**
   * Not by `mkdir` with `recursive`: Node 20 reports a file system that is read-only as a folder that is
   * not there, and below `/proc` it looks for parents until the memory is full.
   */
  async makeFolder(path: string, { permissions: mode }: OpenOptions = {}): Promise<void> {
    const missing: string[] = [];
    let folder = resolve(path);
    let info = await this.stat(folder);
    for (; info === undefined && folder !== dirname(folder); info = await this.stat(folder)) {
      missing.push(folder);
      folder = dirname(folder);
    }
    if (info?.kind === 'file') {
      throw new DiskError(missing.length === 0 ? 'exists' : 'not-a-folder', 'make', path);
    }
    for (const made of missing.reverse()) {
      await attempt('make', path, () => mkdir(made, { mode })).catch(async (error: unknown) => {
        // Somebody else has been faster.
        if ((await this.stat(made))?.kind !== 'folder') throw error;
      });
      await this.syncFolder(dirname(made));
    }
  }

  rename(from: string, to: string): Promise<void> {
    return attempt(`rename ${from} to`, to, () => rename(from, to));
  }

  removeFile(path: string): Promise<void> {
    return attempt('remove', path, () => unlink(path));
  }

  async removeFolder(path: string): Promise<void> {
    await attempt('remove', path, () => readdir(path));
    await attempt('remove', path, () => rm(path, { recursive: true, force: true }));
  }

  async syncFolder(path: string): Promise<void> {
    // Windows opens no folders, and keeps their names in its journal by itself.
    if (process.platform === 'win32') return;
    const handle = await attempt('sync', path, () => open(path, constants.O_RDONLY));
    try {
      await attempt('sync', path, () => handle.sync());
    } finally {
      await handle.close();
    }
  }

  lock(folder: string): Promise<FolderLock> {
    return lockFolder(folder);
  }
}

function kindOf(entry: { isDirectory(): boolean }): 'file' | 'folder' {
  return entry.isDirectory() ? 'folder' : 'file';
}
