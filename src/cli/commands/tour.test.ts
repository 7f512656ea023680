import { describe, expect, it } from 'vitest';
import { chains } from '../../protocol/params/chains.ts';
import { main } from '../../protocol/params/main.ts';
import { fakeIo } from '../fake-io.ts';
import { paintFor } from '../paint.ts';
import { runCommand } from '../run-command.ts';
import { inspectGenesis, isValid, tamperWithMessage, zeroBits } from '../tour/inspect-genesis.ts';
import { tourText } from '../tour/tour-text.ts';

describe('the tour', () => {
  it('shows what there is to see in the first block of Bitcoin', async () => {
    const io = fakeIo();
    expect(await runCommand(['tour'], io)).toBe(0);
    const { out, err } = io.said();
    expect(err).toBe('');
    for (const fact of [
      '285 of them',
      '2009-01-03 18:15:05 UTC',
      '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
      '00000000ffff0000000000000000000000000000000000000000000000000000',
      '43 zero bits',
      '4,295,032,833 tries',
      'The Times 03/Jan/2009 Chancellor on brink of second bailout for banks',
      'bailout for bankr',
      '50.00000000',
      '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
      '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043',
      '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6',
      '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
      '5 of 5 first blocks are valid',
      'blockyard help',
    ]) {
      expect(out).toContain(fact);
    }
  });

  it('is about a page, of lines that fit a terminal, without colours where there are none', async () => {
    const io = fakeIo();
    await runCommand(['tour'], io);
    const { out } = io.said();
    expect(out).not.toContain('\u001b');
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(75);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('colours nothing but the text', async () => {
    const [plain, coloured] = [fakeIo(), fakeIo({ colours: true, isTerminal: true })];
    await runCommand(['tour'], plain);
    await runCommand(['tour'], coloured);
    expect(coloured.said().out).toContain('\u001b[32m0000000000\u001b[39m19d668');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
    expect(coloured.said().out.replace(/\u001b\[\d+m/g, '')).toBe(plain.said().out);
  });

  it('tells programs the same', async () => {
    const io = fakeIo();
    expect(await runCommand(['tour', '--json'], io)).toBe(0);
    const { curve, chains: found } = JSON.parse(io.said().out);
    expect(['native', 'wasm', 'pure']).toContain(curve);
    expect(found.map((chain: { chain: string }) => chain.chain)).toEqual([
      'main',
      'testnet4',
      'signet',
      'regtest',
      'lab',
    ]);
    expect(found[0]).toMatchObject({ valid: true, zerobits: 43, tries: 4295032833, size: 285 });
    expect(io.said().out).toContain('"reward": 50.00000000');
  });
});

describe('the check of a first block', () => {
  it.each(chains.map((params) => [params.name, params] as const))('passes %s', (_name, params) => {
    expect(inspectGenesis(params).checks).toEqual({
      bytes: true,
      work: true,
      merkleRoot: true,
      rules: true,
    });
  });

  it('fails for a block that was tampered with', () => {
    const forged = inspectGenesis({ ...main, genesis: tamperWithMessage(main.genesis) });
    expect(forged.message).toMatch(/bailout for bankr$/);
    expect(forged.checks).toMatchObject({ work: false, merkleRoot: true, rules: false });
    expect(isValid(forged)).toBe(false);
    const { header } = main.genesis;
    const { transactions } = tamperWithMessage(main.genesis);
    const mismatched = inspectGenesis({ ...main, genesis: { header, transactions } });
    expect(mismatched.checks).toMatchObject({ work: true, merkleRoot: false, rules: false });
  });

  it('is told as it came out', () => {
    const forged = inspectGenesis({ ...main, genesis: tamperWithMessage(main.genesis) });
    const facts = {
      chains: [{ name: 'main', findings: forged }],
      curve: 'pure',
      command: 'blockyard',
    } as const;
    const text = tourText(facts, paintFor({ colours: false }));
    expect(text).toContain('✗ 0 of 1 first blocks are valid');
  });

  it('counts zero bits', () => {
    expect(zeroBits(0n)).toBe(256);
    expect(zeroBits(1n)).toBe(255);
    expect(zeroBits((1n << 256n) - 1n)).toBe(0);
  });
});
