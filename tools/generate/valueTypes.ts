// JSON Schema fragments for the values of the chart.

/** A JSON Schema fragment, with the keywords that are used. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

// Null removes a default, as for runAsUser, so every value with a default may be null.
export const text: Schema = { type: ['string', 'null'] };
export const toggle: Schema = { type: ['boolean', 'null'] };
/** A count, 0 or more. */
export const count: Schema = { type: ['integer', 'null'], minimum: 0 };
/** A port; 0 means the default. */
export const port: Schema = { ...count, maximum: 65_535 };
/** An object of the Kubernetes API or of an operator, whose fields are not checked. */
export const open: Schema = { type: ['object', 'null'] };

export const mapOf = (values: Schema): Schema => ({ ...open, additionalProperties: values });
/** Labels and annotations; templates convert numbers and booleans to strings. */
export const texts: Schema = mapOf({ type: ['string', 'number', 'boolean', 'null'] });
/** Quantities: numbers or strings in YAML, as in `cpu: 1` and `cpu: 100m`. */
export const quantities: Schema = mapOf({ type: ['string', 'number', 'null'] });
export const listOf = (items: Schema): Schema => ({ type: ['array', 'null'], items });
export const list: Schema = listOf({ type: 'object' });
/** The requests and limits of a container, and what it claims of devices. */
export const resources: Schema = {
  ...open,
  properties: { limits: quantities, requests: quantities, claims: list },
};
export const textList: Schema = listOf({ type: 'string' });
/** A list, or a comma-separated string. */
export const textOrList: Schema = { type: ['array', 'string', 'null'], items: { type: 'string' } };

/** One of these words; empty means the default of Kubernetes. */
export const choice = (...words: readonly string[]): Schema => ({ enum: [...words, '', null] });
