// The facts of a release: tags, platforms, labels and notes, read from the files that have them.
import { parse } from 'yaml';
import { chartFacts } from '../generate/chart.ts';

/** The platforms that both bases of the Dockerfile exist for. */
const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];

/** The texts of the source files, and facts of the checkout. */
export interface ReleaseSources {
  readonly packageJson: string;
  readonly chartYaml: string;
  readonly valuesYaml: string;
  /** Such as `v1.0.0`. */
  readonly gitTag: string;
  /** URL of the sources. */
  readonly source: string;
  readonly revision: string;
  /** Creation time of the image, in RFC 3339. */
  readonly created: string;
}

/**
 * The facts that the release workflow needs; lists have one item per line. Throws an error if the
 * git tag or the version of the chart is not the version of package.json.
 */
export function releaseFacts(sources: ReleaseSources): Record<string, string> {
  const { gitTag, source, revision, created } = sources;
  const { version } = JSON.parse(sources.packageJson) as { version: string };
  if (gitTag !== `v${version}`) {
    throw new Error(`expected the tag v${version}, as package.json has it, got ${gitTag}`);
  }
  const chart = chartFacts(sources.chartYaml, sources.valuesYaml);
  if (chart.version !== version) {
    throw new Error(
      `expected version ${version} in Chart.yaml, as package.json has it, got ${chart.version}`,
    );
  }
  const [, image = '', immutable = ''] = /^(.+):([^:/]+)$/.exec(chart.image) ?? [];
  const [registry, owner] = image.split('/');
  const { name } = parse(sources.chartYaml) as { name: string };
  const labels = [
    `version=${version}`,
    `revision=${revision}`,
    `created=${created}`,
    `source=${source}`,
    `url=${source}`,
    `documentation=${source}/blob/${gitTag}/README.md`,
  ].map((label) => `org.opencontainers.image.${label}`);
  return {
    registry: registry ?? '',
    image,
    reference: chart.image,
    // kubestate's version has no v; the tag with v alone is the kube-state-metrics release that it
    // replaces, and moves.
    tags: [version, immutable, `v${chart.appVersion}`].map((tag) => `${image}:${tag}`).join('\n'),
    platforms: PLATFORMS.join(','),
    labels: labels.join('\n'),
    annotations: labels.map((label) => `index:${label}`).join('\n'),
    chart: `${registry}/${owner}/charts/${name}`,
  };
}

/** The facts as outputs of a GitHub step, in the multi-line format. */
export function asOutputs(facts: Readonly<Record<string, string>>): string {
  const entries = Object.entries(facts);
  return entries
    .map(([name, value]) => `${name}<<END-OF-${name}\n${value}\nEND-OF-${name}\n`)
    .join('');
}

/** The section of CHANGELOG.md on a version; throws an error if there is none. */
export function releaseNotes(changelog: string, version: string): string {
  const parts = changelog.split(/^## /m).slice(1);
  const part = parts.find((one) => one.startsWith(`${version} / `));
  const [heading = '', ...lines] = part?.split('\n') ?? [];
  if (!/^\S+ \/ \d{4}-\d{2}-\d{2}$/.test(heading)) {
    const got = part === undefined ? 'no such heading' : `"## ${heading}"`;
    throw new Error(`expected "## ${version} / YYYY-MM-DD" in CHANGELOG.md, got ${got}`);
  }
  return `${lines.join('\n').trim()}\n`;
}
