// The table of tables: every resource by its plural, in the order of the exposition.
import type { Resource } from '../metrics/resource.ts';
import { deployments } from './deployments.ts';
import { nodes } from './nodes.ts';
import { pods } from './pods.ts';
import { services } from './services.ts';

export const resources = {
  deployments,
  nodes,
  pods,
  services,
} satisfies Readonly<Record<string, Resource<never>>>;

export type ResourceName = keyof typeof resources;

/** The name of any family of any resource. */
export type FamilyName = {
  [Name in ResourceName]: keyof (typeof resources)[Name]['families'];
}[ResourceName];
