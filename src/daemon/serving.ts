/** A daemon from the moment at which its node is ready to its end. */
import type { Chain } from '../node/chain/chain.ts';
import type { Log } from '../node/log/log.ts';
import type { NodeSettings } from '../node/options/node-settings.ts';
import { endpointText } from '../outside/network/endpoint.ts';
import type { NodeService } from '../service/node-service.ts';
import type { DaemonGuest } from './daemon-guest.ts';
import type { DaemonIo } from './daemon-io.ts';
import type { Ending } from './ending.ts';
import { Notifications } from './notifications.ts';

export interface ServingParts {
  readonly settings: NodeSettings;
  readonly io: DaemonIo;
  readonly guest: DaemonGuest;
  readonly log: Log;
  readonly ending: Ending;
}

/** Resolves when the node has stopped. */
export async function serveUntilEnd(service: NodeService, parts: ServingParts): Promise<void> {
  const { settings, io, guest, log, ending } = parts;
  const { chain } = service.node;
  const { programs } = io;
  const notifications = new Notifications({ settings: settings.process, programs, log });
  const stops = [notifications.watch(chain), stopAtHeight(chain, parts)];
  void service.stopWished.then(() => ending.wish());
  for (const at of service.addresses) {
    log('info', 'http', `Serving JSON-RPC at http://${endpointText(at)}/`);
  }
  programs.reportReady();
  notifications.started();
  const importing = importBlocks(chain, parts).catch((error: unknown) => ending.fail(error));
  stops.push(guest.watch?.(service, settings) ?? (() => {}));
  await ending.wished;
  for (const stop of stops) stop();
  log('info', 'node', 'Shutdown: In progress...');
  await notifications.stopping();
  await importing;
  await service.stop();
}

/** `-stopatheight`: for tests. */
function stopAtHeight(chain: Chain, { settings, ending }: ServingParts): () => void {
  const { stopAtHeight: height } = settings.storage;
  if (height === undefined) return () => {};
  return chain.on((event) => {
    if (event.kind === 'connected' && event.node.height >= height) ending.wish();
  });
}

/** `-loadblock`, and `-stopafterblockimport`. */
async function importBlocks(chain: Chain, parts: ServingParts): Promise<void> {
  const { settings, io, log, ending } = parts;
  const { loadBlocks, stopAfterImport } = settings.storage;
  if (loadBlocks.length > 0) {
    const onNotice = (line: string): void => log('warn', 'chain', line);
    await io.importBlocks(loadBlocks, { chain, signal: ending.signal, onNotice });
  }
  if (!stopAfterImport) return;
  log('info', 'node', 'Stopping after block import');
  ending.wish();
}
