// What the shells complete, asked of the shells themselves.
import { expect } from 'chai';
import { commands } from '../../src/cli/index.ts';
import { flags } from '../../src/config/options.ts';
import type { ProcessContext } from '../../src/lib/processContext.ts';
import { resources } from '../../src/resources/index.ts';
import { outcomeOf } from '../support/outcome.ts';

async function script(shell: string): Promise<string> {
  const printed: string[] = [];
  const context = { print: (text: string) => printed.push(text) } as unknown as ProcessContext;
  const code = await commands.completion?.run(context, { values: {}, given: [], words: [shell] });
  expect(code).to.equal(0);
  return printed.join('');
}

/** Asks bash what it offers for a line whose cursor is at its end, as its readline would. */
function offers(source: string, line: string): string[] {
  const asking = `
    ${source}
    spec=$(complete -p kubestate)
    [[ $spec == *'-F _kubestate'* ]] || exit 9
    read -r -a COMP_WORDS < <(sed -E 's/=/ = /g' <<< "$1")
    [[ $1 == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    COMP_LINE=$1 COMP_POINT=\${#1}
    _kubestate kubestate "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\\n' "\${COMPREPLY[@]}"
  `;
  const { status, stdout, stderr } = outcomeOf('bash', ['--norc', '-c', asking, 'bash', line]);
  expect(status, stderr).to.equal(0);
  return stdout.split('\n').filter((word) => word !== '');
}

const pluralsWith = (start: string): string[] =>
  Object.keys(resources).filter((plural) => plural.startsWith(start));

describe('Completion in bash', () => {
  let source: string;
  before(async () => {
    source = await script('bash');
  });

  const rows: [line: string, words: string[]][] = [
    ['kubestate de', ['demo']],
    ['kubestate comp', ['completion']],
    ['kubestate completion ', ['bash', 'zsh', 'fish']],
    ['kubestate completion z', ['zsh']],
    ['kubestate help ver', ['version']],
    ['kubestate --telemetry-p', ['--telemetry-port']],
    ['kubestate serve --telemetry-p', ['--telemetry-port']],
    ['kubestate demo --see', ['--seed']],
    ['kubestate --see', []],
    ['kubestate --resources=po', pluralsWith('po')],
    ['kubestate --resources po', pluralsWith('po')],
    ['kubestate --resources=nodes,po', pluralsWith('po').map((plural) => `nodes,${plural}`)],
    ['kubestate --resources=', Object.keys(resources)],
    ['kubestate --port 1 --resources ', Object.keys(resources)],
    ['kubestate demo --resources ser', pluralsWith('ser')],
    ['kubestate --serve-before-sync=t', ['true']],
    ['kubestate --serve-before-sync --telemetry-h', ['--telemetry-host']],
    ['kubestate --sparse-statesets --telemetry-h', ['--telemetry-host']],
    ['kubestate --sparse-statesets=kube_job_f', ['kube_job_failed']],
    ['kubestate --profile m', ['minimal', 'mixin']],
    ['kubestate --host ', []],
    ['kubestate --kubeconfig package-l', ['package-lock.json']],
    ['kubestate --config=biome', ['biome.json']],
    ['kubestate validate package-l', ['package-lock.json']],
    ['kubestate validate --crd biome', ['biome.json']],
    ['kubestate diff package-l', ['package-lock.json']],
    ['kubestate top --cut --used-by biome', ['biome.json']],
    ['kubestate top --so', ['--sort']],
    ['kubestate rbac --resources=po', pluralsWith('po')],
  ];
  for (const [line, words] of rows) {
    it(`offers ${words.join(', ') || 'nothing'} for "${line}"`, () => {
      expect(offers(source, line)).to.have.members(words);
    });
  }

  it('knows every flag', () => {
    const found = offers(source, 'kubestate --');
    expect(found).to.include.members(Object.keys(flags).map((name) => `--${name}`));
  });
});

describe('Completion in other shells', () => {
  for (const shell of ['zsh', 'fish']) {
    it(`names every command and flag for ${shell}`, async () => {
      const source = await script(shell);
      for (const name of [...Object.keys(commands), 'help']) expect(source).to.include(name);
      for (const name of Object.keys(flags)) {
        expect(source).to.include(shell === 'fish' ? `-l ${name} ` : `--${name}`);
      }
      expect(source).to.include(Object.keys(resources).join(' '));
    });
  }
});

describe('The command line', () => {
  const refused: [args: string[], sentence: string][] = [
    [['completion'], 'kubestate: completion: expected one SHELL of bash, zsh, fish, got "".'],
    [['completion', 'fishy'], 'got "fishy"; did you mean fish?'],
    [['completion', 'bash', 'zsh'], 'got "bash zsh".'],
    [['version', 'now'], 'version: expected flags only, got "now".'],
  ];
  for (const [args, sentence] of refused) {
    it(`refuses "${args.join(' ')}" in one sentence`, () => {
      const { status, stderr } = outcomeOf(process.execPath, ['src/main.ts', ...args]);
      expect(stderr).to.include(sentence);
      expect(stderr.trim().split('\n')).to.have.length(1);
      expect(status).to.equal(2);
    });
  }

  it('says in one log line which flags are without effect', () => {
    const args = ['--logtostderr=true', '--auto-gomemlimit', '--kubeconfig=/nowhere'];
    const { stderr } = outcomeOf(process.execPath, ['src/main.ts', ...args]);
    const lines = stderr.split('\n').filter((line) => line.includes('without effect in kubestate'));
    expect(lines).to.have.length(1);
    expect(JSON.parse(lines[0] as string).flags).to.deep.equal([
      '--logtostderr',
      '--auto-gomemlimit',
    ]);
  });
});
