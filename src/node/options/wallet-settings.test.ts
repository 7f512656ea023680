import { describe, expect, it } from 'vitest';
import { loadSettings } from './load-settings.ts';
import type { NodeSettings } from './node-settings.ts';

function load(words: string, settingsFile?: string): Promise<NodeSettings> {
  return loadSettings({
    words: words.split(' ').filter((word) => word !== ''),
    environment: {},
    readFile: async (path) => (path.endsWith('settings.json') ? settingsFile : undefined),
    isFolder: async () => true,
    home: '/home/a',
    defaultDataFolder: '/data',
  });
}

const wallet = async (words: string, settingsFile?: string) =>
  (await load(words, settingsFile)).wallet;

describe('what is set for wallets', () => {
  it('is what it is in Bitcoin Core 28 where nothing is said', async () => {
    expect(await wallet('')).toEqual({
      ...{ disabled: false, names: undefined, folder: undefined, notify: undefined },
      ...{ keypool: 1000, confirmTarget: 6, addressType: 'bech32', changeType: undefined },
      ...{ fallbackFeeRate: 0n, payFeeRate: 0n, minFeeRate: 1000n, maxFee: 10_000_000n },
      ...{ discardFeeRate: 10_000n, consolidateFeeRate: 10_000n, maxPartialSpendFee: 0n },
      ...{ avoidPartialSpends: false, spendUnconfirmedChange: true, replaceable: true },
      ...{ broadcast: true, rejectLongChains: true },
    });
  });

  it('is what the options say', async () => {
    const words =
      '-disablewallet -walletdir=/w -keypool=0 -txconfirmtarget=2 -addresstype=legacy -changetype=bech32m -fallbackfee=0.0002 -paytxfee=0.0003 -mintxfee=0.00002 -maxtxfee=0.5 -discardfee=0.00004 -consolidatefeerate=0.00005 -maxapsfee=-1 -avoidpartialspends -spendzeroconfchange=0 -walletrbf=0 -walletbroadcast=0 -walletrejectlongchains=0 -walletnotify=tell';
    expect(await wallet(words)).toEqual({
      ...{ disabled: true, names: undefined, folder: '/w', notify: 'tell' },
      ...{ keypool: 1, confirmTarget: 2, addressType: 'legacy', changeType: 'bech32m' },
      ...{ fallbackFeeRate: 20_000n, payFeeRate: 30_000n, minFeeRate: 2000n, maxFee: 50_000_000n },
      ...{ discardFeeRate: 4000n, consolidateFeeRate: 5000n, maxPartialSpendFee: undefined },
      ...{ avoidPartialSpends: true, spendUnconfirmedChange: false, replaceable: false },
      ...{ broadcast: false, rejectLongChains: false },
    });
    expect((await wallet('-blocksonly')).broadcast).toBe(false);
  });

  it('names wallets on the command line and in settings.json, or none', async () => {
    expect((await wallet('-wallet=a -wallet= -wallet=b')).names).toEqual(['a', '', 'b']);
    expect((await wallet('-wallet=a', '{"wallet":["b","c"]}')).names).toEqual(['a', 'b', 'c']);
    expect((await wallet('', '{"wallet":["b"]}')).names).toEqual(['b']);
    expect((await wallet('-nowallet')).names).toEqual([]);
  });
});

describe('what cannot be set', () => {
  it.each([
    ['-addresstype=taproot', "Unknown address type 'taproot'"],
    ['-changetype=bech33', "Unknown change type 'bech33'"],
    ['-fallbackfee=much', "Invalid amount for -fallbackfee=<amount>: 'much'"],
    ['-maxapsfee=-2', "Invalid amount for -maxapsfee=<amount>: '-2'"],
    [
      '-paytxfee=0.000009',
      "Invalid amount for -paytxfee=<amount>: '0.000009' (must be at least 0.00001000 BTC/kvB)",
    ],
    [
      '-maxtxfee=0.00002 -minrelaytxfee=0.00003',
      "Invalid amount for -maxtxfee=<amount>: '0.00002' (must be at least the minrelay fee of 0.00003000 BTC/kvB to prevent stuck transactions)",
    ],
  ])('%s is refused', async (words, message) => {
    await expect(load(words)).rejects.toMatchObject({ code: 'bad-value', message });
  });

  it.each([
    ['mintxfee=0.011', 'This is the minimum transaction fee you pay on every transaction.'],
    ['fallbackfee=1', 'This is the transaction fee you may pay when fee estimates are not'],
    ['discardfee=1', 'This is the transaction fee you may discard if change is smaller than'],
    ['paytxfee=1', 'This is the transaction fee you will pay if you send a transaction.'],
    ['maxapsfee=0.00011', 'This is the maximum transaction fee you pay (in addition to'],
    ['maxtxfee=1.1', 'Fees this large could be paid on a single transaction.'],
  ])('-%s may be a slip, and whoever starts the node is told', async (option, means) => {
    const [name] = option.split('=');
    const { spoken, notices } = await load(`-${option}`);
    const words = `-${name} is set very high! ${means}`;
    expect(spoken).toEqual([expect.stringContaining(`Warning: ${words}`)]);
    expect(notices).toContainEqual({ level: 'warn', words: expect.stringContaining(words) });
    expect((await load(`-${option} -disablewallet`)).spoken).toEqual([]);
  });
});
