// `kubestate check`: whether the given flags are right, without starting anything.
import { flags } from '../config/options.ts';
import { command } from './command.ts';
import { logLevel } from './process.ts';

export const check = command({
  summary: 'Say whether kubestate would start with the given flags.',
  about:
    'Reads the flags, and all files that they name, as a start does, and ends: with exit code 2 ' +
    'and the sentence of a start that would fail, or with 0 and what would be served. Mistakes ' +
    'that a start only logs are printed, one in a line. It takes all flags of kubestate, opens ' +
    'no port and asks no cluster, so it does not say whether rights are missing. helm test runs ' +
    'it with the arguments of the chart.',
  flags,
  inherits: 'serve',
  async run(context, { values }) {
    const [{ openLog }, { checkStart }] = await Promise.all([
      import('../lib/log.ts'),
      import('../app/check.ts'),
    ]);
    const log = openLog(logLevel(values.v));
    const { resources, customEntries, notes } = await checkStart(values, { ...context, log });
    const customs = customEntries === 0 ? '' : `; custom resources: ${customEntries} entries`;
    const lines = [
      ...notes.map((note) => `note: ${note}`),
      `The flags are right. Resources: ${resources.join(', ') || 'none'}${customs}.`,
    ];
    context.print(`${lines.join('\n')}\n`);
    return 0;
  },
});
