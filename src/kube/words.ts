// Errors in words, for log lines and sentences.
import { asRecord } from './objects.ts';

/** What an error says; of one that says nothing itself, what it was made of, or its code. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  // A host with several addresses fails with one error for each, in an error without a message.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  const { code } = asRecord(error);
  return typeof code === 'string' ? code : error.name;
}
