// What a release is called and says, taken from where it stands already: nothing is typed twice.
import { parse } from 'yaml';
import { chartFacts } from '../generate/chart.ts';

/** The platforms that both bases of the Dockerfile exist for. */
const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];

/** The texts of the files that know something, and what the checkout is. */
export interface ReleaseSources {
  readonly packageJson: string;
  readonly chartYaml: string;
  readonly valuesYaml: string;
  /** As `v1.0.0`. */
  readonly gitTag: string;
  /** Where the sources are: an URL. */
  readonly source: string;
  readonly revision: string;
  /** When the image is made, by RFC 3339. */
  readonly created: string;
}

/**
 * The facts that the release workflow asks for; lists have a line for each item. Throws a sentence
 * where the git tag is not the version of package.json.
 */
export function releaseFacts(sources: ReleaseSources): Record<string, string> {
  const { gitTag, source, revision, created } = sources;
  const { version } = JSON.parse(sources.packageJson) as { version: string };
  if (gitTag !== `v${version}`) {
    throw new Error(`expected the tag v${version}, as package.json has it, got ${gitTag}`);
  }
  const { image: reference } = chartFacts(sources.chartYaml, sources.valuesYaml);
  const [, image = '', standIn = ''] = /^(.+):([^:/]+)$/.exec(reference) ?? [];
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
    // Ours alone has no v: what has one is the kube-state-metrics release that this stands in for.
    tags: [version, standIn].map((tag) => `${image}:${tag}`).join('\n'),
    platforms: PLATFORMS.join(','),
    labels: labels.join('\n'),
    annotations: labels.map((label) => `index:${label}`).join('\n'),
    chart: `${registry}/${owner}/charts/${name}`,
  };
}

/** The facts as a step's outputs, in the form that takes more than a line. */
export function asOutputs(facts: Readonly<Record<string, string>>): string {
  const entries = Object.entries(facts);
  return entries
    .map(([name, value]) => `${name}<<END-OF-${name}\n${value}\nEND-OF-${name}\n`)
    .join('');
}

/** The part of CHANGELOG.md about a version; throws a sentence where it is not released there. */
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
