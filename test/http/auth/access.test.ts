// --tls-config and --auth-filter through the whole program: both ports, over a real API server.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import nock from 'nock';
import { pino } from 'pino';
import { type Running, run } from '../../../src/app/run.ts';
import { parseCommandLine } from '../../../src/config/flags.ts';
import { flags } from '../../../src/config/options.ts';
import { contextOf } from '../../support/context.ts';
import { expectRefusal, rejectionOf } from '../../support/refusal.ts';
import { ask as askPlain } from '../harness.ts';

const fixtures = join(import.meta.dirname, '../tls/fixtures');
const ca = readFileSync(join(fixtures, 'ca.pem'));
interface Review {
  readonly kind: string;
  readonly spec: {
    readonly token?: string;
    readonly user?: string;
    readonly nonResourceAttributes?: { readonly path: string };
  };
}

/** Root may get all, the scraper only metrics. */
const mayGet = ({ user, nonResourceAttributes }: Review['spec']): boolean =>
  user === 'root' || nonResourceAttributes?.path === '/metrics';

const usersByToken: Readonly<Record<string, string>> = { good: 'root', scraper: 'prometheus' };

/** What an API server makes of a review: `good` is root's token, and root may do everything. */
const reviewed = ({ kind, spec }: Review): object =>
  kind === 'TokenReview'
    ? {
        kind,
        status:
          usersByToken[spec.token ?? ''] === undefined
            ? { error: 'no' }
            : { authenticated: true, user: { username: usersByToken[spec.token ?? ''] } },
      }
    : { kind, status: { allowed: mayGet(spec) } };

/** Answers reviews with 201, as the real one; there is no pod in its cluster. */
function openApiServer(): Promise<Server> {
  const server = createServer(async (req, res) => {
    const body = req.method === 'POST' ? reviewed((await json(req)) as Review) : { items: [] };
    res.writeHead(req.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(body));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe('access to both ports', () => {
  let folder: string;
  let apiServer: Server;
  let running: Running | undefined;
  before(() => nock.restore());
  after(() => nock.activate());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-access-'));
    apiServer = await openApiServer();
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    apiServer.closeAllConnections();
    apiServer.close();
    rmSync(folder, { recursive: true });
  });

  async function start(config: string, ...args: string[]): Promise<Running> {
    const path = join(folder, 'web.yml');
    writeFileSync(path, config);
    const { port } = apiServer.address() as AddressInfo;
    const { values } = parseCommandLine(flags, [
      `--apiserver=http://127.0.0.1:${port}`,
      '--resources=pods',
      '--serve-before-sync',
      '--host=127.0.0.1',
      '--port=0',
      '--telemetry-host=127.0.0.1',
      '--telemetry-port=0',
      `--tls-config=${path}`,
      ...args,
    ]);
    const log = pino({ level: 'silent' });
    running = await run(values, contextOf({ log }));
    return running;
  }

  /** Statuses of `/metrics` and `/` of both ports, then of their liveness, over TLS. */
  async function statuses({ metrics, telemetry }: Running, authorization?: string) {
    const headers = authorization === undefined ? {} : { authorization };
    const one = (port: number, path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path, ca, headers, agent: false });
        asked.on('error', reject);
        asked.on('response', (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.end();
      });
    const paths = ['/metrics', '/', '/livez'];
    const ports = [metrics.port, telemetry.port];
    return Promise.all(ports.flatMap((port) => paths.map((path) => one(port, path))));
  }

  const tls = `tls_server_config:
  cert_file: ${join(fixtures, 'server.pem')}
  key_file: ${join(fixtures, 'server.key')}
`;
  const users =
    'basic_auth_users:\n  ann: $2y$04$abcdefghijklmnopqrstuugIEnm3ZbWF6xb2GcoE3L1CoGJFMKtu.\n';
  const ann = `Basic ${Buffer.from('ann:swordfish').toString('base64')}`;

  it('is by names and passwords where the web configuration has users', async () => {
    const program = await start(tls + users);
    expect(program.scheme).to.equal('https');
    expect(await statuses(program)).to.deep.equal([401, 401, 200, 401, 401, 200]);
    expect(await statuses(program, ann)).to.deep.equal([200, 200, 200, 200, 200, 200]);
  });

  it('is by bearer tokens with --auth-filter', async () => {
    const program = await start(tls, '--auth-filter');
    expect(await statuses(program)).to.deep.equal([401, 401, 200, 401, 401, 200]);
    expect(await statuses(program, 'Bearer bad')).to.deep.equal([401, 401, 200, 401, 401, 200]);
    expect(await statuses(program, 'Bearer good')).to.deep.equal([200, 200, 200, 200, 200, 200]);
  });

  describe('for profiles', () => {
    const profile = '/debug/profile/cpu?seconds=1';

    async function get({ telemetry }: Running, path: string, authorization: string) {
      const answer = await askPlain(telemetry.port, path, { headers: { authorization } });
      return { ...answer, text: answer.body.toString() };
    }

    it('is a start that is refused where nobody has to log in', async () => {
      expectRefusal(await rejectionOf(start('', '--enable-profiling')), {
        flag: '--enable-profiling',
        expected: '--auth-filter, or a --tls-config with basic_auth_users, beside it',
        got: 'neither',
      });
    });

    it('is off by default: the pages are not there', async () => {
      const program = await start('', '--auth-filter');
      const { status, text } = await get(program, profile, 'Bearer good');
      expect(status).to.equal(404);
      expect(text).to.equal(
        'Nothing is served at /debug/profile/cpu; the page at / lists what is.\n',
      );
    });

    it('is by the path of the profile with --auth-filter, on 8081 alone', async () => {
      const program = await start('', '--auth-filter', '--enable-profiling');
      expect((await get(program, '/metrics', 'Bearer scraper')).status).to.equal(200);
      const refused = await get(program, profile, 'Bearer scraper');
      expect(refused.status).to.equal(403);
      expect(refused.text).to.match(/^prometheus may not get \/debug\/profile\/cpu: /);
      const { status, text } = await get(program, profile, 'Bearer good');
      expect(status).to.equal(200);
      expect(JSON.parse(text)).to.have.keys(
        'nodes',
        'startTime',
        'endTime',
        'samples',
        'timeDeltas',
      );
      const { metrics: telemetry } = program;
      expect((await get({ ...program, telemetry }, profile, 'Bearer good')).status).to.equal(404);
    });

    it('is by names and passwords, and the page names the profiles', async () => {
      const program = await start(users, '--enable-profiling');
      expect((await get(program, profile, 'Basic eDp5')).status).to.equal(401);
      expect((await get(program, profile, ann)).status).to.equal(200);
      expect((await get(program, '/', ann)).text).to.include('href="debug/profile/heap"');
    });
  });

  it('cannot be by both', async () => {
    expectRefusal(await rejectionOf(start(users, '--auth-filter')), {
      flag: ['--tls-config', '--auth-filter'],
      expected: /^no basic_auth_users beside --auth-filter/,
    });
  });
});
