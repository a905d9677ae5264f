/** Transforms one after another. */
import { call, type Transform } from '../fetch.ts';
import { type Parts, portable } from '../portable.ts';
import type { Field, SampleContext } from '../types.ts';
import type { ImageTransform } from './image.ts';

/** Applies transforms in order: objects of this library, or functions of a field, which a worker cannot be sent. */
export class Compose implements ImageTransform {
  readonly transforms: readonly Transform[];

  constructor(transforms: readonly Transform[]) {
    this.transforms = [...transforms];
  }
  apply(field: Field, context: SampleContext): Field | Promise<Field> {
    return this.transforms.reduce<Field | Promise<Field>>(
      (made, transform) =>
        made instanceof Promise ? made.then((f) => call(transform, f, context)) : call(transform, made, context),
      field,
    );
  }
  [portable](): Parts {
    return ['Compose', this.transforms];
  }
}
