import { expect, it } from 'vitest';
import { bytesText, dateText, durationText, grouped, shortDuration } from './plain-words.ts';

it.each([
  [1, '1 second'],
  [10, '10 seconds'],
  [60, '1 minute'],
  [90, '90 seconds'],
  [120, '2 minutes'],
  [5_400, '90 minutes'],
  [86_400, '1 day'],
  [90_000, '25 hours'],
  [1_209_600, '14 days'],
  [126_000_000, '4 years'],
  [3_155_760_000_000, '100,000 years'],
])('%d seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

it('groups digits by three', () => {
  expect(grouped(0)).toBe('0');
  expect(grouped(999)).toBe('999');
  expect(grouped(1000)).toBe('1,000');
  expect(grouped(4_295_032_833n)).toBe('4,295,032,833');
});

it('tells moments in the time of Greenwich', () => {
  expect(dateText(1_231_006_505)).toBe('2009-01-03 18:15:05 UTC');
  expect(dateText(0xffff_ffff)).toBe('2106-02-07 06:28:15 UTC');
});

it.each([
  [0, '0 s'],
  [0.2, '1 s'],
  [59, '59 s'],
  [59.5, '1 min 0 s'],
  [125, '2 min 5 s'],
  [599.5, '10 min 0 s'],
  [3_599, '60 min'],
  [7_300, '2 h 2 min'],
  [172_700, '47 h 58 min'],
  [172_800, '2 days'],
  [1e12, 'years'],
])('what still takes %d seconds takes %s', (seconds, text) => {
  expect(shortDuration(seconds)).toBe(text);
});

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1.0 KiB'],
  [1_572_864, '1.5 MiB'],
  [134_217_728, '128 MiB'],
  [700e9, '652 GiB'],
  [5e15, '4547 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
