// keyOf names an object among those of its resource: namespace/name, as client-go's keys do.

/**
 * `namespace/name`, or the name alone where there is no namespace. Takes the metadata of whatever a
 * server sent: what is not text is left out, so the key is empty where neither can be read.
 */
export function keyOf(metadata: { readonly namespace?: unknown; readonly name?: unknown }): string {
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : '';
  const name = typeof metadata.name === 'string' ? metadata.name : '';
  return namespace === '' || name === '' ? namespace + name : `${namespace}/${name}`;
}

/** The namespace in a key; empty where there is none. */
export function namespaceOf(key: string): string {
  const end = key.indexOf('/');
  return end < 0 ? '' : key.slice(0, end);
}
