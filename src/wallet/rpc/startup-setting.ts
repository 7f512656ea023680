/** Whether a wallet is opened at the next start, as several methods change it on their way. */
import { booleanFrom } from '../../node/rpc/arguments.ts';
import { RpcError } from '../../node/rpc/rpc-error.ts';
import type { RpcParameter } from '../../node/rpc/rpc-method.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import type { JsonObject } from '../../protocol/report/json-text.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { WalletDesk } from './wallet-desk.ts';

export const startupParameter: RpcParameter = {
  name: 'load_on_startup',
  type: 'boolean',
  optional: true,
  about: 'Whether it is opened at the next start; by default that stays as it is.',
};

/** What methods answer that open a wallet. */
export const NAME_RESULT = '{ "name": "…", "warnings": [ … ] }';

/** Writes down whether a wallet is opened at the next start. That this fails is only a warning. */
export async function keepStartup(
  { startup }: WalletDesk,
  name: string,
  wish: JsonValue | undefined,
): Promise<readonly string[]> {
  if (wish === undefined) return [];
  const isLoaded = booleanFrom(wish);
  try {
    await startup.set(name, isLoaded);
    return [];
  } catch (error) {
    // As in Bitcoin Core: where there is no such list at all, that is an error.
    if (!(error instanceof CodedError) || error instanceof RpcError) throw error;
    const outcome = isLoaded ? 'may not be loaded' : 'may still be loaded';
    return [
      `Wallet load on startup setting could not be updated, so wallet ${outcome} next node startup.`,
    ];
  }
}

export function named(name: string, warnings: readonly string[]): JsonObject {
  return withWarnings({ name }, warnings);
}

export function withWarnings(answer: JsonObject, warnings: readonly string[]): JsonObject {
  return warnings.length === 0 ? answer : { ...answer, warnings };
}
