import { methodUsage } from './method-help.ts';
import type { MethodSpec, RpcFamily } from './rpc-method.ts';

const TITLES: Readonly<Record<RpcFamily, string>> = {
  blockchain: 'The chain',
  control: 'The program',
  mining: 'Mining',
  network: 'The network',
  rawtransactions: 'Transactions',
  util: 'Calculations',
  wallet: 'Wallets',
};

/** The reference of all methods as Markdown: `docs/rpc.md`. */
export function rpcPage(methods: readonly MethodSpec[]): string {
  const families = Object.keys(TITLES) as readonly RpcFamily[];
  return [
    '# JSON-RPC',
    '',
    'Made from the table of methods in `src/node/rpc/methods/`; change the table, not this page.',
    '',
    'Calls are as in Bitcoin Core 28: by HTTP POST at `/`, or at `/wallet/NAME` for a wallet; JSON-RPC 1.0, 1.1 or',
    '2.0; arguments by position, by name, or both (`{"args": [...], "name": ...}`). Brackets hold what may be left out.',
    '',
    ...families.flatMap((family) => familySection(family, methods)),
  ].join('\n');
}

function familySection(family: RpcFamily, methods: readonly MethodSpec[]): readonly string[] {
  const own = methods
    .filter((method) => method.family === family)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (own.length === 0) return [];
  return [`## ${TITLES[family]}`, '', ...own.flatMap(methodSection)];
}

function methodSection(method: MethodSpec): readonly string[] {
  const { name, about, parameters, result, hidden } = method;
  const note = hidden === true ? ' For tests; `help` does not tell of it.' : '';
  const lines = [`### ${name}`, '', fence(methodUsage(method)), '', `${escaped(about)}${note}`, ''];
  if (parameters.length > 0) {
    lines.push('| argument | type | what it is |', '|---|---|---|');
    for (const { name: first, aliases = [], type, about: what, optional } of parameters) {
      const names = [first, ...aliases].map((one) => `\`${one}\``).join(', ');
      lines.push(
        `| ${names} | ${type}${optional === true ? '' : ', required'} | ${escaped(what)} |`,
      );
    }
    lines.push('');
  }
  return [...lines, 'Answers:', '', fence(result), ''];
}

function fence(text: string): string {
  return ['```', text, '```'].join('\n');
}

/** Plain text in which Markdown sees nothing of its own. */
function escaped(text: string): string {
  return text.replace(/[|<>*_]/g, (character) => `\\${character}`);
}
