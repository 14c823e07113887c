// Renders the JSON schema of custom-resource configuration, for editors.
import * as z from 'zod';
import { fileSchema } from '../../src/custom/schema.ts';
import { notice } from './notice.ts';

/** The text of the file; what is in any case is listed as most people write it. */
export function customSchema(): string {
  const schema = z.toJSONSchema(fileSchema, {
    target: 'draft-7',
    override({ jsonSchema }) {
      // YAML needs no quotes around texts that look like numbers, and a flag may be a word.
      if (jsonSchema.type === 'string' && jsonSchema.const === undefined) {
        if (jsonSchema.enum === undefined)
          jsonSchema.type = ['string', 'number', 'boolean'] as never;
        else jsonSchema.enum = jsonSchema.enum.flatMap(inSomeCases);
      }
    },
  });
  const head = {
    $schema: schema.$schema,
    $comment: notice('src/custom/schema.ts'),
    title: 'Custom-resource configuration of kubestate and kube-state-metrics',
  };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

const inSomeCases = (word: unknown): string[] => {
  const text = String(word);
  return [text, text.toLowerCase(), text.toUpperCase()];
};
