/** Verifier rules for invocations that share a workgroup: memory access and barriers. */
import { expect, test } from 'vitest';
import { webgpu } from '../../ir/target.ts';
import { parseKernels } from '../../ir/text/parse.ts';
import { VerifyError } from '../../ir/verify/index.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';

const maxBatch = 16;
const params = 'a: f32[64], y: f32[64] out';

/** The problems of a kernel with these statements. */
function problems(body: string, head = params): string[] {
  const text = `tapeout ir 1\nkernel @k(${head}) {\n${body}\n}\n`;
  try {
    verifyKernels(parseKernels(text, 'k.tir', { maxBatch }), { maxBatch, target: webgpu });
    return [];
  } catch (e) {
    if (!(e instanceof VerifyError)) throw e;
    return e.problems.map((p) => `${p.code}: ${p.message}`);
  }
}

const reversed = (between: string) => `
  tile t: f32[64] workgroup
  invoke i in 0..64 { t[i] = a[i] }
  ${between}
  invoke j in 0..64 { y[j] = t[63 - j] }`;
const turns = (first: string, last: string) => `
  tile t: f32[8] workgroup
  tile acc: f32[8]
  invoke i in 0..8 { acc[i] = 0.0 }
  for k in 0..8 {
    ${first}
    invoke p in 0..8 { t[p] = a[k * 8 + p] }
    ${last}
    invoke q in 0..8 { acc[q] += t[7 - q] }
  }
  invoke o in 0..8 { y[o] = acc[o] }`;
const eight = 'a: f32[64], y: f32[8] out';

test('reading what another invocation wrote needs a barrier', () => {
  expect(problems(reversed('barrier'))).toEqual([]);
  expect(problems(reversed(''))).toEqual([
    'barrier: another invocation touches t at t[i] = a[i], with no barrier between',
  ]);
});

test('reading what the same invocation wrote needs none', () => {
  expect(problems(reversed('').replace('t[63 - j]', 't[j]'))).toEqual([]);
});

test('the next iteration of a loop needs a barrier too', () => {
  expect(problems(turns('barrier', 'barrier'), eight)).toEqual([]);
  expect(problems(turns('', 'barrier'), eight)).toEqual([
    'barrier: another invocation touches t at acc[q] += t[7 - q], in the previous iteration of k, with no barrier between',
  ]);
  expect(problems(turns('barrier', ''), eight)).toEqual([
    'barrier: another invocation touches t at t[p] = a[k * 8 + p], with no barrier between',
  ]);
});

test('a barrier that may not be reached separates nothing', () => {
  const some = 'for k: N in 0..(N - N % 2) { barrier }';
  expect(problems(reversed(some))).toEqual([
    'barrier: another invocation touches t at t[i] = a[i], with no barrier between',
  ]);
});

test('barriers separate accesses to memory as well', () => {
  const body = (between: string) => `
    invoke i in 0..64 { y[i] = a[i] }
    ${between}
    invoke j in 0..64 { z[j] = y[63 - j] }`;
  const head = 'a: f32[64], y: f32[64] inout, z: f32[64] out';
  expect(problems(body(''), head).join()).toContain('is read after it is overwritten');
});

test('barriers must be reached by all invocations', () => {
  expect(problems('invoke i in 0..64 {\n barrier\n y[i] = a[i]\n }')).toEqual([
    'barrier: a barrier inside a loop over invocations, which others may not reach',
  ]);
  expect(
    problems('invoke i in 0..64 { y[i] = a[i] }\n for k: 8 in 0..i32(min(a[0], 8.0)) { barrier }').join(),
  ).toContain('whose bounds are data');
});

test('registers that outlive a loop over invocations are private to each', () => {
  const kept = (at: string) => `
    tile t: f32[64]
    invoke i in 0..64 { t[i] = a[i] }
    invoke j in 0..64 { y[j] = t[${at}] }`;
  expect(problems(kept('j'))).toEqual([]);
  expect(problems(kept('63 - j')).join()).toContain("is not the invocation's own, at its index in each loop around");
  expect(problems('tile t: f32[]\n invoke i in 0..64 { t = a[i] }\n invoke j in 0..64 { y[j] = t }').join()).toContain(
    "t is not the invocation's own",
  );
  expect(problems(`${kept('j')}\n y[0] = t[0]`).join()).toContain('t belongs to invocations, but this is in none');
});

test('a last, partial workgroup stores exactly the remaining elements', () => {
  const part = (bound: string) => `
    parallel n in 0..N step 4 {
      invoke n_i: 4 in 0..${bound} { y[n + n_i] = a[n + n_i] }
    }`;
  const head = 'a: f32[N], y: f32[N] out';
  expect(problems(part('min(4, N - n)'), head)).toEqual([]);
  expect(problems(part('4'), head).join()).toContain('may be 18, but must be in 0..N');
  expect(problems(part('min(3, N - n)'), head)).toEqual(['uncovered: y: element [3] is never stored at N = 16']);
});

test('a workgroup has limited invocations and memory', () => {
  expect(problems('invoke i in 0..512 { y[i] = a[i] }', 'a: f32[512], y: f32[512] out')).toEqual([
    'invocations: the loop over i makes 512 invocations, and a workgroup of webgpu has 256',
  ]);
  expect(
    problems('invoke i: 64 in 0..64 {\n invoke j in 0..8 { y[i, j] = a[i] } }', 'a: f32[64], y: f32[64,8] out'),
  ).toEqual(['invocations: the loop over j makes 512 invocations, and a workgroup of webgpu has 256']);
  expect(problems('invoke i: 8 in 2..8 { y[i] = a[i] }').join()).toContain('does not count from 0 by 1');
  expect(problems('invoke n in 0..N { y[n] = a[n] }', 'a: f32[N], y: f32[N] out')).toEqual([
    'invocations: the loop over n is for invocations, but its extent is not a number',
  ]);
  const large =
    'tile t: f32[4096] workgroup\n tile u: f32[1] workgroup\n invoke i in 0..64 {\n t[i] = a[i]\n u[0] = a[0]\n y[i] = t[i]\n }';
  expect(problems(large).join()).toContain('iterations of the invocations loop over i share elements of u');
  expect(problems('invoke i in 0..64 {\n tile t: f32[64] workgroup\n t[i] = a[i]\n y[i] = t[i]\n }').join()).toContain(
    'the tile t is for a workgroup, and declared in one of its invocations',
  );
  expect(problems('invoke i in 0..8 { parallel j in 0..8 { y[i * 8 + j] = a[i * 8 + j] } }').join()).toContain(
    'the loop over j is for workgroups, but inside one',
  );
});
