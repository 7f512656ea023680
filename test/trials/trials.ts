import { addressFloodTrial } from './address-flood.ts';
import { bitRotTrial } from './bit-rot.ts';
import { blockTreesTrial } from './block-trees.ts';
import { coreSessionTrial } from './core-session.ts';
import { fullDiskTrial } from './full-disk.ts';
import { goldenTrial } from './golden.ts';
import { growthTrial } from './growth.ts';
import { headerSpamTrial } from './header-spam.ts';
import { hostileTrial } from './hostile.ts';
import { killTrial } from './kill.ts';
import { malformedTrial } from './malformed.ts';
import { partitionsTrial } from './partitions.ts';
import { powerCutTrial } from './power-cut.ts';
import { recordedTrial } from './recorded.ts';
import { reorganiseTrial } from './reorganise.ts';
import { rpcAbuseTrial } from './rpc-abuse.ts';
import { simulationTrial } from './simulation.ts';
import { socketsTrial } from './sockets.ts';
import { thousandNodesTrial } from './thousand-nodes.ts';
import { threeMinersTrial } from './three-miners.ts';
import type { Trial } from './trial.ts';
import { verdictsByPeerTrial } from './verdicts-by-peer.ts';
import { walletKillTrial } from './wallet-kill.ts';
import { walletPaymentsTrial } from './wallet-payments.ts';

/** What blocks, disks and power do to a chain; the shorter ones first. */
export const chainTrials: readonly Trial[] = [
  goldenTrial,
  recordedTrial,
  reorganiseTrial,
  blockTreesTrial,
  powerCutTrial,
  growthTrial,
  fullDiskTrial,
  bitRotTrial,
  killTrial,
];

/** What peers do to a node, and nodes to each other. */
export const networkTrials: readonly Trial[] = [
  addressFloodTrial,
  coreSessionTrial,
  verdictsByPeerTrial,
  headerSpamTrial,
  malformedTrial,
  hostileTrial,
  rpcAbuseTrial,
  simulationTrial,
  partitionsTrial,
  threeMinersTrial,
  thousandNodesTrial,
  socketsTrial,
];

/** What becomes of what wallets pay. */
export const walletTrials: readonly Trial[] = [walletPaymentsTrial, walletKillTrial];

export const trials: readonly Trial[] = [...chainTrials, ...networkTrials, ...walletTrials];
