// What a request asks for, in every form that a request line can have, and that is none.
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Router } from '@koa/router';
import { expect } from 'chai';
import nock from 'nock';
import { answerOk, appOf, isProbe, refuse } from '../../src/http/app.ts';
import { pathOfTarget } from '../../src/http/requestTarget.ts';
import type { Listening } from '../../src/http/server.ts';
import { keptLog, serve } from './harness.ts';

describe('The target of a request', () => {
  let port: Listening;
  let kept: ReturnType<typeof keptLog>;
  before(() => nock.restore());
  after(() => nock.activate());
  beforeEach(async () => {
    kept = keptLog();
    const router = new Router({ sensitive: true, strict: true });
    router.get('/livez', answerOk);
    router.get('/metrics', (ctx) => {
      ctx.body = `metrics of ${new URLSearchParams(ctx.querystring).get('resources')}`;
    });
    // Lets in probes alone, and those who say so.
    const app = appOf(router, [
      (ctx, next) =>
        isProbe(ctx) || ctx.get('x-login') === 'yes' ? next() : refuse(ctx, 401, 'Who are you?'),
    ]);
    port = await serve(app, { log: kept.log });
  });
  afterEach(() => port.close(0));

  const answerTo = async (head: string, ...headers: string[]): Promise<string> => {
    const socket = connect(port.port, '127.0.0.1');
    const lines = [head, 'Host: x', 'Connection: close', ...headers, '', ''];
    socket.write(Buffer.from(lines.join('\r\n'), 'latin1'));
    return text(socket);
  };
  const get = (target: string, ...headers: string[]) =>
    answerTo(`GET ${target} HTTP/1.1`, ...headers);

  // biome-ignore format: one row per target, as one with a login gets it
  const rows: readonly [target: string, status: number, body: RegExp][] = [
    ['/metrics?resources=pods', 200, /metrics of pods$/],
    ['http://x/metrics?resources=pods', 200, /metrics of pods$/],
    ['HTTPS://user:word@[::1]:8080/metrics?resources=a%2Cb', 200, /metrics of a,b$/],
    ['/metrics?resources=%', 200, /metrics of %$/],
    ['/metrics?resources=%zz%00', 200, /metrics of %zz\0$/],
    ['//', 404, /Nothing is served at \/\/;/],
    ['//x/metrics', 404, /Nothing is served/],
    ['/metrics/', 404, /Nothing is served/],
    ['/%', 404, /Nothing is served at \/%;/],
    ['/%zz', 404, /Nothing is served/],
    ['/%00', 404, /Nothing is served/],
    ['/%6detrics', 404, /Nothing is served/],
    ['/livez/../metrics', 404, /Nothing is served/],
    ['http://x/livez/../metrics', 404, /Nothing is served/],
    ['http://x/livez/%2e%2e/metrics', 404, /Nothing is served/],
    ['/:x', 404, /Nothing is served/],
    ['/\\', 404, /Nothing is served/],
    ['http://x', 404, /Nothing is served at \/;/],
    ['http://x?resources=pods', 404, /Nothing is served at \/;/],
    ['http://[', 400, /Expected a path like \/metrics/],
    ['http://[::1', 400, /Expected a path/],
    ['http://', 400, /Expected a path/],
    ['http:///metrics', 400, /Expected a path/],
    ['http://x:99999/metrics', 400, /Expected a path/],
    ['http://%zz/metrics', 400, /Expected a path/],
    ['ftp://x/metrics', 400, /Expected a path/],
    ['*', 400, /Expected a path/],
    ['/metrics#end', 400, /Expected a path/],
    ['http://x/metrics#end', 400, /Expected a path/],
    ['x:80', 400, /\r\n\r\n$/],
    ['metrics', 400, /\r\n\r\n$/],
    ['?resources=pods', 400, /\r\n\r\n$/],
    ['/metrics\0', 400, /\r\n\r\n$/],
    ['/metrics\t', 400, /\r\n\r\n$/],
    ['/metrics\x7f', 400, /\r\n\r\n$/],
    ['/m\u00e9trics\u00a0', 400, /\r\n\r\n$/],
    [`/${'x'.repeat(20_000)}`, 431, /\r\n\r\n$/],
    [`http://${'x'.repeat(20_000)}/`, 431, /\r\n\r\n$/],
    [`/${'/'.repeat(8_000)}`, 404, /Nothing is served/],
  ];
  for (const [target, status, body] of rows) {
    const shown = JSON.stringify(target.slice(0, 40));
    it(`${shown} is answered with ${status}, and is no error in the log`, async () => {
      const answer = await get(target, 'X-Login: yes');
      expect(answer).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).to.match(body);
      expect(kept.lines.filter(({ level }) => level !== 'debug')).to.deep.equal([]);
      expect(JSON.stringify(kept.lines)).to.not.include('"stack"');
    });
    it(`${shown} gives no access without a login`, async () => {
      const answer = await get(target);
      // What is no path is refused before anybody is asked who they are.
      expect(answer).to.match(
        new RegExp(`^HTTP/1\\.1 ${status >= 400 && status !== 404 ? status : 401} `),
      );
      expect(kept.lines.filter(({ level }) => level !== 'debug')).to.deep.equal([]);
    });
  }

  it('is a probe in absolute form, too', async () => {
    expect(await get('http://x:8080/livez?verbose')).to.match(/^HTTP\/1\.1 200 .*OK$/s);
  });

  it('of OPTIONS is refused where it stands for the whole server', async () => {
    expect(await answerTo('OPTIONS * HTTP/1.1')).to.match(/^HTTP\/1\.1 400 .*Expected a path/s);
  });

  for (const target of ['x:80', '/metrics', '127.0.0.1:10250']) {
    it(`of CONNECT ${target} is refused`, async () => {
      const answer = await answerTo(`CONNECT ${target} HTTP/1.1`);
      expect(answer).to.match(/^HTTP\/1\.1 405 .*Allow: GET, HEAD\r\n.*use GET or HEAD/s);
      expect(kept.lines.map(({ level }) => level)).to.deep.equal(['debug']);
    });
  }

  // biome-ignore format: one row per header
  const headers: readonly string[] = ['Host: [', 'Host: @[', 'Host: a@[::', 'Accept: ;;;=,q', 'Accept-Encoding: ,;q=x,gzip;q=-1', 'Authorization: Basic ====', 'Authorization: Bearer', 'If-None-Match: "', 'Range: bytes=9-1', 'Cookie: %', 'X-Forwarded-Host: [', 'Content-Type: ;'];
  for (const header of headers) {
    it(`beside "${header}" is no error`, async () => {
      await get('/metrics', 'X-Login: yes', header);
      expect(kept.lines.filter(({ level }) => level !== 'debug')).to.deep.equal([]);
    });
  }

  it('is passed on as it was sent, without scheme and authority', () => {
    expect(pathOfTarget('/a/../b?c')).to.equal('/a/../b?c');
    expect(pathOfTarget('http://x/a/../%2e?c')).to.equal('/a/../%2e?c');
    expect(pathOfTarget('http://x?c')).to.equal('/?c');
    expect(pathOfTarget('')).to.equal(undefined);
  });
});
