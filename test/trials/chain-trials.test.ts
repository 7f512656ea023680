import { testShortForms } from './short-form.ts';
import { chainTrials } from './trials.ts';

testShortForms('the chain', chainTrials);
