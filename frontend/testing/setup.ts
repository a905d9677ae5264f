/** `import 'tapeout/testing/setup'` sets up matchers and snapshot serializer in Vitest. The only file that needs Vitest. */

import { expect } from 'vitest';
import { matchers, type TapeoutMatchers } from './matchers.ts';
import { serializer } from './serializer.ts';

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as Vitest declares it
  interface Matchers<T = any> extends TapeoutMatchers<T> {}
}

expect.extend(matchers);
expect.addSnapshotSerializer(serializer as never);
