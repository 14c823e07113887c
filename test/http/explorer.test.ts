// The explorer as the port serves it: its files, its policy, and a page for those without scripts.
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { ExplorerFiles } from '../../src/http/pages/explorer.ts';
import { ask } from './harness.ts';
import { MetricsPorts } from './metricsBench.ts';

const script = 'console.log("a page")\n'.repeat(100);
const files: ExplorerFiles = {
  script: 'main-ABC.js',
  style: 'style-1.css',
  gzipped: {
    'main-ABC.js': gzipSync(script).toString('base64'),
    'style-1.css': gzipSync('a{color:red}').toString('base64'),
  },
};

describe('the explorer on the metrics port', () => {
  const ports = new MetricsPorts();

  afterEach(() => ports.closeAll());

  it('is a page that can be read without scripts, and has nothing inline', async () => {
    const port = await ports.open({ explorerFiles: files });
    const { status, headers, body } = await ask(port, '/');
    const page = body.toString();
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(headers['cache-control']).to.equal('no-store');
    expect(headers['x-content-type-options']).to.equal('nosniff');
    expect(page)
      .to.include('<script type="module" src="explorer/main-ABC.js"></script>')
      .and.include('<link rel="stylesheet" href="explorer/style-1.css">')
      .and.include('What is served now, by resource')
      .and.include('Ready: 1 resource synced.');
    for (const link of ['metrics', 'healthz', 'livez']) expect(page).to.include(`href="${link}"`);
    expect(page).to.include(':8081/readyz"');
    expect(page).not.to.match(/<style|<script(?! type="module" src=)|\sstyle=|\son\w+=/);
    // Nothing that a prefix of a proxy would break.
    expect(page).not.to.match(/(?:href|src)="\//);
  });

  it('allows its own files and answers, and nothing else', async () => {
    const port = await ports.open({ explorerFiles: files });
    const policy = String((await ask(port, '/')).headers['content-security-policy']);
    expect(policy.split('; ').sort()).to.deep.equal([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
      "img-src 'self' data:",
      "script-src 'self'",
      "style-src 'self'",
    ]);
  });

  it('gives its files gzipped to those who take it, to be kept for good', async () => {
    const port = await ports.open({ explorerFiles: files });
    const path = '/explorer/main-ABC.js';
    const packed = await ask(port, path, { headers: { 'accept-encoding': 'br, gzip' } });
    expect(packed.headers).to.include({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
    });
    expect(packed.body.length).to.be.below(script.length / 10);
    const plain = await ask(port, path);
    expect(plain.headers).not.to.have.property('content-encoding');
    expect(plain.body.toString()).to.equal(script);
    expect((await ask(port, '/explorer/style-1.css')).headers['content-type']).to.equal(
      'text/css; charset=utf-8',
    );
    expect((await ask(port, path, { method: 'HEAD' })).body).to.have.length(0);
  });

  for (const name of ['other.js', 'toString', '__proto__', '..%2f..%2fpackage.json', '']) {
    it(`has no other file: "${name}"`, async () => {
      const port = await ports.open({ explorerFiles: files });
      const { status, body } = await ask(port, `/explorer/${name}`);
      expect(status).to.equal(404);
      expect(body.toString()).to.match(/^Nothing is served at \/explorer\/.*; the page at/);
    });
  }

  it('is off without its files: the plain page, with its style in it', async () => {
    const port = await ports.open();
    const { status, headers, body } = await ask(port, '/');
    expect(status).to.equal(200);
    expect(body.toString()).to.include('<style>').and.not.include('<script');
    expect(headers['content-security-policy']).to.include("style-src 'unsafe-inline'");
    expect((await ask(port, '/explorer/main-ABC.js')).status).to.equal(404);
  });

  it('asks the guards as every page does', async () => {
    const guard = async (ctx: { status: number }) => {
      ctx.status = 401;
    };
    const port = await ports.open({ explorerFiles: files, guards: [guard] });
    expect((await ask(port, '/')).status).to.equal(401);
    expect((await ask(port, '/explorer/main-ABC.js')).status).to.equal(401);
  });
});
