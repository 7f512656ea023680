/** What Bitcoin Core 28.1's wallet answered in a recorded session, as far as the core of this one can say it. */
import { afterAll, describe, expect, it } from 'vitest';
import { VectorFolder } from '../../test/conformance/vector-check.ts';
import { type PlayedNode, playedNode } from '../../test/fixtures/played-node.ts';
import { testWalletOptions } from '../../test/fixtures/wallet-scene.ts';
import { callMethod, methodTable } from '../node/rpc/method-table.ts';
import { allMethods } from '../node/rpc/methods/all-methods.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { fromHex, fromReversedHex, toHex, toReversedHex } from '../protocol/bytes/hex.ts';
import { formatMoney } from '../protocol/consensus/format-money.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { decodeTx, encodeTx } from '../protocol/primitives/transaction.ts';
import { jsonText } from '../protocol/report/json-text.ts';
import { readJson } from '../protocol/report/read-json.ts';
import { hasPrivateKeys } from '../protocol/script/descriptor/descriptor.ts';
import type { OutputType } from '../protocol/script/descriptor/output-type.ts';
import { parseDescriptor } from '../protocol/script/descriptor/parse.ts';
import { descriptorToString } from '../protocol/script/descriptor/print.ts';
import { withPrivateKeys } from '../protocol/script/descriptor/private-keys.ts';
import { createWallet } from './open-wallet.ts';
import { NodeSource } from './source/node-source.ts';
import type { Wallet } from './wallet.ts';

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly wallet?: string;
  readonly result?: unknown;
}

interface DescriptorRequest {
  readonly desc: string;
  readonly active?: boolean;
  readonly internal?: boolean;
  readonly range?: readonly [number, number];
}

const vectors = VectorFolder.find();
if (vectors === undefined) console.warn('no reference data: the recorded wallet is not compared');

const lines = vectors?.text('rpc/wallet.jsonl').trim().split('\n').slice(1) ?? [];
const calls = lines
  .map((line) => JSON.parse(line) as Call)
  .filter(({ result }) => result !== undefined);
const NODE_METHODS = [
  'generatetoaddress',
  'sendrawtransaction',
  'invalidateblock',
  'reconsiderblock',
];
const table = methodTable(allMethods);
const open: PlayedNode[] = [];

afterAll(async () => {
  for (const { close } of open) await close();
});

async function importAll(wallet: Wallet, requests: readonly DescriptorRequest[]): Promise<void> {
  for (const { desc, active, internal, range } of requests) {
    const descriptor = parseDescriptor(desc, regtest);
    if (!hasPrivateKeys(descriptor)) continue;
    const [rangeStart, last] = range ?? [0, 0];
    const start = { timestamp: 1_296_688_602, rangeStart, rangeEnd: last + 1, nextIndex: 0 };
    const role = active === true ? (internal === true ? 'internal' : 'external') : undefined;
    await wallet.importDescriptor({ descriptor, active: role, ...start });
  }
}

function listed(wallet: Wallet, isPrivate: boolean) {
  const { keys } = wallet.state;
  const descriptors = keys.keepers.map((keeper) => ({
    desc: isPrivate
      ? descriptorToString(withPrivateKeys(keeper.descriptor, keys.secrets.lookup), regtest, {
          form: 'private',
        })
      : descriptorToString(keeper.watching, regtest),
    timestamp: keeper.record.timestamp,
    active: keys.activeRole(keeper) !== undefined,
    internal: keys.activeRole(keeper) === 'internal',
    range: [keeper.record.rangeStart, keeper.record.rangeEnd - 1],
    next: keeper.record.nextIndex,
    next_index: keeper.record.nextIndex,
  }));
  return descriptors.sort((a, b) => (a.desc < b.desc ? -1 : 1));
}

function balances(wallet: Wallet) {
  const { trusted, untrustedPending, immature } = wallet.balances();
  const { tip } = wallet.state.branch;
  return {
    mine: {
      trusted: Number(formatMoney(trusted)),
      untrusted_pending: Number(formatMoney(untrustedPending)),
      immature: Number(formatMoney(immature)),
    },
    lastprocessedblock: { hash: toReversedHex(tip?.hash as Uint8Array), height: tip?.height },
  };
}

/** What the wallet answers; undefined to what is not its core's to say. */
async function answer(wallet: Wallet, { method, params }: Call): Promise<unknown> {
  switch (method) {
    case 'listdescriptors':
      return { wallet_name: 'a', descriptors: listed(wallet, params[0] === true) };
    case 'getnewaddress': {
      const [label = '', type] = params as readonly string[];
      const kind = type === undefined ? {} : { type: type as OutputType };
      return (await wallet.newAddress({ label, ...kind })).address;
    }
    case 'getrawchangeaddress':
      return (await wallet.changeAddress()).address;
    case 'getbalances':
      return balances(wallet);
    case 'signrawtransactionwithwallet': {
      const tx = decodeTx(fromHex(params[0] as string));
      const outputs = tx.inputs.flatMap(({ prevout }) => wallet.state.ledger.output(prevout) ?? []);
      return { hex: toHex(encodeTx(wallet.payer.sign(tx, outputs))), complete: true };
    }
    case 'gettransaction': {
      const walletTx = wallet.transaction(fromReversedHex(params[0] as string));
      const depth = wallet.state.ledger.depth(walletTx);
      const isConfirmed = walletTx.state.kind === 'confirmed';
      return {
        confirmations: depth,
        ...(isConfirmed && { blockindex: (walletTx.state as { position: number }).position }),
        time: walletTx.time,
        timereceived: walletTx.timeReceived,
        hex: toHex(encodeTx(walletTx.tx)),
      };
    }
    default:
      return undefined;
  }
}

describe.skipIf(vectors === undefined)('the recorded wallet of Bitcoin Core', () => {
  it('has the same descriptors, addresses, signatures, balances and transactions', async () => {
    const played = await playedNode(['-mocktime=1700000000']);
    open.push(played);
    const store = await new MemoryStores().open('/a');
    const options = { ...testWalletOptions, lookAhead: 5 };
    const request = { isBlank: true };
    const { wallet } = await createWallet('a', store, options, played.context, request);
    await wallet.attach(new NodeSource(played.node));
    const compared = new Map<string, number>();
    for (const call of calls.filter((each) => each.wallet === 'a')) {
      const { method, params, result } = call;
      if (method === 'encryptwallet') break;
      if (NODE_METHODS.includes(method)) {
        const given = { method, params: readJson(JSON.stringify(params)) };
        const made: unknown = JSON.parse(jsonText(await callMethod(table, given, played.context)));
        expect(made, method).toEqual(result);
        await wallet.settled();
      } else if (method === 'importdescriptors') {
        await importAll(
          wallet,
          (result as { success: boolean }[])[0]?.success ? (params[0] as DescriptorRequest[]) : [],
        );
      } else {
        const own = await answer(wallet, call);
        if (own === undefined) continue;
        if (method === 'gettransaction') expect(result, method).toMatchObject(own as object);
        else expect(own, `${method} ${JSON.stringify(params)}`).toEqual(result);
      }
      compared.set(method, (compared.get(method) ?? 0) + 1);
    }
    expect(Object.fromEntries(compared)).toMatchObject({
      listdescriptors: 2,
      getnewaddress: 5,
      getbalances: 5,
      signrawtransactionwithwallet: 1,
    });
    await wallet.close();
  });
});
