// `kubestate completion`: a script that teaches a shell the commands, flags and values.
import { type Flag, file } from '../flags.ts';
import { resources } from '../resources/index.ts';
import { type Command, command } from './command.ts';
import { bashScript } from './shells/bash.ts';
import { fishScript } from './shells/fish.ts';
import type { Completed, CompletedFlag, Values } from './shells/shell.ts';
import { zshScript } from './shells/zsh.ts';

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
    run({ print }, { words }) {
      const shell = words[0] as keyof typeof scripts;
      print(scripts[shell](completedOf({ ...commands, completion })));
      return Promise.resolve(0);
    },
  });
  return completion;
}

function completedOf(commands: Readonly<Record<string, Command>>): readonly Completed[] {
  const known = Object.entries(commands).map(([name, { summary, flags, argument }]) => ({
    name,
    summary,
    words: argument?.choices ?? [],
    flags: Object.entries(flags).map(([flag, row]) => completedFlag(flag, row)),
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
): CompletedFlag {
  return { name, short, help, values: valuesOf(kind, suggests), placeholder: kind.placeholder };
}

function valuesOf(kind: Flag<unknown>['kind'], suggests: Flag<unknown>['suggests']): Values {
  if (suggests !== undefined) return suggestions[suggests];
  if (kind === file) return 'files';
  return kind.placeholder === undefined ? ['true', 'false'] : [];
}

const suggestions = {
  resources: Object.keys(resources),
};
