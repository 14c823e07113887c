// The flags that the page shows: those that are not at their defaults, without passwords.
import { expect } from 'chai';
import { changedOptions } from '../../src/config/changedOptions.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';

const changed = (...args: string[]): string[] =>
  changedOptions(parseCommandLine(flags, args).values).map(({ flag, value }) => `${flag} ${value}`);

describe('flags that are not at their defaults', () => {
  const rows: [what: string, args: string[], shown: string[]][] = [
    ['are none without arguments', [], []],
    ['are not those that are given their default', ['--port=8080', '--namespaces='], []],
    ['are not those without effect', ['--logtostderr=false', '--auto-gomemlimit'], []],
    ['have lists as they are typed', ['--resources=pods,nodes'], ['--resources pods,nodes']],
    [
      'have switches',
      ['--auth-filter', '--enable-gzip-encoding=false'],
      ['--enable-gzip-encoding false', '--auth-filter true'],
    ],
    [
      'have times as Go writes them',
      ['--server-write-timeout=1h1m30.5s'],
      ['--server-write-timeout 1h1m30.5s'],
    ],
    ['have a time of nothing', ['--server-idle-timeout=0'], ['--server-idle-timeout 0s']],
    ['have sizes in bytes', ['--hot-text-limit=1Mi'], ['--hot-text-limit 1048576']],
    [
      'have no login of a URL',
      ['--apiserver=https://me:s3cret@host:6443/x'],
      ['--apiserver https://host:6443/x'],
    ],
    [
      'have no login with a strange password',
      ['--apiserver=https://me:a@b@host/@x'],
      ['--apiserver https://host/@x'],
    ],
    [
      'have of a text of several lines its length',
      ['--custom-resource-state-config=kind: x\nspec: y'],
      ['--custom-resource-state-config (15 characters)'],
    ],
    [
      'cut long values',
      [`--metric-allowlist=${'x'.repeat(300)}`],
      [`--metric-allowlist ${'x'.repeat(200)}…`],
    ],
  ];
  for (const [what, args, shown] of rows) {
    it(what, () => expect(changed(...args)).to.deep.equal(shown));
  }
});
