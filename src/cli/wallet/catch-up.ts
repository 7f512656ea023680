import type { ChainSource, PlacedBlock } from '../../wallet/source/chain-source.ts';
import { SourceError } from '../../wallet/source/source-error.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { stoppedError } from '../chain/use-chain.ts';
import type { Io } from '../io.ts';
import { grouped } from '../plain-words.ts';
import { Progress } from '../progress.ts';

/** What is done sooner shows nothing, in milliseconds. */
const A_MOMENT = 500;

interface CatchUpManner {
  /** Shows nothing. */
  readonly silent: boolean;
  readonly signal: AbortSignal;
}

/**
 * Goes with a wallet to the tip of a node's chain, and shows how far it is where that takes longer.
 *
 * @throws CommandError `stopped`, once somebody wants the command to end
 */
export async function catchUp(
  wallet: Wallet,
  source: ChainSource,
  { silent, signal }: CatchUpManner,
  io: Pick<Io, 'err' | 'clock'>,
): Promise<void> {
  const state = { fraction: 0, detail: '' };
  let progress: Progress | undefined;
  const cancel = io.clock.schedule(A_MOMENT, () => {
    progress = new Progress({ title: 'Catching up', quiet: silent }, io);
    progress.update(state);
  });
  const onHeight = (height: number, from: number, to: number): void => {
    state.fraction = to <= from ? 1 : (height - from) / (to - from);
    state.detail = `block ${grouped(height)} of ${grouped(to)}`;
  };
  try {
    await wallet.attach(new WatchedSource(source, { signal, onHeight }));
    await wallet.settled();
  } finally {
    cancel();
    progress?.end();
  }
  if (signal.aborted) throw stoppedError('while the wallet was catching up');
}

interface Watch {
  readonly signal: AbortSignal;
  readonly onHeight: (height: number, from: number, to: number) => void;
}

/** A node that tells how far somebody has read its blocks, and goes silent when that shall end. */
class WatchedSource implements ChainSource {
  readonly #source: ChainSource;
  readonly #watch: Watch;

  constructor(source: ChainSource, watch: Watch) {
    this.#source = source;
    this.#watch = watch;
  }

  get isReachable(): boolean {
    return this.#source.isReachable;
  }

  async *blocksConcerning(
    ...[stretch, scripts]: Parameters<ChainSource['blocksConcerning']>
  ): AsyncGenerator<PlacedBlock, void, undefined> {
    const { signal, onHeight } = this.#watch;
    for await (const found of this.#source.blocksConcerning(stretch, scripts)) {
      onHeight(found.place.height, stretch.from, stretch.to.height);
      if (signal.aborted) throw new SourceError('unreachable', 'the wallet was told to end');
      yield found;
    }
  }

  tip(): ReturnType<ChainSource['tip']> {
    return this.#source.tip();
  }

  placeAt(height: number): ReturnType<ChainSource['placeAt']> {
    return this.#source.placeAt(height);
  }

  find(hash: Uint8Array): ReturnType<ChainSource['find']> {
    return this.#source.find(hash);
  }

  block(hash: Uint8Array): ReturnType<ChainSource['block']> {
    return this.#source.block(hash);
  }

  follow(listener: Parameters<ChainSource['follow']>[0]): () => void {
    return this.#source.follow(listener);
  }

  broadcast(tx: Parameters<ChainSource['broadcast']>[0]): ReturnType<ChainSource['broadcast']> {
    return this.#source.broadcast(tx);
  }

  inPool(txids: Parameters<ChainSource['inPool']>[0]): ReturnType<ChainSource['inPool']> {
    return this.#source.inPool(txids);
  }

  pool(): ReturnType<ChainSource['pool']> {
    return this.#source.pool();
  }

  poolStanding(
    txid: Parameters<ChainSource['poolStanding']>[0],
  ): ReturnType<ChainSource['poolStanding']> {
    return this.#source.poolStanding(txid);
  }

  feeRate(
    ...[target, mode]: Parameters<ChainSource['feeRate']>
  ): ReturnType<ChainSource['feeRate']> {
    return this.#source.feeRate(target, mode);
  }

  relayTerms(): ReturnType<ChainSource['relayTerms']> {
    return this.#source.relayTerms();
  }
}
