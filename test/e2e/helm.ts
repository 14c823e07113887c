// Renders our chart by real Helm, as `helm install` would in kube-system.
import { join } from 'node:path';
import { manifestsOf, nameOf } from '../chart/compare.ts';
import { type Outcome, outcomeOf } from '../support/outcome.ts';
import { helm } from './tools.ts';

const root = join(import.meta.dirname, '../..');

export const chart = join(root, 'helm/kube-state-metrics');

const APIS = ['autoscaling.k8s.io/v1', 'monitoring.coreos.com/v1'];

export const runHelm = (args: readonly string[], input = ''): Outcome =>
  outcomeOf(helm, args, { input });

/**
 * What Helm says to a chart with these arguments and, where they name `-`, values as YAML; on a
 * cluster that has the operators' APIs.
 */
export function template(folder: string, args: readonly string[], values = ''): Outcome {
  const apis = APIS.flatMap((api) => ['--api-versions', api]);
  const release = ['template', 'kube-state-metrics', folder, '--namespace', 'kube-system'];
  return runHelm([...release, ...apis, ...args], values);
}

/** The text of all objects; throws what Helm says where it refuses. */
export function rendered(folder: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = template(folder, args);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Values as arguments: `--set` for each. */
export const set = (settings: readonly string[]): string[] =>
  settings.flatMap((setting) => ['--set', setting]);

// biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind.
export type Objects = Record<string, any>;

/** The objects in a text by `nameOf`. */
export const objectsIn = (text: string): Objects =>
  Object.fromEntries(manifestsOf(text).map((manifest) => [nameOf(manifest), manifest]));

/** What our chart renders with these values. */
export const installed = (...settings: readonly string[]): Objects =>
  objectsIn(rendered(chart, ...set(settings)));
