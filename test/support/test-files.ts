/** Test files by how long they take: the order of a run, and what `npm run test:quick` runs. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first. */
export const longest: readonly string[] = [
  'test/gpu/pytorch.test.ts',
  'test/fuzz/fuzz.test.ts',
  'test/gpu/windows.test.ts',
  'test/gpu/parts.test.ts',
  'test/ir/verify.test.ts',
  'test/cli/reduce.test.ts',
  'test/gpu/kernels.test.ts',
  'test/gpu/features.test.ts',
  'test/gpu/sweep.test.ts',
  'test/browser.test.ts',
  'test/bundle.test.ts',
  'test/cli/bad-input.test.ts',
  'test/reproducible.test.ts',
  'test/conformance/sweep.test.ts',
  'test/hosts.test.ts',
  'test/ir/parse.test.ts',
  'test/conformance/examples.test.ts',
  'test/conformance/lenet.test.ts',
  'test/threads.test.ts',
  'test/gpu/ops.test.ts',
  'test/gpu/sizes.test.ts',
  'test/gpu/models.test.ts',
  'test/conformance/models.test.ts',
  'test/cli/cli.test.ts',
  'test/gpu/cli.test.ts',
  'test/cli/saving.test.ts',
  'test/typings.test.ts',
  'test/names.test.ts',
  'test/golden-wat.test.ts',
  'test/rematerialize.test.ts',
];

/** These register ops, mock modules or change the environment, and so need separate processes. */
export const unshared: readonly string[] = [
  'test/checked.test.ts',
  'test/cli/reduce.test.ts',
  'test/cli/saving.test.ts',
  'test/cli/types.test.ts',
  'test/extend/faults.test.ts',
  'test/extend/ops.test.ts',
  'test/extend/testing.test.ts',
  'test/fuzz/fuzz.test.ts',
  'test/hosts.test.ts',
  'test/ir/verify-data.test.ts',
  'test/runtime/model.test.ts',
  'test/torch/tensors.test.ts',
  'test/torch/tutorial.test.ts',
  'test/whole-files.test.ts',
];

/** The core of the compiler, in files that take a few seconds at most: none uses a device or starts a process. */
export const quick: readonly string[] = [
  'test/ir/interpret.test.ts',
  'test/ir/lists.test.ts',
  'test/ir/print.test.ts',
  'test/ir/reference.test.ts',
  'test/ir/sharing.test.ts',
  'test/ir/verify-data.test.ts',
  'test/ir/verify-problems.test.ts',
  'test/ir/verify-workgroup.test.ts',
  'test/ir/work.test.ts',
  'test/frontend/errors.test.ts',
  'test/frontend/nn.test.ts',
  'test/frontend/record.test.ts',
  'test/data.test.ts',
  'test/diagnostics.test.ts',
  'test/golden-kernels.test.ts',
  'test/golden-passes.test.ts',
  'test/init.test.ts',
  'test/join.test.ts',
  'test/kept-order.test.ts',
  'test/math.test.ts',
  'test/report.test.ts',
  'test/safetensors.test.ts',
  'test/scatter.test.ts',
  'test/schedule.test.ts',
];

/** The longest go first, so that no worker is left alone with one of them at the end: in a fresh clone Vitest goes by the size
 *  of a file, which says little. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const found = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
  return found < 0 ? longest.length : found;
}
