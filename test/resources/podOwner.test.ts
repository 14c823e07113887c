// kube_pod_owner with and without --pod-owner-api-version.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import { tablesWith } from '../../src/resources/index.ts';

const owner = (apiVersion: string, kind: string, controller?: boolean) => ({
  apiVersion,
  kind,
  name: 'o',
  uid: 'u',
  ...(controller !== undefined && { controller }),
});

function linesOf(podOwnerApiVersion: boolean, ownerReferences: unknown): string[] {
  const { pods } = tablesWith({ podOwnerApiVersion });
  const enabled = (family: string): boolean => family === 'kube_pod_owner';
  const choices = { enabled, labels: undefined, annotations: undefined };
  const { render, families } = compile(pods, choices, (_, __, error) => {
    throw error;
  });
  expect(families.map(({ name }) => name)).to.deep.equal(['kube_pod_owner']);
  const metadata = { name: 'p', namespace: 'n', uid: 'i', ownerReferences };
  const [text = ''] = render({ metadata } as KubeObject);
  return text.trimEnd().split('\n');
}

const identity = 'namespace="n",pod="p",uid="i"';
const references = [owner('batch.volcano.sh/v1alpha1', 'Job', true), owner('v1', 'Node')];

describe('kube_pod_owner', () => {
  it('has kind, name and whether it is the controller', () => {
    expect(linesOf(false, references)).to.deep.equal([
      `kube_pod_owner{${identity},owner_kind="Job",owner_name="o",owner_is_controller="true"} 1`,
      `kube_pod_owner{${identity},owner_kind="Node",owner_name="o",owner_is_controller="false"} 1`,
    ]);
  });

  it('has group and version behind them where these are asked for', () => {
    const [job, node] = linesOf(true, references);
    expect(job).to.equal(
      `kube_pod_owner{${identity},owner_kind="Job",owner_name="o",owner_is_controller="true",` +
        'owner_group="batch.volcano.sh",owner_api_version="v1alpha1"} 1',
    );
    expect(node).to.equal(
      `kube_pod_owner{${identity},owner_kind="Node",owner_name="o",owner_is_controller="false",` +
        'owner_group="",owner_api_version="v1"} 1',
    );
  });

  it('has one series with empty labels for a pod without owners', () => {
    const empty = ['kind', 'name', 'is_controller', 'group', 'api_version'];
    const labels = empty.map((label) => `owner_${label}=""`).join();
    expect(linesOf(true, undefined)).to.deep.equal([`kube_pod_owner{${identity},${labels}} 1`]);
    expect(linesOf(true, null)).to.deep.equal(linesOf(true, []));
  });
});
