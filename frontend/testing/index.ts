/** `tapeout/testing`: golden tests, gradient checks and reference checks for users' own ops, passes and models.
 *  `import 'tapeout/testing/setup'` sets it all up in Vitest, as do `expect.extend(matchers)` and
 *  `expect.addSnapshotSerializer(serializer)`. */
import '../../ir/needs-node.ts';

// For the matchers' types alone: nothing of it runs.
import type {} from './setup.ts';

export { type GradcheckOptions, gradcheck, gradgradcheck, type Verdict } from './gradcheck.ts';
export { matchers, type TapeoutMatchers } from './matchers.ts';
export { compareToReference, type ReferenceOptions } from './reference.ts';
export { serializer } from './serializer.ts';
export type { Input, Inputs, Subject, SubjectOptions } from './subject.ts';
export { isPrintable, type Printable, type TextOptions, textOf } from './text.ts';
