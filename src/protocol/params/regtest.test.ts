import { describe, expect, it } from 'vitest';
import { regtest, regtestParams } from './regtest.ts';

describe('regtest with soft forks at chosen heights', () => {
  it('is plain regtest without any', () => {
    expect(regtestParams()).toEqual(regtest);
  });

  it('takes the names of -testactivationheight', () => {
    const heights = { segwit: 1, bip34: 2, dersig: 3, cltv: 4, csv: 5 };
    expect(regtestParams(heights).consensus.buried).toEqual({
      segwit: 1,
      bip34: 2,
      bip66: 3,
      bip65: 4,
      csv: 5,
    });
  });

  it('leaves alone what is not named', () => {
    const { consensus } = regtestParams({ bip34: 500 });
    expect(consensus.buried).toEqual({ ...regtest.consensus.buried, bip34: 500 });
    expect(consensus.versionBits).toEqual(regtest.consensus.versionBits);
    expect(regtest.consensus.buried.bip34).toBe(1);
  });

  it('takes the times of -vbparams', () => {
    const { deployments } = regtestParams(
      {},
      { taproot: { startTime: 1000, timeout: 2000, minActivationHeight: 300 } },
    ).consensus.versionBits;
    expect(deployments.taproot).toEqual({
      bit: 2,
      startTime: 1000,
      timeout: 2000,
      minActivationHeight: 300,
    });
    expect(deployments.testdummy).toEqual(regtest.consensus.versionBits.deployments.testdummy);
  });
});
