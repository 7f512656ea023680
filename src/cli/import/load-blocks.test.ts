import { describe, expect, it } from 'vitest';
import { openChain } from '../../node/open-chain.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { fakeIo, withTurns } from '../fake-io.ts';
import { daemonIo } from './load-blocks.ts';

describe('the files of -loadblock', () => {
  it('that are not there are told, and are no reason not to start', async () => {
    const io = fakeIo();
    const notices: string[] = [];
    const work = async (): Promise<void> => {
      const { chain, close } = await openChain({ params: regtest }, io);
      const { signal } = new AbortController();
      const onNotice = (line: string): void => {
        notices.push(line);
      };
      await daemonIo(io).importBlocks(['/nowhere.dat'], { chain, signal, onNotice });
      await close();
    };
    await withTurns(work(), io);
    expect(notices).toEqual(['Warning: Could not open blocks file /nowhere.dat']);
  });
});
