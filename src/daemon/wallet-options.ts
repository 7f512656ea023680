/** From settings to what the wallets of a node are told. */
import type { NodeSettings } from '../node/options/node-settings.ts';
import type { Disk } from '../outside/disk/disk.ts';
import type { WalletsOfService } from '../service/service-options.ts';
import { DaemonError } from './daemon-error.ts';
import { isAbsolute } from './own-files.ts';

const DUST_FEE_RATE = 3000n;

/** How wallets behave, and which are opened; undefined where there shall be none. */
export function walletOptions({ wallet, mempool }: NodeSettings): WalletsOfService | undefined {
  if (wallet.disabled) return undefined;
  const { changeType, maxPartialSpendFee } = wallet;
  return {
    ...(wallet.folder !== undefined && { folder: withoutEnd(wallet.folder) }),
    names: wallet.names,
    rejectsLongChains: wallet.rejectLongChains,
    wallet: {
      lookAhead: wallet.keypool,
      addressType: wallet.addressType,
      ...(changeType !== undefined && { changeType }),
      spendsPendingChange: wallet.spendUnconfirmedChange,
      avoidsPartialSpends: wallet.avoidPartialSpends,
      maxGroupingFee: maxPartialSpendFee,
      replaceable: wallet.replaceable,
      confirmTarget: wallet.confirmTarget,
      payFeeRate: wallet.payFeeRate,
      fallbackFeeRate: wallet.fallbackFeeRate,
      minFeeRate: wallet.minFeeRate,
      maxFee: wallet.maxFee,
      rates: {
        longTermFeeRate: wallet.consolidateFeeRate,
        discardFeeRate: wallet.discardFeeRate,
        dustFeeRate: mempool.dustFeeRate ?? DUST_FEE_RATE,
      },
      broadcasts: wallet.broadcast,
    },
  };
}

/**
 * A folder for wallets is not made because somebody mistyped where they are.
 *
 * @throws DaemonError `bad-option`
 */
export async function checkWalletFolder({ wallet }: NodeSettings, disk: Disk): Promise<void> {
  const { folder, disabled } = wallet;
  if (disabled || folder === undefined) return;
  const refuse = (why: string): never => {
    throw new DaemonError('bad-option', `Specified -walletdir "${folder}" ${why}`);
  };
  const found = folder === '' ? undefined : await disk.stat(withoutEnd(folder));
  if (found === undefined) return refuse('does not exist');
  if (found.kind !== 'folder') return refuse('is not a directory');
  if (!isAbsolute(folder)) return refuse('is a relative path');
}

function withoutEnd(path: string): string {
  return path.replace(/(?<=.)[/\\]+$/, '');
}
