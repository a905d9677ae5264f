/** Everything that the fuzzer tries: a new kind is a file and a line here. */

import { devices } from './devices.ts';
import { directives } from './directives.ts';
import { files } from './files.ts';
import { gradients } from './gradients.ts';
import { halves } from './halves.ts';
import { integers } from './integers.ts';
import type { Kind } from './kind.ts';
import { schedules } from './schedules.ts';
import { stageKinds } from './stages.ts';

export const kinds: readonly Kind[] = [
  ...stageKinds,
  schedules,
  directives,
  halves,
  integers,
  gradients,
  devices,
  files,
];
