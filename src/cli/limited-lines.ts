import { oneLine } from './quote.ts';

/** Of lines that are all of a kind, so many are said. */
const MOST_LINES = 20;

/**
 * Says lines, each as one whatever is in it, until there have been so many that nobody reads them.
 *
 * @example
 * const say = limitedLines((line) => progress.say(line));
 */
export function limitedLines(say: (line: string) => void): (line: string) => void {
  let count = 0;
  return (line) => {
    count++;
    if (count <= MOST_LINES) say(oneLine(line));
    else if (count === MOST_LINES + 1) say('… and more like these');
  };
}
