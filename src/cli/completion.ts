// `kubestate completion`: a script that teaches a shell the commands, flags and values.
import type { Flag } from '../config/flags.ts';
import { type Command, command } from './command.ts';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import type { Completed, CompletedFlag, Values } from './completion/shell.ts';
import { zshScript } from './completion/zsh.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

const argument = { placeholder: 'SHELL', choices: Object.keys(scripts) };

/** The command that completes `commands`, help, and itself. */
export function completionFor(commands: Readonly<Record<string, Command>>): Command {
  const completion = command({
    summary: 'Print a script that completes commands and flags in a shell.',
    about:
      'Prints what makes a shell complete the commands, flags and values of kubestate: for bash ' +
      'source <(kubestate completion bash), for zsh source <(kubestate completion zsh), for fish ' +
      'kubestate completion fish | source.',
    flags: {},
    argument,
    async run({ print }, { words }) {
      const shell = words[0] as keyof typeof scripts;
      const { resources, stateSetNames } = await import('../resources/index.ts');
      const { packNames } = await import('../custom/packs.ts');
      const suggestions = {
        resources: Object.keys(resources),
        packs: packNames,
        stateSets: stateSetNames(),
      };
      print(scripts[shell](completedOf({ ...commands, completion }, suggestions)));
      return 0;
    },
  });
  return completion;
}

/** The values of flags that name something, by what they name. */
type Suggestions = Readonly<Record<NonNullable<Flag<unknown>['suggests']>, readonly string[]>>;

function completedOf(
  commands: Readonly<Record<string, Command>>,
  suggestions: Suggestions,
): readonly Completed[] {
  const known = Object.entries(commands).map(([name, { summary, flags, argument }]) => ({
    name,
    summary,
    words: argument === undefined || argument.choices === 'any' ? [] : argument.choices,
    flags: Object.entries(flags).map(([flag, row]) => completedFlag(flag, row, suggestions)),
  }));
  const names = known.map(({ name }) => name);
  return [
    ...known,
    { name: 'help', summary: 'Show the help of a command.', words: names, flags: [] },
  ];
}

function completedFlag(
  name: string,
  { kind, help, short, suggests }: Flag<unknown>,
  suggestions: Suggestions,
): CompletedFlag {
  const values = suggests === undefined ? valuesOf(kind) : suggestions[suggests];
  return { name, short, help, values, placeholder: kind.placeholder, bare: kind.bare };
}

function valuesOf(kind: Flag<unknown>['kind']): Values {
  if (/^(?:FILE|PATH)/.test(kind.placeholder ?? '')) return 'files';
  return kind.choices ?? [];
}
