// familyHeader is the header of a family that a test makes up: nothing but its name matters.
import type { FamilyHeader } from '../../src/metrics/render.ts';

export const familyHeader = (name: string): FamilyHeader => ({
  name,
  type: 'info',
  stability: 'ALPHA',
  help: `The family ${name}.`,
  header: { text: `# TYPE ${name} gauge\n`, openmetrics: `# TYPE ${name} info\n` },
});
