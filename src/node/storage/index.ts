export {
  type BlockFileSize,
  BlockFiles,
  type BlockFilesOptions,
  type BlockPosition,
  blockFilePath,
  type KnownFrames,
  listBlockFiles,
  undoFilePath,
} from './block-files.ts';
export { type DataFolder, type DataFolderOptions, openDataFolder } from './data-folder.ts';
export {
  type KeyRange,
  type KeyValueStore,
  type OpenStore,
  prefixRange,
  type StoreEntry,
  type StoreOptions,
  type StoreReader,
  type StoreSnapshot,
  type WriteOptions,
} from './key-value-store.ts';
export {
  auditLevelFolder,
  type LevelAudit,
  type LevelAuditOptions,
  type TablesToAudit,
} from './level-audit.ts';
export { type LevelStoreDoors, openLevelStore } from './level-store.ts';
export { MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
export { MemoryStores, type MemoryStoresOptions } from './memory-stores.ts';
export {
  type Found,
  type FoundBlock,
  type FoundCutOff,
  type FoundGarbage,
  scanFrames,
} from './scan-frames.ts';
export { StorageError, type StorageErrorCode } from './storage-error.ts';
export { WriteBatch } from './write-batch.ts';
