import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalletCaller, walletCaller } from '../../../../test/fixtures/wallet-caller.ts';
import type { BlockNode } from '../../../node/chain/block-node.ts';
import { STORED } from '../../../node/chain/block-status.ts';
import { sleep } from '../../../outside/clock/clock.ts';
import { addChecksum } from '../../../protocol/script/descriptor/checksum.ts';
import type { Wallet } from '../../wallet.ts';

const NOW = 1_700_000_000;
const BUSY = '-4 Wallet is currently rescanning. Abort existing rescan or wait.';
const KEY = '0227d85ba011276cf25b51df6a188b75e604b38770a462b2d0e9fb2fc839ef5d3f';

let caller: WalletCaller;
let call: WalletCaller['call'];

beforeEach(async () => {
  caller = await walletCaller([`-mocktime=${NOW}`]);
  call = caller.call;
  await call('createwallet', '["a"]');
});
afterEach(() => caller.close());

/** Lets a wallet wait, before it looks at blocks, until somebody says so. */
function holdRescans(held: Wallet): { readonly begun: Promise<void>; readonly go: () => void } {
  const rescan = held.rescan.bind(held);
  const [begun, went] = [newSignal(), newSignal()];
  held.rescan = async (options) => {
    begun.give();
    await went.given;
    return rescan(options);
  };
  return { begun: begun.given, go: went.give };
}

function newSignal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

function wallet(name: string): Wallet {
  return caller.desk.wallets.get(name) as Wallet;
}

describe('rescanblockchain', () => {
  it('looks at all blocks, or at some', async () => {
    await call('generatetoaddress', `[10,${await call('getnewaddress')}]`);
    const all = '{"start_height":0,"stop_height":10}';
    expect(await call('rescanblockchain')).toBe(all);
    expect(await call('rescanblockchain', '[0,10]')).toBe(all);
    expect(await call('rescanblockchain', '[3]')).toBe('{"start_height":3,"stop_height":10}');
    expect(await call('rescanblockchain', '[3,3]')).toBe('{"start_height":3,"stop_height":3}');
    expect(await call('rescanblockchain', '{"stop_height":4}')).toBe(
      '{"start_height":0,"stop_height":4}',
    );
  });

  it('refuses heights that are none', async () => {
    for (const height of [1, -1, 100_000]) {
      expect(await call('rescanblockchain', `[${height}]`)).toBe('-8 Invalid start_height');
      expect(await call('rescanblockchain', `[0,${height}]`)).toBe('-8 Invalid stop_height');
    }
    await call('generatetodescriptor', `[2,"${addChecksum('raw(51)')}"]`);
    expect(await call('rescanblockchain', '[2,1]')).toBe(
      '-8 stop_height must be greater than start_height',
    );
    expect(await call('rescanblockchain', '["2"]')).toMatch(/^-3 /);
    expect(await call('rescanblockchain', '[1.5]')).toBe('-1 JSON integer out of range');
  });

  it('wants an encrypted wallet unlocked', async () => {
    await call('encryptwallet', '["secret"]');
    expect(await call('rescanblockchain')).toMatch(/^-13 /);
    await call('walletpassphrase', '["secret",60]');
    expect(await call('rescanblockchain')).toBe('{"start_height":0,"stop_height":0}');
  });

  it('goes on alone, can be seen, and called off', async () => {
    await call('encryptwallet', '["secret"]');
    await call('walletpassphrase', '["secret",60]');
    await call('generatetoaddress', `[3,${await call('getnewaddress')}]`);
    expect(await call('abortrescan')).toBe('false');
    const { begun, go } = holdRescans(wallet('a'));
    const answer = call('rescanblockchain');
    await begun;
    expect(await call('getwalletinfo')).toMatch(/"scanning":\{"duration":\d,"progress":0\}/);
    expect(await call('rescanblockchain')).toBe(BUSY);
    expect(await call('importdescriptors', '[[]]')).toBe(BUSY);
    expect(await call('unloadwallet', '["a"]')).toBe(BUSY);
    const scanning = (what: string) =>
      `-4 Error: the wallet is currently being used to rescan the blockchain for related transactions. Please call \`abortrescan\` before ${what}.`;
    expect(await call('walletlock')).toBe(scanning('locking the wallet'));
    expect(await call('walletpassphrasechange', '["secret","new"]')).toBe(
      scanning('changing the passphrase'),
    );
    // It is not locked before that has ended, however long it takes.
    caller.context.clock.hasten(61_000);
    await sleep(caller.context.clock, 2);
    expect(await call('keypoolrefill')).toBe('null');
    expect(await call('abortrescan')).toBe('true');
    expect(await call('abortrescan')).toBe('false');
    go();
    expect(await answer).toBe('-1 Rescan aborted.');
    expect(await call('getwalletinfo')).toContain('"unlocked_until":0');
    expect(await call('getwalletinfo')).toContain('"scanning":false');
  });

  it('refuses to encrypt meanwhile, and ends with the node', async () => {
    await call('generatetoaddress', `[3,${await call('getnewaddress')}]`);
    const { begun, go } = holdRescans(wallet('a'));
    const ending = new AbortController();
    Object.assign(caller.context, { signal: ending.signal });
    const answer = call('rescanblockchain');
    await begun;
    expect(await call('encryptwallet', '["secret"]')).toMatch(
      /^-4 Error: the wallet is currently .* before encrypting the wallet\.$/,
    );
    ending.abort();
    go();
    expect(await answer).toBe('-1 Rescan aborted.');
  });
});

describe('on a node without the old blocks', () => {
  const BEYOND =
    "-1 Can't rescan beyond pruned data. Use RPC call getblockchaininfo to determine your pruned height.";

  function forget(block: BlockNode | undefined): void {
    if (block !== undefined) block.status &= ~STORED;
  }

  beforeEach(async () => {
    await call('generatetoaddress', `[20,${await call('getnewaddress')}]`);
    const { chain } = caller.context.node;
    for (let height = 1; height <= 5; height++) forget(chain.blockAt(height));
  });

  it('rescanblockchain begins with those that there are', async () => {
    expect(await call('rescanblockchain')).toBe(BEYOND);
    expect(await call('rescanblockchain', '[5]')).toBe(BEYOND);
    expect(await call('rescanblockchain', '[2,3]')).toBe(BEYOND);
    expect(await call('rescanblockchain', '[6]')).toBe('{"start_height":6,"stop_height":20}');
  });

  it('importdescriptors says what it could not look for', async () => {
    // A new wallet looks at the blocks of its last two hours.
    await call('setmocktime', `[${NOW + 86_400}]`);
    await call('createwallet', '["watches",true]');
    const block = (height: number) => caller.context.node.chain.blockAt(height);
    const request = (key: string, timestamp: unknown) => ({ desc: addChecksum(key), timestamp });
    // All blocks are of one moment, so that only what is two hours later is not concerned.
    const time = block(5)?.time as number;
    const requests = [
      request(`pkh(${KEY})`, 0),
      request('nope', 0),
      request(`wpkh(${KEY})`, time + 7201),
    ];
    const [first, second, third] = JSON.parse(
      await call('importdescriptors', JSON.stringify([requests]), 'watches'),
    );
    expect(first).toEqual({
      success: false,
      error: {
        code: -1,
        message: `Rescan failed for descriptor with timestamp 0. There was an error reading a block from time ${time}, which is after or within 7200 seconds of key creation, and could contain transactions pertaining to the desc. As a result, transactions and coins using this desc may not appear in the wallet. This error could be caused by pruning or data corruption (see bitcoind log for details) and could be dealt with by downloading and rescanning the relevant blocks (see -reindex option and rescanblockchain RPC).`,
      },
    });
    expect(second.error.code).toBe(-5);
    expect(third).toEqual({ success: true });
  });

  it('no wallet is opened that would need them', async () => {
    await call('backupwallet', '["/backup"]');
    const { chain } = caller.context.node;
    await call('generatetoaddress', `[3,${await call('getnewaddress')}]`);
    forget(chain.blockAt(22));
    expect(await call('restorewallet', '["b","/backup"]')).toBe(
      '-4 Wallet loading failed. Prune: last wallet synchronisation goes beyond pruned data. You need to -reindex (download the whole blockchain again in case of a pruned node)',
    );
    expect(await call('listwalletdir')).toBe('{"wallets":[{"name":"a"}]}');
    expect(await call('listwallets')).toBe('["a"]');
  });
});
