// Which resources, families and keys the user's choices turn on.
import { expect } from 'chai';
import { gauge, status } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import {
  type Choices,
  type CustomChoices,
  type Selected,
  select,
} from '../../src/metrics/select.ts';
import { created, labels } from '../../src/metrics/stock.ts';
import { resources } from '../../src/resources/index.ts';
import { noChoices } from '../support/choices.ts';
import { expectRefusal, type Facts, rejectionOf } from '../support/refusal.ts';

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
const chosen = async (choices: Partial<Choices>): Promise<readonly Selected[]> =>
  (await select(tables, { ...noChoices, ...choices })).resources;

/** The enabled families by resource. */
const families = async (choices: Partial<Choices>): Promise<Record<string, string[]>> =>
  Object.fromEntries(
    (await chosen(choices)).map(({ plural, resource, choices: { enabled } }) => [
      plural,
      Object.keys(resource.families).filter(enabled),
    ]),
  );

/** Expects these choices to be refused by a ConfigError of these fields. */
async function expectRefusedChoices(
  choices: Partial<Choices>,
  facts: Facts,
  of: Parameters<typeof select>[0] = tables,
): Promise<void> {
  expectRefusal(await rejectionOf(select(of, { ...noChoices, ...choices })), facts);
}

describe('a selection', () => {
  it('has the default resources and families without flags', async () => {
    expect(await families({})).to.deep.equal({
      gears: ['kube_gear_info', 'kube_gear_teeth'],
      nuts: ['kube_nut_info'],
    });
  });

  it('has the named resources, in the order of the tables', async () => {
    expect(Object.keys(await families({ resources: ['spares', 'gears'] }))).to.deep.equal([
      'gears',
      'spares',
    ]);
  });

  it('requests metadata if no enabled family reads more, or columns', async () => {
    const meta = { kube_bolt_created: created('STABLE'), kube_bolt_labels: labels('STABLE') };
    const bolts = table({ ...meta, kube_bolt_info: row() });
    const keys = { ...table(meta), columns: { type: 'Type' } };
    const asked = async (metricDenylist: string[]) => {
      const { resources: selected } = await select(
        { bolts, keys },
        { ...noChoices, metricDenylist },
      );
      return selected.map((one) => one.representation);
    };
    expect(await asked([])).to.deep.equal(['object', { columns: { type: 'Type' } }]);
    expect(await asked(['_info'])).to.deep.equal(['metadata', { columns: { type: 'Type' } }]);
  });

  it('defers specs where families of the status are on, and none of the whole object', async () => {
    const deferred = async (resource: string, metricAllowlist: string[]): Promise<unknown> => {
      const choice = { ...noChoices, resources: [resource], metricAllowlist };
      const { resources: selected } = await select(resources, choice);
      return selected.map(({ deferSpec }) => deferSpec);
    };
    expect(await deferred('pods', [])).to.deep.equal([true]);
    expect(await deferred('pods', ['kube_pod_status_phase'])).to.deep.equal([true]);
    expect(await deferred('pods', ['kube_pod_labels', 'limits'])).to.deep.equal([false]);
    expect(await deferred('leases', [])).to.deep.equal([false]);
    expect(await deferred('certificatesigningrequests', [])).to.deep.equal([false]);
    expect(await deferred('secrets', [])).to.deep.equal([false]);
  });

  it('needs every event where a family is on that counts over them', async () => {
    const needed = async (metricOptInList: string[]): Promise<unknown> => {
      const choice = { ...noChoices, resources: ['pods', 'nodes'], metricOptInList };
      const { resources: selected } = await select(resources, choice);
      return selected.map(({ everyEvent }) => everyEvent);
    };
    expect(await needed(['_display$'])).to.deep.equal([false, false]);
    expect(await needed(['_terminations_total$'])).to.deep.equal([false, true]);
  });

  it('has the families that mark deleted objects where these are kept', async () => {
    const marks = async (choice: Partial<Choices>): Promise<string[]> => {
      const { resources: selected } = await select(resources, {
        ...noChoices,
        resources: ['pods', 'jobs', 'leases'],
        ...choice,
      });
      return selected.flatMap(({ resource, choices }) =>
        Object.keys(resource.families).filter(
          (name) => name.endsWith('_deletion_timestamp') && choices.enabled(name),
        ),
      );
    };
    const all = ['kube_job', 'kube_lease', 'kube_pod'].map((one) => `${one}_deletion_timestamp`);
    expect(await marks({})).to.deep.equal(['kube_pod_deletion_timestamp']);
    expect(await marks({ keepDeleted: true })).to.deep.equal(all);
    const profile = new Set(['kube_pod_info', 'kube_job_info', 'kube_lease_owner']);
    expect(await marks({ keepDeleted: true, profile })).to.deep.equal(all);
    const metricDenylist = ['^kube_(job|lease)_deletion_timestamp$'];
    expect(await marks({ keepDeleted: true, metricDenylist })).to.deep.equal([all[2]]);
  });

  it('is refused for a resource that does not exist, with the nearest that does', async () => {
    await expectRefusedChoices(
      { resources: ['gears', 'nut'] },
      {
        flag: '--resources',
        expected: 'the plural of a resource',
        got: '"nut"',
        hint: 'did you mean nuts?',
      },
    );
  });

  it('has the families that the allow-list matches anywhere in the name', async () => {
    expect(await families({ metricAllowlist: ['_info$', 'teeth'] })).to.deep.equal({
      gears: ['kube_gear_info', 'kube_gear_teeth'],
      nuts: ['kube_nut_info'],
    });
  });

  it('omits a resource without enabled families', async () => {
    expect(await families({ metricAllowlist: ['kube_gear_teeth'] })).to.deep.equal({
      gears: ['kube_gear_teeth'],
    });
    expect(await families({ metricDenylist: ['kube_(gear|nut)'] })).to.deep.equal({});
  });

  it('omits the families that the deny-list matches', async () => {
    expect(await families({ metricDenylist: ['gear_(?!info)'] })).to.deep.equal({
      gears: ['kube_gear_info'],
      nuts: ['kube_nut_info'],
    });
  });

  it('has opt-in families only by the opt-in list, which matches anywhere', async () => {
    const withSecret = { nuts: ['kube_nut_info', 'kube_nut_secret'] };
    const resources = ['nuts'];
    expect(await families({ resources, metricOptInList: ['kube_nut_secret'] })).to.deep.equal(
      withSecret,
    );
    expect(await families({ resources, metricOptInList: ['secret'] })).to.deep.equal(withSecret);
    expect(await families({ resources, metricAllowlist: ['secret'] })).to.deep.equal({});
    const both = { metricAllowlist: ['nut'], metricOptInList: ['secret'] };
    expect(await families({ resources, ...both })).to.deep.equal(withSecret);
  });

  it('is refused with both an allow- and a deny-list', async () => {
    await expectRefusedChoices(
      { metricAllowlist: ['a'], metricDenylist: ['b'] },
      {
        flag: ['--metric-allowlist', '--metric-denylist'],
        expected: 'one of them',
        got: 'both',
      },
    );
  });

  for (const [flag, choices] of Object.entries({
    '--metric-allowlist': { metricAllowlist: ['ok', 'kube_('] },
    '--metric-denylist': { metricDenylist: ['kube_('] },
    '--metric-opt-in-list': { metricOptInList: ['kube_('] },
  })) {
    it(`is refused for what is no expression behind ${flag}`, async () => {
      const got = /^"kube_\(": /;
      await expectRefusedChoices(choices, { flag, expected: 'regular expressions', got });
    });
  }

  for (const [flag, choices] of Object.entries({
    '--metric-allowlist': { metricAllowlist: ['(\\w+)+!'] },
    '--metric-denylist': { metricDenylist: ['fine', '(\\w+)+!'] },
  })) {
    it(`is refused where an expression backtracks without end: ${flag}`, async () => {
      const got = /^"\(\\w\+\)\+!": it takes longer than 500 ms/;
      await expectRefusedChoices(
        choices,
        { flag, expected: 'regular expressions', got },
        resources,
      );
    });
  }

  it('lists expressions that match no family, enabled or not', async () => {
    const { idleExpressions } = await select(tables, {
      ...noChoices,
      metricDenylist: ['kube_gear', '\\Qkube_nut_info\\E', 'kube_spare', 'kube_nuts_.*'],
      metricOptInList: ['\\Qkube_nut_secret\\E', 'secrets'],
    });
    expect(idleExpressions).to.deep.equal([
      { flag: '--metric-denylist', expression: '\\Qkube_nut_info\\E' },
      { flag: '--metric-denylist', expression: 'kube_nuts_.*' },
      { flag: '--metric-opt-in-list', expression: 'secrets' },
    ]);
  });

  it('lists patterns of the allow-lists that have matched no key', async () => {
    const selection = await select(tables, {
      ...noChoices,
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

  it('has key filters for the resources in the allow-lists', async () => {
    const [gears, nuts] = await chosen({
      metricLabelsAllowlist: 'gears=[app]',
      metricAnnotationsAllowlist: '*=[team/*]',
    });
    expect(gears?.choices.labels?.shows('app')).to.equal(true);
    expect(gears?.choices.labels?.shows('tier')).to.equal(false);
    expect(nuts?.choices.labels).to.equal(undefined);
    expect(nuts?.choices.annotations?.shows('team/a')).to.equal(true);
  });

  describe('by a profile', () => {
    const profile = new Set(['kube_gear_teeth', 'kube_spare_info']);

    it('has its families alone, of the resources that are on', async () => {
      expect(await families({ profile })).to.deep.equal({ gears: ['kube_gear_teeth'] });
      expect(await families({ profile, resources: ['nuts', 'spares'] })).to.deep.equal({
        spares: ['kube_spare_info'],
      });
    });

    it('has what other lists ask for as well', async () => {
      const optedInto = await families({ profile, metricOptInList: ['secret'] });
      expect(optedInto.nuts).to.deep.equal(['kube_nut_secret']);
      const labelled = {
        tables: table({ kube_table_info: row(), kube_table_labels: labels('ALPHA') }),
      };
      const ofTables = async (metricLabelsAllowlist: string | undefined) =>
        (await select(labelled, { ...noChoices, profile, metricLabelsAllowlist })).resources.map(
          ({ resource, choices }) => Object.keys(resource.families).filter(choices.enabled),
        );
      expect(await ofTables(undefined)).to.deep.equal([]);
      expect(await ofTables('tables=[app]')).to.deep.equal([['kube_table_labels']]);
    });

    for (const [flag, list] of Object.entries({
      '--metric-allowlist': { metricAllowlist: ['a'] },
      '--metric-denylist': { metricDenylist: ['a'] },
    })) {
      it(`is refused together with ${flag}`, async () => {
        const facts = { flag: ['--profile', flag], expected: 'one of them', got: 'both' };
        await expectRefusedChoices({ profile, ...list }, facts);
      });
    }
  });

  describe('with sparse state sets', () => {
    const phase = status.stateSet('STABLE', 'Phase.', ['phase'], ['On', 'Off'], () => {});
    const phased = { gears: table({ kube_gear_info: row(), kube_gear_phase: phase }) };
    const sparseOf = async (sparseStateSets: NonNullable<Choices['sparseStateSets']>) =>
      (await select(phased, { ...noChoices, sparseStateSets })).resources[0]?.choices.sparse?.(
        'kube_gear_phase',
      );

    it('has all, none, or those that are named', async () => {
      expect(await sparseOf(true)).to.equal(true);
      expect(await sparseOf(false)).to.equal(false);
      expect(await sparseOf([])).to.equal(false);
      expect(await sparseOf(['kube_gear_phase'])).to.equal(true);
    });

    it('is refused for a name that no state set has', async () => {
      const expected = 'metrics that are state sets';
      const hint = 'did you mean kube_gear_phase?';
      const wrong: Readonly<Record<string, object>> = {
        kube_gear_phse: { got: '"kube_gear_phse"', hint },
        kube_gear_info: { got: '"kube_gear_info", which is none', hint },
        up: { got: '"up"', hint: 'docs/cardinality.md lists them' },
      };
      for (const [name, facts] of Object.entries(wrong)) {
        const flag = '--sparse-statesets';
        await expectRefusedChoices(
          { sparseStateSets: [name] },
          { flag, expected, ...facts } as Facts,
          phased,
        );
      }
    });
  });

  describe('beside custom resources', () => {
    const custom = (only = false): CustomChoices => ({
      families: ['kube_customresource_a', 'kube_customresource_b'],
      stateSets: ['kube_customresource_b'],
      only,
      names: ['orders'],
      accepts: (name) => name === 'orders',
    });
    const orders = table({ kube_customresource_a: row(), kube_customresource_b: row() });
    const selected = (choices: Partial<Choices>, only?: boolean) =>
      select(tables, { ...noChoices, ...choices }, custom(only));

    it('takes the names that are accepted, which select nothing else', async () => {
      const { resources: alone } = await selected({ resources: ['orders'] });
      expect(alone).to.deep.equal([]);
      const { resources: both } = await selected({ resources: ['orders', 'nuts'] });
      expect(both.map(({ plural }) => plural)).to.deep.equal(['nuts']);
      const rejection = await rejectionOf(selected({ resources: ['order'] }));
      const hint = 'did you mean orders?';
      expectRefusal(rejection, { flag: '--resources', got: '"order"', hint } as Facts);
    });

    it('has its families whatever the profile is', async () => {
      const one = (await selected({ profile: new Set() })).selectCustom('orders', orders, []);
      expect(one && Object.keys(orders.families).filter(one.choices.enabled)).to.have.length(2);
    });

    it('takes their state sets, and tells of a name that a rule may yet get', async () => {
      const sparseStateSets = ['kube_customresource_b', 'kube_customresource_c'];
      const selection = await selected({ sparseStateSets });
      const { choices } = selection.selectCustom('orders', orders, []) as Selected;
      expect(choices.sparse?.('kube_customresource_b')).to.equal(true);
      expect(choices.sparse?.('kube_customresource_a')).to.equal(false);
      expect(selection.idleExpressions).to.deep.equal([
        { flag: '--sparse-statesets', expression: 'kube_customresource_c' },
      ]);
      const rejection = await rejectionOf(selected({ sparseStateSets: ['kube_nut_info'] }));
      expectRefusal(rejection, { flag: '--sparse-statesets', got: /which is none/ } as Facts);
    });

    it('has none of the tables where custom resources are served only', async () => {
      const { resources: none } = await selected({ resources: ['nuts'] }, true);
      expect(none).to.deep.equal([]);
    });

    it('has the families of a custom table that the lists leave', async () => {
      const ofList = async (list: Partial<Choices>): Promise<string[] | undefined> => {
        const one = (await selected(list)).selectCustom('orders', orders, []);
        return one && Object.keys(orders.families).filter(one.choices.enabled);
      };
      expect(await ofList({})).to.have.length(2);
      expect(await ofList({ metricDenylist: ['_a$'] })).to.deep.equal(['kube_customresource_b']);
      expect(await ofList({ metricAllowlist: ['_a$'] })).to.deep.equal(['kube_customresource_a']);
      expect(await ofList({ metricDenylist: ['customresource'] })).to.equal(undefined);
      const { idleExpressions } = await selected({ metricDenylist: ['_a$', 'nowhere'] });
      expect(idleExpressions.map(({ expression }) => expression)).to.deep.equal(['nowhere']);
    });
  });

  it('is refused for an allow-list of keys that names no resource, with the flag', async () => {
    await expectRefusedChoices(
      { metricAnnotationsAllowlist: 'gear=[a]' },
      {
        flag: '--metric-annotations-allowlist',
        expected: 'the plural of a resource',
        got: '"gear"',
      },
    );
  });
});
