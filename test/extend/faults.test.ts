/** Broken ops and passes from outside: each fault is reported as its author's, by name and at a line of theirs. */
import { apply, CompileError, compile, defineModel, functional, nn, optim, type Tensor } from 'tapeout';
import { defineOp, expr, type OpDef, op, parseGraph, registerOp } from 'tapeout/ir';
import { describe, expect, test } from 'vitest';
import { renderError } from '../../frontend/report/diagnostics.ts';
import { CompilerBug, PassFault } from '../../ir/diagnostic.ts';
import { N } from '../../ir/type.ts';
import { type GraphPass, registerPass } from '../../passes/custom.ts';
import { cli, folderOf } from '../support/cli.ts';

let count = 0;
/** An op of one operand, sound but for `more`, registered under a unique name. */
const broken = (more: object): OpDef =>
  registerOp(
    defineOp({
      name: `faulty.op${count++}`,
      doc: 'x.',
      operands: ['x'],
      attrs: {},
      infer: ({ x }: { x: unknown }) => x,
      compute: ({ x }: { x: (...at: unknown[]) => unknown }, at: unknown[]) => x(...at),
      vjp: (_: unknown, g: unknown) => ({ x: g }),
      ...more,
    } as never),
  ) as unknown as OpDef;
const use = apply as unknown as (op: OpDef, x: Tensor) => Tensor;

/** The result of compiling a training step with this op. */
async function fault(of: OpDef): Promise<CompileError> {
  class Net extends nn.Module {
    fc = nn.Linear(4, 4);
    forward(x: Tensor): Tensor {
      return use(of, this.fc(x));
    }
  }
  const net = defineModel({
    model: Net,
    input: { shape: ['N', 4] },
    target: { shape: ['N', 4] },
    loss: (y, t) => functional.mseLoss(y, t),
    optimizer: optim.SGD({ lr: 0.1 }),
  });
  const e = await compile(net).catch((error) => error);
  expect(e).toBeInstanceOf(CompileError);
  return e;
}

const cases: Record<string, [object, RegExp]> = {
  'a type rule that throws': [
    {
      infer: () => {
        throw new TypeError('no such thing');
      },
    },
    /its type rule throws: no such thing$/,
  ],
  'a type rule that gives nothing': [{ infer: () => undefined }, /its type rule must return a type/],
  'a type rule that gives no shape': [
    { infer: () => ({ dtype: 'f32', shape: [-1] }) },
    /its type rule must return a type/,
  ],
  'a type rule that calls itself': [
    {
      infer: function again(): unknown {
        return again();
      },
    },
    /its type rule recurses without end$/,
  ],
  'an equation that throws': [
    {
      compute: () => {
        throw new Error('not today');
      },
    },
    /its equation throws: not today$/,
  ],
  'an equation that calls itself': [
    {
      compute: function again(): unknown {
        return again();
      },
    },
    /its equation recurses without end$/,
  ],
  'an equation of thousands of operations': [
    {
      compute: ({ x }: { x: (...at: unknown[]) => never }, at: never[]) => {
        let sum = x(...at);
        for (let i = 0; i < 5000; i++) sum = expr.add(x(...at), sum) as never;
        return sum;
      },
    },
    /its equation nests more than 512 operations: split it into several ops$/,
  ],
  'an equation that gives nothing': [{ compute: () => undefined }, /its equation gives undefined, and must be built/],
  'an equation that gives a number': [{ compute: () => 3 }, /its equation gives the number 3, and must be built/],
  'an equation with a number inside': [
    {
      compute: ({ x }: never, at: never) =>
        expr.mul((x as never as (...a: unknown[]) => never)(...(at as never[])), 2 as never),
    },
    /its equation (gives the number 2|throws)/,
  ],
  'an equation of another type': [{ compute: () => expr.int(1) }, /its equation gives i32, and its type rule f32$/],
  'an equation of mixed types': [
    { compute: () => expr.add(expr.num(1), expr.int(1)) },
    /its equation does not fit together: .*add of f32 and i32$/,
  ],
  'an equation that reads with too few indices': [
    { compute: ({ x }: { x: (...at: unknown[]) => unknown }) => x(expr.int(0)) },
    /its equation throws: 'x' is f32\[N,4\], and is read at 1 indices$/,
  ],
  'an equation with an unbound axis': [
    { compute: () => expr.convert('f32', expr.ix(expr.axis('k', 3))) },
    /its equation leaves the axis 'k' free$/,
  ],
  'a gradient that throws': [
    {
      vjp: () => {
        throw new Error('no way back');
      },
    },
    /its gradient throws: no way back$/,
  ],
  'a gradient that is nothing': [
    { vjp: () => null },
    /its gradient must be an object with a cotangent for each operand: \{ x \}/,
  ],
  'a gradient that omits an operand': [{ vjp: () => ({}) }, /its gradient of 'x' is missing/],
  'a gradient of another type': [
    { vjp: (_: unknown, g: never) => ({ x: op.reduceSum(g, { dims: [1] }) }) },
    /its gradient of 'x' is f32\[N\], and 'x' is f32\[N,4\]$/,
  ],
  'a gradient that does not fit together': [
    { vjp: (_: unknown, g: never) => ({ x: op.matmul(g, g) }) },
    /its gradient throws: matmul: /,
  ],
  'a gradient that calls itself': [
    {
      vjp: function again(): unknown {
        return again();
      },
    },
    /its gradient recurses without end$/,
  ],
};

describe('a broken op is reported by name, at the line that uses it', () => {
  for (const [name, [more, says]] of Object.entries(cases))
    test(name, async () => {
      const of = broken(more);
      const e = await fault(of);
      expect(e.code).toBe('broken-op');
      expect(e.message).toContain(`op '${of.name}': `);
      expect(e.message).toMatch(says);
      expect(e.loc?.file).toBe(import.meta.filename);
      const registered = e.notes.find((n) => n.message.includes('registered'));
      expect(registered?.loc?.file).toBe(import.meta.filename);
      expect(registered?.loc?.line).not.toBe(e.loc?.line);
    });

  test('and in a text, at its line', () => {
    const of = broken({ compute: () => expr.int(1) });
    const text = `tapeout ir 1\ngraph @g(%x: f32[N,2]) {\n  %y = ${of.name}(%x) : f32[N,2]\n  return %y\n}\n`;
    const e = ((): CompileError => {
      try {
        parseGraph(text, 'g.tir');
      } catch (error) {
        return error as CompileError;
      }
      throw new Error('it was read');
    })();
    expect([e.code, e.loc]).toEqual(['broken-op', { file: 'g.tir', line: 3, col: 8 }]);
  });

  const missing: Record<string, [unknown, string]> = {
    'no definition': [null, 'defineOp: it takes { name, doc, operands, attrs, infer, compute, vjp }'],
    'no name': [{}, 'defineOp: an op needs a name'],
    'no operands': [{ name: 'a' }, "defineOp: op 'a': operands must be a list of names, such as ['a', 'b']"],
    'a gradient that is not a function': [
      { name: 'a', operands: [], attrs: {}, infer() {}, compute() {}, vjp: {} },
      "defineOp: op 'a': vjp must be a function",
    ],
    'an attribute of an unknown kind': [
      { name: 'a', operands: [], attrs: { by: 'number' } },
      "defineOp: op 'a': the kind of attribute 'by' must be one of attr's, such as attr.number",
    ],
  };
  for (const [name, [spec, says]] of Object.entries(missing))
    test(name, () => {
      const made = (): unknown => defineOp(spec as never);
      expect(made).toThrow(CompileError);
      expect(made).toThrow(says);
    });
});

class Plain extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.relu();
  }
}
const plain = defineModel({ model: Plain, input: { shape: ['N', 4] } });

describe('a broken pass is told apart from a bug of Tapeout', () => {
  const faultOf = async (run: GraphPass['run']): Promise<PassFault> => {
    const e = await compile(plain, { passes: [{ name: 'sloppy', after: 'canonicalize', run }] }).catch(
      (error) => error,
    );
    expect(e).not.toBeInstanceOf(CompilerBug);
    expect(e).toBeInstanceOf(PassFault);
    expect(e.before).toContain('relu(%x)');
    expect(e.loc?.file).toBe(import.meta.filename);
    return e;
  };

  test('one that throws', async () => {
    const e = await faultOf(() => {
      throw new TypeError('x is undefined');
    });
    expect(renderError(e)).toMatch(
      /^error\[custom-pass\]: pass 'sloppy', which is not Tapeout's own: it throws: x is undefined\n {2}--> .*\n\nthe IR before 'sloppy':\ntapeout ir 1\nmodule /s,
    );
  });
  test('one that recurses without end', async () => {
    const run = (m: never): never => run(m);
    expect((await faultOf(run)).message).toMatch(/: it recurses without end$/);
  });
  test('one that builds an ill-typed graph', async () => {
    const e = await faultOf((m) => {
      op.add(op.full({ value: 1, shape: [2], dtype: 'f32' }), op.full({ value: 1, shape: [3], dtype: 'f32' }));
      return m;
    });
    expect(e.message).toMatch(/it throws: add: /);
  });
  test('one that makes a node of another type, or reads a param that does not exist', async () => {
    const changed = (f: (node: never) => object) => (m: Parameters<GraphPass['run']>[0]) => ({
      ...m,
      graphs: m.graphs.map((g) => ({
        ...g,
        results: g.results.map((r) => ({ ...r, value: f(r.value as never) as never })),
      })),
    });
    const inner = await faultOf(
      changed((v: { inputs: object[] }) => ({
        ...v,
        inputs: [{ ...v.inputs[0], type: { dtype: 'f32', shape: [N, 5] } }],
      })),
    );
    expect(inner.message).toMatch(/the module it returns is not valid: graph @forward, relu: f32\[N,4\]: /);
    const stranger = await faultOf(changed((v: { inputs: object[] }) => ({ ...v, inputs: [{ ...v.inputs[0] }] })));
    expect(stranger.message).toMatch(/the param 'x' is not listed$/);
  });
  test("a pass's complaint about the user's model is kept, with the pass's name", async () => {
    const loc = { file: 'net.ts', line: 3, col: 4 };
    const run = (): never => {
      throw new CompileError('too-wide', 'this layer is too wide for the device', { loc });
    };
    const e = await compile(plain, { passes: [{ name: 'widths', after: 'recorded', run }] }).catch((error) => error);
    expect([e.code, e.loc, e.notes[0].message]).toEqual(['too-wide', loc, "reported by pass 'widths'"]);
  });
  test('a registered one is reported at the line that registers it', async () => {
    let armed = true;
    const trap: GraphPass = {
      name: 'trap',
      after: 'update',
      run(m) {
        if (armed) throw new Error('caught');
        return m;
      },
    };
    registerPass(trap);
    const e = await compile(plain).catch((error) => error);
    armed = false;
    expect(e.message).toBe("pass 'trap', which is not Tapeout's own: it throws: caught");
    expect(e.loc?.file).toBe(import.meta.filename);
  });
});

test('--print-after of a pass that the model file registers, and of one that does not exist', async () => {
  const model = (more: string): string => `
    import { defineModel, nn, type Tensor } from 'tapeout';
    import { registerPass } from 'tapeout/passes';
    ${more}
    class Net extends nn.Module {
      forward(x: Tensor) { return x.relu(); }
    }
    export default defineModel({ model: Net, input: { shape: ['N', 2] } });`;
  const cwd = folderOf({
    'net.ts': model("registerPass({ name: 'of_model', after: 'canonicalize', run: (m) => m });"),
  });
  const { stdout, code } = await cli(['compile', 'net.ts', '--print-after', 'of_model', '--print-before', 'of_model'], {
    cwd,
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^; ---- before of_model ----\n/m);
  expect(stdout.match(/---- after/g)).toHaveLength(1);
  expect(stdout).toMatch(/^; ---- after of_model ----\n/m);
  const other = folderOf({ 'net.ts': model('') });
  const none = await cli(['compile', 'net.ts', '--print-after', 'fusion'], { cwd: other });
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(
    /^error: --print-after fusion: there is no such pass\. The passes are recorded, .*of_model, all\./,
  );
});

test('opt runs and prints passes of files, and says whose fault a failure is', async () => {
  const pass = (name: string, run: string): string =>
    `import { registerPass } from 'tapeout/passes';\nregisterPass({ name: '${name}', after: 'canonicalize', run: ${run} });\n`;
  const cwd = folderOf({
    'fine.ts': pass('from_file', '(m) => m'),
    'wrong.ts': pass('from_file_too', '(m) => ({ ...m, graphs: [] })'),
    'net.tir': 'tapeout ir 1\ngraph @g(%x: f32[N,2]) {\n  %y = relu(%x) : f32[N,2]\n  return %y\n}\n',
  });
  const opt = (...argv: string[]) => cli(['opt', 'net.tir', ...argv], { cwd });
  const fine = await opt('--load', 'fine.ts', '--passes=canonicalize,from_file', '--print-after=from_file', '--verify');
  expect(fine.code).toBe(0);
  expect(fine.stderr).toMatch(/^; ---- after from_file ----\n(.*\n)*.*relu\(%x\)/);
  const wrong = await opt('--load', 'wrong.ts', '--passes=from_file_too');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(
    /^error\[custom-pass\]: pass 'from_file_too', which is not Tapeout's own: graph @g is gone\n {2}--> .*:2:1\n(.*\n)*the IR before 'from_file_too':\n/,
  );
  const unknown = await opt('--passes=fuze');
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/there is no pass 'fuze': .*from_file/)]);
});
