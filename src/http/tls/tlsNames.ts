// Names of cipher suites, curves and versions: Go's, as in web configurations, and OpenSSL's.
import type { SecureVersion } from 'node:tls';

/** Suites of TLS 1.2 and before, by Go's name. */
// biome-ignore format: one row per suite
const suitesToTls12 = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
} as const;

/** The suites of TLS 1.3; all of them are always on, as in Go, whatever a file lists. */
const suitesOfTls13 = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
] as const;

const curves = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
} as const;

const versions = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;

export type CipherSuite = keyof typeof suitesToTls12 | (typeof suitesOfTls13)[number];
export type Curve = keyof typeof curves;
export type TlsVersion = keyof typeof versions;

const keysOf = <Key extends string>(table: Readonly<Record<Key, string>>): Key[] =>
  Object.keys(table) as Key[];

export const cipherSuites: readonly CipherSuite[] = [...suitesOfTls13, ...keysOf(suitesToTls12)];
export const curveNames: readonly Curve[] = keysOf(curves);
/** From the oldest to the newest. */
export const tlsVersions: readonly TlsVersion[] = keysOf(versions);

/** The list of suites as OpenSSL reads it; of an empty one, what Node offers by itself. */
export function opensslCiphers(
  suites: readonly CipherSuite[],
  minVersion: TlsVersion,
  nodeCiphers: string,
): string {
  const older = suites.flatMap((suite) =>
    Object.hasOwn(suitesToTls12, suite) ? [suitesToTls12[suite as keyof typeof suitesToTls12]] : [],
  );
  const chosen = suites.length === 0 ? [nodeCiphers] : [...suitesOfTls13, ...older];
  // OpenSSL's usual security level knows no signature that TLS before 1.2 could use.
  const dated = tlsVersions.indexOf(minVersion) < tlsVersions.indexOf('TLS12');
  return [...chosen, ...(dated ? ['@SECLEVEL=0'] : [])].join(':');
}

/** The curves as OpenSSL reads them, the preferred one first; undefined leaves it the choice. */
export function opensslCurves(names: readonly Curve[]): string | undefined {
  return names.length === 0 ? undefined : names.map((name) => curves[name]).join(':');
}

export function opensslVersion(version: TlsVersion): SecureVersion {
  return versions[version];
}
