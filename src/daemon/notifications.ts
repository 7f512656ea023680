/** Commands of the user's that are run when something happens: `-blocknotify` and the like. */
import type { BlockNode } from '../node/chain/block-node.ts';
import type { Chain } from '../node/chain/chain.ts';
import type { ProcessSettings } from '../node/options/node-settings.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import { type CommandParts, runCommand } from './run-command.ts';

export interface NotificationParts extends CommandParts {
  readonly settings: ProcessSettings;
}

type WatchedChain = Pick<Chain, 'on' | 'isInitialBlockDownload' | 'tip'>;

/** What Bitcoin Core says when many others follow what this node takes for invalid. */
const NO_AGREEMENT =
  'Warning: We do not appear to fully agree with our peers! You may need to upgrade, or other nodes may need to upgrade.';
/** An invalid branch with so many blocks' work more than the tip is no accident. */
const BLOCKS_AHEAD = 6n;

/** Runs what the user wants to be run. Nobody waits for it, but at the end. */
export class Notifications {
  readonly #parts: NotificationParts;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
  }

  /** Tells of what happens to a chain. What comes back ends that. */
  watch(chain: WatchedChain): () => void {
    return chain.on((event) => {
      if (event.kind === 'tip' && !chain.isInitialBlockDownload) this.#newTip(event.node);
      if (event.kind === 'refused' && isFarAhead(event.node, chain.tip)) this.#alert(NO_AGREEMENT);
    });
  }

  started(): void {
    const { startupNotify } = this.#parts.settings;
    if (startupNotify !== undefined && startupNotify !== '') void this.#run(startupNotify);
  }

  #newTip({ hash }: BlockNode): void {
    const { blockNotify } = this.#parts.settings;
    if (blockNotify === undefined || blockNotify === '') return;
    void this.#run(blockNotify.replaceAll('%s', toReversedHex(hash)));
  }

  #alert(words: string): void {
    const { alertNotify } = this.#parts.settings;
    if (alertNotify === undefined || alertNotify === '') return;
    // A shell must find nothing in it that means something to it.
    const harmless = words.replace(/[^A-Za-z0-9 .,;\-_/:?@()]/g, '');
    void this.#run(alertNotify.replaceAll('%s', `'${harmless}'`));
  }

  /** Resolves when the commands have ended that are run before the node does. */
  async stopping(): Promise<void> {
    await Promise.all(this.#parts.settings.shutdownNotify.map((command) => this.#run(command)));
  }

  #run(command: string): Promise<void> {
    return runCommand(command, this.#parts);
  }
}

function isFarAhead(node: BlockNode, tip: BlockNode): boolean {
  const workOfTip = tip.chainWork - (tip.parent?.chainWork ?? 0n);
  return node.chainWork > tip.chainWork + BLOCKS_AHEAD * workOfTip;
}
