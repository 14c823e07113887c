// Notes which test each process of Mocha runs: where a run does not end, that is where it stands.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, RootHookObject } from 'mocha';

/** Set by tools/ci.ts; nothing is noted without it. */
const folder = process.env.KUBESTATE_CI_RUNNING;

export const mochaHooks: RootHookObject = folder === undefined ? {} : notesIn(folder);

function notesIn(folder: string): RootHookObject {
  const note = join(folder, String(process.pid));
  return {
    beforeAll(this: Context) {
      // Hooks of its own that do not end come before its first test.
      writeFileSync(note, this.test?.parent?.suites[0]?.file ?? 'a file without a suite');
    },
    beforeEach(this: Context) {
      writeFileSync(note, `${this.currentTest?.file}: ${this.currentTest?.fullTitle()}`);
    },
    afterAll() {
      rmSync(note);
    },
  };
}
