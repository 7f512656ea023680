import { testShortForms } from './short-form.ts';
import { walletTrials } from './trials.ts';

testShortForms('wallets', walletTrials);
