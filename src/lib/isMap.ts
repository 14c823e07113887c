// isMap tells the maps of JSON and YAML from their lists and scalars.

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
