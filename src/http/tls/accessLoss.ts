// accessLoss compares two web configurations, and names what access control is dropped.
import type { TlsSettings } from './tls.ts';
import type { ClientAuth, WebConfig } from './webConfig.ts';

/** A web configuration with the files that it names read. */
export interface AccessRules {
  readonly config: WebConfig;
  readonly tls: TlsSettings | undefined;
}

/** How strict each is; two of the same rank are strict in different ways. */
const ranks: Readonly<Record<ClientAuth, number>> = {
  NoClientCert: 0,
  RequestClientCert: 1,
  RequireAnyClientCert: 2,
  VerifyClientCertIfGiven: 2,
  RequireAndVerifyClientCert: 3,
};

/**
 * What `after` drops of `before`: users, client authentication, client CAs, names of clients. Each
 * as a phrase with the key of the file, none where nothing is dropped. A file that is cut short
 * while it is written looks like this.
 */
export function accessLoss(before: AccessRules, after: AccessRules): string[] {
  return [
    ...usersDropped(before.config.users, after.config.users),
    ...clientAuthDropped(before.config, after.config),
    ...authoritiesDropped(before, after),
    ...sansDropped(before.config, after.config),
  ];
}

function usersDropped(before: WebConfig['users'], after: WebConfig['users']): string[] {
  const dropped = [...before.keys()].filter((name) => !after.has(name)).length;
  return dropped === 0 ? [] : [`${dropped} of ${before.size} basic_auth_users`];
}

function clientAuthDropped({ tls: before }: WebConfig, { tls: after }: WebConfig): string[] {
  const [was, is] = [before?.clientAuth ?? 'NoClientCert', after?.clientAuth ?? 'NoClientCert'];
  const kept = was === is || ranks[is] > ranks[was];
  return kept ? [] : [`client_auth_type ${was}`];
}

function authoritiesDropped({ tls: before }: AccessRules, { tls: after }: AccessRules): string[] {
  const kept = new Set(certificatesIn(after?.context.ca));
  const all = certificatesIn(before?.context.ca);
  const dropped = all.filter((certificate) => !kept.has(certificate)).length;
  // Without a list of its own Node verifies clients by the public authorities.
  return dropped === 0 ? [] : [`${dropped} of ${all.length} certificates of client_ca_file`];
}

function sansDropped({ tls: before }: WebConfig, { tls: after }: WebConfig): string[] {
  const wasLimited = before?.clientAllowedSans !== undefined;
  return wasLimited && after?.clientAllowedSans === undefined ? ['client_allowed_sans'] : [];
}

function certificatesIn(pem: unknown): string[] {
  const text = typeof pem === 'string' ? pem : '';
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}
