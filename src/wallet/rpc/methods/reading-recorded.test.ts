/** What Bitcoin Core 28.1 answered about a wallet, to the last character: its fields are in their order. */
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { walletCaller } from '../../../../test/fixtures/wallet-caller.ts';
import { jsonText } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { readJson } from '../../../protocol/report/read-json.ts';
import { readingMethods } from './reading.ts';

type Line = ReadonlyMap<string, JsonValue>;

const vectors = VectorFolder.find();
if (vectors === undefined) console.warn('no reference data: recorded answers are not compared');
const [head, ...lines] = (vectors?.text('rpc/wallet.jsonl').trim().split('\n') ?? []).map(
  (line) => readJson(line) as Line,
);
const names = new Set(readingMethods.map(({ name }) => name));

describe.skipIf(vectors === undefined)('a recorded session', () => {
  it('is answered with the same text by all that tells what a wallet has', async () => {
    const { call, close } = await walletCaller(head?.get('options') as readonly string[]);
    const compared = new Set<string>();
    for (const line of lines) {
      const method = line.get('method') as string;
      const params = jsonText(line.get('params') as JsonValue);
      const text = await call(method, params, line.get('wallet') as string | undefined);
      if (!names.has(method)) continue;
      const result = line.get('result');
      const error = line.get('error') as Line | undefined;
      const words = error && `${jsonText(error.get('code') as JsonValue)} ${error.get('message')}`;
      expect(text, `${method} ${params}`).toBe(words ?? jsonText(result as JsonValue));
      compared.add(method);
    }
    await close();
    expect([...compared].sort()).toEqual([
      ...['getaddressesbylabel', 'getaddressinfo', 'getbalance', 'getbalances', 'gettransaction'],
      ...['listlabels', 'listlockunspent', 'listsinceblock', 'listtransactions', 'listunspent'],
      ...['lockunspent', 'setlabel'],
    ]);
  });
});
