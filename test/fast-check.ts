/**
 * fast-check, which tries the same cases in every run of `npm test`: what lands does not hang on chance. Other cases are tried
 * with `CHECK_SEED=random npm test`, or any number; whoever fails says with which.
 */
import fc from '../node_modules/fast-check/lib/fast-check.js';

const { CHECK_SEED: chosen = '20261120' } = process.env;
const seed = chosen === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(chosen);
if (!Number.isSafeInteger(seed)) {
  throw new RangeError(
    `CHECK_SEED is ${JSON.stringify(chosen)}; allowed are a whole number, and random`,
  );
}
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export default fc;
