import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalletCaller, walletCaller } from '../../../../test/fixtures/wallet-caller.ts';

let caller: WalletCaller;
let call: WalletCaller['call'];

beforeEach(async () => {
  caller = await walletCaller(['-mocktime=1700000000']);
  call = caller.call;
  await call('createwallet', '["a"]');
});
afterEach(() => caller.close());

describe('getwalletinfo', () => {
  it('tells all of a new wallet, in the order of Core', async () => {
    const { tip } = caller.context.node.chain;
    const genesis = Buffer.from(tip.hash).reverse().toString('hex');
    expect(await call('getwalletinfo')).toBe(
      '{"walletname":"a","walletversion":169900,"format":"sqlite","balance":0.00000000,"unconfirmed_balance":0.00000000,"immature_balance":0.00000000,"txcount":0,"keypoolsize":20,"keypoolsize_hd_internal":20,"paytxfee":0.00000000,"private_keys_enabled":true,"avoid_reuse":false,"scanning":false,"descriptors":true,"external_signer":false,"blank":false,"birthtime":1700000000,' +
        `"lastprocessedblock":{"hash":"${genesis}","height":0}}`,
    );
  });

  it('counts what comes in, and what is given out', async () => {
    const address = await call('getnewaddress');
    await call('generatetoaddress', `[101,${address}]`);
    expect(await call('sendtoaddress', `[${await call('getnewaddress')},1]`)).toMatch(/^"/);
    const info = JSON.parse(await call('getwalletinfo'));
    // The fee of the payment is the whole difference.
    expect(Math.round((info.balance + info.unconfirmed_balance) * 100)).toBe(5000);
    expect(info.immature_balance).toBe(5000);
    expect(info.txcount).toBe(102);
    expect(info.keypoolsize).toBe(19);
    expect(info.lastprocessedblock.height).toBe(101);
  });

  it('tells the fee rate that was set', async () => {
    await call('settxfee', '[0.0001]');
    expect(await call('getwalletinfo')).toContain('"paytxfee":0.00010000,');
  });

  it('has no time of birth without a descriptor', async () => {
    await call('createwallet', '["blank",false,true]');
    const info = await call('getwalletinfo', '[]', 'blank');
    expect(info).toContain('"blank":true,"lastprocessedblock"');
  });

  it('wants a wallet', async () => {
    await call('createwallet', '["b"]');
    expect(await call('getwalletinfo')).toBe(
      '-19 Wallet file not specified (must request wallet RPC through /wallet/<filename> uri-path).',
    );
    expect(await call('getwalletinfo', '[1]', 'a')).toMatch(/^-1 getwalletinfo\n/);
  });
});

describe('setwalletflag', () => {
  it('changes one, and keeps that', async () => {
    expect(await call('setwalletflag', '["avoid_reuse"]')).toBe(
      '{"flag_name":"avoid_reuse","flag_state":true,"warnings":"You need to rescan the blockchain in order to correctly mark used destinations in the past. Until this is done, some destinations may be considered unused, even if the opposite is the case."}',
    );
    expect(await call('setwalletflag', '["avoid_reuse",true]')).toBe(
      '-8 Wallet flag is already set to true: avoid_reuse',
    );
    await call('unloadwallet', '["a"]');
    await call('loadwallet', '["a"]');
    expect(await call('getwalletinfo')).toContain('"avoid_reuse":true');
    expect(await call('setwalletflag', '["avoid_reuse",false]')).toBe(
      '{"flag_name":"avoid_reuse","flag_state":false}',
    );
    expect(await call('setwalletflag', '["avoid_reuse",false]')).toBe(
      '-8 Wallet flag is already set to false: avoid_reuse',
    );
  });

  it('refuses those that nobody can change, or knows', async () => {
    expect(await call('setwalletflag', '["disable_private_keys"]')).toBe(
      '-8 Wallet flag is immutable: disable_private_keys',
    );
    expect(await call('setwalletflag', '["blank",false]')).toBe(
      '-8 Wallet flag is immutable: blank',
    );
    expect(await call('setwalletflag', '["toString"]')).toBe('-8 Unknown wallet flag: toString');
    expect(await call('setwalletflag')).toMatch(/^-1 setwalletflag "flag" \( value \)\n/);
  });
});

describe('upgradewallet', () => {
  it('has nothing to do', async () => {
    const answer =
      '{"wallet_name":"a","previous_version":169900,"current_version":169900,"result":"Already at latest version. Wallet version unchanged."}';
    expect(await call('upgradewallet')).toBe(answer);
    expect(await call('upgradewallet', '[169900]')).toBe(answer);
    expect(await call('upgradewallet', '[60000]')).toBe(
      '{"wallet_name":"a","previous_version":169900,"current_version":169900,"error":"Cannot downgrade wallet from version 169900 to version 60000. Wallet version unchanged."}',
    );
    await call('encryptwallet', '["secret"]');
    expect(await call('upgradewallet')).toMatch(/^-13 /);
  });
});
