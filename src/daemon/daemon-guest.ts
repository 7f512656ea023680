import type { NodeSettings } from '../node/options/node-settings.ts';
import type { CodedError } from '../protocol/bytes/coded-error.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import type { NodeService } from '../service/node-service.ts';

/** Whoever runs a daemon for more than that it runs: to show what it is at, say. */
export interface DaemonGuest {
  /** The chain, if no option names one. */
  readonly defaultChain?: string;
  /** Whether a data folder that is named is made where there is none; Bitcoin Core wants it to be there. */
  readonly makesDataFolder?: boolean;
  /** Changes the settings, once the folder of the chain is ours. */
  readonly prepare?: (settings: NodeSettings, place: ChainFolderPlace) => Promise<NodeSettings>;
  /** What to do about an error that kept it from starting; shown below Core's words. */
  readonly hint?: (error: CodedError) => string | undefined;
  /** Called when the service runs. What comes back is called before it stops. It stops as well when nobody reads on. */
  readonly watch?: (service: NodeService, settings: NodeSettings) => () => void;
}

interface ChainFolderPlace {
  readonly params: ChainParams;
  /** Undefined in memory. */
  readonly folder: string | undefined;
}
