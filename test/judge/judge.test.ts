// What the judge lets pass, and what it does not, on expositions that are written by hand.
import { expect } from 'chai';
import { resources } from '../../src/resources/index.ts';
import { beyondReference } from '../conformance/families.ts';
import { endsReference } from './differences.ts';
import { Judge, KnownObjects, told } from './judge.ts';
import { asGoReads, objectsOfSeed, type Plural } from './objects.ts';

const family = 'kube_cronjob_next_schedule_time';
const head = (help = 'a') => `# HELP ${family} [ALPHA] ${help}\n# TYPE ${family} gauge\n`;
const run = (at: number, name = 'a') => `${family}{namespace="b",cronjob="${name}"} ${at}\n`;

function unlisted(theirs: string, ours: string, spec: object = {}, zone = 'UTC'): string[] {
  const known = new KnownObjects();
  const metadata = { namespace: 'b', name: 'a' };
  known.add({ plural: 'cronjobs', object: { apiVersion: '', kind: 'CronJob', metadata, spec } });
  return new Judge().unlisted(theirs, ours, known, zone).map(({ kind }) => kind);
}

describe('the judge', () => {
  it('lets pass help of other words and a series that the reference has twice', () => {
    expect(unlisted(head() + run(1) + run(1), head('b') + run(1))).to.deep.equal([]);
  });

  it('lets no series pass that is missing, extra, of another value, or twice in ours', () => {
    expect(unlisted(head() + run(1), head())).to.deep.equal(['missing']);
    expect(unlisted(head(), head() + run(1))).to.deep.equal(['extra']);
    expect(unlisted(head() + run(1), head() + run(2))).to.deep.equal(['value']);
    expect(unlisted(head() + run(1), head() + run(1) + run(1))).to.deep.equal(['twice']);
  });

  it('lets no family pass that is missing or extra, of another type or stability', () => {
    expect(unlisted(head(), '')).to.deep.equal(['family']);
    expect(unlisted('', head())).to.deep.equal(['family']);
    expect(unlisted(head(), head().replace('gauge', 'counter'))).to.deep.equal(['TYPE']);
    expect(unlisted(head(), head().replace('ALPHA', 'STABLE'))).to.deep.equal(['stability']);
    const deprecated = head().replace('] ', '] (Deprecated since v2.14.0) ');
    expect(unlisted(deprecated, head())).to.deep.equal(['stability']);
  });

  it('lets pass what differs by the schedule of the object, and of no other', () => {
    const both = { schedule: '0 0 13 * 5' };
    expect(unlisted(head() + run(1), head() + run(2), both)).to.deep.equal([]);
    expect(unlisted(head() + run(1), head() + run(2), { schedule: '0 0 * * 5' })).to.deep.equal([
      'value',
    ]);
    expect(unlisted(head() + run(1, 'c'), head() + run(2, 'c'), both)).to.deep.equal(['value']);
  });

  it('lets pass what differs by the zone of the process, without one of the object', () => {
    const plain = { schedule: '0 0 * * *' };
    expect(unlisted(head() + run(1), head() + run(2), plain, 'Asia/Tokyo')).to.deep.equal([]);
    const zoned = { ...plain, timeZone: 'Europe/Oslo' };
    expect(unlisted(head() + run(1), head() + run(2), zoned, 'Asia/Tokyo')).to.deep.equal([
      'value',
    ]);
  });

  it('names the rows that nothing has met', () => {
    const judge = new Judge();
    const before = judge.unmet.length;
    // It counts once they differ in nothing else.
    judge.unlisted(head() + run(1), head('b'), new KnownObjects(), 'UTC');
    expect(judge.unmet).to.have.length(before);
    judge.unlisted(head(), head('b'), new KnownObjects(), 'UTC');
    expect(judge.unmet).to.have.length(before - 1);
    expect(judge.unmet.some((one) => one.includes('HELP'))).to.equal(false);
  });

  it('tells how many differences there are of each family', () => {
    const found = new Judge().unlisted(head() + run(1), head(), new KnownObjects(), 'UTC');
    expect(told(found)).to.equal(
      '1 differences that docs/migration.md does not list:\n' +
        `  1 of ${family}\n  ${family}: missing ${run(1).trim()}`,
    );
  });
});

describe('the objects of a seed', () => {
  it('are the same each time, others for another seed, and some of each that both have', () => {
    const texts = (seed: number) => objectsOfSeed(seed, 80).map((one) => JSON.stringify(one));
    expect(texts(1)).to.deep.equal(texts(1)).and.to.not.deep.equal(texts(2));
    const plurals = new Set(objectsOfSeed(1, 80).map(({ plural }) => plural));
    expect(beyondReference).to.include('resourceclaims');
    const both = Object.keys(resources).filter((one) => !beyondReference.includes(one as Plural));
    expect([...plurals]).to.deep.equal(both);
  });

  it('have names and uids of their own', () => {
    const all = objectsOfSeed(1, 400);
    const keys = new Set(all.map(({ plural, object }) => `${plural}/${object.metadata.name}`));
    expect(keys.size).to.equal(all.length);
    expect(new Set(all.map(({ object }) => object.metadata.uid)).size).to.equal(all.length);
  });

  it('are written as Go reads them, to the last digit', () => {
    const odd = { a: 2 ** 63, b: -(2 ** 63), c: [2 ** 31], renewTime: '2026-01-01T00:00:00Z' };
    expect(JSON.stringify(asGoReads(odd))).to.equal(
      '{"a":9223372036854775807,"b":-9223372036854775808,"c":[2147483647],' +
        '"renewTime":"2026-01-01T00:00:00.000000Z"}',
    );
  });

  it('end the reference where an autoscaler names a source that it does not have', () => {
    const scaler = (metric: object) => {
      const spec = { metrics: [metric] };
      const head = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };
      return endsReference({ ...head, metadata: { name: 'a' }, spec });
    };
    expect(scaler({ type: 'Object' })).to.equal(true);
    expect(scaler({ type: 'Object', object: {} })).to.equal(false);
    expect(scaler({ type: 'Other' })).to.equal(false);
  });

  it('end the reference where an ingress has a path to nowhere', () => {
    const ingress = (backend: object) => {
      const spec = { rules: [{ host: 'a' }, { http: null }, { http: { paths: [{ backend }] } }] };
      const head = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
      return endsReference({ ...head, metadata: { name: 'a' }, spec });
    };
    expect(ingress({})).to.equal(true);
    expect(ingress({ service: null, resource: null })).to.equal(true);
    expect(ingress({ service: { name: 'a' } })).to.equal(false);
    expect(ingress({ resource: { name: 'a' } })).to.equal(false);
  });
});
