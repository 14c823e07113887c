// What `kubestate validate` says of custom-resource configurations, and of rules tried on objects.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { validate } from '../../src/cli/validate.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { packNames } from '../../src/custom/packs.ts';
import { loadObjects } from '../../src/demo/apiserver/file.ts';
import { ConfigError } from '../../src/lib/errors.ts';
import type { ProcessContext } from '../../src/lib/processContext.ts';
import { contextOf } from '../support/context.ts';
import { clusterOf } from '../support/program.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

interface Ended {
  readonly code: number;
  readonly lines: readonly string[];
}

/** Runs the command in the folder; the lines that it prints name files as they are in there. */
async function run(...args: string[]): Promise<Ended> {
  const printed: string[] = [];
  const context = {
    ...contextOf({ log: undefined as never }),
    print: (text: string) => printed.push(text),
  } as unknown as ProcessContext;
  const line = parseCommandLine(
    validate.flags,
    args.map((arg) => arg.replace('@', `${folder}/`)),
  );
  const code = await validate.run(context, line);
  const text = printed.join('').replaceAll(`${folder}/`, '');
  return { code, lines: text.split('\n').filter((one) => one !== '') };
}

const configuration = (entry: string): string =>
  `kind: CustomResourceStateMetrics\nspec:\n  resources:\n${entry}`;

const right = configuration(`    - groupVersionKind: {group: example.com, version: v1, kind: Foo}
      labelsFromPath: {name: [metadata, name]}
      metrics:
        - name: replicas
          each: {type: Gauge, gauge: {path: [spec, replicas]}}
        - name: ready
          each:
            type: Gauge
            gauge:
              cel: >-
                self.status.conditions.exists(c, c.type == "Ready" && c.status == "True") ? 1 : 0
`);

const wrong = configuration(`    - groupVersionKind: {group: example.com, version: v1, kind: Foo}
      labelsFromPth: {name: [metadata, name]}
      metrics:
        - name: replicas
          each: {type: Guage, gauge: {path: [spec, replicas]}}
        - name: ready
          each:
            type: Gauge
            gauge:
              cel: |
                self.status.conditions.exists(c,
                  c.type.startWith("R"))
        - name: one
          each: {type: Gauge, gauge: {cel: 'slf.spec.one'}}
`);

/** Reads fields that no object has, or that are no numbers. */
const doubtful = configuration(`    - groupVersionKind: {group: example.com, version: v1, kind: Foo}
      labelsFromPath: {zone: [spec, zone]}
      metrics:
        - name: color
          each: {type: Gauge, gauge: {path: [spec, color]}}
        - name: next
          each: {type: Gauge, gauge: {cel: self.spec.color + 1}}
        - name: ports
          each: {type: Gauge, gauge: {path: [spec, ports], valueFrom: [number]}}
    - groupVersionKind: {group: example.com, version: v1, kind: Bar}
      metrics:
        - name: bar
          each: {type: Gauge, gauge: {path: [spec, bar]}}
`);

const foo = (name: string, spec: object, status?: object): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Foo',
  metadata: { name, namespace: 'a' },
  spec,
  status,
});
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const ports = [{ number: 80 }, { number: 81 }];
const foos = [
  foo('one', { replicas: 3, color: 'red', ports }, ready),
  foo('two', { replicas: 9007199254740993n, color: 'blue' }),
];
const json = (value: unknown): string =>
  JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `<${one}>` : one)).replace(
    /"<(\d+)>"/g,
    '$1',
  );

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'foos.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Foo', plural: 'foos', listKind: 'FooList', singular: 'foo' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  replicas: { type: 'integer' },
                  color: { type: 'string' },
                  ports: {
                    type: 'array',
                    items: { type: 'object', properties: { number: { type: 'integer' } } },
                  },
                  limits: { type: 'object', additionalProperties: { type: 'string' } },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
              status: {
                type: 'object',
                properties: {
                  conditions: {
                    type: 'array',
                    items: {
                      type: 'object',
                      properties: { type: { type: 'string' }, status: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'validate-'));
  const files: Readonly<Record<string, string>> = {
    'right.yaml': right,
    'wrong.yaml': wrong,
    'doubtful.yaml': doubtful,
    'other.yaml': 'kind: ConfigMap\n',
    'no.yaml': 'a: [\n',
    'objects.jsonl': foos.map(json).join('\n'),
    'objects.json': json({ apiVersion: 'example.com/v1', kind: 'FooList', items: foos }),
    'objects.yaml': foos.map((one) => `---\n${json(one)}\n`).join(''),
    'no-objects.yaml': '---\nkind: Foo\n',
    'crd.json': json(definition),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
});
after(() => rmSync(folder, { recursive: true }));

describe('kubestate validate', () => {
  it('is content with what is right, and says how much it is', async () => {
    expect(await run('@right.yaml')).to.deep.equal({
      code: 0,
      lines: ['1 file, 1 entry, 2 families: right.'],
    });
  });

  it('says each mistake in a line, with its place and the nearest right word', async () => {
    const { code, lines } = await run('@wrong.yaml');
    expect(code).to.equal(2);
    // biome-ignore format: one row per line
    const expected: readonly RegExp[] = [
      /^wrong\.yaml:5:7: spec\.resources\[0\]\.labelsFromPth: .*did you mean labelsFromPath\?$/,
      /^wrong\.yaml:8:24: spec\.resources\[0\]\.metrics\[0\]\.each\.type: .*did you mean Gauge\?$/,
      /^wrong\.yaml:15:26: .*\.metrics\[1\]\.each\.gauge\.cel: .*did you mean startsWith\?$/,
      /^wrong\.yaml:17:45: .*\.metrics\[2\]\.each\.gauge\.cel: .*no variable slf; did you mean self\?$/,
      /^1 file, 1 entry, 0 families: 4 mistakes\.$/,
    ];
    expect(lines).to.have.lengthOf(expected.length);
    for (const [i, pattern] of expected.entries()) expect(lines[i]).to.match(pattern);
  });

  it('reads the others where a file is wrong as a whole', async () => {
    const { code, lines } = await run('@other.yaml', '@no.yaml', '@missing.yaml', '@right.yaml');
    expect(code).to.equal(2);
    expect(lines).to.have.lengthOf(4);
    expect(lines[0]).to.match(/^missing\.yaml: expected a file or folder .*ENOENT/);
    expect(lines[1]).to.match(/^other\.yaml:1:7: kind: expected CustomResourceStateMetrics/);
    expect(lines[2]).to.match(/^no\.yaml:\d+:\d+: expected YAML/);
    expect(lines[3]).to.equal('3 files, 1 entry, 2 families: 3 mistakes.');
  });

  it('reads the files of a folder', async () => {
    expect((await run('@')).lines.at(-1)).to.match(
      /^\d files, 4 entries, 6 families: \d+ mistakes/,
    );
  });

  for (const file of ['objects.jsonl', 'objects.json', 'objects.yaml']) {
    it(`prints the series that the rules give on ${file}`, async () => {
      const { code, lines } = await run('@right.yaml', `--objects=@${file}`);
      const labels = (name: string): string =>
        'customresource_group="example.com",customresource_kind="Foo",' +
        `customresource_version="v1",name="${name}"`;
      expect(lines).to.deep.equal([
        'The rules give on 2 objects:',
        '  kube_customresource_replicas (gauge): 2 series',
        `    kube_customresource_replicas{${labels('one')}} 3`,
        `    kube_customresource_replicas{${labels('two')}} 9.007199254740992e+15`,
        '  kube_customresource_ready (gauge): 1 series',
        `    kube_customresource_ready{${labels('one')}} 1`,
        '1 file, 1 entry, 2 families: right.',
      ]);
      expect(code).to.equal(0);
    });
  }

  it('says which rules fail, which paths lead nowhere, and what is there twice', async () => {
    const { code, lines } = await run('@doubtful.yaml', '--objects=@objects.jsonl', '--series=0');
    expect(code).to.equal(2);
    expect(lines.slice(0, 6)).to.deep.equal([
      'The rules give on 2 objects:',
      '  kube_customresource_color (gauge): 0 series',
      '  kube_customresource_next (gauge): 0 series',
      '  kube_customresource_ports (gauge): 2 series',
      '    1 of them are there twice, such as {customresource_group="example.com",' +
        'customresource_kind="Foo",customresource_version="v1"}: add a label',
      '  kube_customresource_bar (gauge): 0 series',
    ]);
    // biome-ignore format: one row per line
    const expected: readonly RegExp[] = [
      /^doubtful\.yaml:7:11: .*metrics\[0\]: kube_customresource_color fails on 2 objects, such as a\/one: expected a number, got "red"$/,
      /^doubtful\.yaml:9:11: .*metrics\[1\]: kube_customresource_next fails on 2 objects, such as a\/one: .*\+ takes no string and int/,
      /^doubtful\.yaml:5:30: .*: note: spec\.zone leads nowhere on any of 2 objects$/,
      /^doubtful\.yaml:13:7: note: there is no object of Bar in example\.com\/v1$/,
      /^1 file, 2 entries, 4 families: 2 rules failed\.$/,
    ];
    expect(lines.slice(6)).to.have.lengthOf(expected.length);
    for (const [i, pattern] of expected.entries()) expect(lines[6 + i]).to.match(pattern);
  });

  it('shows rules no more of Secrets than kubestate sees', async () => {
    const secrets = configuration(`    - groupVersionKind: {version: v1, kind: Secret}
      metrics:
        - name: kind_of
          each: {type: Info, info: {labelsFromPath: {kind_of: [type], data: [data, password]}}}
`);
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'b' } };
    writeFileSync(at('secrets.yaml'), secrets);
    writeFileSync(
      at('secret.json'),
      json({ ...secret, type: 'Opaque', data: { password: 'eA==' } }),
    );
    const { code, lines } = await run('@secrets.yaml', '--objects=@secret.json');
    expect(code).to.equal(0);
    expect(lines.join()).to.include('kind_of="Opaque"').and.not.include('eA==');
  });

  it('tries the rules on objects of a cluster', async () => {
    const { server, url } = await clusterOf();
    loadObjects(server, [definition, ...foos].map(json).join('\n'), 'objects.jsonl');
    try {
      const { code, lines } = await run('@right.yaml', `--apiserver=${url}`, '--series=1');
      expect([code, lines.length]).to.deep.equal([0, 7]);
      expect(lines[0]).to.equal('The rules give on 2 objects:');
      expect(lines[1]).to.equal('  kube_customresource_replicas (gauge): 2 series');
      expect(lines[3]).to.equal('    and 1 more');
    } finally {
      await server.close();
    }
  });

  const refused: readonly (readonly [args: string[], sentence: RegExp])[] = [
    [['@right.yaml', '--objects=@no-objects.yaml'], /no-objects\.yaml:2: expected objects with/],
    [['@right.yaml', '--objects=@missing'], /missing: expected a file or folder with objects/],
    [['@right.yaml', '--objects=@no.yaml'], /no\.yaml:\d+: expected YAML/],
    [['@right.yaml', '--crd=@right.yaml'], /right\.yaml:1: expected objects with/],
    [['@right.yaml', '--crd=@objects.yaml'], /--crd .*: expected CustomResourceDefinitions/],
    [['@right.yaml', '--objects=a', '--context=b'], /expected objects of a file or of a cluster/],
  ];
  for (const [args, sentence] of refused) {
    it(`refuses ${args.slice(1).join(' ')}`, async () => {
      const failed = await run(...args).catch((error: unknown) => error);
      expect(failed).to.be.instanceOf(ConfigError).with.property('message').match(sentence);
    });
  }
});

describe('kubestate validate with the schema of a CRD', () => {
  /** The lines for a file with one rule. */
  async function linesOf(rule: string, entry = ''): Promise<readonly string[]> {
    const text = configuration(
      '    - groupVersionKind: {group: example.com, version: v1, kind: Foo}\n' +
        `      ${entry}\n      metrics:\n        - name: it\n          each: ${rule}\n`,
    );
    writeFileSync(at('one.yaml'), text);
    const { code, lines } = await run('@one.yaml', '--crd=@crd.json');
    expect(code).to.equal(lines.length > 1 ? 2 : 0);
    return lines.slice(0, -1);
  }
  const gauge = (keys: string): string => `{type: Gauge, gauge: {${keys}}}`;

  // biome-ignore format: one row per rule
  const fine: readonly string[] = [
    gauge('path: [spec, replicas]'),
    gauge('path: [metadata, creationTimestamp]'),
    gauge('path: [metadata, labels, anything]'),
    gauge('path: [spec, ports], valueFrom: [number]'),
    gauge('path: [spec, ports, "0", number]'),
    gauge('path: [status, conditions, "[type=Ready]", status]'),
    gauge('path: [spec, limits], labelFromKey: resource'),
    gauge('path: [spec], valueFrom: [replicas], labelsFromPath: {color: [color]}'),
    gauge('path: [spec, free, anything, at, all]'),
    gauge('cel: "self.spec.ports.map(p, p.number)"'),
    gauge('cel: "self.spec.free.anything.at.all + 1"'),
    gauge('cel: "has(self.spec.color) ? size(self.spec.limits) : self.metadata.generation"'),
    '{type: Info, info: {labelsFromPath: {color: [spec, color], name: [metadata, name]}}}',
    '{type: StateSet, stateSet: {labelName: s, path: [status, conditions, "0", status], list: [a]}}',
  ];
  for (const rule of fine) {
    it(`knows ${rule}`, async () => expect(await linesOf(rule)).to.deep.equal([]));
  }

  // biome-ignore format: one row per rule
  const faults: readonly (readonly [rule: string, line: RegExp])[] = [
    [
      gauge('path: [spec, replicaz]'),
      /^one\.yaml:8:52: .*path\[1\]: .*got replicaz; did you mean replicas\?$/,
    ],
    [gauge('path: [spec, color, x]'), /path\[2\]: expected nothing below a string, got x/],
    [gauge('path: [spec, ports, number]'), /path\[2\]: expected an element of the list/],
    [gauge('path: [status, conditions, "[typ=Ready]", status]'), /did you mean type\?$/],
    [gauge('path: [spec, ports], valueFrom: [numbr]'), /valueFrom\[0\]: .*did you mean number\?$/],
    [gauge('path: [spec, ports], labelsFromPath: {a: [nam]}'), /labelsFromPath\.a\[0\]: /],
    [gauge('path: [metadata, nam]'), /did you mean name\?$/],
    [
      gauge('cel: "self.spec.replicaz"'),
      /^one\.yaml:8:55: .*no field replicaz here; did you mean replicas\?$/,
    ],
    [gauge('cel: "self.spec.color + 1"'), /^one\.yaml:8:\d+: .*\+ takes no string and int/],
    [
      gauge('cel: "self.spec.ports.exists(p, p.numbr > 1)"'),
      /no field numbr here; did you mean number\?$/,
    ],
    [
      '{type: Info, info: {path: [spec], labelsFromPath: {color: [colour]}}}',
      /did you mean color\?$/,
    ],
  ];
  for (const [rule, line] of faults) {
    it(`finds fault with ${rule}`, async () => {
      const lines = await linesOf(rule);
      expect(lines).to.have.lengthOf(1);
      expect(lines[0]).to.match(line);
    });
  }

  for (const pack of packNames) {
    it(`finds no fault with the pack ${pack} and its definitions and objects`, async () => {
      const { href } = new URL('../custom/packs/', import.meta.url);
      const [definitions, objects] = ['definitions.jsonl', 'objects.yaml'].map((name) =>
        fileURLToPath(`${href}${pack}.${name}`),
      );
      const file = fileURLToPath(new URL(`../../src/custom/packs/${pack}.yaml`, import.meta.url));
      const { code, lines } = await run(file, `--crd=${definitions}`, `--objects=${objects}`);
      expect(lines.at(-1)).to.match(/^1 file, .*: right\.$/);
      expect(code).to.equal(0);
    });
  }

  it('says a wrong path of an entry once, whatever rules it has', async () => {
    const lines = await linesOf(gauge('path: [spec, replicas]'), 'labelsFromPath: {z: [spec, z]}');
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.match(/^one\.yaml:5:34: spec\.resources\[0\]\.labelsFromPath\.z\[1\]: /);
  });

  it('leaves kinds alone that no definition is given for', async () => {
    const { lines } = await run('@doubtful.yaml', '--crd=@crd.json');
    expect(lines.filter((one) => one.includes('Bar') || one.includes('spec.bar'))).to.deep.equal(
      [],
    );
  });
});
