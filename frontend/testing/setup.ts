/** `import 'tapeout/testing/setup'`: matchers and snapshot serializer, set up in Vitest. The one file that needs Vitest. */

import { expect } from 'vitest';
import { matchers, type TapeoutMatchers } from './matchers.ts';
import { serializer } from './serializer.ts';

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as Vitest declares it
  interface Matchers<T = any> extends TapeoutMatchers<T> {}
}

expect.extend(matchers);
expect.addSnapshotSerializer(serializer as never);
