// RealCluster runs kube-apiserver and etcd on loopback, for the end-to-end suites and benchmarks.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { execute } from '../execute.ts';
import { freePorts, ServerProcess } from '../serverProcess.ts';
import { Etcd } from './etcd.ts';
import { buildPrograms, programPath } from './programs.ts';

const CONNECTIONS_MAX = 32;

export interface ApiServerOptions {
  /** For `--feature-gates`: `{ WatchList: false }`. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** Additional flags of kube-apiserver, which override the defaults. */
  readonly flags?: readonly string[];
  /** Users in addition to the administrator, limited by RBAC: groups by name. */
  readonly users?: Readonly<Record<string, readonly string[]>>;
}

/** Contents of a kubeconfig; by default the administrator's token and the URL of the server. */
export interface KubeconfigOptions {
  readonly token?: string;
  /** A file with the token, instead of the token. */
  readonly tokenFile?: string;
  readonly url?: string;
}

export interface RequestOptions {
  readonly token?: string;
  readonly contentType?: string;
  readonly accept?: string;
}

/** The status, and the parsed JSON or the text of the body. */
export interface ApiAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

/**
 * Starts etcd and kube-apiserver on free ports, with TLS, RBAC and tokens, and waits until
 * `/readyz` is ok. Builds them first if needed. Admission plugins that depend on controllers are
 * off, because no controllers run. Both end with `stop`, or with this process.
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<RealCluster> {
  buildPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-apiserver-'));
  const etcd = await Etcd.start(folder);
  const [port = 0] = await freePorts(1);
  const cluster = new RealCluster(folder, port, etcd, options);
  try {
    await cluster.start();
  } catch (error) {
    // The folder is kept, because the error names a log in it.
    await etcd.process.stop('SIGKILL');
    throw error;
  }
  return cluster;
}

export class RealCluster {
  readonly url: string;
  readonly etcd: Etcd;
  readonly adminToken: string;
  /** A folder with logs, which is removed with the cluster. */
  readonly folder: string;
  readonly #process: ServerProcess;
  readonly #tokens: ReadonlyMap<string, string>;
  #flags: readonly string[] = [];
  #agent: Agent | undefined;
  #adminConfig: string | undefined;
  #ca = '';
  #kubeconfigs = 0;

  constructor(folder: string, port: number, etcd: Etcd, options: ApiServerOptions) {
    this.folder = folder;
    this.etcd = etcd;
    this.url = `https://127.0.0.1:${port}`;
    const groups = { admin: ['system:masters'], ...options.users };
    this.#tokens = new Map(Object.keys(groups).map((user) => [user, `${user}-${randomHex()}`]));
    this.adminToken = this.token('admin');
    const lines = Object.entries(groups).map(
      ([user, names]) => `${this.token(user)},${user},uid-${user},"${names.join(',')}"\n`,
    );
    writeFileSync(join(folder, 'tokens.csv'), lines.join(''));
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    writeFileSync(join(folder, 'accounts.key'), privateKey);
    writeFileSync(join(folder, 'accounts.pub'), publicKey);
    this.configure(options);
    const args = () => [programPath('kube-apiserver'), ...this.#flagsOf(port), ...this.#flags];
    const log = join(folder, 'kube-apiserver.log');
    this.#process = new ServerProcess('kube-apiserver', log, args, () => this.#ready());
  }

  /** Sets feature gates and flags for the next start. */
  configure({ featureGates = {}, flags = [] }: ApiServerOptions): void {
    const gates = Object.entries(featureGates).map(([name, on]) => `${name}=${on}`);
    this.#flags = [...(gates.length > 0 ? [`--feature-gates=${gates.join(',')}`] : []), ...flags];
  }

  #flagsOf(port: number): string[] {
    const { folder } = this;
    return [
      `--etcd-servers=${this.etcd.url}`,
      `--secure-port=${port}`,
      `--cert-dir=${folder}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      // The server does not publish a loopback address as an endpoint.
      '--endpoint-reconciler-type=none',
      '--authorization-mode=RBAC',
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(folder, 'accounts.pub')}`,
      `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
      '--service-cluster-ip-range=10.96.0.0/12',
      '--allow-privileged=true',
    ];
  }

  async #ready(): Promise<boolean> {
    try {
      // The server creates its certificate at the first start, and keeps it.
      this.#ca = readFileSync(join(this.folder, 'apiserver.crt'), 'utf8');
      return (await this.request('GET', '/readyz')).status === 200;
    } catch {
      // No certificate, or not listening yet; the caller limits the time.
      await this.#forgetConnections();
      return false;
    }
  }

  /** The pid of kube-apiserver, for measurements. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The CA certificate of the server, as PEM. */
  get ca(): string {
    return this.#ca;
  }

  /** The token of a user of the options, or of `admin`. */
  token(user: string): string {
    const token = this.#tokens.get(user);
    if (token === undefined) throw new Error(`expected one of the users, got ${user}`);
    return token;
  }

  /** Writes a kubeconfig and returns its path. */
  kubeconfig({
    token = this.adminToken,
    tokenFile,
    url = this.url,
  }: KubeconfigOptions = {}): string {
    const path = join(this.folder, `kubeconfig-${++this.#kubeconfigs}`);
    const ca = Buffer.from(this.#ca).toString('base64');
    const cluster = { server: url, ...(url.startsWith('https:') && { [CA_DATA]: ca }) };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'real',
      clusters: [{ name: 'real', cluster }],
      users: [{ name: 'real', user: tokenFile === undefined ? { token } : { tokenFile } }],
      contexts: [{ name: 'real', context: { cluster: 'real', user: 'real' } }],
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  /** Runs kubectl as the administrator and returns its stdout; rejects if it fails. */
  kubectl(args: readonly string[], input = ''): Promise<string> {
    this.#adminConfig ??= this.kubeconfig();
    const all = [`--kubeconfig=${this.#adminConfig}`, ...args];
    return execute(programPath('kubectl'), all, {
      input,
      env: { HOME: this.folder },
    });
  }

  /** A request as the administrator or with another token; resolves with any status. */
  async request<Body = unknown>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    {
      token = this.adminToken,
      contentType = CONTENT_TYPES[method] ?? JSON_TYPE,
      accept = JSON_TYPE,
    }: RequestOptions = {},
  ): Promise<ApiAnswer<Body>> {
    this.#agent ??= new Agent({ connect: { ca: this.#ca }, connections: CONNECTIONS_MAX });
    const answer = await request(this.url + path, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType, accept },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    const isJson = `${answer.headers['content-type']}`.startsWith(JSON_TYPE);
    return { status: answer.statusCode, body: isJson ? JSON.parse(text) : text };
  }

  /** The body of a request; rejects unless it succeeds. */
  async must<Body = unknown>(...args: Parameters<RealCluster['request']>): Promise<Body> {
    const { status, body } = await this.request<Body>(...args);
    if (status < 300) return body;
    throw new Error(`${args[0]} ${args[1]} was answered ${status}: ${JSON.stringify(body)}`);
  }

  /** A token of a service account; with `secret` it is valid as long as that secret exists. */
  async accountToken(namespace: string, name: string, secret?: string): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const bound = { apiVersion: 'v1', kind: 'Secret', name: secret };
    const answer = await this.must<{ status: { token: string } }>('POST', path, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { ...(secret !== undefined && { boundObjectRef: bound }) },
    });
    return answer.status.token;
  }

  /** Starts kube-apiserver on the same port as before, and waits until it is ready. */
  start(): Promise<void> {
    return this.#process.start();
  }

  /** Stops kube-apiserver only; etcd keeps running. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.#process.stop(signal);
    await this.#forgetConnections();
  }

  async #forgetConnections(): Promise<void> {
    await this.#agent?.destroy();
    this.#agent = undefined;
  }

  async restart({ kill = 'SIGTERM' }: { kill?: 'SIGTERM' | 'SIGKILL' } = {}): Promise<void> {
    await this.end(kill);
    await this.start();
  }

  /** Restores a snapshot of etcd: later resource versions are used again, unless bumped. */
  async restore(snapshot: string, bump?: number): Promise<void> {
    await this.end('SIGKILL');
    await this.etcd.process.stop('SIGKILL');
    await this.etcd.restore(snapshot, bump);
    await this.etcd.process.start();
    await this.start();
  }

  /** Stops both servers and removes their files. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
    await this.etcd.process.stop('SIGKILL');
    rmSync(this.folder, { recursive: true });
  }
}

const CA_DATA = 'certificate-authority-data';
const JSON_TYPE = 'application/json';
const CONTENT_TYPES = { PATCH: 'application/merge-patch+json' } as Readonly<Record<string, string>>;

const randomHex = (): string => randomBytes(16).toString('hex');
