// CustomResources attaches a resource for each kind that a configuration means, and drops it.
import type { Options } from '../config/options.ts';
import { orderKey } from '../custom/table.ts';
import type {
  CustomConfig,
  CustomTable,
  KindPattern,
  OnRuleError,
  ServedKind,
} from '../custom/types.ts';
import type { ResourceStatus } from '../http/readiness.ts';
import type { RelistReason } from '../kube/reasons.ts';
import { errorMessage } from '../lib/errors.ts';
import { logOnce } from '../lib/logThrottle.ts';
import { keyOf } from '../lib/objectKey.ts';
import { compile, type OnRenderError } from '../metrics/render.ts';
import type { AnyResource, CustomChoices, Selection } from '../metrics/select.ts';
import type { Stores } from '../store/types.ts';
import { KindWatch, nameOf, type ResolvedKind } from '../sync/kindWatch.ts';
import type { CustomTelemetry } from '../telemetry/state.ts';
import {
  behindOf,
  observerOf,
  type SyncedResource,
  type SyncParts,
  statusOf,
  syncedResource,
} from './syncedResource.ts';

/** A custom-resource configuration, and how its entries become tables. */
export interface CustomSetup {
  readonly config: CustomConfig;
  readonly tableOf: CustomTable;
}

export interface CustomResourcesOptions extends CustomSetup, SyncParts {
  readonly selection: Pick<Selection, 'selectCustom'>;
  readonly stores: Pick<Stores, 'add' | 'remove'>;
  /** The tables of the resources that are no custom ones, by plural. */
  readonly coreTables: Readonly<Record<string, AnyResource>>;
}

/** A kind that is followed, until `stop` resolves. */
interface Attached {
  readonly resource: SyncedResource;
  /** Whether it came later than the start: readiness does not wait for it. */
  readonly late: boolean;
  stop(): Promise<void>;
}

/** What readiness and self-metrics call the definitions of custom resources. */
const definitions = {
  resource: 'customresourcedefinitions',
  version: 'v1',
  kind: 'CustomResourceDefinition',
};

/** `run` it once. */
export class CustomResources {
  readonly #options: CustomResourcesOptions;
  readonly #kinds: KindWatch;
  /** By the identity of the kind. */
  readonly #attached = new Map<string, Attached>();
  readonly #onRuleError: OnRuleError;
  readonly #closeRules: () => void;
  readonly #onRenderError: (resource: string) => OnRenderError;
  #signal: AbortSignal | undefined;
  /** Kinds are attached and dropped one step after the other. */
  #settling: Promise<void> = Promise.resolve();
  /** Whether the kinds that there are at the start are attached. */
  #settled = false;

  constructor(options: CustomResourcesOptions) {
    const { config, client, clock, random, log } = options;
    this.#options = options;
    this.#onRuleError = ruleErrors(options);
    const rules = config.entries.flatMap((entry) => entry.rules);
    this.#closeRules = options.selfMetrics.openRules(rules);
    this.#onRenderError = renderErrors(options);
    this.#kinds = new KindWatch({
      patterns: config.entries.map(({ pattern }) => pattern),
      client,
      clock,
      random,
      log,
      observer: observerOf(definitions, undefined, options),
      counts: options.selfMetrics.definitions,
      onChange: () => {
        this.#settling = this.#settling.then(() => this.#settle());
      },
    });
  }

  /** Those that are attached now, in the order of the exposition. */
  get resources(): readonly SyncedResource[] {
    return this.#kinds.kinds.flatMap(
      (kind) => this.#attached.get(identityOf(kind))?.resource ?? [],
    );
  }

  /** The definitions, the kinds that are attached, and those that are not installed. */
  get statuses(): readonly ResourceStatus[] {
    const { clock } = this.#options;
    const { status, missing } = this.#kinds;
    return [
      {
        resource: definitions.resource,
        synced: this.#settled && status.synced,
        refused: this.#settled && status.refused,
        detail: status.synced && !this.#settled ? 'finding the kinds' : status.detail,
        behind: behindOf([status], clock),
      },
      ...[...this.#attached.values()].map(({ resource, late }): ResourceStatus => {
        const own = statusOf(resource, clock);
        return late ? { ...own, optional: 'joining' } : own;
      }),
      ...(this.#settled ? missing : []).map(
        ({ plural, version, group, kind }): ResourceStatus => ({
          resource: nameOf({ plural: plural ?? guessesOf(kind)[0] ?? kind, version, group }),
          synced: false,
          refused: false,
          optional: 'absent',
          detail: `${kind} is not installed, or not in this version`,
        }),
      ),
    ];
  }

  get telemetry(): CustomTelemetry {
    return {
      definitions: this.#kinds.definitions,
      disabledRules: disabledRulesOf(this.#options.config),
    };
  }

  /** Asks each reflector for a full list. */
  relist(reason: RelistReason): void {
    for (const { resource } of this.#attached.values()) resource.sync.relist(reason);
  }

  /** Works until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    await this.#kinds.run(signal);
    await this.#settling;
    await Promise.all([...this.#attached.values()].map(({ stop }) => stop()));
    this.#closeRules();
  }

  /** Drops what is not served any more, then attaches what is new. */
  async #settle(): Promise<void> {
    const signal = this.#signal;
    if (signal === undefined || signal.aborted) return;
    const { log } = this.#options;
    const { kinds } = this.#kinds;
    const identities = new Set(kinds.map(identityOf));
    const gone = [...this.#attached].filter(([identity]) => !identities.has(identity));
    await Promise.all(gone.map(([identity, attached]) => this.#detach(identity, attached)));
    for (const kind of kinds) {
      if (this.#attached.has(identityOf(kind))) continue;
      try {
        this.#attach(kind, signal);
      } catch (err) {
        log.error({ resource: nameOf(kind), err }, 'a custom resource could not be attached');
      }
    }
    this.#settled = true;
  }

  #attach(kind: ResolvedKind, signal: AbortSignal): void {
    const { config, tableOf, selection, stores, log } = this.#options;
    const name = nameOf(kind);
    const entries = kind.patterns.flatMap((pattern) => config.entries[pattern] ?? []);
    const table = tableOf(kind, entries, this.#onRuleError);
    const asked = this.#withoutSecrets(kind, table);
    const selected = selection.selectCustom(kind.plural, asked, this.#selectedAs(kind));
    if (selected === undefined) return;
    const { resource: resourceTable, choices } = selected;
    const renderer = compile(resourceTable, choices, this.#onRenderError(name));
    const place = { order: orderKey(kind), names: this.#namesOf(kind) };
    const store = stores.add(name, renderer, place);
    const resource = syncedResource(selected, name, store, {
      ...this.#options,
      goType: '*unstructured.Unstructured',
    });
    const ending = new AbortController();
    const done = resource.sync.run(AbortSignal.any([signal, ending.signal]));
    const stop = (): Promise<void> => {
      ending.abort();
      return done;
    };
    this.#attached.set(identityOf(kind), { resource, late: this.#settled, stop });
    if (this.#settled) log.info({ resource: name }, 'a custom resource was installed, serving it');
  }

  async #detach(identity: string, { resource, stop }: Attached): Promise<void> {
    const { stores, log } = this.#options;
    const { name } = resource;
    log.info({ resource: name }, 'a custom resource is gone, its series too');
    await stop();
    this.#attached.delete(identity);
    await stores
      .remove(name)
      .catch((err: unknown) => log.error({ resource: name, err }, 'its memory could not be freed'));
  }

  /** Of objects that must not be seen whole, rules get what the core table of the kind gets. */
  #withoutSecrets({ plural, group }: ServedKind, table: ReturnType<CustomTable>): AnyResource {
    const core = this.#options.coreTables[plural];
    if (core?.columns === undefined || core.group !== group) return table;
    return { ...table, columns: core.columns };
  }

  /** What --object-selector may call it; where there is a core table of it, also as that. */
  #selectedAs(kind: ResolvedKind): readonly string[] {
    const { plural, group } = kind;
    const isCore = this.#options.coreTables[plural]?.group === group;
    return isCore ? [...this.#namesOf(kind), plural] : this.#namesOf(kind);
  }

  /** What ?resources= may call it; a plural alone means the core resource that has it. */
  #namesOf(kind: ResolvedKind): readonly string[] {
    const { plural, group } = kind;
    const names = [nameOf(kind)];
    if (group !== '') names.push(`${plural}.${group}`);
    if (this.#options.coreTables[plural] === undefined) names.push(plural);
    return names;
  }
}

/** What a kind is followed by: another scope is another collection. */
const identityOf = (kind: ServedKind): string => `${nameOf(kind)} ${kind.kind} ${kind.scope}`;

/** Counts each error of a rule, and logs the first, unless its `errorLogV` is too high for that. */
function ruleErrors({ selfMetrics, log, options }: CustomResourcesOptions): OnRuleError {
  const warn = logOnce(log);
  return ({ place, family, errorLogV }, { metadata }, error) => {
    selfMetrics.ruleError({ place, family });
    if (options.v < errorLogV) return;
    const { file, line } = place;
    warn(
      `${file}:${line} ${family}`,
      { rule: `${file}:${line}`, family, object: keyOf(metadata), error: errorMessage(error) },
      'a rule could not be applied to an object, further ones are only counted',
    );
  };
}

/** As for rules: a family that cannot be rendered. */
function renderErrors({
  selfMetrics,
  log,
}: CustomResourcesOptions): (resource: string) => OnRenderError {
  const warn = logOnce(log);
  return (resource) =>
    (family, { metadata }, err) => {
      selfMetrics.renderError(resource, family);
      warn(
        `${resource} ${family}`,
        { resource, family, object: keyOf(metadata), err },
        'a family of an object could not be rendered, further ones are only counted',
      );
    };
}

/** How many rules of each file are wrong; one may be so in several ways. */
function disabledRulesOf({ entries, mistakes }: CustomConfig): CustomTelemetry['disabledRules'] {
  const rules = new Map(entries.map(({ place }) => [place.file, new Set<string>()]));
  for (const { place, path, harmless } of mistakes) {
    if (harmless) continue;
    const [rule = path] = /^spec\.resources\[\d+\](\.metrics\[\d+\])?/.exec(path) ?? [];
    rules.set(place.file, (rules.get(place.file) ?? new Set()).add(rule));
  }
  return [...rules].map(([filename, { size }]) => ({ filename, rules: size }));
}

/** What of the selection of resources and families depends on a custom-resource configuration. */
export function customChoicesOf(
  { entries }: CustomConfig,
  { 'custom-resource-state-only': only }: Pick<Options, 'custom-resource-state-only'>,
): CustomChoices {
  const patterns = entries.map(({ pattern }) => pattern);
  const rules = entries.flatMap((entry) => entry.rules);
  const namesOf = (some: typeof rules) => [...new Set(some.map(({ family }) => family))];
  return {
    only,
    families: namesOf(rules),
    stateSets: namesOf(rules.filter(({ type }) => type === 'stateset')),
    names: patterns.map(({ plural, kind }) => plural ?? guessesOf(kind)[0] ?? kind),
    accepts: (name) => patterns.some((pattern) => mayBeCalled(pattern, name)),
  };
}

/** Whether the kinds of a pattern may have this plural: they need not be installed yet. */
function mayBeCalled({ plural, kind, version, group }: KindPattern, name: string): boolean {
  const [first = '', ...rest] = name.split('.');
  const where = rest.join('.');
  if (where !== '' && where !== group && where !== `${version}.${group}`) return false;
  return kind === '*' || first === plural || guessesOf(kind).includes(first);
}

/** The plurals that a kind mostly has, the usual one first. */
function guessesOf(kind: string): readonly string[] {
  const lower = kind.toLowerCase();
  return [`${lower}s`, `${lower}es`, lower.replace(/y$/, 'ies'), lower];
}
