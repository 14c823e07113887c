// The completion script of bash, from version 3.2 on, which macOS has.
import { type Completed, type CompletedFlag, quoted } from './shell.ts';

/** A script to be sourced; it needs nothing but bash. */
export function bashScript(commands: readonly Completed[]): string {
  const [first] = commands;
  return `# Completion of kubestate for bash: source <(kubestate completion bash)
_kubestate() {
  local cur=\${COMP_WORDS[COMP_CWORD]} flag='' command=${first?.name} words='' list=''
  COMPREPLY=()
  # Bash takes the = of --flag=value for a word of its own.
  if [[ $cur == '=' ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 1]} cur=''
  elif (( COMP_CWORD > 2 )) && [[ \${COMP_WORDS[COMP_CWORD - 1]} == '=' ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if (( COMP_CWORD > 1 )); then
    case \${COMP_WORDS[1]} in
      ${commands.map(({ name }) => name).join('|')}) command=\${COMP_WORDS[1]} ;;
    esac
    # What means something alone takes its value behind = only.
    [[ -z $flag ]] && case $command/\${COMP_WORDS[COMP_CWORD - 1]} in
      ${withValues(commands)}) flag=\${COMP_WORDS[COMP_CWORD - 1]} ;;
    esac
  fi
  case $command/$flag in
${commands.flatMap(({ name, flags }) => flags.flatMap((flag) => valueCase(name, flag))).join('\n')}
    */-*) return ;;
    *) ;;
  esac
  if [[ -z $flag ]]; then
    case $command in
${commands.map(wordsCase).join('\n')}
    esac
    if (( COMP_CWORD == 1 )); then
      words="$words ${commands.map(({ name }) => name).join(' ')}"
    fi
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    case $command in
      ${
        commands
          .filter(({ words }) => words === 'files')
          .map(({ name }) => name)
          .join('|') || '-'
      }) COMPREPLY+=($(compgen -f -- "$cur")) ;;
    esac
    return
  fi
  # Of a list only its last item is completed.
  if [[ $cur == *,* ]]; then
    list=\${cur%,*},
  fi
  COMPREPLY=($(compgen -P "$list" -W "$words" -- "\${cur##*,}"))
}
complete -F _kubestate kubestate
`;
}

const spellings = ({ name, short }: CompletedFlag): string[] =>
  short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];

function withValues(commands: readonly Completed[]): string {
  const patterns = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ bare }) => bare === undefined)
      .flatMap((flag) => spellings(flag).map((spelling) => `${name}/${spelling}`)),
  );
  return patterns.join('|');
}

function valueCase(command: string, flag: CompletedFlag): string[] {
  const pattern = spellings(flag)
    .map((spelling) => `${command}/${spelling}`)
    .join('|');
  if (flag.values === 'files') {
    return [`    ${pattern}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`];
  }
  return flag.values.length === 0
    ? []
    : [`    ${pattern}) words=${quoted(flag.values.join(' '))} ;;`];
}

const wordsCase = (command: Completed): string =>
  `      ${command.name}) words=${quoted(wordsOf(command))} ;;`;

const wordsOf = ({ words, flags }: Completed): string =>
  [...(words === 'files' ? [] : words), ...flags.flatMap(spellings)].join(' ');
