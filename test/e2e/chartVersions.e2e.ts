// Versions of the chart by real Helm: another program is another pod template, a release a digest.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { placesBetween } from '../chart/compare.ts';
import { outcomeOf } from '../support/outcome.ts';
import { chart, type Objects, objectsIn, rendered, runHelm, set } from './helm.ts';

const root = join(import.meta.dirname, '../..');
const valueSets = join(root, 'test/chart/values');
const DIGEST = `sha256:${'a'.repeat(64)}`;

interface Chart {
  readonly version: string;
  readonly appVersion: string;
}

const ours: Chart = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8'));

describe('versions of the chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-versions-'));
  after(() => rmSync(folder, { recursive: true }));

  /** A copy of our chart of another version. */
  function chartOf(version: string): string {
    const copy = join(folder, version);
    cpSync(chart, copy, { recursive: true });
    const path = join(copy, 'Chart.yaml');
    const before = readFileSync(path, 'utf8');
    const text = before.replace(/^version: .*$/m, `version: ${version}`);
    expect(text).to.not.equal(before);
    writeFileSync(path, text);
    return copy;
  }

  const workloadIn = (objects: Objects) => {
    const names = Object.keys(objects).filter((name) => /^(Deployment|StatefulSet) /.test(name));
    expect(names).to.have.length(1);
    return objects[names[0] as string];
  };

  const next = chartOf('99.0.0');

  for (const file of readdirSync(valueSets)) {
    it(`with another program have another pod template for ${file}, and the same selector`, () => {
      const values = join(valueSets, file);
      const hasTag = Boolean(parse(readFileSync(values, 'utf8'))?.image?.tag);
      const of = (path: string) => workloadIn(objectsIn(rendered(path, '--values', values)));
      const [before, after] = [of(chart), of(next)];
      expect(after.spec.selector).to.deep.equal(before.spec.selector);
      const images = [before, after].map(({ spec }) => spec.template.spec.containers[0].image);
      // Where the values name a tag, the program is the same.
      expect(images[0] === images[1]).to.equal(hasTag);
    });
  }

  it('differ in a pod by its image and label alone', () => {
    const objects = [chart, next].map((path) => Object.values(objectsIn(rendered(path))));
    const places = placesBetween(objects[0] as never, objects[1] as never);
    const inPods = places.filter(({ path }) => path.startsWith('spec.'));
    expect(inPods.map(({ path, ours: value }) => [path, value])).to.deep.equal([
      ['spec.template.metadata.labels.kubestate.io/version', '99.0.0'],
      [
        'spec.template.spec.containers[kube-state-metrics].image',
        `ghcr.io/kubestate/kube-state-metrics/kube-state-metrics:v${ours.appVersion}-99.0.0`,
      ],
    ]);
  });

  describe('as the release workflow packages them', () => {
    let archive: string;

    before(() => {
      const name = 'Push the chart and sign it';
      const workflow = parse(
        readFileSync(join(root, '.github/workflows/release.yaml'), 'utf8'),
      ) as { jobs: { publish: { steps: { name?: string; run?: string }[] } } };
      const { run = '' } = workflow.jobs.publish.steps.find((one) => one.name === name) ?? {};
      const [pins = '', packs = ''] = run.split('\n');
      expect(packs).to.match(/^helm package /);
      const copy = join(folder, 'checkout');
      cpSync(chart, join(copy, 'helm/kube-state-metrics'), { recursive: true });
      const image = workloadIn(objectsIn(rendered(chart))).spec.template.spec.containers[0].image;
      const script = `cd "$0" && REFERENCE="$1" DIGEST="$2" && ${pins}`;
      const pinned = outcomeOf('bash', ['-ec', script, copy, image, DIGEST]);
      expect(pinned.status, pinned.stderr).to.equal(0);
      const packed = runHelm(['package', join(copy, 'helm/kube-state-metrics'), '-d', folder]);
      expect(packed.status, packed.stderr).to.equal(0);
      archive = join(folder, `kube-state-metrics-${ours.version}.tgz`);
    });

    const imageWith = (...settings: string[]): string =>
      workloadIn(objectsIn(rendered(archive, ...set(settings)))).spec.template.spec.containers[0]
        .image;

    it('run their image by digest', () => {
      const tag = `v${ours.appVersion}-${ours.version}`;
      expect(imageWith()).to.equal(
        `ghcr.io/kubestate/kube-state-metrics/kube-state-metrics:${tag}@${DIGEST}`,
      );
    });

    it('leave the digest out for an image of another place or tag', () => {
      for (const setting of [
        'image.registry=mirror.local',
        'global.imageRegistry=mirror.local',
        'image.repository=own/kube-state-metrics',
        'image.tag=v2.20.0-1.0.1',
      ]) {
        expect(imageWith(setting), setting).to.not.include('@');
      }
      expect(imageWith('image.sha=sha256:abc')).to.match(/@sha256:abc$/);
    });
  });
});
