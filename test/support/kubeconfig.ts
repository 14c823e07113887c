// kubeconfigOf is the text of a kubeconfig with one context.

/** In JSON, which is valid YAML; without a user there are no credentials. */
export const kubeconfigOf = (cluster: object, user: object = {}): string =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  });
