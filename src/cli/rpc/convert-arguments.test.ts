import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { RpcCallError } from '../../client/rpc-call-error.ts';
import { methodUsage } from '../../node/rpc/method-help.ts';
import { type Json, jsonText } from '../../protocol/report/json-text.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { readJson } from '../../protocol/report/read-json.ts';
import { METHODS } from '../../service/methods.ts';
import { convertArguments } from './convert-arguments.ts';
import { walletParameters } from './wallet-parameters.ts';

const vectors = VectorFolder.find();

function converted(line: string, isNamed = false): string {
  const [method = '', ...words] = line.split(' ');
  return jsonText(convertArguments(method, words, { isNamed, methods: METHODS }) as Json);
}

describe('words', () => {
  it('are text or JSON, as the method has it', () => {
    expect(converted('getblockhash 7')).toBe('[7]');
    expect(converted('getrawtransaction 00 1 11')).toBe('["00",1,"11"]');
    expect(converted('setban 10.0.0.1 add 60 true')).toBe('["10.0.0.1","add",60,true]');
    expect(converted('sendrawtransaction 00 0.10000000')).toBe('["00",0.10000000]');
    expect(converted('deriveaddresses wpkh(x) [0,2]')).toBe('["wpkh(x)",[0,2]]');
  });

  it('of methods that nobody knows are text, as are those that are too many', () => {
    expect(converted('getsomething 1 true')).toBe('["1","true"]');
    expect(converted('getblockcount 1')).toBe('["1"]');
  });

  it('of echo are text, of echojson JSON', () => {
    expect(converted('echo 1 {}')).toBe('["1","{}"]');
    expect(converted('echojson 1 {}')).toBe('[1,{}]');
  });

  it('may be a height or a hash, which then needs no quotes', () => {
    const hash = '00'.repeat(32);
    expect(converted('getblockstats 7')).toBe('[7]');
    expect(converted(`getblockstats ${hash}`)).toBe(`["${hash}"]`);
    expect(converted(`getblockstats "${hash}"`)).toBe(`["${hash}"]`);
    expect(converted('gettxoutsetinfo none 7 true')).toBe('["none",7,true]');
  });

  it('that are no JSON are refused', () => {
    for (const word of ['', '01', 'yes', '[1', "{'a':1}", '1 2']) {
      const words = ['00', word];
      expect(() =>
        convertArguments('getblock', words, { isNamed: false, methods: METHODS }),
      ).toThrow(`Error parsing JSON: ${word}`);
    }
  });

  it('with names are found by their other names too', () => {
    expect(converted('getblock blockhash=00 verbosity=2', true)).toBe(
      '{"blockhash":"00","verbosity":2}',
    );
    expect(converted('getblock 00 verbose=true', true)).toBe('{"verbose":true,"args":["00"]}');
    expect(
      converted('scanblocks start a=b=c scanobjects=[] filter_false_positives=true', true),
    ).toBe('{"a":"b=c","scanobjects":[],"filter_false_positives":true,"args":["start"]}');
    // The last of a name counts, so that scripts can put their own behind others.
    expect(converted('getblock verbosity=0 verbosity=1', true)).toBe('{"verbosity":1}');
    expect(() => converted('getblock args=[] 00', true)).toThrow(
      new RpcCallError(-8, 'Parameter args specified multiple times', 'getblock'),
    );
  });
});

describe('the readings of every method', () => {
  /** Text stands in quotes in the first line of help. What else is there is JSON. */
  function textPlaces(usage: string): readonly boolean[] {
    const oneWordEach = usage.replaceAll(' or ', '|');
    const [, ...shapes] = oneWordEach.split(' ').filter((word) => word !== '(' && word !== ')');
    return shapes.map((shape) => shape.startsWith('"'));
  }

  it('are what its help says', () => {
    for (const method of METHODS) {
      if (method.name === 'echo' || method.name === 'echojson') continue;
      for (const [i, isText] of textPlaces(methodUsage(method)).entries()) {
        const words = [...Array.from({ length: i }, () => '1'), '1'];
        const params = convertArguments(method.name, words, {
          isNamed: false,
          methods: METHODS,
        });
        const last = (params as readonly Json[])[i] as Json;
        expect(jsonText(last), `${method.name} ${i}`).toBe(isText ? '"1"' : '1');
      }
    }
  });

  // From the help of Bitcoin Core 28: a sample over all families.
  it.each([
    ['generateblock', [false, true, true]],
    ['getblockfrompeer', [false, true]],
    ['getnodeaddresses', [true, false]],
    ['logging', [true, true]],
    ['prioritisetransaction', [false, true, true]],
    ['submitpackage', [true, true, true]],
    ['utxoupdatepsbt', [false, true]],
    ['verifychain', [true, true]],
    ['waitforblock', [false, true]],
    ['addnode', [false, false, true]],
    ['sendmsgtopeer', [true, false, false]],
    ['descriptorprocesspsbt', [false, true, false, true, true]],
    ['walletpassphrase', [false, true]],
    ['sendtoaddress', [false, true, false, false, true, true, true, false, true, true, true]],
    ['sendmany', [false, true, true, false, true, true, true, false, true, true]],
    ['listunspent', [true, true, true, true, true]],
    ['createwallet', [false, true, true, false, true, true, true, true]],
    ['importaddress', [false, false, true, true]],
    ['unloadwallet', [false, true]],
    ['restorewallet', [false, false, true]],
    ['importdescriptors', [true]],
    ['rescanblockchain', [true, true]],
    ['gethdkeys', [true]],
    ['createwalletdescriptor', [false, true]],
  ] as const)('%s is as in Core', (method, isJson) => {
    const words = isJson.map(() => 'true');
    const params = convertArguments(method, words, { isNamed: false, methods: METHODS });
    expect(params).toEqual(isJson.map((json) => (json ? true : 'true')));
  });
});

describe('wallet methods', () => {
  it('have their options by name, whether those have a place or not', () => {
    expect(converted('send outputs={} fee_rate=1.5 psbt=true estimate_mode=unset', true)).toBe(
      '{"outputs":{},"fee_rate":1.5,"psbt":true,"estimate_mode":"unset"}',
    );
    expect(converted('fundrawtransaction hexstring=00 changePosition=1', true)).toBe(
      '{"hexstring":"00","changePosition":1}',
    );
  });

  it('are no list of what objects of JavaScript have by themselves', () => {
    expect(walletParameters('constructor')).toBeUndefined();
    expect(walletParameters('getblock')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (method) => {
        const params = convertArguments(method, ['1'], { isNamed: false, methods: [] });
        return Array.isArray(params) && params.length === 1;
      }),
    );
  });
});

describe.skipIf(vectors === undefined)('calls that Bitcoin Core 28.1 has answered', () => {
  it.each(['blockchain', 'rawtx', 'mining-util', 'wallet'])('can be typed: %s', (session) => {
    const lines = (vectors as VectorFolder)
      .text(`rpc/${session}.jsonl`)
      .trim()
      .split('\n')
      .slice(1);
    let typed = 0;
    for (const line of lines) {
      const call = readJson(line) as ReadonlyMap<string, JsonValue>;
      // What was refused may have been of the wrong type on purpose.
      if (call.has('error')) continue;
      const method = call.get('method') as string;
      const params = call.get('params') as JsonValue;
      const isNamed = params instanceof Map;
      const words = isNamed
        ? [...(params as ReadonlyMap<string, JsonValue>)].map(([k, v]) => `${k}=${typedWord(v)}`)
        : (params as readonly JsonValue[]).map(typedWord);
      const again = convertArguments(method, words, { isNamed, methods: METHODS });
      // `echo` makes no difference between words, and there a number comes back as text.
      if (method === 'echo') continue;
      expect(jsonText(again as Json), `${method} ${words.join(' ')}`).toBe(jsonText(params));
      typed++;
    }
    expect(typed).toBeGreaterThan(20);
  });
});

function typedWord(value: JsonValue): string {
  return typeof value === 'string' ? value : jsonText(value);
}
