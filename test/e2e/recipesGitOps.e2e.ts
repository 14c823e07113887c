// docs/recipes.md for Argo CD and Flux, run: what they compare, and what they install.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { manifestsOf } from '../chart/compare.ts';
import { becomesReady, serveSource, startHelmController } from './flux.ts';
import { chart, runHelm } from './helm.ts';
import type { ApiObject } from './kubelet.ts';
import { fileOf, recipe } from './recipePage.ts';
import { RecipeRun } from './recipeRun.ts';
import { NAME } from './stacks.ts';

const AT = 'namespaces/monitoring';
const SOON_MS = 30_000;

const SERVER_SIDE = ['--server-side', '--field-manager=argocd-controller', '--force-conflicts'];

const COMMENT = /\{\{-? \/\*.*?\*\/ -?\}\}/gs;
/** Functions of Helm whose result is another each time, or depends on what the cluster has. */
const UNSTEADY = /\b(lookup|rand\w+|shuffle|now|ago|date\w*|uuidv4|gen[A-Z]\w+|htpasswd|bcrypt)\b/;

const BUDGET = { maxUnavailable: 1 };

describe('the recipes for GitOps controllers', function () {
  this.timeout(180_000);

  let run: RecipeRun;
  /** The chart as `helm package` makes it. */
  let archive: string;

  before(async () => {
    run = await RecipeRun.start('recipesGitOps.e2e.ts', ['monitoring', 'argocd']);
    const said = await run.follow(recipe('Argo CD'));
    archive = /saved it to: (\S+)/.exec(said)?.[1] ?? said;
  });

  afterEach(() => run.endTest());

  after(() => run?.stop());

  /** The API server would take a file of the recipe that was written last, key by key. */
  const accepted = (file: string): Promise<string> =>
    run.shell(`kubectl create --dry-run=server --validate=strict -f ${file}`);

  /** Rejects with the difference where applying the objects once more would make one. */
  const unchangedBy = (flags: readonly string[], objects: string): Promise<string> =>
    run.cluster.kubectl(['diff', ...flags, '-f', '-'], objects);

  describe('for Argo CD', () => {
    const one = recipe('Argo CD');
    const { metadata, spec } = parse(fileOf(one, 'application.yaml'));
    const { releaseName, valuesObject } = spec.source.helm;
    const own = ['--namespace', spec.destination.namespace, '--values', '-'];

    it('names the chart as it is packaged', () => {
      const { chart: name, targetRevision: version } = spec.source;
      expect(basename(archive)).to.equal(`${name}-${version}.tgz`);
    });

    it('is an Application as Argo CD defines it', async () => {
      run.write(one);
      await accepted('application.yaml');
      const text = fileOf(one, 'application.yaml').replace('valuesObject', 'valueObject');
      const strict = ['create', '--dry-run=server', '--validate=strict', '-f', '-'];
      expect(await run.cluster.kubectl(strict, text).catch(String)).to.include('valueObject');
      expect(metadata.namespace).to.equal('argocd');
    });

    /** A dry run on the server gives each object back as it is, managed fields included. */
    async function unmovedBy(objects: string): Promise<void> {
      const asJson = ['-f', '-', '--output=json', '--show-managed-fields'];
      const now = JSON.parse(await run.cluster.kubectl(['get', ...asJson], objects));
      const dryRun = ['apply', ...SERVER_SIDE, '--dry-run=server'];
      const then = JSON.parse(await run.cluster.kubectl([...dryRun, ...asJson], objects));
      expect(then.items).to.deep.equal(now.items);
      expect(then.items).to.have.length(JSON.parse(objects).items.length);
    }

    for (const [what, values] of Object.entries({
      'the values of the page': {},
      'high availability': { highAvailability: { enabled: true }, podDisruptionBudget: BUDGET },
      autosharding: { autosharding: { enabled: true }, replicas: 2 },
      monitors: {
        prometheus: { monitor: { enabled: true } },
        prometheusRule: { enabled: true },
        networkPolicy: { enabled: true },
        kubeRBACProxy: { enabled: true },
      },
    })) {
      it(`sees no difference once it has applied ${what}`, async () => {
        const apis = (await run.cluster.kubectl(['api-versions'])).trim().split('\n');
        const known = apis.flatMap((api) => ['--api-versions', api]);
        const args = ['template', releaseName, archive, ...own, ...known];
        const render = () => {
          const { status, stdout, stderr } = runHelm(
            args,
            stringify({ ...valuesObject, ...values }),
          );
          expect(status, stderr).to.equal(0);
          return stdout;
        };
        const text = render();
        expect(render()).to.equal(text);
        // It neither applies nor compares what is a test of Helm's.
        const objects = JSON.stringify({
          apiVersion: 'v1',
          kind: 'List',
          items: manifestsOf(text).filter((manifest) => !isHelmTest(manifest)),
        });
        await run.cluster.kubectl(['apply', '-f', '-'], objects);
        run.atEnd(() => run.cluster.kubectl(['delete', '--wait=false', '-f', '-'], objects));
        await unchangedBy([], objects);
        await run.cluster.kubectl(['apply', ...SERVER_SIDE, '-f', '-'], objects);
        await unchangedBy(SERVER_SIDE, objects);
        await unmovedBy(objects);
      });
    }

    it('renders the same each time, as no template asks for more than values', () => {
      const templates = join(chart, 'templates');
      const files = readdirSync(templates, { recursive: true, encoding: 'utf8' });
      const actions = files
        .filter((file) => /\.\w+$/.test(file))
        .flatMap((file) => {
          const text = readFileSync(join(templates, file), 'utf8').replaceAll(COMMENT, '');
          return text.match(/\{\{.*?\}\}/gs) ?? [];
        });
      expect(actions).to.have.length.above(100);
      expect(actions.filter((action) => UNSTEADY.test(action))).to.deep.equal([]);
      for (const action of ['{{ lookup "v1" "Pod" "" "" }}', '{{ now | date "2006" }}']) {
        expect(action).to.match(UNSTEADY);
      }
    });

    it('would see one', async () => {
      const map = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'm' },
        data: { a: '1' },
      };
      await run.cluster.kubectl(['apply', '-f', '-'], JSON.stringify(map));
      const other = JSON.stringify({ ...map, data: { a: '2' } });
      expect(await unchangedBy([], other).catch(String)).to.match(/\+ +a: "2"/);
    });
  });

  describe('for Flux', () => {
    const one = recipe('Flux');

    for (const file of ['flux.yaml', 'flux-git.yaml']) {
      it(`has manifests as its controllers define them: ${file}`, async () => {
        run.write(one);
        await accepted(file);
      });
    }

    it('is installed by the helm-controller, which sees no drift and undoes one', async () => {
      await run.follow(one);
      const source = `/apis/source.toolkit.fluxcd.io/v1/${AT}/ocirepositories/${NAME}`;
      const release = `/apis/helm.toolkit.fluxcd.io/v2/${AT}/helmreleases/${NAME}`;
      const deployment = `/apis/apps/v1/${AT}/deployments/${NAME}`;
      run.atEnd(await serveSource(run.cluster, source, archive));
      const controller = await startHelmController(run.cluster);
      run.atEnd(() => controller.stop());
      // It uninstalls the release, and only then is the HelmRelease gone.
      run.atEnd(() => run.shell('kubectl delete --timeout=30s -f flux.yaml'));

      /** What it says of the release, once it has seen to the request with this name. */
      const reconciled = async (request: string): Promise<Release['status']> => {
        const annotations = { 'reconcile.fluxcd.io/requestedAt': request };
        await run.cluster.must('PATCH', release, { metadata: { annotations } });
        const seenTo = async () => {
          const { status } = await run.cluster.must<Release>('GET', release);
          const [ready] = (status.conditions ?? []).filter(({ type }) => type === 'Ready');
          const done = status.lastHandledReconcileAt === request && ready?.status === 'True';
          return done ? status : undefined;
        };
        return controller.until(`request ${request} was seen to`, seenTo, SOON_MS);
      };

      await becomesReady(run.cluster, 'monitoring', NAME);
      const installed = await reconciled('first');
      const before = await run.cluster.must<ApiObject>('GET', deployment);
      const again = await reconciled('second');
      expect(again.history).to.deep.equal(installed.history).and.have.length(1);
      const { metadata } = await run.cluster.must<ApiObject>('GET', deployment);
      expect(metadata.resourceVersion).to.equal(before.metadata.resourceVersion);

      await run.cluster.must('PATCH', deployment, { spec: { replicas: 3 } });
      await reconciled('third');
      const { spec } = await run.cluster.must<ApiObject>('GET', deployment);
      expect(spec.replicas).to.equal(1);
    });
  });

  describe('with commands', () => {
    it('were all followed', () => {
      expect(run.unfollowed()).to.deep.equal([]);
    });
  });
});

interface Release {
  readonly status: {
    readonly lastHandledReconcileAt?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly history?: readonly object[];
  };
}

const isHelmTest = ({ metadata }: { readonly metadata: object }): boolean =>
  'annotations' in metadata && 'helm.sh/hook' in (metadata.annotations as object);
