// noChoices is what the flags select where none is given.
import type { Choices } from '../../src/metrics/select.ts';

export const noChoices: Choices = {
  resources: [],
  metricAllowlist: [],
  metricDenylist: [],
  metricOptInList: [],
  metricLabelsAllowlist: undefined,
  metricAnnotationsAllowlist: undefined,
};
