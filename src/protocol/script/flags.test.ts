import { describe, expect, it } from 'vitest';
import {
  MANDATORY_SCRIPT_FLAGS,
  STANDARD_SCRIPT_FLAGS,
  scriptFlagNames,
  scriptFlags,
  UnknownScriptFlagError,
  withImpliedFlags,
} from './flags.ts';

describe('scriptFlags', () => {
  it('gives the bits of Bitcoin Core, in its order', () => {
    const inOrder = [
      'P2SH',
      'STRICTENC',
      'DERSIG',
      'LOW_S',
      'NULLDUMMY',
      'SIGPUSHONLY',
      'MINIMALDATA',
      'DISCOURAGE_UPGRADABLE_NOPS',
      'CLEANSTACK',
      'CHECKLOCKTIMEVERIFY',
      'CHECKSEQUENCEVERIFY',
      'WITNESS',
      'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM',
      'MINIMALIF',
      'NULLFAIL',
      'WITNESS_PUBKEYTYPE',
      'CONST_SCRIPTCODE',
      'TAPROOT',
      'DISCOURAGE_UPGRADABLE_TAPROOT_VERSION',
      'DISCOURAGE_OP_SUCCESS',
      'DISCOURAGE_UPGRADABLE_PUBKEYTYPE',
    ];
    expect(scriptFlagNames).toEqual(inOrder);
    inOrder.forEach((name, bit) => {
      expect(scriptFlags(name)).toBe(2 ** bit);
      expect(scriptFlags(`SCRIPT_VERIFY_${name}`)).toBe(2 ** bit);
    });
  });

  it('joins flags, and takes NONE for none', () => {
    expect(scriptFlags('P2SH', 'SCRIPT_VERIFY_WITNESS', 'P2SH')).toBe(0x801);
    expect(scriptFlags('NONE')).toBe(0);
    expect(scriptFlags()).toBe(0);
  });

  it('names the nearest flag where there is none of that name, or all of them', () => {
    const wrong = (name: string) => () => scriptFlags('P2SH', name);
    expect(wrong('WITNES')).toThrow(UnknownScriptFlagError);
    expect(wrong('WITNES')).toThrow('there is no script flag "WITNES"; did you mean WITNESS?');
    expect(wrong('SCRIPT_VERIFY_LOWS')).toThrow('"SCRIPT_VERIFY_LOWS"; did you mean LOW_S?');
    expect(wrong('toString')).toThrow('there are P2SH, STRICTENC, DERSIG,');
    expect(wrong('')).toThrow(expect.objectContaining({ code: 'unknown-script-flag' }));
  });
});

describe('the sets of Bitcoin Core 28', () => {
  it('hold blocks to seven rules', () => {
    expect(MANDATORY_SCRIPT_FLAGS).toBe(
      scriptFlags(
        'P2SH',
        'DERSIG',
        'NULLDUMMY',
        'CHECKLOCKTIMEVERIFY',
        'CHECKSEQUENCEVERIFY',
        'WITNESS',
        'TAPROOT',
      ),
    );
  });

  it('hold relayed transactions to all but one, which others have made needless', () => {
    expect(STANDARD_SCRIPT_FLAGS).toBe((2 ** 21 - 1) & ~scriptFlags('SIGPUSHONLY'));
  });
});

describe('withImpliedFlags', () => {
  it('adds what WITNESS and CLEANSTACK build on', () => {
    expect(withImpliedFlags(scriptFlags('WITNESS'))).toBe(scriptFlags('P2SH', 'WITNESS'));
    expect(withImpliedFlags(scriptFlags('CLEANSTACK'))).toBe(
      scriptFlags('P2SH', 'WITNESS', 'CLEANSTACK'),
    );
    expect(withImpliedFlags(scriptFlags('DERSIG'))).toBe(scriptFlags('DERSIG'));
  });
});
