/** The peak of this machine's WebAssembly on one thread, measured by small kernels: float operations per second in registers, and
 *  bytes per second from a cache and from memory. */

import { emitWasm } from '../../codegen/wasm/emit.ts';
import { workOf } from '../../ir/analysis/work.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { wasm128 } from '../../ir/target.ts';
import { parseKernels } from '../../ir/text/parse.ts';
import { versionLine } from '../../ir/text/print-options.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import { instance } from './engine.ts';

export interface Peak {
  /** 10^9 float operations per second. */
  readonly gflops: number;
  /** 10^9 bytes per second, read from a buffer that fits in a core's own caches, and from one that fits in no cache. */
  readonly cache: number;
  readonly memory: number;
}

/** Elements of the two buffers: 240 KiB and 60 MiB. */
const [cached, large] = [24 * 2560, 24 * 655360];
/** Numbers of independent accumulators to try: enough to hide an operation's latency, but few enough for the registers. */
const accumulators = [10, 12, 13];

export function measurePeak(): Peak {
  const flops = accumulators.map((count) => rate(arithmetic(count), (w) => w.operations));
  return {
    gflops: Math.max(...flops),
    cache: rate(reading(cached), (w) => w.read),
    memory: rate(reading(large), (w) => w.read),
  };
}

// acc = acc·a + b, repeatedly. A longer body is slower: engines keep fewer of its values in registers.
const arithmetic = (count: number): string => `kernel @arithmetic(x: f32[8], y: f32[${count},4] out) {
  tile acc: f32[${count},4]
  unroll i in 0..${count} {
    vectorize j in 0..4 {
      acc[i, j] = x[j]
    }
  }
  for k in 0..400000 {
    unroll i in 0..${count} {
      vectorize j in 0..4 {
        acc[i, j] = acc[i, j] * x[j] + x[4 + j]
      }
    }
  }
  unroll i in 0..${count} {
    vectorize j in 0..4 {
      y[i, j] = acc[i, j]
    }
  }
}`;

// The sum of a buffer in six vectors, which with six loads fit in V8's registers.
const reading = (elements: number): string => `kernel @reading(x: f32[${elements}], y: f32[6,4] out) {
  tile acc: f32[6,4]
  unroll i in 0..6 {
    vectorize j in 0..4 {
      acc[i, j] = 0.0
    }
  }
  for k: ${elements} in 0..${elements} step 24 {
    unroll i in 0..6 {
      vectorize j in 0..4 {
        acc[i, j] += x[k + i * 4 + j]
      }
    }
  }
  unroll i in 0..6 {
    vectorize j in 0..4 {
      y[i, j] = acc[i, j]
    }
  }
}`;

/** The rate of a kernel in 10^9 per second, by its fastest calls in about a tenth of a second. */
function rate(text: string, of: (w: ReturnType<typeof workOf>) => number): number {
  const [kernel] = parseKernels(`${versionLine}\n${text}`, 'peak') as [Kernel];
  const { exports } = instance(emitWasm(plan(outlineOfKernels([kernel], 1), wasm128)).wasm);
  // Write to all pages: untouched ones share one physical page.
  new Float32Array((exports.memory as WebAssembly.Memory).buffer).fill(0.5);
  const call = exports.main as (n: number) => void;
  const until = performance.now() + 100;
  let best = Number.POSITIVE_INFINITY;
  for (let calls = 0; calls < 5 || performance.now() < until; calls++) {
    const start = performance.now();
    for (let i = 0; i < 4; i++) call(1);
    best = Math.min(best, (performance.now() - start) / 4);
  }
  return of(workOf(kernel, 1)) / best / 1e6;
}
