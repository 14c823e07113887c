// Etcd runs a single etcd on loopback, and can compact, snapshot and restore it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { execute } from '../execute.ts';
import { freePorts, ServerProcess } from '../serverProcess.ts';
import { programPath } from './programs.ts';

const OPTIONS = [
  // Faster; the data of tests need not survive a crash.
  '--unsafe-no-fsync',
  '--log-level=warn',
  `--quota-backend-bytes=${8 * 2 ** 30}`,
];

export class Etcd {
  readonly url: string;
  readonly process: ServerProcess;
  readonly #folder: string;
  #data: string;
  #restores = 0;

  constructor(folder: string, clientPort: number, peerPort: number) {
    this.#folder = folder;
    this.#data = join(folder, 'etcd-0');
    this.url = `http://127.0.0.1:${clientPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    const args = () => [
      programPath('etcd'),
      ...OPTIONS,
      `--data-dir=${this.#data}`,
      '--name=default',
      `--listen-client-urls=${this.url}`,
      `--advertise-client-urls=${this.url}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ];
    this.process = new ServerProcess('etcd', join(folder, 'etcd.log'), args, () => this.#ready());
  }

  static async start(folder: string): Promise<Etcd> {
    const [clientPort = 0, peerPort = 0] = await freePorts(2);
    const etcd = new Etcd(folder, clientPort, peerPort);
    await etcd.process.start();
    return etcd;
  }

  async #ready(): Promise<boolean> {
    try {
      const { statusCode, body } = await request(`${this.url}/health`);
      await body.dump();
      return statusCode === 200;
    } catch {
      // Not listening yet; the caller limits the time.
      return false;
    }
  }

  async #post(path: string, body: object): Promise<string> {
    const answer = await request(this.url + path, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode === 200) return text;
    throw new Error(`etcd answered ${answer.statusCode} to ${path}: ${text}`);
  }

  /** The latest revision, which is the API server's resourceVersion. */
  async revision(): Promise<number> {
    const status = JSON.parse(await this.#post('/v3/maintenance/status', {}));
    return Number(status.header.revision);
  }

  /** Compacts the history up to the latest revision, which it returns. */
  async compact(): Promise<number> {
    const revision = await this.revision();
    await this.#post('/v3/kv/compaction', { revision, physical: true });
    return revision;
  }

  /** Saves a snapshot to a file, and returns its path. */
  async snapshot(name = 'snapshot.db'): Promise<string> {
    const parts = (await this.#post('/v3/maintenance/snapshot', {})).split('\n').filter(Boolean);
    const path = join(this.#folder, name);
    const blobs = parts.map((part) => Buffer.from(JSON.parse(part).result.blob ?? '', 'base64'));
    writeFileSync(path, Buffer.concat(blobs));
    return path;
  }

  /**
   * Restores a snapshot, including its revisions; call it while etcd is stopped. `bump` increases
   * all later revisions by this number, and compacts those before.
   */
  async restore(snapshot: string, bump = 0): Promise<void> {
    const peer = this.process.pid;
    if (peer !== undefined) throw new Error('expected an etcd that is stopped before a restore');
    const data = join(this.#folder, `etcd-${++this.#restores}`);
    const bumped = bump > 0 ? [`--bump-revision=${bump}`, '--mark-compacted'] : [];
    const args = ['snapshot', 'restore', snapshot, `--data-dir=${data}`, ...bumped];
    await execute(programPath('etcdutl'), args);
    this.#data = data;
  }
}
