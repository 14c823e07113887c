// Renders docs/telemetry.md: the metrics about kubestate itself, a line for each row of the table.
import type { Row } from '../../src/telemetry/rows.ts';
import { code, row, tableOf, words } from './markdown.ts';
import { notice } from './notice.ts';

type Families = Readonly<Record<string, Pick<Row, 'type' | 'help' | 'labels'>>>;

/** The page of the metrics on :8081. */
export const telemetryPage = (families: Families, election: Families): string =>
  `<!-- ${notice('src/telemetry/table.ts')} -->
# Metrics about kubestate

Port 8081 serves these, beside \`process_*\` and \`nodejs_*\` of Node.

${tableOfFamilies(families)}

With \`--leader-elect\` also:

${tableOfFamilies(election)}
`;

const tableOfFamilies = (families: Families): string =>
  tableOf(
    ['family', 'type', 'labels', 'what it says'],
    Object.entries(families).map(([name, { type, labels, help }]) =>
      row(code(name), type, Object.keys(labels).map(code).join(', '), words(help)),
    ),
  );
