// Assertions on ConfigError and StartError by their fields; the sentence has a test of its own.
import { expect } from 'chai';
import { ConfigError, type ErrorFields, type StartError } from '../../src/lib/errors.ts';

/** Fields as they must be: equal, or matched by an expression; those left out may be anything. */
export type Facts = { readonly [Key in keyof ErrorFields]?: ErrorFields[Key] | RegExp };

/** Expects a ConfigError, or a StartError where that is `Kind`, with these fields. */
export function expectRefusal<Kind extends ConfigError | StartError = ConfigError>(
  error: unknown,
  facts: Facts,
  Kind: abstract new (...args: never) => Kind = ConfigError as never,
): Kind {
  expect(error).to.be.instanceOf(Kind);
  for (const [key, wanted] of Object.entries(facts)) {
    const got = (error as ErrorFields)[key as keyof ErrorFields];
    if (wanted instanceof RegExp) expect(got, key).to.match(wanted);
    else expect(got, key).to.deep.equal(wanted);
  }
  return error as Kind;
}

/** Expects `act` to throw a ConfigError with these fields. */
export function expectRefused(act: () => unknown, facts: Facts): ConfigError {
  let error: unknown;
  try {
    act();
  } catch (thrown) {
    error = thrown;
  }
  return expectRefusal(error, facts);
}

/** What the promise rejects with; fails where it resolves. */
export const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('nothing was refused'),
    (reason: unknown) => reason,
  );
