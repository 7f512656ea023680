import { drawChance } from '../entropy/draw.ts';
import type { SeededEntropy } from '../entropy/seeded-entropy.ts';
import { type Endpoint, endpointText } from './endpoint.ts';
import type { MessageHandler, MulticastGroup } from './network.ts';
import type { Wires } from './virtual-wires.ts';

interface Member {
  readonly host: string;
  readonly onMessage: MessageHandler;
}

/** The multicast groups of a virtual network, and who has joined them. */
export class VirtualGroups {
  readonly #wires: Wires;
  readonly #members = new Map<string, Set<Member>>();

  constructor(wires: Wires) {
    this.#wires = wires;
  }

  join(
    group: Endpoint,
    host: string,
    entropy: SeededEntropy,
    onMessage: MessageHandler,
  ): MulticastGroup {
    const name = endpointText(group);
    const members = this.#members.get(name) ?? new Set();
    this.#members.set(name, members);
    const self: Member = { host, onMessage };
    members.add(self);
    return {
      send: (bytes, to = group) => {
        if (!members.has(self)) return;
        const isForAll = to.host === group.host;
        const from = { host, port: group.port };
        for (const member of members) {
          if (to.port !== group.port || !(isForAll || member.host === to.host)) continue;
          this.#send(member, members, from, entropy, bytes);
        }
      },
      async close() {
        members.delete(self);
      },
    };
  }

  leaveAll(host: string): void {
    for (const members of this.#members.values()) {
      for (const member of [...members]) if (member.host === host) members.delete(member);
    }
  }

  #send(
    member: Member,
    members: ReadonlySet<Member>,
    from: Endpoint,
    entropy: SeededEntropy,
    bytes: Uint8Array,
  ): void {
    const route = { from: from.host, to: member.host };
    const link = this.#wires.link(route);
    const delay = this.#wires.delay(link, entropy);
    if (drawChance(entropy, link.conditions.loss)) return;
    this.#wires.clock.schedule(delay, () => {
      if (members.has(member) && !this.#wires.isCut(route)) member.onMessage(bytes, from);
    });
  }
}
