/** All of a wallet's coins, or those that are named, to whoever is named: `sendall`. */
import { dustThreshold } from '../../../node/mempool/policy/dust.ts';
import { booleanFrom, int32From } from '../../../node/rpc/arguments.ts';
import { constructTransaction, namedOutputsFrom } from '../../../node/rpc/construct-transaction.ts';
import { outPointName } from '../../../node/rpc/prevouts-from.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { ancestorFees } from '../../ancestor-fees.ts';
import type { Completed } from '../../drafts.ts';
import { foreignStandings } from '../../foreign-standings.ts';
import type { PaymentFacts, PaymentWishes } from '../../payer.ts';
import type { SpendableCoin } from '../../spend/coin-input.ts';
import { createSweep } from '../../spend/create-sweep.ts';
import { PaymentError, type PaymentErrorCode } from '../../spend/payment-error.ts';
import type { Wallet } from '../../wallet.ts';
import { WalletError } from '../../wallet-error.ts';
import type { WalletCall } from '../wallet-method.ts';
import { feeWishesFrom } from './fee-wishes-from.ts';
import { feeArguments, given, maxDepthFrom, type Options, signsElsewhereFrom } from './fund.ts';

export interface SweepAsked {
  /** As `send` takes them; with 0 where there is no amount. */
  readonly outputs: readonly JsonValue[];
  /** The addresses without an amount. */
  readonly open: ReadonlySet<string>;
  readonly options: Options;
}

/** Where a sequence is not named: may be replaced (BIP125), or is final. */
const REPLACEABLE = 0xfffffffd;
const FINAL = 0xffffffff;

/**
 * Makes, signs and, with `keeps`, sends it.
 *
 * @throws RpcError -3, -4, -5, -6, -8
 */
export async function sweep(
  asked: SweepAsked,
  call: WalletCall,
  keeps: boolean,
): Promise<Completed> {
  const { options } = asked;
  const wallet = await call.wallet();
  const wishes = wishesFrom(options, wallet, call);
  const known = await feeFacts(wallet, wishes);
  const { addressPrefixes } = call.context.node.chain.params;
  const lockTime = given(options, 'locktime') ?? undefined;
  const tx = constructTransaction(
    [given(options, 'inputs'), asked.outputs, lockTime, wishes.replaceable],
    addressPrefixes,
  );
  checkCombination(options);
  const { state, source } = wallet;
  const required = tx.inputs.map(({ prevout }) => ({ outPoint: prevout }));
  const facts: PaymentFacts = {
    ...known,
    ...(source !== undefined &&
      known.isReachable && { standings: await foreignStandings(state, { required }, source) }),
  };
  const names = namedOutputsFrom(asked.outputs, addressPrefixes).map(({ name }) => name);
  return wallet.drafts.complete(
    (batch) => {
      const made = makeSweep({ tx, names, asked, facts, wishes }, wallet);
      if (isTrue(options, 'lock_unspents')) wallet.drafts.lock(made, batch);
      return made;
    },
    { keeps },
  );
}

type SweepWishes = PaymentWishes & { readonly replaceable: boolean };

function wishesFrom(options: Options, wallet: Wallet, call: WalletCall): SweepWishes {
  const fee = feeWishesFrom(feeArguments(options), call);
  const signsElsewhere = signsElsewhereFrom(given(options, 'include_watching'), wallet);
  const least = given(options, 'minconf');
  const minDepth = least === undefined ? 0 : int32From(least);
  if (minDepth < 0) throw invalid(`Invalid minconf (minconf cannot be negative): ${minDepth}`);
  const depths = maxDepthFrom(given(options, 'maxconf'), minDepth);
  const asked = given(options, 'replaceable');
  const replaceable = asked === undefined ? wallet.state.options.replaceable : booleanFrom(asked);
  return { ...fee, ...depths, signsElsewhere, minDepth, replaceable };
}

async function feeFacts(wallet: Wallet, wishes: SweepWishes): Promise<PaymentFacts> {
  try {
    return await wallet.payer.facts(wishes);
  } catch (error) {
    if (error instanceof PaymentError && error.code === 'fee-rate-too-low') {
      throw invalid(error.coreWords);
    }
    if (error instanceof WalletError && error.code === 'no-fee-rate') {
      throw new RpcError(RPC.wallet, error.coreWords);
    }
    throw error;
  }
}

function checkCombination(options: Options): void {
  if (!options.has('inputs')) return;
  if (options.has('send_max')) throw invalid('Cannot combine send_max with specific inputs.');
  if (options.has('minconf') || options.has('maxconf')) {
    throw invalid('Cannot combine minconf or maxconf with specific inputs.');
  }
}

interface SweepParts {
  readonly tx: Transaction;
  /** The addresses of its outputs. */
  readonly names: readonly string[];
  readonly asked: SweepAsked;
  readonly facts: PaymentFacts;
  readonly wishes: SweepWishes;
}

function makeSweep(parts: SweepParts, wallet: Wallet): Transaction {
  const { tx, names, asked, facts, wishes } = parts;
  const { options, doors, ledger } = wallet.state;
  const { missing } = ancestorFees(ledger, facts.feeRate, facts.standings);
  const isNamed = asked.options.has('inputs');
  const coins = isNamed ? namedCoins(tx, wishes, wallet) : allCoins(facts, wishes, wallet);
  const recipients = tx.outputs.map(({ value, scriptPubKey: script }, i) =>
    asked.open.has(names[i] ?? '') ? { script } : { script, amount: value },
  );
  try {
    return createSweep(
      {
        ...{ coins, recipients, version: tx.version, lockTime: tx.lockTime },
        rates: { feeRate: facts.feeRate, dustFeeRate: facts.terms.dustFeeRate },
        onlyWorthwhile: isTrue(asked.options, 'send_max'),
        maxFee: options.maxFee,
        ancestorFeeOf: (spent) => missing(spent.map(({ outPoint }) => outPoint)),
      },
      doors.entropy,
    ).tx;
  } catch (error) {
    if (error instanceof PaymentError) throw sweepError(error, parts);
    throw error;
  }
}

function allCoins(
  { isReachable }: PaymentFacts,
  wishes: SweepWishes,
  wallet: Wallet,
): readonly SpendableCoin[] {
  const sequence = wishes.replaceable ? REPLACEABLE : FINAL;
  const coins = wallet.payer.spendable({ ...wishes, isReachable });
  return coins.map((coin) => ({ ...coin, sequence }));
}

/** @throws RpcError -8 for what is spent, or is not the wallet's */
function namedCoins(
  { inputs }: Transaction,
  wishes: SweepWishes,
  { state: { ledger }, payer }: Wallet,
): readonly SpendableCoin[] {
  return inputs.map(({ prevout, sequence }) => {
    const name = outPointName(prevout);
    const walletTx = ledger.get(prevout.txid);
    const output = ledger.output(prevout);
    const isOurs = output !== undefined && ledger.isOurs(output.scriptPubKey);
    const isSpent = isOurs
      ? ledger.unspentCoin(prevout) === undefined
      : ledger.spenders(prevout).length > 0;
    if (isSpent) throw invalid(`Input not available. UTXO (${name}) was already spent.`);
    if (walletTx === undefined || !isOurs) {
      throw invalid(`Input not found. UTXO (${name}) is not part of wallet.`);
    }
    const coin = payer.asSpendable({ walletTx, vout: prevout.vout, output }, wishes);
    if (coin !== undefined) return { ...coin, sequence };
    throw new PaymentError('unknown-size');
  });
}

const NUMBERS: Partial<Readonly<Record<PaymentErrorCode, number>>> = {
  'sweep-worthless': RPC.walletInsufficientFunds,
  'sweep-below-fee': RPC.walletInsufficientFunds,
  'sweep-short': RPC.walletInsufficientFunds,
  'sweep-dust': RPC.walletInsufficientFunds,
};

function sweepError(error: PaymentError, { tx, names, asked, facts }: SweepParts): RpcError {
  if (error.code === 'dust-output') {
    const place = tx.outputs.findIndex(
      (output, i) =>
        !asked.open.has(names[i] ?? '') &&
        output.value < dustThreshold(output, facts.terms.dustFeeRate),
    );
    return invalid(`Specified output amount to ${names[place]} is below dust threshold.`);
  }
  const words = error.code === 'too-large' ? `${error.coreWords}.` : error.coreWords;
  return new RpcError(NUMBERS[error.code] ?? RPC.wallet, words);
}

function isTrue(options: Options, name: string): boolean {
  const value = given(options, name);
  return value !== undefined && booleanFrom(value);
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
