// docs/recipes.md for Argo CD and Flux, run: what they compare, and what they install.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { manifestsOf } from '../chart/compare.ts';
import { chart, runHelm } from './helm.ts';
import { fileOf, recipe } from './recipePage.ts';
import { RecipeRun } from './recipeRun.ts';
import { NAME, type Tree } from './stacks.ts';

const SERVER_SIDE = ['--server-side', '--field-manager=argocd-controller', '--force-conflicts'];

const COMMENT = /\{\{-? \/\*.*?\*\/ -?\}\}/gs;
/** Functions of Helm whose result is another each time, or depends on what the cluster has. */
const UNSTEADY = /\b(lookup|rand\w+|shuffle|now|ago|date\w*|uuidv4|gen[A-Z]\w+|htpasswd|bcrypt)\b/;

const BUDGET = { maxUnavailable: 1 };

describe('the recipes for GitOps controllers', function () {
  this.timeout(180_000);

  let run: RecipeRun;

  before(async () => {
    run = await RecipeRun.start('recipesGitOps.e2e.ts', ['monitoring', 'argocd']);
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

    it('packages the chart that the Application names', async () => {
      expect(await run.follow(one)).to.include(`${NAME}-${spec.source.targetRevision}.tgz`);
      expect(spec.source.chart).to.equal(NAME);
    });

    it('is an Application as Argo CD defines it', async () => {
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
        const archive = join(run.folder, `${NAME}-${spec.source.targetRevision}.tgz`);
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
      const actions = readdirSync(templates).flatMap((file) => {
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

    it('installs a release that the next reconciliation leaves as it is', async () => {
      const [, { metadata, spec }] = parseAllDocuments(fileOf(one, 'flux.yaml')).map((document) =>
        document.toJS(),
      ) as [unknown, HelmRelease];
      const { namespace } = metadata;
      const values = JSON.stringify(spec.values);
      const upgrade = `helm upgrade --install ${spec.releaseName} helm/${NAME} -n ${namespace}`;
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${NAME}`;
      const revision = async () => {
        await run.shell(`${upgrade} -f - <<'END'\n${values}\nEND`);
        const { metadata } = await run.cluster.must<Tree & { metadata: Tree }>('GET', path);
        return { uid: metadata.uid, generation: metadata.generation };
      };
      const first = await revision();
      expect(await revision()).to.deep.equal(first);
      await run.uninstall(namespace);
    });
  });

  describe('with commands', () => {
    it('were all followed', () => {
      expect(run.unfollowed()).to.deep.equal([]);
    });
  });
});

interface HelmRelease {
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly releaseName: string; readonly values: object };
}

const isHelmTest = ({ metadata }: { readonly metadata: object }): boolean =>
  'annotations' in metadata && 'helm.sh/hook' in (metadata.annotations as object);
