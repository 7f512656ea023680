/** Methods that answer when the chain has come somewhere. */
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { hashFrom, int32From } from '../arguments.ts';
import type { RpcContext } from '../rpc-context.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';

const timeoutParameter: RpcParameter = {
  name: 'timeout',
  type: 'number',
  optional: true,
  about: 'Milliseconds to wait at most; 0, the default, for as long as it takes.',
};
const result = '{ "hash": "hex", "height": n }';

type Arguments = readonly (JsonValue | undefined)[];

export const waitMethods: readonly RpcMethod[] = [
  {
    name: 'waitfornewblock',
    family: 'blockchain',
    about: 'Waits for the next block, and tells of the tip.',
    parameters: [timeoutParameter],
    result,
    hidden: true,
    run([timeout]: Arguments, context) {
      const before = context.node.chain.tip;
      return waitForTip(context, timeout, (tip) => tip !== before);
    },
  },
  {
    name: 'waitforblock',
    family: 'blockchain',
    about: 'Waits until a block is the tip, and tells of the tip.',
    parameters: [
      { name: 'blockhash', type: 'string', about: 'The hash of the block.' },
      timeoutParameter,
    ],
    result,
    hidden: true,
    run([hash, timeout]: Arguments, context) {
      const wanted = hashFrom(hash, 'blockhash');
      return waitForTip(context, timeout, (tip) => tip.hasHash(wanted));
    },
  },
  {
    name: 'waitforblockheight',
    family: 'blockchain',
    about: 'Waits until the tip has a height, or a greater one, and tells of the tip.',
    parameters: [{ name: 'height', type: 'number', about: 'The height.' }, timeoutParameter],
    result,
    hidden: true,
    run([height, timeout]: Arguments, context) {
      const wanted = int32From(height);
      return waitForTip(context, timeout, (tip) => tip.height >= wanted);
    },
  },
];

/** Also answers when the time is over, and when the node is about to stop. */
async function waitForTip(
  { node: { chain }, clock, signal }: RpcContext,
  timeout: JsonValue | undefined,
  isMeant: (tip: BlockNode) => boolean,
): Promise<Json> {
  const limit = timeout === undefined ? 0 : int32From(timeout);
  if (!isMeant(chain.tip) && !signal.aborted) {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        signal.removeEventListener('abort', end);
        cancel();
        stopListening();
        resolve();
      };
      const stopListening = chain.on(() => {
        if (isMeant(chain.tip)) end();
      });
      const cancel = limit === 0 ? () => {} : clock.schedule(Math.max(limit, 0), end);
      signal.addEventListener('abort', end, { once: true });
    });
  }
  const { hash, height } = chain.tip;
  return { hash: toReversedHex(hash), height };
}
