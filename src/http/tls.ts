// TLS as a web configuration asks for it: from its keys to what Node takes, and who may connect.
import { X509Certificate } from 'node:crypto';
import { SocketAddress } from 'node:net';
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import { ConfigError } from '../errors.ts';
import { opensslCiphers, opensslCurves, opensslVersion } from './tlsNames.ts';
import { type Pem, type TlsConfig, verifies } from './webConfig.ts';

/** What a TLS server is made of; all files are read. */
export interface TlsSettings {
  readonly context: SecureContextOptions;
  /** Clients are asked for a certificate. */
  readonly requestCert: boolean;
  /** Why this connection is not to be served; undefined if it is. */
  refusal(socket: TLSSocket): string | undefined;
}

/** Reads the files and tries them out; throws a ConfigError with the key that is at fault. */
export function tlsSettings(
  config: TlsConfig,
  source: string,
  readFile: (path: string) => Buffer,
): TlsSettings {
  const read = (pem: Pem): string => readPem(pem, source, readFile);
  const cert = read(config.certificate);
  const ca = config.clientAuthorities && read(config.clientAuthorities);
  checkCertificate(cert, config.certificate, source);
  if (config.clientAuthorities !== undefined) {
    checkCertificate(ca ?? '', config.clientAuthorities, source);
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
    throw new ConfigError(
      `${source}: ${config.key.key}: expected the key in PEM form that belongs to ` +
        `${config.certificate.key}, got: ${(error as Error).message}; correct one of the two.`,
    );
  }
  return {
    context,
    requestCert: config.clientAuth !== 'NoClientCert',
    refusal: (socket) => refusalOf(socket, config),
  };
}

function readPem(pem: Pem, source: string, readFile: (path: string) => Buffer): string {
  if ('text' in pem) return pem.text;
  try {
    return readFile(pem.file).toString('utf8');
  } catch (error) {
    throw new ConfigError(
      `${source}: ${pem.key}: expected a readable file at ${pem.file}, got: ` +
        `${(error as Error).message}; name another file, or give read access to this one.`,
    );
  }
}

/** Without this, a file with no certificate in it would be taken, and no client ever trusted. */
function checkCertificate(text: string, pem: Pem, source: string): void {
  try {
    new X509Certificate(text);
  } catch (error) {
    const place = 'file' in pem ? ` in ${pem.file}` : '';
    throw new ConfigError(
      `${source}: ${pem.key}: expected a certificate in PEM form${place}, got: ` +
        `${(error as Error).message}; correct it there.`,
    );
  }
}

/**
 * Decided here and not by Node, whose `rejectUnauthorized` cannot let in who shows no certificate
 * and turn away who shows a wrong one.
 */
function refusalOf(socket: TLSSocket, config: TlsConfig): string | undefined {
  const { clientAuth, clientAllowedSans } = config;
  if (clientAuth === 'NoClientCert') return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    const required = clientAuth.startsWith('Require') || clientAllowedSans !== undefined;
    return required ? 'the client showed no certificate' : undefined;
  }
  if (verifies(clientAuth) && !socket.authorized) {
    return `the client's certificate is not to be trusted: ${socket.authorizationError}`;
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
