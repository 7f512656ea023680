import { describe, expect, it } from 'vitest';
import { lab } from '../../protocol/params/lab.ts';
import { paintFor } from '../paint.ts';
import { introduction, type StartFacts } from './introduction.ts';

const FACTS: StartFacts = {
  params: lab,
  chain: 'lab',
  folder: '/home/alice/.blockyard/lab',
  address: 'yard1qd9v9seupa6qs0gkyd3dktgfpgd0ajdcjgfqqs4',
  keyFile: '/home/alice/.blockyard/lab/miner.pem',
  rpcPort: lab.ports.rpc,
  port: lab.ports.p2p,
  command: 'blockyard',
  home: '/home/alice',
  columns: 80,
};

function said(facts: Partial<StartFacts>): string {
  return introduction({ ...FACTS, ...facts }, paintFor({ colours: false }));
}

describe('what a person sees first', () => {
  it('fits a terminal of 80 columns, but for an address that is to be copied', () => {
    const wide = said({})
      .split('\n')
      .filter((line) => line.length > 80);
    expect(wide).toEqual([`  blockyard decode address ${FACTS.address} --chain lab`]);
    expect(said({ columns: 60 })).toContain('the miners,\nso the first ones come fast');
  });

  it('asks this node, wherever its folder and its port are', () => {
    expect(said({})).toContain('  blockyard rpc -chain=lab -getinfo\n');
    const dataFolder = '/data/my chains';
    expect(said({ dataFolder, rpcPort: 1234 })).toContain(
      "  blockyard rpc -chain=lab '-datadir=/data/my chains' -rpcport=1234 -getinfo\n",
    );
    expect(said({ rpcPort: undefined })).not.toContain(' rpc ');
    expect(said({ folder: undefined })).not.toContain(' rpc ');
  });

  it('shows how to make a wallet beside it', () => {
    expect(said({})).toContain('  blockyard wallet create me\n');
    expect(said({ dataFolder: '/data/my chains', chain: './mine.json' })).toContain(
      "  blockyard wallet create me --chain ./mine.json --datadir '/data/my chains'\n",
    );
    expect(said({ folder: undefined })).not.toContain('wallet create');
  });

  it('names the file of a chain of one’s own, since its name alone says nothing', () => {
    const text = said({ chain: './mine.json', params: { ...lab, name: 'mine' } });
    expect(text).toContain('on the chain mine,');
    expect(text).toContain('rpc -chain=./mine.json getblockchaininfo');
    expect(text).toContain('start -chain=./mine.json -memory');
    expect(text).toContain('--chain ./mine.json');
  });
});
