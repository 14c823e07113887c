// The packs: read without a mistake, each rule and path shown by a sample, and as recorded.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type PackName, packNames, packText } from '../../src/custom/packs.ts';
import { readCustomConfig } from '../../src/custom/read.ts';
import { matchesKind } from '../../src/custom/table.ts';
import type { CustomConfig, ServedKind } from '../../src/custom/types.ts';
import { resources } from '../../src/resources/index.ts';
import { packEntries } from '../../tools/generate/packs.ts';
import { differencesBetween, inWords } from '../conformance/compare.ts';
import { parseExposition } from '../http/parse.ts';
import { knownOfPacks, knownOfTables, missingIn } from '../monitoring/known.ts';
import { selectorsOf } from '../support/promql.ts';
import { expectRefused } from '../support/refusal.ts';
import { type AnyObject, expositionOf, kindsOf, objectsOf } from './exposition.ts';
import { sampleExposition, sampleLines } from './packSamples.ts';

/** Families of core resources, whose names no pack may take. */
const taken = new Set(Object.values(resources).flatMap(({ families }) => Object.keys(families)));

/** Nothing is being deleted in the samples. */
const absent = 'metadata.deletionTimestamp';

interface Loaded {
  readonly config: CustomConfig;
  readonly kinds: readonly ServedKind[];
  readonly objects: readonly AnyObject[];
}

async function load(pack: PackName): Promise<Loaded> {
  const objects = objectsOf(sampleLines(pack));
  const config = await readCustomConfig(`${pack}.yaml`, packText(pack), taken);
  return { config, kinds: kindsOf(objects), objects };
}

/** Each rule with the samples of its kind. */
const rulesOf = ({ config, kinds, objects }: Loaded) =>
  config.entries.flatMap(({ pattern, rules }) => {
    const kind = kinds.find((one) => matchesKind(pattern, one));
    if (kind === undefined) throw new Error(`expected a definition of ${pattern.kind}`);
    const apiVersion = `${kind.group}/${kind.version}`;
    const ofKind = objects.filter((o) => o.kind === kind.kind && o.apiVersion === apiVersion);
    return rules.map((rule) => ({ rule, kind, objects: ofKind }));
  });

for (const pack of packNames) {
  describe(`the pack ${pack}`, () => {
    let loaded: Loaded;
    before(async () => {
      loaded = await load(pack);
    });

    it('has no mistake, and no family of a core resource', () => {
      expect(loaded.config.mistakes).to.deep.equal([]);
      expect(loaded.config.entries).to.have.length(packEntries(pack).length);
    });

    it('serves what kube-state-metrics serves of its samples', () => {
      const { config, kinds, objects } = loaded;
      const found = differencesBetween(
        sampleExposition(pack),
        expositionOf(config, kinds, objects),
      ).filter(({ kind }) => kind !== 'order');
      expect(found.map(inWords)).to.deep.equal([]);
    });

    it('has a sample for each rule', () => {
      const without = rulesOf(loaded).filter(({ rule, kind, objects }) => {
        let series = 0;
        const collector = rule.open(kind);
        for (const object of objects) collector.collect(object, () => series++, fail);
        return series === 0;
      });
      expect(without.map(({ rule, kind }) => `${rule.family} of ${kind.kind}`)).to.deep.equal([]);
    });

    it('has a sample for each path', () => {
      const leadNowhere = rulesOf(loaded).flatMap(({ rule, kind, objects }) =>
        rule.paths
          .filter(({ get }) => objects.every((object) => (get(object) ?? undefined) === undefined))
          .map(({ text }) => `${text} of ${kind.kind}`)
          .filter((path) => !path.startsWith(absent)),
      );
      expect(leadNowhere).to.deep.equal([]);
    });

    it('has a sample for each label', () => {
      const series = parseExposition(sampleExposition(pack)).flatMap(({ samples }) => samples);
      const without = packEntries(pack).flatMap(({ metricNamePrefix, groupVersionKind, metrics }) =>
        metrics.flatMap(({ name, each, labelsFromPath = {} }) => {
          const family = `${metricNamePrefix}_${name}`;
          const own = each[`${each.type[0]?.toLowerCase()}${each.type.slice(1)}`];
          const ofRule = series.filter(
            ({ name: of, labels }) =>
              of === family && labels.get('customresource_kind') === groupVersionKind.kind,
          );
          return Object.keys({ ...labelsFromPath, ...own?.labelsFromPath })
            .filter((label) => label !== '*' && !ofRule.some(({ labels }) => labels.get(label)))
            .map((label) => `${label} of ${family} of ${groupVersionKind.kind}`);
        }),
      );
      expect(without).to.deep.equal([]);
    });

    it('names the plural of each definition, from which RBAC rules are made', () => {
      const named = packEntries(pack).map(({ resourcePlural }) => resourcePlural);
      expect(named.sort()).to.deep.equal(loaded.kinds.map(({ plural }) => plural).sort());
    });
  });
}

describe('docs/packs.md', () => {
  const page = readFileSync(new URL('../../docs/packs.md', import.meta.url), 'utf8');
  const sections = page.split(/^## /m).slice(1);
  const known = new Map([...knownOfTables(), ...knownOfPacks()]);

  for (const pack of packNames) {
    it(`has a section on ${pack}: flag, query of existing series, and alert`, () => {
      const own = sections.find((one) => one.includes(`--custom-resource-pack=${pack}`)) ?? '';
      const [, query = ''] = /^```promql\n([^`]+)^```$/m.exec(own) ?? [];
      expect(selectorsOf(query)).to.not.be.empty;
      expect(missingIn(query, known)).to.deep.equal([]);
      expect(own).to.match(/^Alerts?: \[\w+\]\(alerts\.md#/m);
    });
  }
});

describe('a pack', () => {
  it('that does not exist is refused, with the name that may be meant', () => {
    expectRefused(() => packText('gatewayapi'), {
      flag: '--custom-resource-pack',
      expected: `some of ${packNames.join(', ')}`,
      got: '"gatewayapi"',
      hint: /^did you mean gateway-api\?$/,
    });
  });
});

function fail(error: unknown): void {
  throw error;
}
