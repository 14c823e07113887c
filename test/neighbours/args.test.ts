// The arguments that the chart of kube-state-metrics gives its program, given to ours.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CustomSetup } from '../../src/app/customResources.ts';
import { selectBy } from '../../src/app/pipeline.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags, type Options } from '../../src/config/options.ts';
import { ownsAll } from '../../src/sync/claims.ts';
import { scopeOf } from '../../src/sync/scope.ts';
import { manifestsOf } from '../chart/compare.ts';

/** The flags of custom resources: with them, nothing else needs to be served. */
const CUSTOM: readonly string[] = [
  'custom-resource-state-config-file',
  'custom-resource-state-only',
];

/** It has an allow-list and a deny-list, which kube-state-metrics refuses to start with as well. */
const BOTH_LISTS = 'lists.yaml';

const folder = join(import.meta.dirname, '../chart/rendered');

interface Workload {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { args?: string[] }[] };
    };
  };
}

/** The arguments of the exporter itself: a proxy beside it has no port of this name. */
function argsIn(file: string): string[] {
  const workload = manifestsOf(readFileSync(join(folder, file), 'utf8')).find(({ kind }) =>
    ['Deployment', 'StatefulSet'].includes(kind),
  ) as unknown as Workload;
  const { containers } = workload.spec.template.spec;
  return containers.find(({ args }) => args?.some(isPort))?.args ?? [];
}

const isPort = (arg: string): boolean => arg.startsWith('--port=');

/** Rejects where these options leave nothing to serve, as the start does. */
async function serves(options: Options): Promise<void> {
  const custom = options['custom-resource-state-config-file'] ? noRules : undefined;
  const { resources } = await selectBy(options, custom);
  if (options['custom-resource-state-only']) expect(resources).to.be.empty;
  else expect(resources).to.not.be.empty;
  scopeOf(options, options.pod === '' ? undefined : ownsAll);
}

/** A configuration of custom resources; its rules are of no matter here. */
const noRules: CustomSetup = {
  config: { entries: [], mistakes: [] },
  tableOf: () => expect.fail('no kind is served'),
};

/** Whether an argument is one of custom resources. */
const isCustom = (arg: string): boolean =>
  CUSTOM.some((name) => `${arg}=`.startsWith(`--${name}=`));

describe("the arguments of kube-state-metrics' chart", () => {
  const files = readdirSync(folder).sort();

  for (const file of files) {
    it(`are taken as they stand: ${file}`, async () => {
      const args = argsIn(file);
      expect(args).to.not.be.empty;
      const { values, given, words } = parseCommandLine(flags, args);
      expect(words).to.deep.equal([]);
      const names = args.map((arg) => /^--([\w-]+)/.exec(arg)?.[1]);
      expect(given).to.have.members([...new Set(names)]);
      if (file === BOTH_LISTS) {
        const refusal = await serves(values).catch((error: Error) => error.message);
        expect(refusal).to.include('--metric-denylist');
      } else {
        await serves(values);
      }
    });
  }

  it('are those of 36 sets of values, of which some have custom resources', () => {
    expect(files).to.have.length(36);
    const custom = files.flatMap(argsIn).filter(isCustom);
    expect(custom).to.have.length.above(CUSTOM.length - 1);
  });
});
