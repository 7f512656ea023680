import { describe, expect, it } from 'vitest';
import { rpcPage } from '../node/rpc/rpc-page.ts';
import { METHODS } from './methods.ts';

describe('docs/rpc.md', () => {
  it('tells of every method, as the table has it (npm run docs writes it anew)', async () => {
    const page = rpcPage(METHODS);
    for (const { name } of METHODS) expect(page).toContain(`\n### ${name}\n`);
    await expect(page).toMatchFileSnapshot('../../docs/rpc.md');
  });

  it('says something about each of them', () => {
    const silent = METHODS.filter(
      ({ about, result, parameters }) =>
        about === '' || result === '' || parameters.some((parameter) => parameter.about === ''),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
