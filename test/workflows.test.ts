// What the workflows on GitHub may do and hold, beyond what actionlint says in npm run e2e.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { releaseFacts } from '../tools/release/facts.ts';

const folder = join(import.meta.dirname, '../.github/workflows');

const RUN_LINES_MAX = 5;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** GitHub's way to write a value that it fills in. */
const expression = (value: string): string => ['$', `{{ ${value} }}`].join('');

const rules: Readonly<Record<string, (workflow: Workflow, text: string) => string[]>> = {
  'pins what it uses to a commit, and says of which version': ({ jobs }, text) =>
    allUses(jobs)
      .filter((uses) => !uses.startsWith('./'))
      .filter((uses) => {
        const lines = text.split('\n').filter((one) => one.includes(`uses: ${uses}`));
        const pinned = lines.filter((one) => /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one));
        return lines.length === 0 || pinned.length < lines.length;
      }),
  'has no right but those that its jobs ask for': ({ permissions, jobs }) => [
    ...(JSON.stringify(permissions) === '{}' ? [] : ['the workflow']),
    ...Object.keys(jobs).filter((name) => jobs[name]?.permissions === undefined),
  ],
  'ends by itself': ({ jobs }) =>
    Object.keys(jobs).filter((name) => {
      const job = jobs[name];
      return job?.uses === undefined && job?.['timeout-minutes'] === undefined;
    }),
  'keeps no credential in the checkout': ({ jobs }) =>
    allSteps(jobs)
      .filter(({ uses }) => uses?.startsWith('actions/checkout@'))
      .filter((step) => step.with?.['persist-credentials'] !== false)
      .map(({ uses }) => uses ?? ''),
  'lets nobody write shell by an expression, and is short there': ({ jobs }) =>
    allSteps(jobs)
      .map(({ run = '' }) => run)
      .filter(
        (run) =>
          run.includes(expression('').slice(0, 3)) || run.trim().split('\n').length > RUN_LINES_MAX,
      ),
  'types no version and no place of the image': (_, text) => {
    const code = text.replace(/ # v\d+\.\d+\.\d+$/gm, '').replace(/^\s*#.*$/gm, '');
    return code.match(/\bghcr\.io\b|\bkubestate\/|\bv?\d+\.\d+\.\d+\b/g) ?? [];
  },
};

const allSteps = (jobs: Workflow['jobs']): Step[] =>
  Object.values(jobs).flatMap(({ steps = [] }) => steps);

const allUses = (jobs: Workflow['jobs']): string[] =>
  [...Object.values(jobs), ...allSteps(jobs)].flatMap(({ uses }) => uses ?? []);

/** What each rule complains about: one thing, or it would not be known which. */
const BROKEN: Readonly<Record<keyof typeof rules, readonly string[]>> = {
  'pins what it uses to a commit, and says of which version': [
    'jobs: {a: {steps: [{uses: "own/name@v4"}]}}',
    `jobs: {a: {uses: "own/name/.github/workflows/a.yaml@main"}}`,
    `jobs:\n  a:\n    steps:\n      - uses: own/name@${'a'.repeat(40)}\n`,
  ],
  'has no right but those that its jobs ask for': [
    'jobs: {a: {permissions: {}}}',
    'permissions: write-all\njobs: {a: {permissions: {}}}',
    'permissions: {}\njobs: {a: {}}',
  ],
  'ends by itself': ['jobs: {a: {steps: []}}'],
  'keeps no credential in the checkout': [
    'jobs: {a: {steps: [{uses: "actions/checkout@v6"}]}}',
    'jobs: {a: {steps: [{uses: "actions/checkout@v6", with: {persist-credentials: true}}]}}',
  ],
  'lets nobody write shell by an expression, and is short there': [
    `jobs: {a: {steps: [{run: "echo ${expression('github.head_ref')}"}]}}`,
    'jobs: {a: {steps: [{run: "1\\n2\\n3\\n4\\n5\\n6\\n"}]}}',
  ],
  'types no version and no place of the image': [
    'jobs: {a: {env: {tag: v2.20.0}}}',
    'jobs: {a: {env: {tag: "1.0.0"}}}',
    'jobs: {a: {env: {image: ghcr.io/own/name}}}',
  ],
};

const madeUp = {
  packageJson: '{ "version": "1.2.3" }',
  chartYaml: 'name: ksm\nversion: 1.2.3\nappVersion: 2.20.0\n',
  valuesYaml: 'image: { registry: r.io, repository: own/a, tag: "" }\n',
  gitTag: 'v1.2.3',
  source: 'https://git.example.com',
  revision: 'abc',
  created: 'now',
};

describe('the workflows', () => {
  const names = readdirSync(folder);
  const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const workflow = (name: string): Workflow => parse(textOf(name));

  for (const [rule, complaints] of Object.entries(rules)) {
    it(`one that breaks the rule is found: ${rule}`, () => {
      expect(BROKEN[rule]).to.not.equal(undefined);
      for (const text of BROKEN[rule] ?? []) {
        expect(complaints(parse(text), text), text).to.have.length(1);
      }
    });

    for (const name of names) {
      it(`${name} ${rule}`, () => {
        expect(complaints(workflow(name), textOf(name))).to.deep.equal([]);
      });
    }
  }

  it('run for every change what CI runs', () => {
    const { on, jobs } = workflow('ci.yaml');
    expect(on).to.include.keys('push', 'pull_request', 'workflow_call');
    expect(allSteps(jobs).map(({ run }) => run)).to.include('.ci/run');
  });

  it('fail on an advisory, of what is shipped on any', () => {
    const { on, jobs } = workflow('advisories.yaml');
    expect(on).to.include.keys('schedule', 'workflow_call');
    const runs = allSteps(jobs).map(({ run = '' }) => run);
    expect(runs).to.include('npm audit --omit=dev --audit-level=low');
    expect(runs).to.include('npm audit --audit-level=high');
  });

  describe('of a release', () => {
    const { on, jobs } = workflow('release.yaml');
    const { publish, page } = jobs;

    it('are for tags alone', () => {
      expect(on).to.deep.equal({ push: { tags: ['v*'] } });
    });

    it('publish nothing before all tests and the advisories have passed', () => {
      expect(publish?.needs).to.have.members(['facts', 'ci', 'advisories']);
      expect(jobs.ci?.uses).to.equal('./.github/workflows/ci.yaml');
      expect(jobs.advisories?.uses).to.equal('./.github/workflows/advisories.yaml');
      expect(page?.needs).to.equal('publish');
    });

    it('may write what they publish, each job its own', () => {
      const writes = Object.entries(jobs).flatMap(([name, { permissions = {} }]) =>
        Object.keys(permissions)
          .filter((right) => permissions[right] !== 'read')
          .map((right) => `${name}: ${right}`),
      );
      expect(writes).to.have.members(['publish: packages', 'publish: id-token', 'page: contents']);
    });

    it('take every fact from tools/release.ts', () => {
      const build = publish?.steps?.find(({ uses }) => /build-push-action/.test(uses ?? ''));
      const facts = ['platforms', 'tags', 'labels', 'annotations'];
      for (const fact of facts) {
        expect(build?.with?.[fact]).to.equal(expression(`needs.facts.outputs.${fact}`));
      }
      expect(build?.with).to.include({ push: true, provenance: 'mode=max', sbom: true });
      // actionlint finds an output that is asked for and not handed on.
      const names = Object.keys(releaseFacts(madeUp));
      const handedOn = names.map((name) => [name, expression(`steps.facts.outputs.${name}`)]);
      expect(jobs.facts?.outputs).to.deep.equal(Object.fromEntries(handedOn));
    });

    it('sign what was pushed, by its digest', () => {
      const signs = (publish?.steps ?? []).filter(({ run }) => /^ *cosign sign/m.test(run ?? ''));
      expect(signs.map(({ run = '' }) => /cosign sign .*/.exec(run)?.[0])).to.deep.equal([
        'cosign sign --yes --recursive "$IMAGE@$DIGEST"',
        'cosign sign --yes "$CHART@$digest"',
      ]);
      expect(signs[0]?.env?.DIGEST).to.equal(expression('steps.image.outputs.digest'));
    });

    it('put notes and a bill of materials on the page', () => {
      const runs = (page?.steps ?? []).map(({ run = '' }) => run).join('\n');
      expect(runs).to.include('tools/release.ts notes > notes.md');
      expect(runs).to.include('npm sbom --omit=dev --sbom-format=spdx > kubestate.spdx.json');
      expect(runs).to.match(/gh release create .*--notes-file notes\.md kubestate\.spdx\.json$/);
    });
  });
});
