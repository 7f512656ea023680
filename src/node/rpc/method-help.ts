import { RPC, RpcError } from './rpc-error.ts';
import type { MethodSpec, RpcParameter } from './rpc-method.ts';

/** What a type is called in help, as in Core's. */
const TYPE_WORDS: Readonly<Record<RpcParameter['type'], string>> = {
  string: 'string',
  number: 'numeric',
  amount: 'numeric or string',
  boolean: 'boolean',
  object: 'json object',
  array: 'json array',
  range: 'numeric or array',
  any: 'any',
};

/**
 * How a method is called, in a line: `getblock "blockhash" ( verbosity )`. The brackets hold what may be
 * left out.
 */
export function methodUsage({ name, parameters }: MethodSpec): string {
  let line = name;
  let isOpen = false;
  for (const parameter of parameters) {
    if (parameter.namedOnly === true) continue;
    if (parameter.unshown === true) break;
    const isOptional = parameter.optional === true;
    if (isOptional && !isOpen) line += ' (';
    if (!isOptional && isOpen) line += ' )';
    isOpen = isOptional;
    line += ` ${shapeOf(parameter)}`;
  }
  return isOpen ? `${line} )` : line;
}

/**
 * The whole help of a method: how it is called, what it is for, its arguments, its answer.
 *
 * @example
 * methodHelp(method) // 'getblockcount\n\nThe height of the chain…'
 */
export function methodHelp(method: MethodSpec): string {
  const { about, parameters, result } = method;
  const parts = [methodUsage(method), about];
  if (parameters.length > 0) {
    let place = 0;
    const rows = parameters.map((parameter) => {
      const mark = parameter.namedOnly === true ? '-' : `${++place}.`;
      const names = [parameter.name, ...(parameter.aliases ?? [])].join('|');
      const need = parameter.optional === true ? 'optional' : 'required';
      return `${mark} ${names}    (${TYPE_WORDS[parameter.type]}, ${need}) ${parameter.about}`;
    });
    parts.push(['Arguments:', ...rows].join('\n'));
  }
  if (method.gone !== true) parts.push(`Result:\n${result}`);
  return `${parts.join('\n\n')}\n`;
}

/** What a method throws when its arguments make no sense together: its own help, as Core does it. */
export function usageError(method: MethodSpec): RpcError {
  return new RpcError(RPC.misc, methodHelp(method));
}

function shapeOf({ name, type, usage }: RpcParameter): string {
  if (usage !== undefined) return usage;
  switch (type) {
    case 'string':
      return `"${name}"`;
    case 'array':
      return `[${name},...]`;
    case 'object':
      return `{${name}}`;
    default:
      return name;
  }
}
