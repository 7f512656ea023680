import { describe, expect, it } from 'vitest';
import { RpcError } from '../../node/rpc/rpc-error.ts';
import { DiskError } from '../../outside/disk/disk-error.ts';
import { SourceError } from '../source/source-error.ts';
import { VaultError } from '../vault/vault-error.ts';
import { WalletError } from '../wallet-error.ts';
import { walletRpcError } from './wallet-rpc-error.ts';

function told(error: unknown): readonly [number, string] {
  const answer = walletRpcError(error);
  if (answer instanceof RpcError) return [answer.number, answer.message];
  throw new Error('it is no answer');
}

describe('what a wallet cannot do', () => {
  it('is told by the numbers and words of Core', () => {
    const core = 'Error: No legacy addresses available.';
    expect(told(new WalletError('no-keys', 'no such addresses', core))).toEqual([-12, core]);
    expect(told(new WalletError('other-chain', 'of another chain'))).toEqual([
      -4,
      'of another chain',
    ]);
    expect(told(new VaultError('locked', 'it is locked'))).toEqual([
      -13,
      'Error: Please enter the wallet passphrase with walletpassphrase first.',
    ]);
    expect(told(new VaultError('wrong-passphrase', 'it does not open'))).toEqual([
      -14,
      'Error: The wallet passphrase entered was incorrect.',
    ]);
    expect(told(new VaultError('damaged-secret', 'it was damaged'))).toEqual([
      -4,
      'it was damaged',
    ]);
  });

  it('is a matter of the wallet where the disk or the node is to blame', () => {
    const [number, words] = told(new DiskError('full', 'write', '/a'));
    expect(number).toBe(-4);
    expect(words).toMatch(/^cannot write \/a: the disk is full/);
    expect(told(new SourceError('unreachable', 'no node'))).toEqual([-4, 'no node']);
  });

  it('is left to others where it is none of these', () => {
    const [own, bug] = [new RpcError(-8, 'no'), new TypeError('a bug')];
    expect(walletRpcError(own)).toBe(own);
    expect(walletRpcError(bug)).toBe(bug);
  });
});
