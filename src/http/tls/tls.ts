// tlsSettings turns a web configuration into Node's TLS options and a check of client certificates.
import { X509Certificate } from 'node:crypto';
import { SocketAddress } from 'node:net';
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import { ConfigError, errorMessage } from '../../lib/errors.ts';
import { opensslCiphers, opensslCurves, opensslVersion } from './tlsNames.ts';
import { type Pem, type TlsConfig, verifies } from './webConfig.ts';

const flag = '--tls-config';

/** The options of a TLS server, with all files read. */
export interface TlsSettings {
  readonly context: SecureContextOptions;
  /** Clients are asked for a certificate. */
  readonly requestCert: boolean;
  /** Why the client is rejected; undefined if it is accepted. */
  refusal(socket: TLSSocket): string | undefined;
}

/** Reads and checks the files that the web configuration at `path` names; throws ConfigError. */
export function tlsSettings(
  config: TlsConfig,
  path: string,
  readFile: (path: string) => Buffer,
): TlsSettings {
  const read = (pem: Pem): string => readPem(pem, path, readFile);
  const cert = read(config.certificate);
  const ca = config.clientAuthorities && read(config.clientAuthorities);
  checkCertificate(cert, config.certificate, path);
  if (config.clientAuthorities !== undefined) {
    checkCertificate(ca ?? '', config.clientAuthorities, path);
  }
  const context: SecureContextOptions = {
    cert,
    key: read(config.key),
    ca,
    minVersion: opensslVersion(config.minVersion),
    maxVersion: opensslVersion(config.maxVersion),
    ciphers: opensslCiphers(config.cipherSuites, config.minVersion, DEFAULT_CIPHERS),
    honorCipherOrder: config.preferServerOrder,
    ecdhCurve: opensslCurves(config.curves),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new ConfigError({
      flag,
      place: `${path}: ${config.key.key}`,
      expected: `the key in PEM form that belongs to ${config.certificate.key}`,
      got: errorMessage(error),
      hint: 'correct one of the two',
    });
  }
  return {
    context,
    requestCert: config.clientAuth !== 'NoClientCert',
    refusal: (socket) => refusalOf(socket, config),
  };
}

function readPem(pem: Pem, path: string, readFile: (path: string) => Buffer): string {
  if ('text' in pem) return pem.text;
  try {
    return readFile(pem.file).toString('utf8');
  } catch (error) {
    throw new ConfigError({
      flag,
      place: `${path}: ${pem.key}`,
      expected: `a readable file at ${pem.file}`,
      got: errorMessage(error),
      hint: 'name another file, or give read access to this one',
    });
  }
}

/** Node accepts a file without any certificate, and then trusts no client. */
function checkCertificate(text: string, pem: Pem, path: string): void {
  try {
    new X509Certificate(text);
  } catch (error) {
    throw new ConfigError({
      flag,
      place: `${path}: ${pem.key}`,
      expected: `a certificate in PEM form${'file' in pem ? ` in ${pem.file}` : ''}`,
      got: errorMessage(error),
      hint: 'correct it there',
    });
  }
}

/**
 * Checked here because Node's `rejectUnauthorized` cannot accept clients without a certificate and
 * reject those with a wrong one.
 */
function refusalOf(socket: TLSSocket, config: TlsConfig): string | undefined {
  const { clientAuth, clientAllowedSans } = config;
  if (clientAuth === 'NoClientCert') return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    const required = clientAuth.startsWith('Require') || clientAllowedSans !== undefined;
    return required ? 'the client sent no certificate' : undefined;
  }
  if (verifies(clientAuth) && !socket.authorized) {
    return `the client's certificate is not trusted: ${socket.authorizationError}`;
  }
  if (clientAllowedSans === undefined) return undefined;
  const names = alternativeNames(certificate);
  return names.some((name) => clientAllowedSans.includes(name))
    ? undefined
    : "no name of the client's certificate is in client_allowed_sans";
}

/** One entry of a list like `DNS:a.test, IP Address:2001:DB8:0:0:0:0:0:1, URI:"urn:a\u002c b"`. */
const listedName = /([\w ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;
const nameTypes = ['DNS', 'IP Address', 'email', 'URI'];

/** The names of a certificate, addresses in their short form, as Go would write them. */
function alternativeNames({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(listedName)].flatMap(([, type = '', value = '']) => {
    if (!nameTypes.includes(type)) return [];
    // Node quotes a name in which a reader could take something for the start of the next.
    const name = value.startsWith('"') ? String(JSON.parse(value)) : value;
    return [type === 'IP Address' ? shortAddress(name) : name];
  });
}

function shortAddress(address: string): string {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return new SocketAddress({ address, family }).address;
}
