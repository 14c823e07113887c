// remoteFlags are the flags of commands that read from another process by HTTP.
import { type Flag, file, type Kind, toggle } from '../config/flags.ts';

const group = 'Access';

const headers: Kind<readonly string[]> = {
  placeholder: 'NAME:VALUE',
  expected: 'a header such as "X-Scope-OrgID: team-a"',
  parse: (given, before) => (/^[\w-]+:./.test(given) ? [...before, given] : undefined),
};

// biome-ignore format: one row per flag
export const remoteFlags = {
  header: { group, kind: headers, default: [], defaultText: 'none',
    help: 'A header of every request. May be repeated. For basic auth, user and password may be in the URL instead.' },
  'token-file': { group, kind: file, default: undefined, defaultText: 'none',
    help: 'File with a bearer token, as kubectl create token prints it.' },
  'ca-file': { group, kind: file, default: undefined, defaultText: 'those that Node trusts',
    help: 'CA certificates in PEM that the server\'s certificate is checked against.' },
  insecure: { group, kind: toggle, default: false,
    help: 'Do not check the server\'s certificate.' },
} satisfies Record<string, Flag<unknown>>;
