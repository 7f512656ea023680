import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountText } from '../../protocol/report/json-text.ts';
import { JsonNumber, type JsonValue } from '../../protocol/report/json-value.ts';
import { readJson } from '../../protocol/report/read-json.ts';
import {
  amountFrom,
  checkFields,
  hashFrom,
  hexFrom,
  int32From,
  int64From,
  realFrom,
  stringFrom,
  uint32From,
} from './arguments.ts';
import { RpcError } from './rpc-error.ts';

const MAX_MONEY = 2_100_000_000_000_000n;

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RpcError) return `${error.number} ${error.message}`;
    throw error;
  }
  return 'taken';
}

const number = (text: string): JsonNumber => new JsonNumber(text);

describe('a whole number', () => {
  it('is written without fraction and exponent, and within its bits', () => {
    expect(int32From(number('-2147483648'))).toBe(-(2 ** 31));
    expect(uint32From(number('4294967295'))).toBe(2 ** 32 - 1);
    expect(int64From(number('9223372036854775807'))).toBe(2n ** 63n - 1n);
    const wrong = ['1.0', '1e3', '2147483648', '-2147483649', '99999999999999999999999'];
    for (const text of wrong) {
      expect(refusal(() => int32From(number(text)))).toBe('-1 JSON integer out of range');
    }
    expect(refusal(() => uint32From(number('-1')))).toBe('-1 JSON integer out of range');
  });

  it('is no string', () => {
    const words = '-3 JSON value of type string is not of expected type number';
    expect(refusal(() => int32From('1'))).toBe(words);
  });
});

describe('a fraction', () => {
  it('is finite', () => {
    expect(realFrom(number('1.5e2'))).toBe(150);
    expect(refusal(() => realFrom(number('1e999')))).toBe('-1 JSON double out of range');
  });
});

describe('an amount', () => {
  it('is exact, as a number and as a string', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX_MONEY }), (satoshis) => {
        expect(amountFrom(number(amountText(satoshis)))).toBe(satoshis);
        expect(amountFrom(amountText(satoshis))).toBe(satoshis);
      }),
    );
    expect(amountFrom(number('0.1'))).toBe(10_000_000n);
    expect(amountFrom(number('1e-8'))).toBe(1n);
    expect(amountFrom(number('1.00000000000'))).toBe(100_000_000n);
  });

  it('has eight decimals at most, and is below 21 million', () => {
    expect(refusal(() => amountFrom(number('0.000000001')))).toBe('-3 Invalid amount');
    expect(refusal(() => amountFrom('1,5'))).toBe('-3 Invalid amount');
    expect(refusal(() => amountFrom(number('1e99999')))).toBe('-3 Invalid amount');
    expect(refusal(() => amountFrom(number('-0.00000001')))).toBe('-3 Amount out of range');
    expect(refusal(() => amountFrom(number('21000000.00000001')))).toBe('-3 Amount out of range');
    expect(refusal(() => amountFrom(true))).toBe('-3 Amount is not a number or string');
  });
});

describe('hex', () => {
  it('of a hash has 64 digits, the last byte first', () => {
    expect(hashFrom(`01${'00'.repeat(31)}`, 'txid')[31]).toBe(1);
    expect(refusal(() => hashFrom('00', 'txid'))).toBe(
      "-8 txid must be of length 64 (not 2, for '00')",
    );
    const odd = 'z'.repeat(64);
    expect(refusal(() => hashFrom(odd, 'txid'))).toBe(
      `-8 txid must be hexadecimal string (not '${odd}')`,
    );
  });

  it('is not empty, and has an even number of digits', () => {
    expect([...hexFrom('0aFF', 'data')]).toEqual([10, 255]);
    for (const text of ['', 'a', 'xy']) {
      expect(refusal(() => hexFrom(text, 'data'))).toBe(
        `-8 data must be hexadecimal string (not '${text}')`,
      );
    }
  });
});

describe('the fields of an object', () => {
  const check = (text: string, strict = true): string =>
    refusal(() =>
      checkFields(
        readJson(text) as ReadonlyMap<string, JsonValue>,
        { b: 'number', a: 'string' },
        {
          strict,
        },
      ),
    );

  it('are there, of their types, and the only ones', () => {
    expect(check('{"a":"x","b":1}')).toBe('taken');
    expect(check('{"b":1}')).toBe('-3 Missing a');
    expect(check('{"a":1,"b":"x"}')).toBe(
      '-3 JSON value of type number for field a is not of expected type string',
    );
    expect(check('{"a":"x","b":1,"__proto__":1}')).toBe('-3 Unexpected key __proto__');
    expect(check('{"a":"x","b":1,"c":1}', false)).toBe('taken');
  });

  it('are nothing that every object has', () => {
    expect(refusal(() => stringFrom(undefined))).toBe(
      '-3 JSON value of type null is not of expected type string',
    );
  });
});
