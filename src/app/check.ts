// checkStart does what a start does before it opens ports and asks the API server.
import type { Options } from '../config/options.ts';
import { type Settings, settingsOf } from '../config/settings.ts';
import { openTransport } from '../kube/transport.ts';
import { candidateOf } from '../leader/open.ts';
import { ConfigError } from '../lib/errors.ts';
import { contentsOf } from '../lib/fileWatcher.ts';
import { ownsAll } from '../sync/claims.ts';
import { scopeOf } from '../sync/scope.ts';
import { refuseHalfOfPod } from '../sync/sharding.ts';
import { customPathsOf, mistakeSentence, readCustom } from './customConfig.ts';
import { type RunContext, selectBy } from './pipeline.ts';
import { refuseOpenProfiling } from './profiling.ts';
import { settingsIn } from './reload.ts';
import { checkMsOf } from './syncedResource.ts';

export interface Checked {
  /** The resources with a table that would be served. */
  readonly resources: readonly string[];
  /** How many entries the configuration of custom resources has. */
  readonly customEntries: number;
  /** Sentences about mistakes that a start only logs. */
  readonly notes: readonly string[];
}

/**
 * Reads the command line, and the files that it names, as a start does. Rejects with ConfigError
 * where a start would, but for what only the API server can tell.
 */
export async function checkStart(commandLine: Options, context: RunContext): Promise<Checked> {
  const notes: string[] = [];
  const settings = await settingsFor(commandLine, context, notes);
  notes.push(...settings.unknown);
  try {
    return await checkOptions(settings.options, context, notes);
  } catch (error) {
    throw error instanceof ConfigError ? settings.located(error) : error;
  }
}

/** The settings; those of the command line where --continue-without-config allows it. */
async function settingsFor(
  commandLine: Options,
  { readFile }: RunContext,
  notes: string[],
): Promise<Settings> {
  const { config } = commandLine;
  try {
    return await settingsIn(contentsOf(config ? [config] : [], readFile), commandLine);
  } catch (error) {
    const tolerant = commandLine['continue-without-config'];
    if (!tolerant || !(error instanceof ConfigError)) throw error;
    notes.push(error.message);
    return settingsOf(commandLine);
  }
}

async function checkOptions(
  options: Options,
  context: RunContext,
  notes: string[],
): Promise<Checked> {
  const { readFile, readFolder, env, clock, log } = context;
  const paths = customPathsOf(options, readFolder);
  const tolerant = options['continue-without-custom-resource-state-config-file'];
  const { custom, refused } = await readCustom(
    options,
    paths,
    contentsOf(paths, readFile),
    tolerant,
  );
  notes.push(...refused.map(({ error }) => error.message));
  notes.push(...(custom?.config.mistakes ?? []).map(mistakeSentence));
  const selection = await selectBy(options, custom);
  for (const { flag, expression } of selection.idleExpressions) {
    notes.push(`${flag}: the expression ${expression} matches no family.`);
  }
  for (const resource of selection.idleSelectors) {
    notes.push(`--object-selector: ${resource} is not served.`);
  }
  checkMsOf(options);
  const elects = options['leader-elect'];
  if (!elects) refuseHalfOfPod(options);
  const isPlaced = Boolean(options.pod) && !elects;
  scopeOf(options, isPlaced ? ownsAll : undefined);
  candidateOf(options, env);
  refuseSamePorts(options);
  await checkWebConfig(options, context);
  await openTransport(options, context, { clock, log }).close();
  return {
    resources: selection.resources.map(({ plural }) => plural),
    customEntries: custom?.config.entries.length ?? 0,
    notes,
  };
}

function refuseSamePorts({ port, 'telemetry-port': telemetryPort }: Options): void {
  if (port !== telemetryPort || port === 0) return;
  throw new ConfigError({
    flag: ['--port', '--telemetry-port'],
    expected: 'two ports',
    got: `${port} for both`,
    hint: 'name another for one of them',
  });
}

async function checkWebConfig(options: Options, { readFile, clock, log }: RunContext) {
  const { 'tls-config': path, 'auth-filter': authFilter } = options;
  if (!path) return refuseOpenProfiling(options, false);
  const { Web } = await import('../http/tls/webServer.ts');
  const web = new Web({ path, authFilter, readFile, clock, log });
  await web.close();
  refuseOpenProfiling(options, web.hasUsers);
}
