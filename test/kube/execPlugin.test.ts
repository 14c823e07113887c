// Exec plugins as real processes: what they get, what is taken of them, and what is said of them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type Processes, systemProcesses } from '../../src/kube/childProcess.ts';
import { expectRefused, type Facts } from '../support/refusal.ts';
import { until } from '../support/until.ts';
import { certificate, key } from './certificate.ts';
import {
  failing,
  get,
  handingOut,
  LookingClock,
  pluginSuite,
  script,
  token,
  v1,
} from './pluginSuite.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Row {
  readonly name: string;
  readonly cluster: Record<string, unknown>;
  readonly exec: Record<string, unknown>;
  readonly info?: object;
  readonly error?: string;
}

const rows: Row[] = JSON.parse(
  readFileSync(new URL('execInfo.json', import.meta.url), 'utf8').replaceAll(
    'BASE64_OF_CA',
    base64(certificate),
  ),
);
/** What kubectl insists on has one meaning, so that it may be left out here. */
const lenient = ['no mode in v1', 'no version'];

describe('An exec plugin', () => {
  const { closeLater, open, path, written, isWritten, tokens } = pluginSuite();

  for (const { name, cluster, exec, info, error } of rows) {
    const refused = error !== undefined && !lenient.includes(name);
    it(`is ${refused ? 'refused' : 'told'} as by client-go: ${name}`, async () => {
      writeFileSync(path('ca.pem'), certificate);
      const telling = script(`printf %s "$KUBERNETES_EXEC_INFO" > ${path('info')}; exit 1`);
      const act = () => open({ apiVersion: undefined, ...exec, ...telling }, { cluster });
      if (refused) return void expectRefused(act, { place: /^exec plugin of / });
      await failing(act().transport);
      const told = JSON.parse(written('info'));
      if (info !== undefined) expect(told).to.deep.equal(info);
      else expect(told).to.deep.include({ apiVersion: v1, spec: { interactive: false } });
    });
  }

  it('has nothing to read, as nobody sits at a server', async () => {
    const { transport } = open(script(`readlink /proc/self/fd/0 > ${path('in')}; ${token('a')}`));
    await get(transport);
    expect(written('in')).to.equal('/dev/null\n');
  });

  for (const [mode, terminal, interactive] of [
    ['Never', true, false],
    ['IfAvailable', true, true],
    ['IfAvailable', false, false],
    ['Always', true, true],
  ] as const) {
    const gets = interactive ? 'gets the terminal' : 'gets no terminal';
    it(`${gets} by ${mode}, ${terminal ? 'with' : 'without'} one`, async () => {
      const asked: boolean[] = [];
      const processes: Processes = {
        ...systemProcesses,
        terminal,
        start(program, args, how) {
          asked.push(how.interactive);
          return systemProcesses.start(program, args, { ...how, interactive: false });
        },
      };
      const telling = `echo "$KUBERNETES_EXEC_INFO" > ${path('info')}; ${token('a')}`;
      await get(open({ interactiveMode: mode, ...script(telling) }, { processes }).transport);
      expect(asked).to.deep.equal([interactive]);
      expect(JSON.parse(written('info')).spec.interactive).to.equal(interactive);
    });
  }

  it('gets our environment and its own variables over it', async () => {
    const env = [
      { name: 'GIVEN', value: 'own' },
      { name: 'EMPTY', value: '' },
    ];
    const telling = `echo "$OURS/$GIVEN/\${EMPTY-unset}" > ${path('env')}; ${token('a')}`;
    const { transport } = open(
      { env, ...script(telling) },
      { env: { OURS: 'ours', GIVEN: 'ours' } },
    );
    await get(transport);
    expect(written('env')).to.equal('ours/own/\n');
  });

  it('is found beside the kubeconfig, or in our PATH and not in its own', async () => {
    mkdirSync(path('bin'));
    const plugin = (name: string, text: string): void =>
      writeFileSync(path(name), `#!/bin/sh\n${token(text)}\n`, { mode: 0o755 });
    plugin('login', 'beside');
    plugin('bin/kubestate-login', 'in PATH');
    await get(open({ command: './login' }).transport);
    const env = [{ name: 'PATH', value: '/usr/bin:/bin' }];
    const ours = { env: { PATH: `relative:${path('bin')}:/bin` } };
    await get(open({ command: 'kubestate-login', env }, ours).transport);
    expect(tokens()).to.deep.equal(['Bearer beside', 'Bearer in PATH']);
    const elsewhere = [{ name: 'PATH', value: path('bin') }];
    const installHint = 'Install it by kubestate.example';
    const hinted = { command: 'kubestate-login', env: elsewhere, installHint };
    const { transport } = open(hinted);
    expect(await failing(transport)).to.match(
      /^expected a credential from .*, got: no program kubestate-login in PATH .*: Install it by /,
    );
    expect(await failing(open({ command: './none' }).transport)).to.match(
      /no program \/\S+\/none /,
    );
  });

  it('is not asked where the user has a login of another kind', async () => {
    await get(open(script('exit 1'), { user: { token: 'static' } }).transport);
    const { transport } = open(script('exit 1'), { user: { username: 'me', password: 'x' } });
    await get(transport);
    expect(tokens()).to.deep.equal(['Bearer static', `Basic ${base64('me:x')}`]);
  });

  it('speaks v1beta1 as well, and YAML', async () => {
    const apiVersion = 'client.authentication.k8s.io/v1beta1';
    const answer = ['kind: ExecCredential', `apiVersion: ${apiVersion}`, 'status: {token: abc}'];
    const yaml = `printf '${answer.join('\\n')}'`;
    await get(open({ apiVersion, ...script(yaml) }).transport);
    expect(tokens()).to.deep.equal(['Bearer abc']);
  });

  it('is asked again when its credential has expired, or is refused, and not before', async () => {
    const clock = new LookingClock();
    const expirationTimestamp = new Date(clock.wall() + 60_000).toISOString();
    const answering = handingOut({ token: 'a', expirationTimestamp });
    const counting = `echo x >> ${path('runs')}; ${answering}`;
    const { transport } = open(script(counting), { clock });
    const runs = (): number => written('runs').length / 2;
    for (let i = 0; i < 3; i++) await get(transport);
    expect(runs()).to.equal(1);
    await transport.refresh();
    await get(transport);
    expect(runs()).to.equal(2);
    clock.advance(60_001);
    await get(transport);
    await get(transport);
    expect(runs()).to.equal(4);
  });

  it('runs once for all who ask at a time', async () => {
    const { transport } = open(script(`echo x >> ${path('runs')}; sleep 0.1; ${token('a')}`));
    await Promise.all([
      get(transport),
      get(transport),
      transport.refresh().then(() => get(transport)),
    ]);
    expect(written('runs')).to.equal('x\n');
  });

  it('hands out a certificate with its key, which the server then sees', async () => {
    const status = { clientCertificateData: certificate, clientKeyData: key };
    writeFileSync(
      path('credential'),
      JSON.stringify({ kind: 'ExecCredential', apiVersion: v1, status }),
    );
    const { createServer: createTlsServer } = await import('node:https');
    const authorized: boolean[] = [];
    const options = { key, cert: certificate, ca: certificate, requestCert: true };
    const secure = createTlsServer(
      { ...options, rejectUnauthorized: false },
      (request, response) => {
        authorized.push((request.socket as import('node:tls').TLSSocket).authorized);
        response.end('{}');
      },
    );
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    closeLater(() => new Promise((resolve) => secure.close(resolve)));
    const { port } = secure.address() as AddressInfo;
    const cluster = {
      server: `https://127.0.0.1:${port}`,
      'certificate-authority-data': base64(certificate),
    };
    await get(open(script(`cat ${path('credential')}`), { cluster }).transport);
    expect(authorized).to.deep.equal([true]);
  });

  const wrong: readonly [what: string, text: string, sentence: RegExp][] = [
    [
      'fails',
      'echo no such profile >&2; exit 3',
      /got: exit code 3 of the plugin sh: no such profile$/,
    ],
    ['is killed', 'kill -9 $$', /got: an end by SIGKILL of the plugin sh$/],
    ['answers nonsense', "echo '{['", /got: an answer that is neither JSON nor YAML of the plugin/],
    [
      'answers nothing',
      'true',
      /got: neither a token nor a certificate with its key of the plugin/,
    ],
    ['hands out half', handingOut({ clientKeyData: key }), /got: only one of certificate and key/],
    [
      'answers in another version',
      'echo \'{"kind":"ExecCredential","apiVersion":"x/v9","status":{"token":"a"}}\'',
      /got: something else than an ExecCredential of client.authentication.k8s.io\/v1 /,
    ],
    [
      'hands out a time that is none',
      handingOut({ token: 'a', expirationTimestamp: 'soon' }),
      /got: an expirationTimestamp that is no time/,
    ],
    ['never stops', 'yes', /got: more than 1 MiB of output of the plugin sh$/],
  ];
  for (const [what, text, sentence] of wrong) {
    it(`that ${what} is told in one sentence`, async () => {
      expect(await failing(open(script(text)).transport)).to.match(sentence);
    });
  }

  const refused: readonly [what: string, exec: object, facts: Facts, user?: object][] = [
    [
      'command',
      { command: '' },
      { place: /: command$/, expected: 'a program', got: '""', hint: 'correct it there' },
    ],
    [
      'args',
      { args: 'get-token' },
      { place: /: users\.user\.exec\.args$/, expected: 'a list', got: 'a text' },
    ],
    [
      'env',
      { env: [{ value: 'secret' }] },
      { place: /: env$/, expected: 'a list of names with values', got: 'object' },
    ],
    [
      'mode',
      { interactiveMode: 'Sometimes' },
      { place: /: interactiveMode$/, expected: 'Never, IfAvailable, Always', got: '"Sometimes"' },
    ],
    [
      'terminal',
      { interactiveMode: 'Always' },
      { place: /^exec plugin of context c.*: interactiveMode$/, expected: /^a terminal/ },
    ],
    [
      'provider',
      {},
      { place: /: auth-provider$/, got: '"gcp"', hint: /^use an exec plugin/ },
      { 'auth-provider': { name: 'gcp' } },
    ],
    ['two', {}, { got: 'one beside an exec plugin' }, { 'auth-provider': { name: 'oidc' } }],
  ];
  for (const [what, exec, facts, user] of refused) {
    it(`is refused at the start where it cannot run: ${what}`, () => {
      const processes = { ...systemProcesses, terminal: false };
      expectRefused(() => open(exec, { user, processes }), facts);
    });
  }

  it('has what it writes to stderr shown, once, without what is secret', async () => {
    const text = 'echo "Warning: $PASSWORD handed1234 is old" >&2; ';
    const { transport, lines } = open({
      env: [{ name: 'PASSWORD', value: 'given1234' }],
      ...script(text + token('handed1234')),
    });
    for (let i = 0; i < 3; i++) {
      await get(transport);
      await transport.refresh();
    }
    expect(lines).to.have.length(1);
    expect(lines[0]).to.deep.include({
      level: 'warn',
      message: 'the exec plugin wrote to stderr',
      plugin: 'sh',
      stderr: 'Warning: [hidden] [hidden] is old',
    });
  });

  it('has what it asks a person to do shown while it waits, and no more than fits', async () => {
    const clock = new LookingClock();
    const text = `echo Open https://login.example >&2; echo > ${path('said')}; sleep 60`;
    const { transport, lines } = open(script(text), { clock });
    const asked = get(transport).catch((reason: unknown) => reason);
    await until(() => isWritten('said'));
    await clock.pass(1_000);
    await until(() => lines.length > 0);
    expect(lines).to.deep.include({
      level: 'warn',
      message: 'the exec plugin wrote to stderr',
      plugin: 'sh',
      source: `context c in kubeconfig ${path('config')}`,
      stderr: 'Open https://login.example',
    });
    await transport.close();
    expect(await asked).to.be.instanceOf(Error);
    const long = open(script(`yes words | head -c 100000 >&2; ${token('a')}`));
    await get(long.transport);
    expect(JSON.stringify(long.lines)).to.have.length.below(1_500);
  });
});
