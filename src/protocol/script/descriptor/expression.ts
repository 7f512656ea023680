/** The pieces that descriptors are cut into: expressions, functions and numbers. */

/** An expression, and the text behind it. */
export interface Cut {
  readonly head: string;
  readonly rest: string;
}

/** A function and what stands between its brackets. */
export interface Call {
  readonly name: string;
  readonly args: string;
}

/**
 * Cuts off the expression that a text begins with: up to the first comma or closing bracket that is
 * not inside brackets of its own. Round and curly ones are not told apart, as in Bitcoin Core;
 * whoever reads the expression notices.
 *
 * @example
 * cutExpression('multi(1,a),b') // { head: 'multi(1,a)', rest: ',b' }
 */
export function cutExpression(text: string): Cut {
  let depth = 0;
  let end = 0;
  for (; end < text.length; end++) {
    const character = text[end];
    const closes = character === ')' || character === '}';
    if (depth === 0 && (closes || character === ',')) break;
    if (character === '(' || character === '{') depth++;
    else if (closes) depth--;
  }
  return { head: text.slice(0, end), rest: text.slice(end) };
}

/**
 * A function call that is the whole of an expression.
 *
 * @example
 * readCall('pk(02…)') // { name: 'pk', args: '02…' }
 */
export function readCall(expression: string): Call | undefined {
  const open = expression.indexOf('(');
  if (open < 0 || !expression.endsWith(')')) return undefined;
  return { name: expression.slice(0, open), args: expression.slice(open + 1, -1) };
}

/** A number of 32 bits, in decimal. Bitcoin Core lets a plus stand before it, and zeros. */
export function readU32(text: string): number | undefined {
  if (!/^\+?[0-9]+$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 0xffffffff ? value : undefined;
}
