// The completion script of zsh, by its own _arguments.
import { type Completed, type CompletedFlag, quoted } from './shell.ts';

/** A script that works when it is sourced, and as a file `_kubestate` on the fpath. */
export function zshScript(commands: readonly Completed[]): string {
  const [first] = commands;
  return `#compdef kubestate
# Completion of kubestate for zsh: source <(kubestate completion zsh)
_kubestate() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  local command=${first?.name}
  if (( $+commands[(r)$words[2]:*] )); then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _kubestate ]]; then
  _kubestate "$@"
else
  compdef _kubestate kubestate
fi
`;
}

function commandCase({ name, words, flags }: Completed): string {
  const specs = flags.flatMap(specsOf);
  if (words === 'files') specs.push('*:file:_files');
  else if (words.length > 0) specs.push(`1:word:(${words.join(' ')})`);
  const lines = specs.map((spec) => ` \\\n        ${quoted(spec)}`).join('');
  return `    ${name})\n      _arguments${lines} ;;`;
}

function specsOf({ name, short, help, values, placeholder, bare }: CompletedFlag): string[] {
  const note = `[${help.replace(/[[\]\\:]/g, '\\$&')}]`;
  if (placeholder === undefined) {
    const long = `--${name}${note}`;
    return short === undefined ? [long] : [long, `-${short}${note}`];
  }
  const message = placeholder.replaceAll(':', '\\:');
  const value = `:${message}:${actionOf(values)}`;
  // Its value is optional, and comes behind = only.
  if (bare !== undefined) return [`*--${name}=-${note}:${value}`];
  const long = `*--${name}=${note}${value}`;
  return short === undefined ? [long] : [long, `*-${short}+${note}${value}`];
}

function actionOf(values: CompletedFlag['values']): string {
  if (values === 'files') return '_files';
  return values.length === 0 ? '' : `_sequence compadd - ${values.join(' ')}`;
}
