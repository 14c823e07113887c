// The commands by name; `serve`, the default, comes first.
import { check } from './check.ts';
import type { Command } from './command.ts';
import { completionFor } from './completion.ts';
import { demo } from './demo.ts';
import { diff } from './diff.ts';
import { rbac } from './rbac.ts';
import { serve } from './serve.ts';
import { top } from './top.ts';
import { validate } from './validate.ts';
import { version } from './version.ts';

const working: Readonly<Record<string, Command>> = {
  serve,
  demo,
  top,
  diff,
  check,
  validate,
  rbac,
  version,
};

export const commands: Readonly<Record<string, Command>> = {
  ...working,
  completion: completionFor(working),
};
