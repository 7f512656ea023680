export { AdjustableClock } from './clock/adjustable-clock.ts';
export { type Cancel, type Clock, sleep, unixTime } from './clock/clock.ts';
export { SystemClock, type SystemClockOptions } from './clock/system-clock.ts';
export { VirtualClock } from './clock/virtual-clock.ts';
export type {
  Disk,
  DiskFile,
  FileInfo,
  FileKind,
  FolderEntry,
  FolderLock,
  OpenMode,
  OpenOptions,
} from './disk/disk.ts';
export { DiskError, type DiskErrorCode } from './disk/disk-error.ts';
export { joinPath, parentPath } from './disk/disk-path.ts';
export { MemoryDisk, type MemoryDiskOptions } from './disk/memory-disk.ts';
export { SystemDisk } from './disk/system-disk.ts';
export { readFile, removeIfThere, replaceFile, writeFile } from './disk/whole-file.ts';
export {
  drawBelow,
  drawChance,
  drawExponential,
  drawU64,
  drawUnit,
  pick,
  shuffled,
} from './entropy/draw.ts';
export type { Entropy } from './entropy/entropy.ts';
export { SeededEntropy } from './entropy/seeded-entropy.ts';
export { SystemEntropy } from './entropy/system-entropy.ts';
export type {
  Http,
  HttpHandler,
  HttpLimits,
  HttpRequest,
  HttpResponse,
  HttpServer,
} from './http/http.ts';
export type { HttpAnswer, HttpCall, HttpClient } from './http/http-client.ts';
export { HttpError, type HttpErrorCode } from './http/http-error.ts';
export { SystemHttp } from './http/system-http.ts';
export { SystemHttpClient } from './http/system-http-client.ts';
export { VirtualHttp, type VirtualRequest } from './http/virtual-http.ts';
export { VirtualHttpClient } from './http/virtual-http-client.ts';
export { type Endpoint, endpointText } from './network/endpoint.ts';
export {
  type CloseReason,
  CONNECT_TIMEOUT_MS,
  type Connection,
  type ConnectionHandlers,
  type ConnectOptions,
  LARGEST_SEND_BUFFER,
  LINGER_MS,
  type Listener,
  type ListenHandlers,
  type MessageHandler,
  type MulticastGroup,
  type Network,
  SEND_BUFFER_SIZE,
} from './network/network.ts';
export { NetworkError, type NetworkErrorCode } from './network/network-error.ts';
export { SystemNetwork } from './network/system-network.ts';
export type { VirtualHost } from './network/virtual-host.ts';
export { VirtualNetwork, type VirtualNetworkOptions } from './network/virtual-network.ts';
export type { LinkConditions } from './network/virtual-wires.ts';
export type { BackgroundProgram, Programs } from './programs/programs.ts';
export { SystemPrograms } from './programs/system-programs.ts';
export { VirtualPrograms, type VirtualProgramsOptions } from './programs/virtual-programs.ts';
export { LocalThreads } from './threads/local-threads.ts';
export { SystemThreads, type SystemThreadsOptions } from './threads/system-threads.ts';
export { ThreadError, type ThreadErrorCode } from './threads/thread-error.ts';
export type {
  Thread,
  ThreadHandlers,
  ThreadPort,
  ThreadProgram,
  Threads,
} from './threads/threads.ts';
