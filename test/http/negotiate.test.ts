// Negotiation: the rows that KSM was recorded with, and what its library does with odder headers.
import { expect } from 'chai';
import Koa from 'koa';
import { negotiateEncoding, negotiateFormat } from '../../src/http/negotiate.ts';

const text = 'text/plain; version=0.0.4; charset=utf-8';
const openMetrics = (version: string, escaping = 'underscores'): string =>
  `application/openmetrics-text; version=${version}; charset=utf-8; escaping=${escaping}`;
const om = 'application/openmetrics-text';
const protobuf = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily';

const prometheus3 = [
  `${om};version=1.0.0;escaping=allow-utf-8;q=0.5`,
  `${om};version=0.0.1;q=0.4`,
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3',
  'text/plain;version=0.0.4;q=0.2',
  '*/*;q=0.1',
].join(',');
const withProtobuf = [
  `${protobuf};encoding=delimited;q=0.6`,
  `${om};version=1.0.0;q=0.5`,
  'text/plain;version=0.0.4;q=0.3',
].join(',');

// biome-ignore format: one row per header
const recorded: readonly [accept: string | undefined, contentType: string][] = [
  ['*/*', text],
  ['text/plain', text],
  ['text/plain;version=0.0.4', text],
  [om, openMetrics('0.0.1')],
  [`${om};version=1.0.0`, openMetrics('1.0.0')],
  [`${om};version=0.0.1`, openMetrics('0.0.1')],
  [prometheus3, openMetrics('1.0.0', 'allow-utf-8')],
  [withProtobuf, text],
  ['application/json', text],
  ['text/html', text],
];

// What github.com/prometheus/common v0.67.5 answers, and KSM makes of it; asked in Go.
// biome-ignore format: one row per header
const asked: readonly [accept: string | undefined, contentType: string][] = [
  [undefined, text],
  ['', text],
  [`${om};version=2.0.0`, text],
  [`${om}; version=0.0.2, ${om}; version=1.0.0;q=0.1`, openMetrics('1.0.0')],
  [`text/plain;version=1.0.0;escaping=allow-utf-8,${om}`, openMetrics('0.0.1', 'allow-utf-8')],
  [`text/plain,${om}`, text],
  [`${om},text/plain`, openMetrics('0.0.1')],
  [`${om};q=0.5,text/plain;q=0.4`, openMetrics('0.0.1')],
  [`${om};q=0.4,text/plain;q=0.5`, text],
  [`${om};q=0`, openMetrics('0.0.1')],
  [`${om};q=0,text/plain;q=0.1`, text],
  [`${om};version=1.0.0;escaping=values`, openMetrics('1.0.0', 'values')],
  [`${om};version=1.0.0;escaping=dots`, openMetrics('1.0.0', 'dots')],
  [`${om};version=1.0.0;escaping=bogus`, openMetrics('1.0.0')],
  ['Application/OpenMetrics-Text', text],
  [`${om};Version=1.0.0`, openMetrics('0.0.1')],
  [`${om};version="1.0.0"`, text],
  [`${om} ; version = 1.0.0`, openMetrics('1.0.0')],
  [`${om};version=1.0.0;q=abc,text/plain`, text],
  [`${om};version=1.0.0;q=2,text/plain`, openMetrics('1.0.0')],
  [`*/*,${om}`, openMetrics('0.0.1')],
  [`*/*;q=0.1,${om};q=0.05`, openMetrics('0.0.1')],
  [`*/*;escaping=dots,${om};q=0.1`, openMetrics('0.0.1')],
  ['application/*', text],
  [`*,${om}`, openMetrics('0.0.1')],
  [`${om};version=1.0.0;`, openMetrics('1.0.0')],
  [`;version=1.0.0,${om}`, openMetrics('0.0.1')],
  [`${protobuf};encoding=text,${om};q=0.5`, text],
  [`${protobuf};encoding=compact-text,${om};q=0.5`, text],
  [`${protobuf};encoding=other,${om};q=0.5`, openMetrics('0.0.1')],
  [`application/vnd.google.protobuf;encoding=delimited,${om};q=0.5`, openMetrics('0.0.1')],
  [`application/json;escaping=values,${om};version=1.0.0;q=0.5`, openMetrics('1.0.0', 'values')],
  [`application/json;escaping=values;q=0.1,${om};version=1.0.0;q=0.5`, openMetrics('1.0.0')],
  [`${om};version=0.0.1;version=1.0.0`, openMetrics('1.0.0')],
  [`${om};version`, openMetrics('0.0.1')],
  [`${om}/x`, text],
  [`text/plain;version=0.0.3,${om};q=0.1`, openMetrics('0.0.1')],
  [`${om};q=0.5,${om};version=1.0.0;q=0.5`, openMetrics('0.0.1')],
  [`${om};q=0.5=3,text/plain`, openMetrics('0.0.1')],
  [`${om};version=1.0.0;note="a,text/plain;q=9"`, openMetrics('1.0.0')],
];

describe('the format for an Accept header', () => {
  for (const [accept, contentType] of [...recorded, ...asked]) {
    const format = contentType === text ? 'text' : 'openmetrics';
    it(`is ${format} for ${accept ?? 'none'}`, () => {
      expect(negotiateFormat(accept)).to.deep.equal({ format, contentType });
    });
  }
});

describe('the compression for an Accept-Encoding header', () => {
  const rows: readonly [header: string | undefined, encoding: string][] = [
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate, br', 'gzip'],
    ['br;q=1.0, gzip;q=0.8, *;q=0.1', 'gzip'],
    ['gzip;q=0.1', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, *', 'identity'],
    ['identity, gzip;q=0.5', 'identity'],
    ['deflate', 'identity'],
    ['identity;q=0, deflate', 'identity'],
    ['*;q=0', 'identity'],
  ];
  for (const [header, encoding] of rows) {
    it(`is ${encoding} for ${header ?? 'none'}`, () => {
      const app = new Koa();
      const headers = header === undefined ? {} : { 'accept-encoding': header };
      const context = app.createContext({ headers } as never, {} as never);
      expect(negotiateEncoding(context)).to.equal(encoding);
    });
  }
});
