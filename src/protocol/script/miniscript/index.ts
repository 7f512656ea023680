export { compileMiniscript } from './compile-miniscript.ts';
export type { MiniscriptContext } from './context.ts';
export { decompileMiniscript, type KeysOfScript } from './decompile-miniscript.ts';
export type { Fragment, HashFragment, Wrapper } from './fragment.ts';
export {
  type Miniscript,
  mapMiniscript,
  miniscriptKeys,
} from './miniscript.ts';
export {
  type MiniscriptFault,
  miniscriptFault,
  type ResourceNeeds,
  resourceNeeds,
} from './miniscript-fault.ts';
export { parseMiniscript } from './parse-miniscript.ts';
export { printMiniscript } from './print-miniscript.ts';
export { typeLetters } from './properties.ts';
