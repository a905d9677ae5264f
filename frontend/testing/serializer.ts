/** A snapshot serializer that prints graphs, kernels, programs and compiled models as their text. */

import { isPrintable, type Printable, textOf } from './text.ts';

/** For `expect.addSnapshotSerializer`: `expect(graph).toMatchInlineSnapshot()` then shows the IR. */
export const serializer: { test(v: unknown): boolean; serialize(v: Printable): string } = {
  test: isPrintable,
  serialize: (v) => textOf(v).trimEnd(),
};
