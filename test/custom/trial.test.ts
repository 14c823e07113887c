// tryRules: which paths of a configuration lead nowhere on all objects.
import { expect } from 'chai';
import { tryRules } from '../../src/custom/trial.ts';
import { configOf, thingKind, thingOf } from './exposition.ts';

const config = `kind: CustomResourceStateMetrics
spec:
  resources:
    - groupVersionKind: {group: example.com, version: v1, kind: Thing}
      labelsFromPath: {name: [metadata, name], zone: [metadata, zone]}
      metrics:
        - name: condition
          each:
            type: Gauge
            gauge:
              path: [status, conditions]
              valueFrom: [statsu]
              labelsFromPath: {type: [type], reason: [reasn]}
        - name: ready
          each: {type: Info, info: {path: [status, parts], labelsFromPath: {up: [up], on: [no]}}}
        - name: nothing
          each: {type: Gauge, gauge: {path: [stats], valueFrom: [a]}}
`;

describe('rules that are tried on objects', () => {
  it('tell which paths lead nowhere, but not again what starts at the end of one', async () => {
    const { entries } = await configOf(config);
    const conditions = [{ status: 'True' }, { type: 'Ready', reason: 'x' }];
    const objects = [
      thingOf({ status: { conditions } }),
      thingOf({ status: { parts: { a: {}, b: { up: 'yes' } } } }),
    ];
    const { lost } = tryRules(
      entries,
      objects.map((object) => ({ kind: thingKind, object })),
      0,
    );
    expect(lost.map(({ path }) => path.text)).to.deep.equal([
      'metadata.zone',
      'status.conditions.statsu',
      'status.conditions.reasn',
      'status.parts.no',
      'stats',
    ]);
  });
});
