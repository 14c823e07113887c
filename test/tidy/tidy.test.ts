// The style rules that can be counted, held against every file and against a file that breaks each.
import { join } from 'node:path';
import { expect } from 'chai';
import * as rules from './rules.ts';
import { type Source, sourcesUnder } from './source.ts';

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);
const at = (path: string, text: string): Source => ({ path, text });

/** For each rule, what it complains about and, beside it, the nearest thing that it lets pass. */
const cases: Readonly<Record<keyof typeof rules, { bad: Source[]; good: Source[] }>> = {
  fileLength: {
    bad: [at('src/app/run.ts', lines(401, '// x'))],
    good: [
      at('src/app/run.ts', lines(400, '// x')),
      at('src/resources/pods.ts', lines(401, '// x')),
    ],
  },
  columns: {
    bad: [
      at('tools/build.ts', 'x'.repeat(101)),
      at('src/a.ts', `// biome-ignore format: rows\nconst a = {\n};\n${'x'.repeat(101)}`),
    ],
    good: [
      at('tools/build.ts', 'é'.repeat(100)),
      at('src/config/options.ts', 'x'.repeat(101)),
      at('src/a.ts', `// biome-ignore format: rows\nconst a = {\n  ${'x'.repeat(101)}\n};`),
    ],
  },
  functionLength: {
    bad: [
      at('src/app/run.ts', `function f() {\n${lines(69, '  x();')}}\n`),
      at('src/app/run.ts', `const f = () => {\n${lines(69, '  x();')}};\n`),
      at('src/app/run.ts', `class A {\n  f(a: B<C>): D {\n${lines(69, '    x();')}  }\n}\n`),
      at('src/app/run.ts', `function f(\n  a: B,\n): C {\n${lines(69, '  x();')}}\n`),
    ],
    good: [
      at('src/app/run.ts', `function f() {\n${lines(68, '  x();')}}\n`),
      at('src/app/run.ts', `class A {\n${lines(80, '  x = 1;')}}\n`),
      at('test/a.test.ts', `describe('a', () => {\n${lines(80, '  x();')}});\n`),
    ],
  },
  opening: {
    bad: [
      at('src/app/run.ts', "import x from 'x';\n"),
      at('src/app/run.ts', '// no sentence\n'),
      at('src/app/run.ts', '\n// Late.\n'),
    ],
    good: [at('src/app/run.ts', '// The wiring.\n')],
  },
  importDirection: {
    bad: [
      at('src/store/types.ts', "import { a } from '../kube/types.ts';"),
      at('src/store/types.ts', "import { type A, b } from '../kube/types.ts';"),
      at('src/store/types.ts', "export { a } from '../kube/types.ts';"),
      at('src/http/metrics.ts', "import { run } from '../app/run.ts';"),
      at('src/http/metrics.ts', "import type { A } from './a.ts';\nimport b from '../app/run.ts';"),
      at('src/kube/client.ts', "const a = await import('../http/server.ts');"),
      at('src/lib/clock.ts', "import '../kube/client.ts';"),
      at('src/cellar/a.ts', "const a = 'a folder that nobody knows';"),
      at('explorer/views/cut.tsx', "import { app } from '../../src/http/app.ts';"),
    ],
    good: [
      at('src/app/pipeline.ts', "import { a } from '../store/open.ts';"),
      at('src/demo/churn.ts', "import type { A } from '../metrics/object.ts';"),
      at('src/store/types.ts', "import { type A, type B } from '../kube/types.ts';"),
      at(
        'src/kube/client.ts',
        "import { b } from './types.ts';\nimport c from '../lib/errors.ts';",
      ),
      at('src/main.ts', "import { demo } from './cli/demo.ts';"),
      at('explorer/app.tsx', "import type { Html } from '../src/http/pages/html.ts';"),
      at('explorer/views/cut.tsx', "import { flagsOf } from '../../src/explorer/cut.ts';"),
    ],
  },
  ambient: {
    bad: [
      at('src/kube/retryPolicy.ts', 'const t = Date.now();'),
      at('src/kube/retryPolicy.ts', 'await new Promise((r) => setTimeout(r, 5));'),
      at('src/demo/churn.ts', 'if (Math.random() < 0.5) die();'),
      at('src/http/server.ts', "process.once('SIGTERM', stop);"),
    ],
    good: [
      at('src/main.ts', 'process.exitCode = 1;'),
      at('src/kube/retryPolicy.ts', '// Never Date.now() here.\nconst t = clock.now();'),
      at('src/kube/retryPolicy.ts', "const text = 'process.exit';"),
    ],
  },
  endsInTime: {
    bad: [
      at('test/a.test.ts', "import { spawnSync } from 'node:child_process';"),
      at('test/e2e/a.e2e.ts', "execFileSync('promtool');"),
    ],
    good: [
      at('test/a.test.ts', "import { spawn } from 'node:child_process';"),
      at('tools/execute.ts', "import { spawnSync } from 'node:child_process';"),
    ],
  },
  runsNoCode: {
    bad: [
      at('src/app/run.ts', "import { spawn } from 'node:child_process';"),
      at('src/kube/childProcess.ts', "import { exec } from 'node:child_process';"),
      at('src/app/run.ts', 'const a = eval(text);'),
      at('src/app/run.ts', 'const f = new Function(text);'),
      at('src/app/run.ts', "runInNewContext('names.filter(test)', {});"),
      at('src/metrics/expressions/matching.ts', 'runInNewContext(text, {});'),
    ],
    good: [
      at(
        'src/kube/childProcess.ts',
        "import { type ChildProcess, spawn } from 'node:child_process';",
      ),
      at(
        'src/metrics/expressions/matching.ts',
        "return runInNewContext('matching()', { matching });",
      ),
      at('test/app/run.test.ts', "import { spawn } from 'node:child_process';"),
      at('src/app/run.ts', 'const evaluated = evaluate(text);'),
    ],
  },
  glossary: {
    bad: [
      at('src/store/block.ts', 'class SealedBlock {}'),
      at('src/kube/reflector.ts', 'const patience = new RetryPolicy();'),
      at('src/app/run.ts', 'const collectors = [];'),
      at('src/kube/client.ts', 'const maxPages = 5;'),
      at('src/kube/client.ts', 'class A { #maxPages = 5; }'),
    ],
    good: [
      at('src/app/run.ts', "const pagesMax = Math.max(1, 2); // sealed\nconst a = 'collector';"),
      at('src/http/auth/reviewCache.ts', 'const collect = 1; const cache = 2; const watcher = 3;'),
    ],
  },
  standsAlone: {
    bad: [at('test/a.test.ts', `read('..${'/'}shared/design.md')`)],
    good: [at('test/a.test.ts', "read('../fixtures/a.json')")],
  },
};

const root = join(import.meta.dirname, '../..');
const sources = sourcesUnder(root, ['bench', 'explorer', 'monitoring', 'src', 'test', 'tools']);

describe('the style rules', () => {
  it('are held against the whole project', () => {
    expect(sources.map(({ path }) => path)).to.include.members([
      'explorer/app.tsx',
      'src/main.ts',
      'src/metrics/family.ts',
      'test/tidy/tidy.test.ts',
      'tools/build.ts',
    ]);
  });

  for (const [name, rule] of Object.entries(rules)) {
    describe(name, () => {
      it('complains about what breaks it', () => {
        for (const source of cases[name as keyof typeof rules].bad) {
          expect(rule(source), source.text).to.have.length.above(0);
        }
      });

      it('lets pass what keeps it', () => {
        for (const source of cases[name as keyof typeof rules].good) {
          expect(rule(source), source.text).to.deep.equal([]);
        }
      });

      it('is kept by every file', () => {
        const complaints = sources.flatMap((source) =>
          rule(source).map((complaint) => `${source.path}: ${complaint}`),
        );
        expect(complaints).to.deep.equal([]);
      });
    });
  }
});
