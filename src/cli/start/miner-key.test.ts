import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { decodePem } from '../../protocol/keys/pem.ts';
import { lab } from '../../protocol/params/lab.ts';
import { forgottenKey, minerKey } from './miner-key.ts';

const FOLDER = '/data/lab';
const PATH = '/data/lab/miner.pem';

async function machine(): Promise<{ disk: MemoryDisk; entropy: SeededEntropy }> {
  const disk = new MemoryDisk();
  await disk.makeFolder(FOLDER);
  return { disk, entropy: new SeededEntropy('a miner') };
}

async function write(disk: MemoryDisk, text: string): Promise<void> {
  await writeFile(disk, PATH, new TextEncoder().encode(text));
}

describe('the key that rewards are paid to', () => {
  it('is made once, and is the same from then on', async () => {
    const outside = await machine();
    const first = await minerKey(FOLDER, lab, outside);
    expect(first.address).toMatch(/^yard1q/);
    expect(first.path).toBe(PATH);
    expect(await minerKey(FOLDER, lab, outside)).toEqual(first);
  });

  it('is in a PEM file, and survives a loss of power right after it was made', async () => {
    const { disk, entropy } = await machine();
    const { address } = await minerKey(FOLDER, lab, { disk, entropy });
    const text = new TextDecoder().decode(await readFile(disk, PATH));
    expect(text).toContain('-----BEGIN EC PRIVATE KEY-----');
    expect(decodePem(text)).toMatchObject({ kind: 'private', point: 'compressed' });
    expect((await disk.stat(PATH))?.permissions).toBe(0o600);
    expect((await minerKey(FOLDER, lab, { disk, entropy })).address).toBe(address);
  });

  it('is not replaced where the file holds none: that might be somebody’s', async () => {
    const { disk, entropy } = await machine();
    await write(disk, 'hello');
    await expect(minerKey(FOLDER, lab, { disk, entropy })).rejects.toMatchObject({
      code: 'bad-key',
      message: expect.stringContaining(PATH),
    });
    expect(new TextDecoder().decode(await readFile(disk, PATH))).toBe('hello');
  });

  it('is another one every time for a chain in memory', async () => {
    const { entropy } = await machine();
    const [one, other] = [forgottenKey(lab, { entropy }), forgottenKey(lab, { entropy })];
    expect(one.path).toBeUndefined();
    expect(one.address).not.toBe(other.address);
  });
});
