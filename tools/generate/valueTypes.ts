// The kinds of values that the chart takes, as fragments of JSON Schema.

/** A fragment of JSON Schema; as much of it as the chart's values need. */
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

// Null takes a default away, so whatever has one may be null: users unset runAsUser that way.
export const text: Schema = { type: ['string', 'null'] };
export const toggle: Schema = { type: ['boolean', 'null'] };
/** No count in this chart is below zero. */
export const count: Schema = { type: ['integer', 'null'], minimum: 0 };
/** 0 stands for no port of one's own. */
export const port: Schema = { ...count, maximum: 65_535 };
/** An object of Kubernetes or of another operator, which knows its fields better. */
export const open: Schema = { type: ['object', 'null'] };

export const mapOf = (values: Schema): Schema => ({ ...open, additionalProperties: values });
/** Labels and annotations: text to Kubernetes, which templates make of numbers and booleans. */
export const texts: Schema = mapOf({ type: ['string', 'number', 'boolean', 'null'] });
/** `cpu: 1`, `cpu: 100m`: YAML reads a quantity as a number or as text. */
export const quantities: Schema = mapOf({ type: ['string', 'number', 'null'] });
/** What a container asks for and may have. */
export const resources: Schema = {
  ...open,
  properties: { limits: quantities, requests: quantities },
};

export const listOf = (items: Schema): Schema => ({ type: ['array', 'null'], items });
export const list: Schema = listOf({ type: 'object' });
export const textList: Schema = listOf({ type: 'string' });
/** Templates join a list with commas and take text as it is. */
export const textOrList: Schema = { type: ['array', 'string', 'null'], items: { type: 'string' } };

/** One of some words; empty leaves the choice to Kubernetes. */
export const choice = (...words: readonly string[]): Schema => ({ enum: [...words, '', null] });
