// The generated readers of protobuf: which fields are decoded, by the words in the tables.
import { expect } from 'chai';
import { resources } from '../../src/resources/index.ts';
import { type MessageField, protobufMessages } from '../../tools/generate/protobuf.ts';

const field = (number: number, name: string): MessageField => ({ number, name, type: 'string' });

describe('the readers of protobuf', () => {
  it('decode fields that rows name, and none that only HELP or comments name', () => {
    const deployment = [
      // A row reads it.
      field(1, 'replicas'),
      // A HELP text has the word, and others that are in no source.
      field(2, 'ready'),
      field(3, 'minReadySeconds'),
      field(4, 'progressDeadlineSeconds'),
    ];
    const messages = { Deployment: deployment, Status: [] };
    const source = protobufMessages(
      { roots: { deployments: 'Deployment', Status: 'Status' }, messages },
      { deployments: resources.deployments },
    );
    const read = [...source.matchAll(/\bo\.(\w+) = r\.string/g)].map(([, name]) => name);
    expect(read).to.deep.equal(['replicas']);
  });
});
