// Files that a reader gives: what dashboards and rules read, and a sentence where it is neither.
import { expect } from 'chai';
import { readFiles } from '../../../explorer/logic/files.ts';

const served = ['kube_pod_info', 'kube_node_info', 'kube_pod_labels'];
const dashboard = JSON.stringify({
  title: 'Pods',
  panels: [{ targets: [{ expr: 'sum(kube_pod_info) / count(node:x:sum)' }] }],
});
const rules = 'groups:\n- name: a\n  rules:\n  - alert: B\n    expr: kube_node_info == 0\n';

describe('files of dashboards and rules', () => {
  it('each say which families they read, and what else is needed', async () => {
    const [first, second] = await readFiles(
      [
        { name: 'pods.json', text: dashboard },
        { name: 'rules.yaml', text: rules },
      ],
      served,
    );
    expect(first).to.deep.include({ name: 'pods.json', families: ['kube_pod_info'], readers: 1 });
    expect(first)
      .to.have.property('notes')
      .that.matches(/node:x:sum/);
    expect(second).to.deep.equal({
      name: 'rules.yaml',
      families: ['kube_node_info'],
      readers: 1,
      notes: [],
    });
  });

  it('are refused where a rule is no PromQL, and say where a dashboard may not be', async () => {
    const [broken, open] = await readFiles(
      [
        { name: 'r.yaml', text: rules.replace('kube_node_info == 0', 'sum((') },
        { name: 'd.json', text: dashboard.replace('sum(', 'sum((') },
      ],
      served,
    );
    expect(broken).to.deep.equal({
      name: 'r.yaml',
      error: 'r.yaml:5:11: alert B in group a: expected ")", got the end of "sum((".',
    });
    expect(open)
      .to.have.property('notes')
      .that.includes(
        '“Pods” may read more: this is not closed: sum((kube_pod_info) / count(node:x:sum)',
      );
  });

  for (const [what, text] of [
    ['no JSON', '{"panels": ['],
    ['no YAML', 'groups: [a: b: c'],
    ['a page of HTML', '<!doctype html><title>Sign in</title>'],
    ['neither', 'hello'],
    ['nothing', ''],
  ] as const) {
    it(`are refused by a sentence with their name where they hold ${what}`, async () => {
      const [read] = await readFiles([{ name: 'x.json', text }], served);
      expect(read)
        .to.have.property('error')
        .that.matches(/^x\.json[:\d]*: .*\.$/);
    });
  }
});
