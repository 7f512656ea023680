import type { RpcMethod } from '../../node/rpc/rpc-method.ts';
import { walletMethods } from './methods/all-wallet-methods.ts';
import { chooseWallet, type WalletDesk } from './wallet-desk.ts';
import type { WalletMethod } from './wallet-method.ts';
import { walletRpcError } from './wallet-rpc-error.ts';

/**
 * The methods of the wallets of a node, to be joined to those of the node itself.
 *
 * @example
 * const table = methodTable(withHelp([...nodeMethods, ...joinWalletMethods(desk)]));
 */
export function joinWalletMethods(desk: WalletDesk): readonly RpcMethod[] {
  return walletMethods.map((method) => joined(method, desk));
}

function joined(method: WalletMethod, desk: WalletDesk): RpcMethod {
  return {
    ...method,
    run: async (args, context) => {
      const walletNow = () => chooseWallet(desk, context.walletName);
      const wallet = async () => {
        const chosen = walletNow();
        await chosen.settled();
        return chosen;
      };
      try {
        return await method.run(args, { desk, context, wallet, walletNow });
      } catch (error) {
        throw walletRpcError(error);
      }
    },
  };
}
