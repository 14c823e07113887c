// changedOptions tells which flags have other values than their defaults, for people.
import { shortened } from '../lib/shortened.ts';
import { byteSize, duration, type Flag } from './flags.ts';
import { flags, type Options } from './options.ts';

/** A longer value is cut. */
const valueCharsMax = 200;

export interface ChangedOption {
  /** As typed: `--resources`. */
  readonly flag: string;
  /** As typed, but without a password in a URL, and of a text of several lines only its length. */
  readonly value: string;
}

/** The flags that are in force and are not what they are by default, in the order of --help. */
export function changedOptions(options: Options): ChangedOption[] {
  return Object.entries<Flag<unknown>>(flags)
    .filter(([name, { ignored }]) => !ignored && name in options)
    .map(([name, flag]) => ({ name, flag, value: options[name as keyof Options] }))
    .filter(({ flag, value }) => JSON.stringify(value) !== JSON.stringify(flag.default))
    .map(({ name, flag, value }) => ({ flag: `--${name}`, value: textOf(flag, value) }));
}

function textOf({ kind }: Flag<unknown>, value: unknown): string {
  if (kind === duration) return durationText(Number(value));
  if (kind === byteSize) return `${value}`;
  const text = withoutLogin(Array.isArray(value) ? value.join(',') : String(value));
  if (text.includes('\n')) return `(${text.length} characters)`;
  return shortened(text, valueCharsMax);
}

/** A URL may name a user, and give the password. */
const withoutLogin = (text: string): string => text.replace(/(?<=:\/\/)[^/?#]*@/g, '');

const unitsMs = { h: 3_600_000, m: 60_000 };

/** As Go writes it: 1m30s. */
function durationText(ms: number): string {
  const hours = Math.floor(ms / unitsMs.h);
  const minutes = Math.floor((ms % unitsMs.h) / unitsMs.m);
  const seconds = (ms % unitsMs.m) / 1_000;
  const parts = [hours && `${hours}h`, minutes && `${minutes}m`, seconds && `${seconds}s`];
  return parts.filter(Boolean).join('') || '0s';
}
