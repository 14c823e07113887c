// Takes the screenshot of the page on port 8081 of a new demo, for the docs.
import { join } from 'node:path';
import { picture } from './chromium.ts';
import { startDemo } from './demo.ts';

const file = join(import.meta.dirname, '../docs/images/telemetry-page.png');
/** Shows the top of the page; the table is cut off. */
const sight = { width: 900, height: 760 };

const demo = await startDemo();
try {
  await picture(demo.telemetryPage, file, sight);
  process.stdout.write(`${file} written.\n`);
} finally {
  await demo.stop();
}
