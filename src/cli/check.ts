// `kubestate check`: whether the given flags are right, without starting anything.
import { flags } from '../config/options.ts';
import { command } from './command.ts';
import { logLevel } from './process.ts';

export const check = command({
  summary: 'Say whether kubestate would start with the given flags.',
  about:
    'Says whether kubestate would start with these flags. Exit code 0 or 2. It reads the flags ' +
    'and all files that they name, as a start does. With 0 it prints what would be served, and ' +
    'mistakes that a start only logs, one in a line. With 2 it prints the error of the start. ' +
    'It takes all flags of kubestate. It opens no port and asks no cluster, so it does not find ' +
    'missing rights. helm test runs it with the arguments of the chart.',
  flags,
  inherits: 'serve',
  async run(context, { values }) {
    const [{ openLog }, { checkStart }] = await Promise.all([
      import('../lib/log.ts'),
      import('../app/check.ts'),
    ]);
    const log = openLog(logLevel(values.v));
    const { resources, customEntries, notes } = await checkStart(values, { ...context, log });
    const entries = customEntries === 1 ? '1 entry' : `${customEntries} entries`;
    const customs = customEntries === 0 ? '' : `; custom resources: ${entries}`;
    const lines = [
      ...notes.map((note) => `note: ${note}`),
      `The flags are right. Resources: ${resources.join(', ') || 'none'}${customs}.`,
    ];
    context.print(`${lines.join('\n')}\n`);
    return 0;
  },
});
