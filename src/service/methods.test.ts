import { describe, expect, it } from 'vitest';
import { allMethods } from './methods/all-methods.ts';
import { rpcPage } from './rpc-page.ts';

describe('docs/rpc.md', () => {
  it('tells of every method, as the table has it (npm run docs writes it anew)', async () => {
    const page = rpcPage(allMethods);
    for (const { name } of allMethods) expect(page).toContain(`\n### ${name}\n`);
    await expect(page).toMatchFileSnapshot('../../../docs/rpc.md');
  });

  it('says something about each of them', () => {
    const silent = allMethods.filter(
      ({ about, result, parameters }) =>
        about === '' || result === '' || parameters.some((parameter) => parameter.about === ''),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
