import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../../bytes/concat.ts';
import { fromHex, toHex } from '../../bytes/hex.ts';
import type { Txid } from '../../primitives/hashes.ts';
import type { Transaction } from '../../primitives/transaction.ts';
import { buildScript, pushBytes } from '../build-script.ts';
import { scriptFlags } from '../flags.ts';
import { opcodes } from '../opcodes.ts';
import { ScriptError } from '../script-error.ts';
import { Spend } from '../signature-hash/spend.ts';
import { InputChecker } from './input-checker.ts';
import { evaluateScript } from './interpreter.ts';
import type { ScriptVersion } from './machine.ts';

const {
  OP_0,
  OP_1,
  OP_2,
  OP_16,
  OP_1NEGATE,
  OP_RESERVED,
  OP_NOP,
  OP_VERIF,
  OP_VER,
  OP_IF,
  OP_NOTIF,
  OP_ELSE,
  OP_ENDIF,
  OP_DUP,
  OP_DROP,
  OP_CAT,
  OP_LSHIFT,
  OP_CODESEPARATOR,
  OP_CHECKSIG,
  OP_CHECKSIGADD,
  OP_CHECKMULTISIG,
  OP_TOALTSTACK,
  OP_RETURN,
  OP_ADD,
  OP_PICK,
} = opcodes;

const EMPTY = new Uint8Array(0);

interface Setting {
  readonly flags?: number;
  readonly version?: ScriptVersion;
  readonly stack?: readonly Uint8Array[];
}

/** The stack after a script, in hex, or why it failed. */
function run(script: Uint8Array, { flags = 0, version = 'legacy', stack = [] }: Setting = {}) {
  const prevout = { txid: new Uint8Array(32) as Txid, vout: 0 };
  const tx: Transaction = {
    version: 2,
    inputs: [{ prevout, scriptSig: EMPTY, sequence: 0, witness: [] }],
    outputs: [],
    lockTime: 0,
  };
  const spend = new Spend(tx, [{ value: 0n, scriptPubKey: EMPTY }]);
  const checker = new InputChecker(spend, 0, curve);
  const tapscript =
    version === 'tapscript'
      ? { leafHash: new Uint8Array(32), annexHash: undefined, codeSeparator: -1, weightLeft: 50 }
      : undefined;
  const after = [...stack];
  try {
    evaluateScript(after, script, flags, version, checker, tapscript);
  } catch (error) {
    if (error instanceof ScriptError) return error.code;
    throw error;
  }
  return after.map(toHex).join(' ');
}

const repeated = (count: number, ...parts: (number | Uint8Array)[]): Uint8Array =>
  concatBytes(...Array.from({ length: count }, () => buildScript(...parts)));

describe('the limits of a script', () => {
  it('are 10,000 bytes, but not in Tapscript', () => {
    const pushes = (size: number) => repeated(size / 2, OP_1, OP_DROP);
    const flood = concatBytes(repeated(9_999, OP_0), buildScript(OP_1));
    expect(run(flood)).toBe('STACK_SIZE');
    expect(run(concatBytes(flood, buildScript(OP_1)))).toBe('SCRIPT_SIZE');
    expect(run(concatBytes(flood, buildScript(OP_1)), { version: 'segwit-v0' })).toBe(
      'SCRIPT_SIZE',
    );
    expect(run(pushes(20_000), { version: 'tapscript' })).toBe('');
  });

  it('are 201 opcodes above OP_16, run or not, but not in Tapscript', () => {
    expect(run(repeated(201, OP_NOP))).toBe('');
    expect(run(repeated(202, OP_NOP))).toBe('OP_COUNT');
    expect(run(repeated(202, OP_NOP), { version: 'tapscript' })).toBe('');
    const skipped = concatBytes(
      buildScript(OP_0, OP_IF),
      repeated(200, OP_NOP),
      buildScript(OP_ENDIF),
    );
    expect(run(skipped)).toBe('OP_COUNT');
    expect(run(repeated(900, OP_16)).split(' ')).toHaveLength(900);
  });

  it('count every key of a multisig as an opcode', () => {
    const multisig = buildScript(
      OP_0,
      OP_0,
      ...Array(20).fill(OP_0),
      Uint8Array.of(20),
      OP_CHECKMULTISIG,
      OP_DROP,
    );
    const script = (nops: number) =>
      concatBytes(...Array.from({ length: 9 }, () => multisig), repeated(nops, OP_NOP));
    // 9 * (20 + 2) = 198
    expect(run(script(3))).toBe('');
    expect(run(script(4))).toBe('OP_COUNT');
  });

  it('are as many signatures as keys in a multisig, and one element below them', () => {
    const counting = (signatures: number): Uint8Array =>
      buildScript(Uint8Array.of(signatures), OP_1, OP_1, OP_CHECKMULTISIG);
    const stack = [EMPTY, EMPTY, EMPTY];
    expect(run(buildScript(OP_1, OP_1, OP_1, OP_CHECKMULTISIG), { stack })).toBe(' ');
    expect(run(counting(2), { stack })).toBe('SIG_COUNT');
    expect(run(counting(0x81), { stack })).toBe('SIG_COUNT');
    const alone = buildScript(OP_0, OP_0, OP_CHECKMULTISIG);
    expect(run(alone)).toBe('INVALID_STACK_OPERATION');
    expect(run(alone, { stack: [EMPTY] })).toBe('01');
  });

  it('are 520 bytes for what is pushed, even where it is skipped', () => {
    expect(run(pushBytes(new Uint8Array(520)))).toBe('00'.repeat(520));
    expect(run(pushBytes(new Uint8Array(521)))).toBe('PUSH_SIZE');
    const skipped = concatBytes(
      buildScript(OP_0, OP_IF),
      pushBytes(new Uint8Array(521)),
      buildScript(OP_ENDIF),
    );
    expect(run(skipped)).toBe('PUSH_SIZE');
  });

  it('are 1,000 elements on both stacks together', () => {
    expect(run(repeated(1_000, OP_1)).split(' ')).toHaveLength(1_000);
    expect(run(repeated(1_001, OP_1))).toBe('STACK_SIZE');
    const both = concatBytes(repeated(100, OP_1, OP_TOALTSTACK), repeated(901, OP_1));
    expect(run(both)).toBe('STACK_SIZE');
  });
});

describe('branches', () => {
  const branch = (condition: number | Uint8Array, opcode: number): Uint8Array =>
    buildScript(condition, opcode, OP_1, OP_ELSE, OP_2, OP_ENDIF);

  it('are taken by OP_IF when true, and by OP_NOTIF when false', () => {
    expect(run(branch(OP_1, OP_IF))).toBe('01');
    expect(run(branch(OP_0, OP_IF))).toBe('02');
    expect(run(branch(OP_1, OP_NOTIF))).toBe('02');
    expect(run(branch(OP_0, OP_NOTIF))).toBe('01');
  });

  it('may have more than one OP_ELSE, each of which turns them over', () => {
    const script = buildScript(OP_1, OP_IF, OP_1, OP_ELSE, OP_2, OP_ELSE, OP_16, OP_ENDIF);
    expect(run(script)).toBe('01 10');
  });

  it('skip what they hold, conditions included, however deep', () => {
    const inner = buildScript(OP_IF, OP_RETURN, OP_ELSE, OP_RETURN, OP_ENDIF);
    const script = concatBytes(buildScript(OP_0, OP_IF), inner, inner, buildScript(OP_ENDIF, OP_1));
    expect(run(script)).toBe('01');
  });

  it('must be opened and closed', () => {
    for (const parts of [[OP_ENDIF], [OP_ELSE], [OP_1, OP_IF], [OP_IF, OP_ENDIF], [OP_0, OP_IF]]) {
      expect(run(buildScript(...parts))).toBe('UNBALANCED_CONDITIONAL');
    }
  });

  it('may stop at a condition that is not minimal: a rule in Tapscript, a policy in SegWit v0', () => {
    const flags = scriptFlags('MINIMALIF');
    const script = branch(OP_2, OP_IF);
    expect(run(script, { flags, version: 'legacy' })).toBe('01');
    expect(run(script, { flags, version: 'segwit-v0' })).toBe('MINIMALIF');
    expect(run(script, { version: 'segwit-v0' })).toBe('01');
    expect(run(script, { version: 'tapscript' })).toBe('TAPSCRIPT_MINIMALIF');
    expect(run(branch(Uint8Array.of(0), OP_IF), { flags, version: 'segwit-v0' })).toBe('MINIMALIF');
  });
});

describe('opcodes without a meaning', () => {
  const skipped = (opcode: number) => buildScript(OP_0, OP_IF, opcode, OP_ENDIF, OP_1);

  it('fail where they are run, and are skipped where they are not', () => {
    for (const opcode of [OP_RESERVED, OP_VER, OP_CHECKSIGADD, 0xbb, 0xff]) {
      expect(run(buildScript(opcode))).toBe('BAD_OPCODE');
      expect(run(skipped(opcode))).toBe('01');
    }
  });

  it('fail even where they are skipped, if they were disabled in 2010', () => {
    for (const opcode of [OP_CAT, OP_LSHIFT]) {
      expect(run(buildScript(opcode))).toBe('DISABLED_OPCODE');
      expect(run(skipped(opcode))).toBe('DISABLED_OPCODE');
    }
  });

  it('fail even where they are skipped, if they look like conditions', () => {
    expect(run(skipped(OP_VERIF))).toBe('BAD_OPCODE');
  });

  it('do nothing if they are left for soft forks, but may be discouraged', () => {
    const flags = scriptFlags('DISCOURAGE_UPGRADABLE_NOPS');
    for (const opcode of [0xb0, 0xb3, 0xb9]) {
      expect(run(buildScript(opcode))).toBe('');
      expect(run(buildScript(opcode), { flags })).toBe('DISCOURAGE_UPGRADABLE_NOPS');
    }
    expect(run(buildScript(OP_NOP), { flags })).toBe('');
  });
});

describe('pushes', () => {
  it('fail where they run over the end', () => {
    for (const broken of ['01', '4c', '4c05ab', '4dff', '4e010000']) {
      expect(run(fromHex(broken))).toBe('BAD_OPCODE');
    }
  });

  it('must be as short as can be under MINIMALDATA, but only where they are run', () => {
    const flags = scriptFlags('MINIMALDATA');
    for (const long of ['4c00', '0101', '0181', '4c01ab', `4d4c00${'00'.repeat(76)}`]) {
      expect(run(fromHex(long), { flags })).toBe('MINIMALDATA');
      expect(run(fromHex(`0063${long}68`), { flags })).toBe('');
    }
    expect(run(buildScript(OP_1NEGATE), { flags })).toBe('81');
  });

  it('make numbers that must be as short as can be under MINIMALDATA', () => {
    const script = buildScript(Uint8Array.of(1, 0), OP_1, OP_ADD);
    expect(run(script)).toBe('02');
    expect(run(script, { flags: scriptFlags('MINIMALDATA') })).toBe('UNKNOWN_ERROR');
  });
});

describe('lock times', () => {
  it.each([
    ['CHECKLOCKTIMEVERIFY', opcodes.OP_CHECKLOCKTIMEVERIFY],
    ['CHECKSEQUENCEVERIFY', opcodes.OP_CHECKSEQUENCEVERIFY],
  ])('of %s are numbers of up to five bytes', (flag, opcode) => {
    const flags = scriptFlags(flag);
    const asking = (hex: string) => run(buildScript(fromHex(hex), opcode), { flags });
    expect(asking('ffffff7f7f')).toBe('UNSATISFIED_LOCKTIME');
    expect(asking('ffffffff0000')).toBe('UNKNOWN_ERROR');
    expect(asking('0000000081')).toBe('NEGATIVE_LOCKTIME');
  });
});

describe('CONST_SCRIPTCODE', () => {
  it('forbids OP_CODESEPARATOR before SegWit, even where it is skipped', () => {
    const flags = scriptFlags('CONST_SCRIPTCODE');
    const script = buildScript(OP_0, OP_IF, OP_CODESEPARATOR, OP_ENDIF);
    expect(run(script, { flags })).toBe('OP_CODESEPARATOR');
    expect(run(script, { flags, version: 'segwit-v0' })).toBe('');
    expect(run(script)).toBe('');
  });

  it('forbids a signature in the script that it signs', () => {
    const signature = fromHex('300602010102010201');
    const script = buildScript(signature, EMPTY, OP_CHECKSIG, signature, OP_DROP);
    expect(run(script)).toBe('');
    expect(run(script, { flags: scriptFlags('CONST_SCRIPTCODE') })).toBe('SIG_FINDANDDELETE');
  });
});

describe('BIP342', () => {
  const key = new Uint8Array(32).fill(2);
  const tapscript = { version: 'tapscript' } as const;

  it('has no OP_CHECKMULTISIG', () => {
    expect(run(buildScript(OP_0, OP_0, OP_0, OP_CHECKMULTISIG), tapscript)).toBe(
      'TAPSCRIPT_CHECKMULTISIG',
    );
  });

  it('takes a key of unknown length for valid, and an empty one for none', () => {
    const check = (signature: Uint8Array, publicKey: Uint8Array, flags = 0) =>
      run(buildScript(signature, publicKey, OP_CHECKSIG), { ...tapscript, flags });
    expect(check(Uint8Array.of(1, 2), key.subarray(1))).toBe('01');
    expect(check(EMPTY, key.subarray(1))).toBe('');
    expect(check(Uint8Array.of(1, 2), EMPTY)).toBe('PUBKEYTYPE');
    expect(check(EMPTY, EMPTY)).toBe('PUBKEYTYPE');
    const flags = scriptFlags('DISCOURAGE_UPGRADABLE_PUBKEYTYPE');
    expect(check(EMPTY, key.subarray(1), flags)).toBe('DISCOURAGE_UPGRADABLE_PUBKEYTYPE');
  });

  it('ends at a signature that is neither valid nor empty', () => {
    expect(run(buildScript(EMPTY, key, OP_CHECKSIG), tapscript)).toBe('');
    expect(run(buildScript(new Uint8Array(63), key, OP_CHECKSIG), tapscript)).toBe(
      'SCHNORR_SIG_SIZE',
    );
    expect(run(buildScript(new Uint8Array(64), key, OP_CHECKSIG), tapscript)).toBe('SCHNORR_SIG');
    expect(run(buildScript(new Uint8Array(65), key, OP_CHECKSIG), tapscript)).toBe(
      'SCHNORR_SIG_HASHTYPE',
    );
  });

  it('counts signatures with OP_CHECKSIGADD', () => {
    const unknownKey = key.subarray(1);
    expect(run(buildScript(Uint8Array.of(7), OP_16, unknownKey, OP_CHECKSIGADD), tapscript)).toBe(
      '11',
    );
    expect(run(buildScript(EMPTY, OP_16, unknownKey, OP_CHECKSIGADD), tapscript)).toBe('10');
  });

  it('stops when the weight for signatures is used up', () => {
    const one = buildScript(Uint8Array.of(7), key.subarray(1), OP_CHECKSIG);
    expect(run(one, tapscript)).toBe('01');
    expect(run(concatBytes(one, one), tapscript)).toBe('TAPSCRIPT_VALIDATION_WEIGHT');
  });
});

describe('evaluateScript', () => {
  it('reaches no element below the bottom of the stack', () => {
    for (const parts of [
      [OP_DUP],
      [OP_DROP],
      [OP_1, OP_ADD],
      [OP_1, OP_CHECKSIG],
      [OP_1, OP_1, OP_PICK],
    ]) {
      expect(run(buildScript(...parts))).toBe('INVALID_STACK_OPERATION');
    }
    expect(run(buildScript(OP_1, OP_1NEGATE, OP_PICK))).toBe('INVALID_STACK_OPERATION');
  });

  it('ends in a stack or a ScriptError for any bytes at all, in every dialect', () => {
    const versions = fc.constantFrom<ScriptVersion>('legacy', 'segwit-v0', 'tapscript');
    const stacks = fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 8 });
    const flagSets = fc.nat(2 ** 21 - 1);
    // Mostly opcodes, since random bytes are mostly pushes that run over the end.
    const scripts = fc.array(fc.oneof(fc.integer({ min: 0x4f, max: 0xbb }), fc.nat(255)), {
      maxLength: 60,
    });
    let stackResults = 0;
    fc.assert(
      fc.property(scripts, versions, stacks, flagSets, (bytes, version, stack, flags) => {
        const result = run(Uint8Array.from(bytes), { flags, version, stack });
        if (!/^[A-Z]/.test(result)) stackResults++;
      }),
      { numRuns: 5_000 },
    );
    expect(stackResults).toBeGreaterThan(0);
  });
});
