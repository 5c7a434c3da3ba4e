// Which addresses a phone may give as its push service. The server sends what it is told to there, so an address inside the plant's own network is
// refused, by name and by number, unless the plant file names it: else anybody who may sign in could have the server knock on doors behind the firewall.
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Not on the public internet (RFC 6890 and what grew out of it). */
const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  privateNetworks.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  privateNetworks.addSubnet(network, prefix, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  // Node compares the IPv4 inside ::ffff:0:0/96 with the IPv4 networks.
  return family !== 0 && !privateNetworks.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

export class PushServices {
  readonly #trusted: ReadonlySet<string>;

  /** Origins of push services inside the plant's own network. */
  constructor(trusted: readonly string[]) {
    this.#trusted = new Set(trusted.map((origin) => new URL(origin).origin));
  }

  isTrusted(endpoint: string): boolean {
    return this.#trusted.has(new URL(endpoint).origin);
  }

  /** By the address alone; where its name leads is looked at when it is used. */
  isPermitted(endpoint: string): boolean {
    const url = new URL(endpoint);
    if (url.username !== '' || url.password !== '') return false;
    if (this.isTrusted(endpoint)) return true;
    if (url.protocol !== 'https:') return false;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) return isPublicAddress(host);
    return host.includes('.') && !/(^|\.)(localhost|local|internal|lan|home\.arpa)\.?$/.test(host);
  }
}

/** As `dns.lookup`, without the addresses that lie inside. Looked up once: the connection goes to what was checked. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '');
    const addresses = (found as readonly LookupAddress[]).filter(({ address }) => isPublicAddress(address));
    const [first] = addresses;
    if (first === undefined) {
      const refusal: NodeJS.ErrnoException = new Error(`${hostname} leads into a private network`);
      refusal.code = 'EPRIVATE';
      return callback(refusal, '');
    }
    if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
