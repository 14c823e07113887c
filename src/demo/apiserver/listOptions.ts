// Parses and validates the options of a list or watch from the query.
import { badRequest, type FieldFault, invalidOptions } from './apiStatus.ts';

/** The query parameters of a request. */
export type Query = Readonly<Record<string, string>>;

export interface ListOptions {
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  /** `undefined` if not in the query, which is not the same as false. */
  readonly sendInitialEvents: boolean | undefined;
  /** Empty if not in the query. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly continue: string;
  /** 0 means no limit. */
  readonly limit: number;
  readonly timeoutSeconds: number | undefined;
}

/** Parses the options; throws a 400 for an invalid number, a 422 for options that conflict. */
export function parseListOptions(query: Query, watchListOn: boolean): ListOptions {
  const options: ListOptions = {
    watch: flag(query.watch) ?? false,
    allowWatchBookmarks: flag(query.allowWatchBookmarks) ?? false,
    sendInitialEvents: flag(query.sendInitialEvents),
    resourceVersion: query.resourceVersion ?? '',
    resourceVersionMatch: query.resourceVersionMatch ?? '',
    continue: query.continue ?? '',
    limit: wholeNumber('limit', query.limit) ?? 0,
    timeoutSeconds: wholeNumber('timeoutSeconds', query.timeoutSeconds),
  };
  wholeNumber('resourceVersion', query.resourceVersion);
  const faults = options.watch ? watchFaults(options, watchListOn) : listFaults(options);
  if (faults.length > 0) throw invalidOptions(faults);
  return options;
}

/** Whether a list accepts any version. */
export const anyVersion = ({ resourceVersion }: ListOptions): boolean => resourceVersion === '0';

const MATCH = 'resourceVersionMatch';
const INITIAL = 'sendInitialEvents';

function listFaults(options: ListOptions): FieldFault[] {
  const { resourceVersion, resourceVersionMatch: match, sendInitialEvents } = options;
  const faults: FieldFault[] = [];
  if (match !== '') {
    if (resourceVersion === '') faults.push(forbidden(MATCH, 'without a resourceVersion'));
    if (options.continue !== '') faults.push(forbidden(MATCH, 'with a continue token'));
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      faults.push(unsupported(match, ['Exact', 'NotOlderThan']));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      faults.push(forbidden(MATCH, 'as Exact for resourceVersion 0'));
    }
  }
  if (sendInitialEvents !== undefined) faults.push(forbidden(INITIAL, 'for a list'));
  return faults;
}

function watchFaults(options: ListOptions, watchListOn: boolean): FieldFault[] {
  const { resourceVersionMatch: match, sendInitialEvents } = options;
  const faults: FieldFault[] = [];
  if (sendInitialEvents !== undefined) {
    if (match !== 'NotOlderThan') faults.push(forbidden(MATCH, 'other than NotOlderThan here'));
    if (!watchListOn) {
      faults.push(forbidden(INITIAL, 'for a watch unless the feature WatchList is enabled'));
    }
  }
  if (match !== '') {
    if (sendInitialEvents === undefined) faults.push(forbidden(MATCH, 'without sendInitialEvents'));
    if (match !== 'NotOlderThan') faults.push(unsupported(match, ['NotOlderThan']));
    if (options.continue !== '') faults.push(forbidden(MATCH, 'with a continue token'));
  }
  return faults;
}

const forbidden = (field: string, where: string): FieldFault => ({
  field,
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${field} is forbidden ${where}`,
});

const unsupported = (got: string, values: readonly string[]): FieldFault => ({
  field: MATCH,
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: "${got}": supported values: ${values.join(', ')}`,
});

/** Parses a boolean like the API server: every value but `0` and `false` is true. */
function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text !== 'false' && text !== '0';
}

function wholeNumber(field: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(`${field}: Invalid value: "${text}": expected a whole number`);
  }
  return Number(text);
}
