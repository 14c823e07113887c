// The image: built from the Dockerfile as it stands, and run as a pod would run it.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { outcomeOf } from '../support/outcome.ts';
import { Container, type ContainerOptions } from './container.ts';
import { get, reachable } from './get.ts';
import { buildImage, type Image } from './image.ts';
import { hadolint } from './tools.ts';

const root = join(import.meta.dirname, '../..');

const BUILD_TIMEOUT_MS = 5 * 60_000;
/** Node's inspector is open long before. */
const INSPECTOR_MS = 500;
const MIB = 2 ** 20;
/** Beside the old space V8 counts three semi-spaces of 4 MiB each. */
const YOUNG_BYTES_MAX = 16 * MIB;

describe('the Dockerfile', () => {
  it('passes hadolint without a remark', () => {
    const dockerfile = join(root, 'Dockerfile');
    const { status, stdout } = outcomeOf(hadolint, ['--no-color', dockerfile]);
    expect(stdout).to.equal('');
    expect(status).to.equal(0);
  });
});

describe('the image', function () {
  this.timeout(BUILD_TIMEOUT_MS);

  let folder: string;
  let image: Image;
  let cluster: RealCluster;
  /** What a kubelet mounts for the service account, and the variables that it sets. */
  let account: Pick<ContainerOptions, 'volumes' | 'env'>;
  const running: Container[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-image-'));
    // Those who run in the containers have to come as far as their files.
    chmodSync(folder, 0o755);
    image = buildImage(folder);
    cluster = await startApiServer();
    await cluster.kubectl(['apply', '-f', join(root, 'rbac')]);
    const secrets = join(folder, 'account');
    mkdirSync(secrets);
    const token = await cluster.accountToken('kube-system', 'kube-state-metrics');
    for (const [name, text] of [
      ['token', token],
      ['ca.crt', cluster.ca],
      ['namespace', 'kube-system'],
    ] as const) {
      writeFileSync(join(secrets, name), text);
    }
    const { hostname, port } = new URL(cluster.url);
    account = {
      volumes: { '/var/run/secrets/kubernetes.io/serviceaccount': secrets },
      env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    };
  });

  afterEach(async () => {
    for (const container of running.splice(0)) await container.remove();
  });

  after(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true });
  });

  function start(options: ContainerOptions): Container {
    const container = new Container(folder, image, options);
    running.push(container);
    return container;
  }

  /** Runs it to its end. */
  async function ran(options: ContainerOptions) {
    const { program } = start(options);
    return { code: await program.exitCode, stdout: program.stdout, stderr: program.stderr };
  }

  /** Starts it as in a cluster, and waits until it is ready on the ports that it has by default. */
  async function served(options: ContainerOptions = {}): Promise<Container> {
    const container = start({ ...account, ...options });
    await container.program.answers('http://127.0.0.1:8081/readyz');
    return container;
  }

  const scraped = async (): Promise<string> =>
    (await get('http://127.0.0.1:8080/metrics')).body.toString();

  it('adds three files to its base, which all may read and none may write', () => {
    const base = new Set(filesIn(image.baseFiles));
    const own = filesIn(image.files).filter((path) => !base.has(path));
    expect(own).to.deep.equal(['/LICENSE', '/THIRD-PARTY-LICENSES', '/kube-state-metrics']);
    const stats = own.map((path) => lstatSync(join(image.files, path)));
    expect(stats.map(({ mode }) => mode & 0o7777)).to.deep.equal([0o444, 0o444, 0o555]);
    expect(new Set(stats.flatMap(({ uid, gid }) => [uid, gid]))).to.deep.equal(new Set([0]));
    const added = stats.reduce((sum, { size }) => sum + size, 0);
    process.stdout.write(`    ${(added / MIB).toFixed(2)} MiB beside its base\n`);
  });

  it('has no shell, and keeps the licences of what it carries', () => {
    const programs = filesIn(image.files).map((path) => path.split('/').at(-1));
    expect(programs).to.not.include.oneOf(['sh', 'bash', 'dash', 'ash', 'busybox', 'npm']);
    const licences = readFileSync(join(image.files, 'THIRD-PARTY-LICENSES'), 'utf8');
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const [name, version] of Object.entries(dependencies)) {
      expect(licences).to.include(`\n${name} ${version} (`);
    }
  });

  it('takes flags and commands as its arguments', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(await ran({ args: ['version'] })).to.include({ code: 0 });
    expect((await ran({ args: ['version'] })).stdout).to.match(
      new RegExp(`^kubestate ${version} `),
    );
    const help = await ran({ args: ['--help'] });
    expect(help).to.include({ code: 0, stderr: '' });
    expect(help.stdout).to.match(/^ {2}--kubeconfig FILE$/m);
    const wrong = await ran({ args: ['--no-such-flag'] });
    expect(wrong).to.include({ code: 2, stdout: '' });
    expect(wrong.stderr).to.include('--no-such-flag');
  });

  it('serves a cluster by its service account, and SIGTERM ends its first process', async () => {
    const { program } = await served();
    expect(await scraped()).to.include('\nkube_namespace_created{namespace="kube-system"}');
    expect(await program.stop('SIGTERM'), program.stderr).to.equal(0);
    expect(program.stdout).to.equal('');
  });

  it('is started right at once, as user 65534 without a right', async () => {
    const container = await served({ args: ['--resources=namespaces'] });
    const told = (file: string) => readFileSync(`/proc/${container.pid}/${file}`, 'utf8');
    expect(told('cmdline').split('\0')).to.deep.equal([
      '/nodejs/bin/node',
      '--max-old-space-size-percentage=60',
      '/kube-state-metrics',
      '--resources=namespaces',
      '',
    ]);
    const status = told('status');
    expect(status).to.match(/^NSpid:.*\t1$/m);
    expect(status).to.match(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(status).to.match(/^Gid:\t65534\t65534\t65534\t65534$/m);
    expect(status).to.match(/^CapEff:\t0+$/m);
    expect(status).to.match(/^NoNewPrivs:\t1$/m);
  });

  it('opens no debugger on SIGUSR1, not even for root', async () => {
    const { pid, program } = await served({ args: ['--resources=namespaces'] });
    process.kill(pid, 'SIGUSR1');
    await delay(INSPECTOR_MS);
    expect(await reachable('http://127.0.0.1:9229/json/version')).to.equal(undefined);
    expect(await scraped()).to.include('\nkube_namespace_created{namespace="kube-system"}');
    expect(await program.stop('SIGTERM'), program.stderr).to.equal(0);
  });

  it('serves as any user, where a cluster chooses one', async () => {
    const { program } = await served({ uid: 1_000_660_000 });
    expect(await scraped()).to.include('\nkube_namespace_created{namespace="kube-system"}');
    expect(await program.stop('SIGTERM'), program.stderr).to.equal(0);
  });

  it('serves where a manifest gives its command, with the flags that charts give', async () => {
    const { program } = await served({
      command: ['/kube-state-metrics', '--port=8080', '--telemetry-port=8081'],
      args: ['--port=8080', '--resources=namespaces,nodes'],
    });
    expect(await scraped()).to.include('\nkube_namespace_created{namespace="kube-system"}');
    expect(await program.stop('SIGTERM'), program.stderr).to.equal(0);
  });

  it('writes no file, even where it could', async () => {
    const anywhere = { mayWrite: true, uid: 0 };
    // A first run, for the places of the mounts.
    await ran({ ...account, ...anywhere, args: ['version'] });
    const before = statesIn(image.files);
    const { program } = await served(anywhere);
    await scraped();
    expect(await program.stop('SIGTERM'), program.stderr).to.equal(0);
    expect(statesIn(image.files)).to.deep.equal(before);
  });

  for (const mib of [128, 250, 1024]) {
    it(`gives V8 60 % of a container of ${mib} MiB`, async () => {
      const probe = join(folder, 'probe');
      mkdirSync(probe, { recursive: true });
      const limit = "require('node:v8').getHeapStatistics().heap_size_limit";
      writeFileSync(join(probe, 'heap.cjs'), `process.stderr.write(String(${limit}));`);
      const options = image.config.Env.find((one) => one.startsWith('NODE_OPTIONS=')) ?? '';
      const { code, stderr } = await ran({
        args: ['version'],
        memoryBytes: mib * MIB,
        volumes: { '/probe': probe },
        env: { NODE_OPTIONS: `${options.replace(/^\w+=/, '')} --require=/probe/heap.cjs` },
      });
      expect(code, stderr).to.equal(0);
      const share = 0.6 * mib * MIB;
      expect(Number(stderr)).to.be.within(share, share + YOUNG_BYTES_MAX);
    });
  }

  it('serves within 250 MiB that the kernel enforces', async () => {
    const container = await served({ memoryBytes: 250 * MIB });
    expect(await scraped()).to.include('\nkube_namespace_created{namespace="kube-system"}');
    const cgroup = readFileSync(`/proc/${container.pid}/cgroup`, 'utf8');
    expect(cgroup).to.include(container.id);
    expect(await container.program.stop('SIGTERM')).to.equal(0);
  });
});

/** All files below a folder, by their paths from it, in order. */
const filesIn = (folder: string): string[] =>
  entriesIn(folder).filter((path) => !lstatSync(join(folder, path)).isDirectory());

const entriesIn = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).map((path) => `/${path}`).sort();

/** Path, size and time of the last change of everything below a folder. */
const statesIn = (folder: string): string[] =>
  entriesIn(folder).map((path) => {
    const { size, mtimeMs } = lstatSync(join(folder, path));
    return `${path} ${size} ${mtimeMs}`;
  });
