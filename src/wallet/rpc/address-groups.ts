/** Addresses of which others can tell that one wallet has them. */
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { blocksToMaturity, Trust } from '../ledger/balances.ts';
import { isFromWallet } from '../ledger/history.ts';
import type { WalletTx } from '../ledger/wallet-tx.ts';
import type { WalletState } from '../wallet-state.ts';
import { hasAddress } from './destination-order.ts';

/** A tree of scripts: all under one root are a group. */
interface Member {
  readonly script: Uint8Array;
  parent: Member | undefined;
}

/**
 * The wallet's scripts that have an address and were paid to, grouped by what was spent together or
 * came back as change of that.
 *
 * @example
 * addressGroups(state) // [[script, script], [script]]
 */
export function addressGroups(state: WalletState): readonly (readonly Uint8Array[])[] {
  const { ledger, isChange } = state;
  const members = new ByteMap<Member>();
  const memberOf = (script: Uint8Array): Member => {
    const known = members.get(script);
    if (known !== undefined) return known;
    const member: Member = { script, parent: undefined };
    members.set(script, member);
    return member;
  };
  for (const walletTx of ledger.all()) {
    const outputs = walletTx.tx.outputs.map(({ scriptPubKey }) => scriptPubKey);
    const own = outputs.filter((script) => ledger.isOurs(script) && hasAddress(script));
    for (const script of own) memberOf(script);
    const spent = spentScripts(state, walletTx);
    if (spent.length === 0) continue;
    const together = [...spent.filter((script) => hasAddress(script)), ...own.filter(isChange)];
    const [first, ...others] = together.map(memberOf);
    for (const other of others) join(first as Member, other);
  }
  const groups = new Map<Member, Uint8Array[]>();
  for (const member of members.values()) {
    const root = rootOf(member);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [member.script]);
    else group.push(member.script);
  }
  return [...groups.values()];
}

/** What is unspent at each script, and can be relied on. */
export function scriptBalances({ ledger, rules }: WalletState): ByteMap<bigint> {
  const trust = new Trust(ledger, rules);
  const balances = new ByteMap<bigint>();
  for (const { walletTx, output } of ledger.unspent()) {
    if (!trust.isTrusted(walletTx) || blocksToMaturity(ledger, walletTx, rules) > 0) continue;
    if (ledger.depth(walletTx) < 1 && !isFromWallet(ledger, walletTx)) continue;
    const sum = balances.get(output.scriptPubKey) ?? 0n;
    balances.set(output.scriptPubKey, sum + output.value);
  }
  return balances;
}

function spentScripts(
  { ledger }: WalletState,
  { tx, isCoinbase }: WalletTx,
): readonly Uint8Array[] {
  const scripts: Uint8Array[] = [];
  for (const { prevout } of isCoinbase ? [] : tx.inputs) {
    const output = ledger.output(prevout);
    if (output !== undefined && ledger.isOurs(output.scriptPubKey))
      scripts.push(output.scriptPubKey);
  }
  return scripts;
}

function join(a: Member, b: Member): void {
  const [left, right] = [rootOf(a), rootOf(b)];
  if (left !== right) right.parent = left;
}

/** Halves the way on each walk, so that later ones are short. */
function rootOf(member: Member): Member {
  let at = member;
  while (at.parent !== undefined) {
    at.parent = at.parent.parent ?? at.parent;
    at = at.parent;
  }
  return at;
}
