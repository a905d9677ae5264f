/** Schedules from a text. A kernel that it names gets exactly those directives; errors point at the line of the
 *  directive. */

import { CompileError } from '../../../ir/diagnostic.ts';
import type { Kernel } from '../../../ir/kernel.ts';
import { directives as rows, type Schedule, withoutFeatures } from '../../../ir/schedule.ts';
import type { GridTarget, Target } from '../../../ir/target.ts';
import { nearest } from '../../../ir/text/nearest.ts';
import { directivesOf, type ScheduleText, type Text } from '../../../ir/text/parse.ts';
import { showReference } from '../../../ir/text/print-expr.ts';
import { VerifyError } from '../../../ir/verify/index.ts';
import { verifyKernels } from '../../../ir/verify/kernel.ts';
import { ScheduleError } from '../rewrites/legal.ts';

/** The schedules of a text, as `parseText` reads it, with the program that they were written for, if the text has it. */
export type GivenSchedules = Pick<Text, 'program' | 'programLoc' | 'schedules'>;
export const nothingGiven: GivenSchedules = { program: null, programLoc: null, schedules: [] };

export const givenTo = (k: Kernel, { schedules }: GivenSchedules): Schedule | null => {
  const text = schedules.find((s) => s.kernel === k.name);
  return text ? directivesOf(text) : null;
};

/** The same schedules for a device without some features: directives do without them. */
export const without = (given: GivenSchedules, target: GridTarget): GivenSchedules => {
  const schedules = given.schedules.map((s) => ({
    ...s,
    directives: s.directives.map((d) => ({ ...d, directive: withoutFeatures(d.directive, target) })),
  }));
  return { ...given, schedules };
};

/** Throws a `CompileError` where the text was written for another program, or names none of these unscheduled kernels. */
export function requireModel(
  { program, programLoc, schedules }: GivenSchedules,
  kernels: readonly Kernel[],
  model: string,
): void {
  if (program && program.name !== model)
    throw new CompileError(
      'other-program',
      `these schedules are of the program ${at(program.name)}, and this is ${at(model)}`,
      {
        loc: programLoc,
        help: 'leave out the program to use the schedules after it anyway',
      },
    );
  const [first] = schedules;
  if (!first || schedules.some((s) => kernels.some((k) => k.name === s.kernel))) return;
  throw new CompileError('unknown-kernel', `${at(model)} has none of the kernels of this text`, {
    loc: first.loc,
    help: known(new Set(kernels.map((k) => k.name))),
  });
}

/** Throws a `CompileError` where the text names a kernel that is not in `names`, which lists all. */
export function requireKernels({ schedules }: GivenSchedules, names: Iterable<string>): void {
  const all = new Set(names);
  const stranger = schedules.find((s) => !all.has(s.kernel));
  if (!stranger) return;
  const near = nearest(stranger.kernel, all);
  throw new CompileError('unknown-kernel', `there is no kernel ${at(stranger.kernel)}`, {
    loc: stranger.loc,
    help: near === null ? known(all) : `did you mean ${at(near)}?`,
  });
}

const at = (name: string): string => showReference('@', name);
const known = (names: ReadonlySet<string>): string => `the kernels are ${[...names].map(at).join(', ')}`;

/** Runs `scheduled`, and checks the kernels that given schedules made. Errors point at the directive in the text. */
export function withPlaces<T extends { readonly kernels: readonly Kernel[] }>(
  given: GivenSchedules,
  target: Target,
  maxBatch: number,
  scheduled: () => T,
): T {
  if (given.schedules.length === 0) return scheduled();
  try {
    const made = scheduled();
    const texts = made.kernels.flatMap((k) => given.schedules.find((s) => s.kernel === k.name) ?? []);
    if (texts[0]) requireSound(made.kernels, texts, target, maxBatch);
    return made;
  } catch (e) {
    const guilty = e instanceof ScheduleError ? e.directive : null;
    const text = given.schedules.find((s) => s.directives.some((d) => d.directive === guilty));
    if (!(e instanceof ScheduleError) || !guilty || !text) throw e;
    const reason = e.cause instanceof ScheduleError ? e.cause.message : e.message;
    throw new CompileError('bad-schedule', `${at(text.kernel)}: ${reason}`, {
      loc: text.directives.find((d) => d.directive === guilty)?.loc ?? text.loc,
      help:
        guilty.do === 'over'
          ? "write the schedule again, or leave out the line with 'over' to use the directives for this kernel anyway"
          : null,
    });
  }
}

/** Verifies all kernels, not only those with given schedules: the verifier needs to know what the others store, lists
 *  above all. */
function requireSound(
  kernels: readonly Kernel[],
  texts: readonly ScheduleText[],
  target: Target,
  maxBatch: number,
): void {
  for (const { kernel, directives } of target.workgroup ? [] : texts)
    for (const { directive, loc } of directives)
      if (rows[directive.do].ofWorkgroups)
        throw new CompileError(
          'bad-schedule',
          `${at(kernel)}: ${directive.do} keeps sums for each invocation of a workgroup, and ${target.name} has no workgroups`,
          { loc, help: `tile and vectorize keep sums in registers here; ${directive.do} is for --target webgpu` },
        );
  try {
    verifyKernels(kernels, { maxBatch, target, throughMemory: true });
  } catch (e) {
    if (!(e instanceof VerifyError)) throw e;
    // Directives keep indices in bounds, even where the verifier cannot prove it.
    const first = e.problems.find((p) => p.code !== 'bounds');
    const text = first && (texts.find((t) => `${first.where} `.startsWith(`kernel @${t.kernel} `)) ?? texts[0]);
    if (first) throw new CompileError('bad-schedule', `${first.where}: ${first.message}`, { loc: text?.loc ?? null });
  }
}
