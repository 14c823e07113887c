// The row of Gateway API in the dashboard Custom resources.
import type { Row } from './model.ts';
import { yes } from './parts.ts';

const width = 8;

/** The conditions of all routes: 1 where one is true for a parent, else 0. */
const routeConditions = ['http', 'grpc', 'tls', 'tcp', 'udp']
  .map((kind) => `gatewayapi_${kind}route_status_parent_condition{namespace=~"$namespace"}`)
  .join('\n              or ');

export const gatewayApi: Row = {
  title: 'Gateway API',
  panels: [
    {
      kind: 'stat',
      title: 'Gateways not programmed',
      about:
        'Gateways whose listeners receive no traffic. `kubectl describe gateway` says why; check ' +
        'that the controller of their class runs.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      next: { table: 'Gateways now', column: 'Programmed' },
      query: `
        sum(
          max by (namespace, name) (
            gatewayapi_gateway_status{type="Programmed", namespace=~"$namespace"}
          ) == bool 0
        )`,
    },
    {
      kind: 'stat',
      title: 'Routes with a condition that is not true',
      about:
        'Routes that a Gateway does not accept, or whose backends do not exist. ' +
        '`kubectl describe` of the route names the reason.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      next: { table: 'Routes now', column: 'Conditions' },
      query: `
        sum(
          min by (customresource_kind, namespace, name) (
            ${routeConditions}
          ) == bool 0
        )`,
    },
    {
      kind: 'stat',
      title: 'Attached routes',
      about: 'Routes that are attached to a listener; one that is attached to two counts twice.',
      unit: 'none',
      width,
      next: { table: 'Listeners now', column: 'Routes' },
      query: `
        sum(
          max by (namespace, name, listener_name) (
            gatewayapi_gateway_status_listener_attached_routes{namespace=~"$namespace"}
          )
        )`,
    },
    {
      kind: 'table',
      title: 'Gateways now',
      size: 'few',
      about:
        'A Gateway that is not accepted has no controller that knows its class; one that is not ' +
        'programmed receives no traffic.',
      width: 12,
      keys: { namespace: 'Namespace', name: 'Gateway' },
      links: { namespace: 'namespaces' },
      sort: 'Programmed',
      columns: [
        gatewayCondition('Programmed'),
        gatewayCondition('Accepted'),
        {
          labels: { gatewayclass_name: 'Class' },
          query: `
            group by (namespace, name, gatewayclass_name) (
              gatewayapi_gateway_info{namespace=~"$namespace"}
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Routes now',
      size: 'few',
      about:
        'Routes by the Gateway that they name. One with a condition that is not true gets no ' +
        'traffic from it, or sends it nowhere.',
      width: 12,
      keys: {
        customresource_kind: 'Kind',
        namespace: 'Namespace',
        name: 'Route',
        parent_name: 'Gateway',
      },
      links: { namespace: 'namespaces' },
      sort: 'Conditions',
      columns: [
        {
          title: 'Conditions',
          unit: 'none',
          words: { 0: ['not all true', 'red'], 1: ['true', 'green'] },
          query: `
            min by (customresource_kind, namespace, name, parent_name) (
              ${routeConditions}
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Listeners now',
      size: 'few',
      about:
        'A listener that is not programmed receives no traffic, and one whose references do not ' +
        'resolve mostly lacks its certificate.',
      keys: { namespace: 'Namespace', name: 'Gateway', listener_name: 'Listener' },
      links: { namespace: 'namespaces' },
      sort: 'Programmed',
      columns: [
        {
          labels: { port: 'Port', protocol: 'Protocol', hostname: 'Host name' },
          query: `
            group by (namespace, name, listener_name, port, protocol, hostname) (
              gatewayapi_gateway_listener_info{namespace=~"$namespace"}
            )`,
        },
        listenerCondition('Programmed', 'Programmed'),
        listenerCondition('References', 'ResolvedRefs'),
        {
          title: 'Routes',
          unit: 'none',
          query: `
            max by (namespace, name, listener_name) (
              gatewayapi_gateway_status_listener_attached_routes{namespace=~"$namespace"}
            )`,
        },
      ],
    },
  ],
};

function listenerCondition(title: string, type: string) {
  return {
    title,
    unit: 'none',
    words: yes,
    query: `
      max by (namespace, name, listener_name) (
        gatewayapi_gateway_status_listener_condition{type="${type}", namespace=~"$namespace"}
      )`,
  } as const;
}

function gatewayCondition(type: string) {
  return {
    title: type,
    unit: 'none',
    words: yes,
    query: `
      max by (namespace, name) (
        gatewayapi_gateway_status{type="${type}", namespace=~"$namespace"}
      )`,
  } as const;
}
