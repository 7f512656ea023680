/** Addresses as others tell them: on a local network, as text, and in the files of the data folder. */
import { AddressBook } from '../../src/node/p2p/addresses/address-book.ts';
import {
  decodeAddressBook,
  decodeAnchors,
  encodeAddressBook,
  encodeAnchors,
} from '../../src/node/p2p/addresses/address-file.ts';
import { publicRules } from '../../src/node/p2p/addresses/address-rules.ts';
import { addressText, parseAddress } from '../../src/node/p2p/addresses/address-text.ts';
import { decodeBans, encodeBans } from '../../src/node/p2p/addresses/ban-file.ts';
import { parseSubnet, subnetOf, subnetText } from '../../src/node/p2p/addresses/subnet.ts';
import { decodeDnsMessage, encodeDnsMessage } from '../../src/node/p2p/discovery/dns-message.ts';
import {
  answerTo,
  inquiry,
  presentation,
  type RoomNode,
  readNews,
} from '../../src/node/p2p/discovery/room-service.ts';
import { VirtualClock } from '../../src/outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { sha256d } from '../../src/protocol/crypto/hash.ts';
import type { FuzzTarget } from './target.ts';

const address = { network: 1, address: Uint8Array.of(8, 7, 6, 5) };
const node: RoomNode = {
  instance: '0123456789abcdef-21333',
  chain: { name: 'lab', genesis: '00'.repeat(32) },
  port: 21333,
  height: 7,
  addresses: [address, { network: 2, address: new Uint8Array(16).fill(0xfd) }],
};
const texts = [
  ...['8.7.6.5', '2001:db8::1:0:0:1', '::ffff:1.2.3.4', '10.0.0.0/255.0.0.0', 'fe80::/10'],
  'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion',
  'ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p',
];
const parts = {
  clock: new VirtualClock(),
  entropy: new SeededEntropy('address targets'),
  rules: publicRules,
};

function someBook(): AddressBook {
  const book = new AddressBook(parts);
  for (let i = 0; i < 20; i++) {
    const told = { network: 1, address: Uint8Array.of(8 + i, 7, 6, 5), port: 8333 };
    book.add([{ ...told, time: 1_231_006_505, services: 9n }], address);
    if (i % 2 === 0) book.good(told);
  }
  return book;
}

/** A wrong checksum would end everything: it is made right. */
function resealed(input: Uint8Array): Uint8Array {
  const sealed = input.slice();
  const end = sealed.length - 32;
  if (end > 0) sealed.set(sha256d(sealed.subarray(0, end)), end);
  return sealed;
}

export const addressTargets: readonly FuzzTarget[] = [
  {
    name: 'dns-message',
    seeds: [presentation(node), presentation(node, { isLeaving: true }), inquiry([])].map(
      encodeDnsMessage,
    ),
    run(input) {
      const message = decodeDnsMessage(input);
      if (message === undefined) return;
      for (const { node: found } of readNews(message).present)
        encodeDnsMessage(presentation(found));
      answerTo(message, node);
    },
  },
  {
    name: 'address-text',
    seeds: texts.map((text) => new TextEncoder().encode(text)),
    run(input) {
      const text = new TextDecoder().decode(input);
      const parsed = parseAddress(text);
      if (parsed !== undefined && parseAddress(addressText(parsed)) === undefined) {
        throw new Error('an address whose own text is none');
      }
      const subnet = parseSubnet(text);
      if (subnet !== undefined && parseSubnet(subnetText(subnet)) === undefined) {
        throw new Error('a range whose own text is none');
      }
    },
  },
  {
    name: 'peers-file',
    seeds: [encodeAddressBook(someBook())],
    run(input) {
      const book = decodeAddressBook(resealed(input), parts);
      encodeAddressBook(book);
      book.select();
    },
  },
  {
    name: 'anchors-file',
    seeds: [encodeAnchors([{ ...address, port: 8333 }])],
    run: (input) => void decodeAnchors(resealed(input)),
  },
  {
    name: 'ban-file',
    seeds: [encodeBans([{ subnet: subnetOf(address), created: 1, until: 2, reason: 'spam' }])],
    run: (input) => void encodeBans(decodeBans(input)),
  },
];
