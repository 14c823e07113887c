// Which resources, families and keys the user's choices turn on.
import { expect } from 'chai';
import { ConfigError } from '../../src/errors.ts';
import { gauge } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import { type Choices, type Selected, select } from '../../src/metrics/select.ts';
import { created, labels } from '../../src/metrics/stock.ts';
import { resources } from '../../src/resources/index.ts';

const row = (optIn = false) => gauge('STABLE', 'Says x.', () => 1, { optIn });
const table = (families: Resource<KubeObject>['families'], isDefault = true) =>
  ({
    group: '',
    version: 'v1',
    kind: 'Thing',
    scope: 'namespace',
    default: isDefault,
    identity: { name: (o) => o.metadata.name },
    families,
  }) satisfies Resource<KubeObject>;

const tables = {
  gears: table({ kube_gear_info: row(), kube_gear_teeth: row() }),
  nuts: table({ kube_nut_info: row(), kube_nut_secret: row(true) }),
  spares: table({ kube_spare_info: row() }, false),
};
const nothing: Choices = {
  resources: [],
  metricAllowlist: [],
  metricDenylist: [],
  metricOptInList: [],
  metricLabelsAllowlist: undefined,
  metricAnnotationsAllowlist: undefined,
};
const chosen = (choices: Partial<Choices>): readonly Selected[] =>
  select(tables, { ...nothing, ...choices }).resources;

/** The families that are on, by resource. */
const families = (choices: Partial<Choices>): Record<string, string[]> =>
  Object.fromEntries(
    chosen(choices).map(({ plural, resource, choices: { enabled } }) => [
      plural,
      Object.keys(resource.families).filter(enabled),
    ]),
  );

describe('a selection', () => {
  it('is all that is on by default where nothing is chosen', () => {
    expect(families({})).to.deep.equal({
      gears: ['kube_gear_info', 'kube_gear_teeth'],
      nuts: ['kube_nut_info'],
    });
  });

  it('is the resources that are named, in the order of the tables', () => {
    expect(Object.keys(families({ resources: ['spares', 'gears'] }))).to.deep.equal([
      ...['gears', 'spares'],
    ]);
  });

  it('asks for metadata where no family that is on reads more, or for columns', () => {
    const meta = { kube_bolt_created: created('STABLE'), kube_bolt_labels: labels('STABLE') };
    const bolts = table({ ...meta, kube_bolt_info: row() });
    const keys = { ...table(meta), columns: { type: 'Type' } };
    const asked = (metricDenylist: string[]) =>
      select({ bolts, keys }, { ...nothing, metricDenylist }).resources.map(
        (one) => one.representation,
      );
    expect(asked([])).to.deep.equal(['object', { columns: { type: 'Type' } }]);
    expect(asked(['_info'])).to.deep.equal(['metadata', { columns: { type: 'Type' } }]);
  });

  it('is refused for a resource that does not exist, with the nearest that does', () => {
    expect(() => chosen({ resources: ['gears', 'nut'] })).to.throw(
      ConfigError,
      '--resources: expected the plural of a resource, got "nut"; did you mean nuts?',
    );
  });

  it('is the families that an expression of the allow-list matches anywhere', () => {
    expect(families({ metricAllowlist: ['_info$', 'teeth'] })).to.deep.equal({
      gears: ['kube_gear_info', 'kube_gear_teeth'],
      nuts: ['kube_nut_info'],
    });
  });

  it('leaves out a resource none of whose families is on', () => {
    expect(families({ metricAllowlist: ['kube_gear_teeth'] })).to.deep.equal({
      gears: ['kube_gear_teeth'],
    });
    expect(families({ metricDenylist: ['kube_(gear|nut)'] })).to.deep.equal({});
  });

  it('is without the families that the deny-list matches', () => {
    expect(families({ metricDenylist: ['gear_(?!info)'] })).to.deep.equal({
      gears: ['kube_gear_info'],
      nuts: ['kube_nut_info'],
    });
  });

  it('has opt-in families only by the opt-in list, which matches anywhere too', () => {
    const withSecret = { nuts: ['kube_nut_info', 'kube_nut_secret'] };
    const resources = ['nuts'];
    expect(families({ resources, metricOptInList: ['kube_nut_secret'] })).to.deep.equal(withSecret);
    expect(families({ resources, metricOptInList: ['secret'] })).to.deep.equal(withSecret);
    expect(families({ resources, metricAllowlist: ['secret'] })).to.deep.equal({});
    const both = { metricAllowlist: ['nut'], metricOptInList: ['secret'] };
    expect(families({ resources, ...both })).to.deep.equal(withSecret);
  });

  it('is refused with both an allow- and a deny-list', () => {
    expect(() => chosen({ metricAllowlist: ['a'], metricDenylist: ['b'] })).to.throw(
      ConfigError,
      '--metric-allowlist and --metric-denylist: expected one of them, got both',
    );
  });

  for (const [flag, choices] of Object.entries({
    '--metric-allowlist': { metricAllowlist: ['ok', 'kube_('] },
    '--metric-denylist': { metricDenylist: ['kube_('] },
    '--metric-opt-in-list': { metricOptInList: ['kube_('] },
  })) {
    it(`is refused for what is no expression behind ${flag}`, () => {
      expect(() => chosen(choices)).to.throw(
        ConfigError,
        `${flag}: expected regular expressions, got "kube_(": `,
      );
    });
  }

  for (const [flag, choices] of Object.entries({
    '--metric-allowlist': { metricAllowlist: ['(\\w+)+!'] },
    '--metric-denylist': { metricDenylist: ['fine', '(\\w+)+!'] },
    '--metric-opt-in-list': { metricOptInList: ['(\\w+)+!'] },
  })) {
    it(`is refused, not waited for, where an expression backtracks without end: ${flag}`, () => {
      const choose = () => select(resources, { ...nothing, ...choices });
      expect(choose).to.throw(
        ConfigError,
        `${flag}: expected regular expressions, got "(\\w+)+!": it takes longer than 500 ms`,
      );
    });
  }

  it('knows which patterns of the allow-lists have shown no key', () => {
    const selection = select(tables, {
      ...nothing,
      resources: ['gears'],
      metricLabelsAllowlist: 'gears=[app,team/*,tier],nuts=[size]',
      metricAnnotationsAllowlist: '*=[note]',
    });
    const { labels, annotations } = selection.resources[0]?.choices ?? {};
    for (const key of ['app', 'team/name', 'other']) labels?.shows(key);
    const unused = () => selection.unusedPatterns().map(({ flag, ...one }) => ({ ...one, flag }));
    const flag = '--metric-labels-allowlist';
    const tier = { resource: 'gears', pattern: 'tier', flag };
    const size = { resource: 'nuts', pattern: 'size', flag };
    const note = { resource: '*', pattern: 'note', flag: '--metric-annotations-allowlist' };
    expect(unused()).to.deep.equal([tier, size, note]);
    annotations?.shows('note');
    expect(unused()).to.deep.equal([tier, size]);
  });

  it('has filters for the keys of the resources that the allow-lists name', () => {
    const [gears, nuts] = chosen({
      metricLabelsAllowlist: 'gears=[app]',
      metricAnnotationsAllowlist: '*=[team/*]',
    });
    expect(gears?.choices.labels?.shows('app')).to.equal(true);
    expect(gears?.choices.labels?.shows('tier')).to.equal(false);
    expect(nuts?.choices.labels).to.equal(undefined);
    expect(nuts?.choices.annotations?.shows('team/a')).to.equal(true);
  });

  it('is refused for an allow-list of keys that names no resource, with the flag', () => {
    expect(() => chosen({ metricAnnotationsAllowlist: 'gear=[a]' })).to.throw(
      ConfigError,
      '--metric-annotations-allowlist: expected the plural of a resource, got "gear"',
    );
  });
});
