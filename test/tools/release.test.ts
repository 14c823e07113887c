// The facts and notes of a release, from small files and from those of the project.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { chartFacts } from '../../tools/generate/chart.ts';
import { asOutputs, releaseFacts, releaseNotes } from '../../tools/release/facts.ts';
import { outcomeOf } from '../support/outcome.ts';

const sources = {
  packageJson: '{ "version": "1.2.3" }',
  chartYaml: 'name: ksm\nversion: 1.2.3\nappVersion: 2.20.0\n',
  valuesYaml: 'image:\n  registry: r.io\n  repository: own/a/b\n  tag: ""\n',
  gitTag: 'v1.2.3',
  source: 'https://git.example.com/own/kubestate',
  revision: 'abc',
  created: '2026-11-21T00:00:00Z',
};

describe('the facts of a release', () => {
  const facts = releaseFacts(sources);

  it('include the image tags: two of this version, and one that moves', () => {
    expect(facts.image).to.equal('r.io/own/a/b');
    expect(facts.reference).to.equal('r.io/own/a/b:v2.20.0-1.2.3');
    expect(facts.tags?.split('\n')).to.deep.equal([
      'r.io/own/a/b:1.2.3',
      'r.io/own/a/b:v2.20.0-1.2.3',
      'r.io/own/a/b:v2.20.0',
    ]);
  });

  it('include the registry, and the repository of the chart', () => {
    expect(facts).to.include({ registry: 'r.io', chart: 'r.io/own/charts/ksm' });
  });

  it('allow a registry with a port', () => {
    const valuesYaml = sources.valuesYaml.replace('r.io', 'r.io:5000');
    expect(releaseFacts({ ...sources, valuesYaml })).to.include({
      image: 'r.io:5000/own/a/b',
      registry: 'r.io:5000',
    });
  });

  it('include the labels of the image and its index', () => {
    const labels = [
      'org.opencontainers.image.version=1.2.3',
      'org.opencontainers.image.revision=abc',
      'org.opencontainers.image.created=2026-11-21T00:00:00Z',
      'org.opencontainers.image.source=https://git.example.com/own/kubestate',
      'org.opencontainers.image.url=https://git.example.com/own/kubestate',
      'org.opencontainers.image.documentation=' +
        'https://git.example.com/own/kubestate/blob/v1.2.3/README.md',
    ];
    expect(facts.labels?.split('\n')).to.deep.equal(labels);
    expect(facts.annotations?.split('\n')).to.deep.equal(labels.map((one) => `index:${one}`));
  });

  it('reject a git tag that is not the version', () => {
    expect(() => releaseFacts({ ...sources, gitTag: 'v1.2.4' })).to.throw(
      'expected the tag v1.2.3, as package.json has it, got v1.2.4',
    );
  });

  it('reject a chart of another version, whose image tag would be of another program', () => {
    const chartYaml = sources.chartYaml.replace('1.2.3', '1.2.2');
    expect(() => releaseFacts({ ...sources, chartYaml })).to.throw(
      'expected version 1.2.3 in Chart.yaml, as package.json has it, got 1.2.2',
    );
  });

  it('are written as multi-line outputs', () => {
    expect(asOutputs({ a: '1', b: '2\n3' })).to.equal(
      'a<<END-OF-a\n1\nEND-OF-a\nb<<END-OF-b\n2\n3\nEND-OF-b\n',
    );
  });
});

describe('the pages', () => {
  const root = join(import.meta.dirname, '../..');
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  /** What stands in a text for tags such as v2.20.0-1.0.0. */
  const tagsIn = (text: string): string[] => text.match(/\bv\d+\.\d+\.\d+-\d+\.\d+\.\d+\b/g) ?? [];

  it('name the tag of this release', () => {
    const chart = 'helm/kube-state-metrics';
    const { image } = chartFacts(read(`${chart}/Chart.yaml`), read(`${chart}/values.yaml`));
    const files = [
      ...globSync('{README,CHANGELOG}.md', { cwd: root }),
      ...globSync('docs/*.md', { cwd: root }),
      ...[`${chart}/Chart.yaml`, `${chart}/values.yaml`],
    ].filter((path) => path !== 'docs/releasing.md');
    const named = files.flatMap((path) => tagsIn(read(path)).map((tag) => `${path}: ${tag}`));
    const [, current] = image.split(':');
    expect(named.filter((one) => !one.endsWith(`: ${current}`))).to.deep.equal([]);
    expect(named).to.have.length.above(5);
    expect(tagsIn('x:v2.20.0-1.0.0 and v2.20.0')).to.deep.equal(['v2.20.0-1.0.0']);
  });
});

describe('the notes of a release', () => {
  const changelog = (heading: string): string =>
    [
      '# Changelog',
      'Of this.',
      heading,
      'Ours.',
      '- [FEATURE] A.',
      '## 1.0.0 / 2026-01-01',
      '- B.',
      '',
    ].join('\n\n');

  it('are its section of the changelog', () => {
    const text = changelog('## 1.2.3 / 2026-11-21');
    expect(releaseNotes(text, '1.2.3')).to.equal('Ours.\n\n- [FEATURE] A.\n');
    expect(releaseNotes(text, '1.0.0')).to.equal('- B.\n');
  });

  it('reject a version without a date or a section', () => {
    expect(() => releaseNotes(changelog('## 1.2.3 / unreleased'), '1.2.3')).to.throw(
      'expected "## 1.2.3 / YYYY-MM-DD" in CHANGELOG.md, got "## 1.2.3 / unreleased"',
    );
    expect(() => releaseNotes(changelog('## 1.2.30 / 2026-11-21'), '1.2.3')).to.throw(
      'got no such heading',
    );
  });
});

describe('tools/release.ts', () => {
  const run = (part: string, env: NodeJS.ProcessEnv) =>
    outcomeOf(process.execPath, [join(import.meta.dirname, '../../tools/release.ts'), part], {
      env: { PATH: process.env.PATH, ...env },
    });
  const job = {
    GITHUB_SERVER_URL: 'https://git.example.com',
    GITHUB_REPOSITORY: 'own/kubestate',
    GITHUB_SHA: 'abc',
  };

  it('prints the image of the manifests', () => {
    const wrong = run('facts', { ...job, GITHUB_REF_NAME: 'v0.0.0' });
    expect(wrong).to.include({ status: 1, stdout: '' });
    const tag = /the tag (v\S+),/.exec(wrong.stderr)?.[1];
    const { status, stdout, stderr } = run('facts', { ...job, GITHUB_REF_NAME: tag });
    expect(status, stderr).to.equal(0);
    const [, image = ''] = /^reference<<END-OF-reference\n(.*)$/m.exec(stdout) ?? [];
    const manifest = readFileSync(join(import.meta.dirname, '../../rbac/deployment.yaml'), 'utf8');
    expect(manifest).to.include(`image: ${image}\n`);
    expect(stdout).to.match(/^org\.opencontainers\.image\.revision=abc$/m);
    expect(stdout).to.match(/^org\.opencontainers\.image\.created=\d{4}-\d\d-\d\dT\S+Z$/m);
  });

  it('says which variable is missing', () => {
    const { status, stderr } = run('facts', {});
    expect(status).to.equal(1);
    expect(stderr).to.match(/^release: expected the variable GITHUB_\w+, .*\.\n$/);
    expect(run('fact', job).stderr).to.equal(
      'release: expected one of facts, notes, got "fact".\n',
    );
  });
});
