// `kubestate validate`: what is wrong with custom-resource configurations, and what they give.
import { type Flag, file, integer, list, toggle } from '../config/flags.ts';
import { flags } from '../config/options.ts';
import { ConfigError } from '../lib/errors.ts';
import { command } from './command.ts';

const trying = 'Objects to try the rules on';
const checking = 'Schemas';
const { kubeconfig, context, apiserver, help } = flags;
const SERIES_MAX = 1_000_000;

// biome-ignore format: one row per flag
export const validateFlags = {
  objects: { group: trying, kind: file, default: undefined,
    help: 'Evaluate the rules on the objects of this file, or of the files of this folder: YAML, a list as kubectl get -o json prints it, or a JSON document a line. CustomResourceDefinitions among them tell plurals and scopes.' },
  kubeconfig: { ...kubeconfig, group: trying,
    help: 'Evaluate the rules on objects of the cluster of this kubeconfig.' },
  context: { ...context, group: trying },
  apiserver: { ...apiserver, group: trying },
  'in-cluster': { group: trying, kind: toggle, default: false,
    help: 'Evaluate the rules on objects of the cluster that this process runs in.' },
  series: { group: trying, kind: integer(0, SERIES_MAX), default: 3,
    help: 'How many series of each family are printed.' },
  crd: { group: checking, kind: { ...list, placeholder: 'FILE,FILE' }, default: [], defaultText: 'none',
    help: 'CustomResourceDefinitions, as files or folders: paths and expressions that their schemas do not have are mistakes. May be repeated.' },
  help,
} satisfies Record<string, Flag<unknown>>;

export const validate = command({
  summary: 'Say what is wrong with a custom-resource configuration.',
  about:
    'Reads the files, and the .yaml and .yml files of folders, as ' +
    '--custom-resource-state-config-file does, and prints each mistake in a line: ' +
    'file:line:column: where: what was expected. It ends with exit code 2 where there is one, ' +
    'and with 0 where all is right. With --objects or a cluster it also prints the series that ' +
    'the rules give, rules that fail, and paths that lead nowhere.',
  flags: validateFlags,
  argument: { placeholder: 'FILE...', choices: 'files' },
  async run(processContext, { values, words }) {
    const wantsCluster = [values.kubeconfig, values.context, values.apiserver].some(Boolean);
    if (values.objects !== undefined && (wantsCluster || values['in-cluster'])) {
      throw new ConfigError({
        flag: ['--objects', '--kubeconfig'],
        expected: 'objects of a file or of a cluster',
        got: 'both',
        hint: 'leave one out',
      });
    }
    const { validated } = await import('./validate/run.ts');
    return validated(words, values, processContext);
  },
});
