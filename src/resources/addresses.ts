// The IP family of an address, read as KSM reads it.
import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/**
 * The IP family of an address, as KSM's label has it; `undefined` for text that is no address. An
 * IPv6 address may have a non-empty zone; IPv4 with leading zeros is invalid, as in Go.
 */
export function ipFamily(address: string | null | undefined): '4' | '6' | undefined {
  const text = address ?? '';
  if (isIPv4(text)) return '4';
  const percent = text.indexOf('%');
  const plain = percent < 0 ? text : text.slice(0, percent);
  if (percent === text.length - 1 || !isIPv6(plain)) return undefined;
  return isMappedV4(plain) ? '4' : '6';
}

/** Whether an IPv6 address is IPv4-mapped, as ::ffff:10.0.0.1; Go treats it as IPv4. */
function isMappedV4(address: string): boolean {
  if (!/ffff:/i.test(address)) return false;
  const { address: canonical } = new SocketAddress({ address, family: 'ipv6' });
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(canonical);
}
