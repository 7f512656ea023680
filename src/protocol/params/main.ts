import { fromHex } from '../bytes/hex.ts';
import { COIN } from '../primitives/amount.ts';
import { type BlockPosition, type ChainParams, NEVER_ACTIVE, NO_TIMEOUT } from './chain-params.ts';
import { genesisBlock, satoshiOutput, TIMES_HEADLINE } from './genesis.ts';

const TWO_WEEKS = 14 * 24 * 60 * 60;

const at = (height: number, blockHash: string): BlockPosition => ({ height, blockHash });

/** The main network, as in Bitcoin Core 28. */
export const main: ChainParams = {
  name: 'main',
  about: 'Bitcoin: the network whose coins have a price.',
  genesis: genesisBlock({
    message: TIMES_HEADLINE,
    outputs: [satoshiOutput],
    time: 1231006505,
    bits: 0x1d00ffff,
    nonce: 2083236893,
  }),
  // Bytes that are rare in data: upper half of ASCII, no UTF-8, and a large number at any alignment.
  magic: fromHex('f9beb4d9'),
  ports: { p2p: 8333, rpc: 8332 },
  dnsSeeds: [
    'seed.bitcoin.sipa.be.',
    'dnsseed.bluematt.me.',
    'dnsseed.bitcoin.dashjr-list-of-p2p-nodes.us.',
    'seed.bitcoin.jonasschnelli.ch.',
    'seed.btc.petertodd.net.',
    'seed.bitcoin.sprovoost.nl.',
    'dnsseed.emzy.de.',
    'seed.bitcoin.wiz.biz.',
    'seed.mainnet.achownodes.xyz.',
  ],
  addressPrefixes: { pubKeyHash: 0, scriptHash: 5, bech32: 'bc' },
  keyPrefixes: { wif: 128, extendedPublic: 0x0488b21e, extendedPrivate: 0x0488ade4 },
  confirmations: 6,
  consensus: {
    powLimit: (1n << 224n) - 1n,
    spacingSeconds: 600,
    retarget: {
      kind: 'bitcoin',
      timespanSeconds: TWO_WEEKS,
      allowMinDifficultyBlocks: false,
      enforceBip94: false,
      noRetargeting: false,
    },
    initialSubsidy: 50n * COIN,
    halvingInterval: 210_000,
    coinbaseMaturity: 100,
    buried: { bip34: 227_931, bip65: 388_381, bip66: 363_725, csv: 419_328, segwit: 481_824 },
    versionBits: {
      window: 2016,
      threshold: 1815,
      deployments: {
        testdummy: {
          bit: 28,
          startTime: NEVER_ACTIVE,
          timeout: NO_TIMEOUT,
          minActivationHeight: 0,
        },
        // The "speedy trial": from the 24th of April to the 11th of August 2021 to signal, then
        // until November to prepare.
        taproot: {
          bit: 2,
          startTime: 1_619_222_400,
          timeout: 1_628_640_000,
          minActivationHeight: 709_632,
        },
      },
    },
    scriptFlagExceptions: [
      // Block 170,060 spends an output that BIP16 would have made a script hash.
      {
        blockHash: '00000000000002dc756eebf4f49723ed8d30cc28a5f108eb94b1ba88ac4f9c22',
        flags: [],
      },
      // Block 692,261 spends a version 1 program as anybody could before taproot.
      {
        blockHash: '0000000000000000000f14c35b2d841e986ab5441de8c585d5ffe55ea1e395ad',
        flags: ['P2SH', 'WITNESS'],
      },
    ],
    bip34Hash: '000000000000024b89b42a942fe0d9fea3bb44ab7bd1b19115dd6a759c0808b8',
    bip30Exceptions: [
      at(91_842, '00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec'),
      at(91_880, '00000000000743f190a18c5577a3c2d2a1f610ae9601ac046a38084ccb7cd721'),
    ],
    bip30Overwritten: [
      at(91_722, '00000000000271a2dc26e7667f8419f2e15416dc6955e5a6c6cdf3f2574dd08e'),
      at(91_812, '00000000000af0aed4792b1acee3d966af36cf5def14935db8de83d6f9306f2f'),
    ],
    checkpoints: [
      at(11_111, '0000000069e244f73d78e8fd29ba2fd2ed618bd6fa2ee92559f542fdb26e7c1d'),
      at(33_333, '000000002dd5588a74784eaa7ab0507a18ad16a236e7b1ce69f00d7ddfb5d0a6'),
      at(74_000, '0000000000573993a3c9e41ce34471c079dcf5f52a0e824a81e7f953b8661a20'),
      at(105_000, '00000000000291ce28027faea320c8d2b054b2e0fe44a773f3eefb151d6bdc97'),
      at(134_444, '00000000000005b12ffd4cd315cd34ffd4a594f430ac814c91184a0d42d2b0fe'),
      at(168_000, '000000000000099e61ea72015e79632f216fe6cb33d7899acb35b75c8303b763'),
      at(193_000, '000000000000059f452a5f7340de6682a977387c17010ff6e6c3bd83ca8b1317'),
      at(210_000, '000000000000048b95347e83192f69cf0366076336c639f9b7228e9ba171342e'),
      at(216_116, '00000000000001b4f4b433e81ee46494af945cf96014816a4e2370f11b23df4e'),
      at(225_430, '00000000000001c108384350f74090433e7fcf79a606b8e797f065b130575932'),
      at(250_000, '000000000000003887df1f29024b06fc2200b55f8af8f35453d7be294df2d214'),
      at(279_000, '0000000000000001ae8c72a0b0c301f67e3afca10e819efa9041e458e9bd7e40'),
      at(295_000, '00000000000000004d9b4ef50f0f9d686fd69db2e03af35a100370c64632a983'),
    ],
    signetChallenge: undefined,
    genesisSpendable: false,
    blockTransactions: undefined,
    minimumChainWork: 0x88e186b70e0862c193ec44d6n,
    // Block 856,760.
    assumeValid: '000000000000000000011c5890365bdbe5d25b97ce0057589acaef4f1a57263f',
  },
};
