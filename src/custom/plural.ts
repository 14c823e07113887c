// guessPlural guesses what the API server calls a kind where no CRD says it.

/** `meshes` for Mesh, `policies` for Policy, `gateways` for Gateway. */
export function guessPlural(kind: string): string {
  const lower = kind.toLowerCase();
  if (/(?:s|x|z|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? lower.replace(/y$/, 'ies') : `${lower}s`;
}
