// IP addresses as Kubernetes reads them.
import { isIP, SocketAddress } from 'node:net';

/** The family of an address, as KSM names it; `undefined` for what is none. */
export function ipFamily(address: string | null | undefined): '4' | '6' | undefined {
  // Kubernetes goes on taking the leading zeros that it once took: 010.0.0.1 is 10.0.0.1.
  const plain = (address ?? '').replace(/\b0+(?=\d)/g, '');
  const version = plain.includes('%') ? 0 : isIP(plain);
  if (version === 0) return undefined;
  return version === 4 || isMappedV4(plain) ? '4' : '6';
}

/** Whether an IPv6 address stands for one of IPv4; Go treats ::ffff:10.0.0.1 as that. */
function isMappedV4(address: string): boolean {
  if (!/ffff:/i.test(address)) return false;
  const { address: canonical } = new SocketAddress({ address, family: 'ipv6' });
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(canonical);
}
