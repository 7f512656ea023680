import { testShortForms } from './short-form.ts';
import { networkTrials } from './trials.ts';

testShortForms('the network', networkTrials);
