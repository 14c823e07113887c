// Writes tools/protobuf/messages.json: the messages of all resources, from Kubernetes' Go types.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resources } from '../src/resources/index.ts';
import { kindOf, runProtobuf } from './protobuf/run.ts';

const output = join(import.meta.dirname, 'protobuf/messages.json');

interface Printed {
  readonly roots: Readonly<Record<string, string>>;
  readonly messages: Readonly<Record<string, readonly object[]>>;
}

const kinds = Object.keys(resources).map(kindOf);
const [{ roots, messages }] = runProtobuf('messages', [kinds]) as [Printed];
const rows = (entries: Iterable<[string, unknown]>): string =>
  [...entries]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(',\n');
const text = [
  '{"source": "the Go types of tools/protobuf/go.mod, by tools/protobuf.ts",',
  `"roots": {\n${rows(Object.entries(roots))}},`,
  `"messages": {\n${rows(Object.entries(messages))}}}\n`,
].join('\n');
writeFileSync(output, text);
process.stdout.write(`${output}: ${Object.keys(messages).length} messages\n`);
