/** What some options set for others, where nobody has set those. */
import type { SettingSources } from './setting-sources.ts';
import { type Settings, settingsOf } from './settings.ts';

export interface Interactions {
  readonly settings: Settings;
  /** What was set and why, in Bitcoin Core's words, for the log. */
  readonly notes: readonly string[];
}

const BLOCKS_ONLY_MEMPOOL_MB = '5';
const MAX_CONNECTIONS = 125;

/**
 * Settings with what follows from them.
 *
 * @example
 * applyInteractions(sources, 'regtest').settings.flag('listen') // false with -connect
 */
export function applyInteractions(sources: SettingSources, chain: string): Interactions {
  const soft = new Map<string, string>();
  const settings = settingsOf({ ...sources, soft }, chain);
  const notes: string[] = [];
  const set = (cause: string, name: string, value: string) => {
    if (settings.isSet(name)) return;
    soft.set(name, value);
    notes.push(`parameter interaction: ${cause} -> setting -${name}=${value}`);
  };
  listenWhereBound(settings, set);
  stayPrivate(settings, set);
  if (!(settings.flag('listen') ?? true)) {
    for (const name of ['upnp', 'natpmp', 'discover', 'listenonion', 'i2pacceptincoming']) {
      set('-listen=0', name, '0');
    }
  }
  if (settings.list('externalip').length > 0) set('-externalip set', 'discover', '0');
  if (settings.flag('blocksonly') === true) {
    set('-blocksonly=1', 'whitelistrelay', '0');
    set('-blocksonly=1', 'maxmempool', BLOCKS_ONLY_MEMPOOL_MB);
    set('-blocksonly=1', 'walletbroadcast', '0');
  }
  if (settings.flag('disablewallet') === true) {
    for (const name of settings.list('wallet')) {
      notes.push(`parameter interaction: -disablewallet -> ignoring -wallet=${name}`);
    }
  }
  if (settings.flag('whitelistforcerelay') === true) {
    set('-whitelistforcerelay=1', 'whitelistrelay', '1');
  }
  const networks = settings.list('onlynet');
  const isReachable = networks.some((name) => /^ipv[46]$/i.test(name));
  if (networks.length > 0 && !isReachable) {
    set('-onlynet excludes IPv4 and IPv6', 'dnsseed', '0');
  }
  if (settings.list('connect').some((name) => name !== '0') && settings.isSet('seednode')) {
    notes.push('-seednode is ignored when -connect is used');
  }
  if (settings.flag('daemonwait') === true) soft.set('daemon', '1');
  return { settings, notes };
}

type SoftSet = (cause: string, name: string, value: string) => void;

function listenWhereBound(settings: Settings, set: SoftSet): void {
  if (settings.list('bind').length > 0) set('-bind set', 'listen', '1');
  if (settings.list('whitebind').length > 0) set('-whitebind set', 'listen', '1');
}

/** Whoever names all peers wants no others; whoever hides behind a proxy does not show up beside it. */
function stayPrivate(settings: Settings, set: SoftSet): void {
  const namesPeers = settings.list('connect').length > 0 || settings.isNegated('connect');
  if (namesPeers || (settings.number('maxconnections') ?? MAX_CONNECTIONS) <= 0) {
    set('-connect or -maxconnections=0 set', 'dnsseed', '0');
    set('-connect or -maxconnections=0 set', 'listen', '0');
  }
  const proxy = settings.text('proxy') ?? '';
  if (proxy === '' || proxy === '0') return;
  for (const name of ['listen', 'upnp', 'natpmp', 'discover']) set('-proxy set', name, '0');
}
