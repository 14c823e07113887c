// Commands of all pages: each is run by a suite or says why not, and its flags and paths exist.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { isValue, lasts, layoutMistakes, looseFlagMistakes, mistakesIn } from './commands.ts';
import { type Block, blocksOf, inlineCodeOf, pages, root, textOf } from './markdown.ts';
import { commandsIn } from './shell.ts';

const reasonCharsMin = 10;

/** Complaints about how a block says what runs it. */
function markMistakes(page: string, { language, words }: Block): string[] {
  if (['bash', 'shell', 'console', 'shell-session'].includes(language)) return ['write ```sh'];
  if (language !== 'sh') return language === '' ? ['name its language: ```sh or ```text'] : [];
  const { run, 'not-run': reason } = words;
  if (run !== undefined && reason !== undefined) return ['say run or not-run, not both'];
  if (run === undefined && reason === undefined) {
    return ['say ```sh run, ```sh run=SUITE or ```sh not-run="why"'];
  }
  if (reason !== undefined) {
    return reason.length < reasonCharsMin ? ['say in a few words why it is not run'] : [];
  }
  return run === '' || suiteReads(run as string, page) ? [] : [`${run} does not read ${page}`];
}

const suiteReads = (suite: string, page: string): boolean =>
  existsSync(join(root, suite)) && readFileSync(join(root, suite), 'utf8').includes(page);

/** Programs whose commands are looked at in inline code. */
const KNOWN = /^(?:kubestate|npm|npx|helm|kubectl|curl|node)\s+\S/;

/** Inline code that is a command, and not only the beginning of one. */
const inlineCommandsOf = (markdown: string): string[] =>
  inlineCodeOf(markdown).filter((code) => KNOWN.test(code) && !code.includes('…'));

/** Flags in inline code, and those of containers in YAML, without the name of a program. */
const looseFlagsOf = (markdown: string): string[] => [
  ...inlineCodeOf(markdown).filter((code) => code.startsWith('--') && !code.includes('…')),
  ...blocksOf(markdown)
    .filter(({ language }) => language === 'yaml')
    .flatMap(({ text }) => [...text.matchAll(/^\s*- (--\S+)$/gm)].map(([, flag = '']) => flag)),
];

function complaints(page: string): string[] {
  const markdown = textOf(page);
  const ofBlocks = blocksOf(markdown).flatMap((block) => {
    const shell = block.language === 'sh' ? commandsIn(block.text) : [];
    return [
      ...markMistakes(page, block),
      ...shell.flatMap(mistakesIn),
      ...(block.language === 'sh' ? layoutMistakes(block.text) : []),
    ].map((mistake) => `${page}:${block.line}: ${mistake}`);
  });
  const ofInline = inlineCommandsOf(markdown).flatMap((code) =>
    commandsIn(code)
      .flatMap(mistakesIn)
      .map((mistake) => `${page}: \`${code}\`: ${mistake}`),
  );
  const ofFlags = looseFlagsOf(markdown).flatMap((flag) =>
    looseFlagMistakes(flag).map((mistake) => `${page}: \`${flag}\`: ${mistake}`),
  );
  return [...ofBlocks, ...ofInline, ...ofFlags];
}

describe('the commands of the documentation', () => {
  it('are each run by a suite, or say why not, and name what exists', () => {
    expect(pages.flatMap(complaints)).to.deep.equal([]);
  });

  it('are found', () => {
    const shell = pages.flatMap((page) =>
      blocksOf(textOf(page)).filter(({ language }) => language === 'sh'),
    );
    expect(shell.flatMap(({ text }) => commandsIn(text))).to.have.length.above(40);
    expect(shell.filter(({ words }) => words.run !== undefined)).to.have.length.above(10);
    expect(pages.flatMap((page) => inlineCommandsOf(textOf(page)))).to.have.length.above(80);
  });

  const wrong: [what: string, command: string, mistake: RegExp][] = [
    ['a flag', 'kubestate --resource=pods', /did you mean --resources/],
    ['a value of a flag', 'npx --no-install kubestate --port=x', /--port: expected a whole number/],
    ["a command's flag", 'kubestate rbac --nam=x', /did you mean --name/],
    ['an argument', 'kubestate demo pods', /takes no argument, such as pods/],
    ['a script', 'npm run dmeo', /there is no script dmeo/],
    ['a flag behind a script', 'npm run demo -- --pod=3 --sped=2', /did you mean --speed/],
    ['a key of the chart', 'helm upgrade x helm/kube-state-metrics --set a.b=1', /no key a\.b/],
    ['a second key', 'helm template helm/kube-state-metrics --set replicas=1,b=2', /no key b/],
    ['a chart', 'helm install x helm/kube-state-metric', /there is no helm\/kube-state-metric$/],
    ['a manifest', 'cat x | kubectl apply -f rbac/limitd/', /there is no rbac\/limitd/],
    ['a path', "curl -s 'http://127.0.0.1:8080/readyz'", /port 8080 does not serve \/readyz/],
  ];
  for (const [what, command, mistake] of wrong) {
    it(`are refused where ${what} is wrong`, () => {
      const found = commandsIn(command).flatMap(mistakesIn);
      expect(found).to.have.length(1);
      expect(found[0]).to.match(mistake);
    });
  }

  it('are refused where a flag by itself is wrong', () => {
    expect(looseFlagMistakes('--resource')).to.deep.equal(['there is no flag --resource']);
    expect(looseFlagMistakes('--port=x')).to.have.length(1);
    for (const text of ['--port', '--port=1', '--pods=9', '--set a=b']) {
      expect(looseFlagMistakes(text), text).to.deep.equal([]);
    }
    expect(pages.flatMap((page) => looseFlagsOf(textOf(page)))).to.have.length.above(200);
  });

  it('are read as bash reads them', () => {
    const text = [
      `A=1 npm ci && kubestate 'a b' "c \\"d\\"" e\\ f \\`,
      '  g | wc -l  # until Ctrl-C',
      'x#y',
    ].join('\n');
    const words = commandsIn(text).map((command) => command.words);
    expect(words).to.deep.equal([
      ['A=1', 'npm', 'ci'],
      ['kubestate', 'a b', 'c "d"', 'e f', 'g'],
      ['wc', '-l'],
      ['x#y'],
    ]);
    expect(commandsIn(text)[1]?.comment).to.equal('until Ctrl-C');
    expect(commandsIn(text)[3]?.comment).to.equal('');
  });

  it('that go on until they are stopped stand alone, and say so', () => {
    const lasting = ['npm run demo', 'kubestate', 'kubectl port-forward x 1', 'kubectl logs -f x'];
    for (const text of lasting) expect(commandsIn(text).every(lasts), text).to.equal(true);
    const ending = ['kubestate --help', 'kubectl get pods', 'npm ci', 'kubectl apply -f -'];
    for (const text of ending) expect(commandsIn(text).some(lasts), text).to.equal(false);
    expect(layoutMistakes('npm ci && npm run demo   # until Ctrl-C')).to.deep.equal([]);
    expect(layoutMistakes('npm run demo')).to.have.length(1);
    expect(layoutMistakes('npm run demo # until Ctrl-C\ncurl x')).to.have.length(1);
  });

  it('say what runs them', () => {
    const block = (info: string): Block => blocksOf(`\`\`\`${info}\nls\n\`\`\``)[0] as Block;
    const good = ['sh run', 'sh not-run="there is no Docker here"', 'yaml', 'text'];
    for (const info of good) {
      expect(markMistakes('README.md', block(info)), info).to.deep.equal([]);
    }
    const bad = ['sh', 'bash run', '', 'sh not-run', 'sh run not-run="there is no Docker here"'];
    for (const info of [...bad, 'sh run=test/e2e/gone.e2e.ts', 'sh run=test/tidy/rules.ts']) {
      expect(markMistakes('README.md', block(info)), info).to.have.length(1);
    }
  });

  it('know the keys of the chart', () => {
    const known = [
      'replicas',
      'image.tag',
      'podAnnotations.a\\.b/c',
      'extraArgs[0]',
      'env[0].name',
    ];
    for (const key of known) expect(isValue(key), key).to.equal(true);
    for (const key of ['image.tagg', 'replica']) expect(isValue(key), key).to.equal(false);
  });
});
