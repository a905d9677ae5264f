/** Ops and passes from outside: what may be registered, and how a compilation uses them. */
import { apply, CompileError, compile, defineModel, nn, type Tensor } from 'tapeout';
import { attr, defineOp, expr, type Op, op, ops, parseGraph, printGraph, registerOp } from 'tapeout/ir';
import { type GraphPass, registerPass, rewriting, rule } from 'tapeout/passes';
import { describe, expect, test } from 'vitest';
import { describePasses } from '../../frontend/cli/model.ts';
import { PassFault } from '../../ir/diagnostic.ts';
import { cli, folderOf } from '../support/cli.ts';

const scaled: Op<['x'], { by: number }> = defineOp({
  name: 'test.scaled',
  doc: 'by * x.',
  operands: ['x'],
  attrs: { by: attr.number },
  infer: ({ x }) => x,
  compute: ({ x }, at, { by }) => expr.mul(expr.num(by), x(...at)),
  vjp: (_operands, g, { by }) => ({ x: registered(g, { by }) }),
});
const registered: typeof scaled = registerOp(scaled);

const model = (f: (x: Tensor) => Tensor) => {
  class Net extends nn.Module {
    forward(x: Tensor): Tensor {
      return f(x);
    }
  }
  return defineModel({ model: Net, input: { shape: ['N', 4] } });
};
const caught = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    if (e instanceof CompileError) return `${e.code}: ${e.message}${e.help ? `\nhelp: ${e.help}` : ''}`;
    throw e;
  }
  return 'nothing was thrown';
};

describe('registerOp', () => {
  test('returns the op, the second time too, and makes it known to the parser', () => {
    expect(registerOp(scaled)).toBe(scaled);
    expect(ops.get('test.scaled')).toBe(scaled);
    const text = 'graph @g(%x: f32[N,2]) {\n  %y = test.scaled(%x) {by=0.5} : f32[N,2]\n  return %y\n}';
    expect(printGraph(parseGraph(text, 'g.tir'))).toBe(text);
  });

  test('refuses a name that is taken', () => {
    expect(caught(() => registerOp(defineOp({ ...scaled, name: 'relu', operands: ['x'], attrs: {} } as never)))).toBe(
      "duplicate-op: op 'relu': Tapeout has an op of this name\nhelp: give it a name of its own, such as 'my.relu'",
    );
    expect(caught(() => registerOp(defineOp({ ...scaled, name: 'test.scaled' } as never)))).toBe(
      "duplicate-op: op 'test.scaled': another op of this name is registered\nhelp: give it a name of its own, such as 'my.test.scaled'",
    );
  });

  test('refuses names that could not be read back', () => {
    const named = (more: object) => () => registerOp(defineOp({ ...scaled, ...more } as never));
    expect(caught(named({ name: 'two words' }))).toContain('its name must be an identifier');
    expect(caught(named({ name: 't.a', operands: ['x y'] }))).toBe("bad-op: op 't.a': 'x y' is not an identifier");
    expect(caught(named({ name: 't.a', operands: ['by'] }))).toBe(
      "bad-op: op 't.a': 'by' names two of its operands and attributes",
    );
    expect(caught(() => registerOp({ name: 'x' }))).toBe('bad-op: registerOp takes what defineOp gives');
  });
});

describe('apply', () => {
  const error = async (f: (x: Tensor) => Tensor): Promise<string> => {
    const e = await compile(model(f)).catch((e) => e);
    expect(e.loc.file).toBe(import.meta.filename);
    return `${e.code}: ${e.message}`;
  };
  const any = apply as (...args: unknown[]) => Tensor;

  test('records the op, at the line that calls it', async () => {
    const { recording } = await compile(model((x) => apply(registered, x, { by: 2 })));
    expect(recording.eval.output).toMatchObject({ op: registered, attrs: { by: 2 } });
    expect(recording.eval.output.loc?.file).toBe(import.meta.filename);
  });
  test('requires a registered op', async () => {
    const stranger = defineOp({ ...scaled, name: 'test.stranger' } as never);
    expect(await error((x) => any(stranger, x, { by: 2 }))).toBe(
      "unregistered-op: apply: op 'test.stranger' is not registered",
    );
    expect(await error((x) => any('relu', x))).toBe("bad-op: apply: the first argument must be an op, got 'relu'");
  });
  test('requires the operands and attributes that the op defines', async () => {
    expect(await error(() => any(registered))).toBe(
      'operand-count: test.scaled takes x, and { by }, and 0 arguments are given',
    );
    expect(await error(() => any(registered, 3, { by: 1 }))).toBe(
      "not-a-tensor: test.scaled: 'x' must be a tensor, got 3",
    );
    expect(await error((x) => any(registered, x))).toBe("missing-attribute: test.scaled: 'by' is missing: a number");
    expect(await error((x) => any(registered, x, { by: 'two' }))).toBe(
      "bad-attribute: test.scaled: 'by' must be a number, got 'two'",
    );
    expect(await error((x) => any(registered, x, { by: 1, of: 2 }))).toBe(
      "unknown-attribute: test.scaled has no attribute 'of'",
    );
    expect(await error((x) => any(registered, x, x))).toContain('bad-attribute: test.scaled: its attributes must be');
  });
});

describe('passes from outside', () => {
  // by₁·(by₂·x) = (by₁·by₂)·x
  const scaledScaled = rule('scaled-scaled', registered, ({ x }, { by }) =>
    x.kind === 'node' && Object.is(x.op, registered)
      ? registered(x.inputs[0]!, { by: by * (x.attrs.by as number) })
      : null,
  );
  const pass: GraphPass = { name: 'scales', after: 'canonicalize', run: rewriting([scaledScaled]) };
  const twice = model((x) => apply(registered, apply(registered, x, { by: 2 }), { by: 3 }));

  test('run at their position, print under their name, are timed, verified and shown', async () => {
    const seen: string[] = [];
    const compiled = await compile(twice, {
      passes: [pass],
      verify: true,
      onStage: (stage, _text, next) => seen.push(`${stage} > ${next}`),
    });
    expect(seen.slice(3, 7)).toEqual([
      'update > canonicalize',
      'canonicalize > scales',
      'scales > fuse',
      'fuse > lower',
    ]);
    expect(compiled.stages.slice(4, 7)).toEqual(['canonicalize', 'scales', 'fuse']);
    expect(compiled.printed('canonicalize').match(/test\.scaled\(/g)).toHaveLength(2);
    expect(compiled.printed('scales')).toContain('{by=6}');
    expect(compiled.reports.find((r) => r.pass === 'scales')).toMatchObject({ opsBefore: 2, opsAfter: 1 });
    expect(describePasses(compiled).find((line) => line.startsWith('scales'))).toContain('2 -> 1');
    expect(() => compiled.printed('scale')).toThrow("there is no stage 'scale'");
  });

  test('may follow each other, and may precede differentiation', async () => {
    const order: string[] = [];
    const note = (name: string, after: string): GraphPass => ({
      name,
      after,
      run(m) {
        order.push(name);
        return m;
      },
    });
    await compile(twice, {
      passes: [note('d', 'c'), note('b', 'recorded'), note('c', 'recorded'), note('e', 'canonicalize'), note('a', 'd')],
      verify: true,
    });
    expect(order).toEqual(['b', 'c', 'd', 'a', 'e']);
  });

  test('that rewrite before differentiation change what is differentiated', async () => {
    const spec = defineModel({
      model: class extends nn.Module {
        fc = nn.Linear(4, 2);
        forward(x: Tensor): Tensor {
          return apply(registered, apply(registered, this.fc(x), { by: 2 }), { by: 3 });
        }
      },
      input: { shape: ['N', 4] },
      name: 'Scales',
    });
    const compiled = await compile(spec, {
      entries: ['forward', 'vjp'],
      passes: [{ ...pass, after: 'inferShapes' }],
      verify: true,
    });
    expect(compiled.printed('autodiff').match(/\{by=\d\}/g)).toEqual(['{by=6}', '{by=6}']);
  });

  test('with names that are taken or positions that do not exist are refused', async () => {
    const error = async (...passes: object[]) =>
      compile(twice, { passes: passes as GraphPass[] }).catch((e) => `${e.code}: ${e.message}`);
    expect(await error(pass, { ...pass })).toBe("duplicate-pass: two passes are named 'scales'");
    expect(await error({ ...pass, name: 'fuse' })).toBe("duplicate-pass: two passes are named 'fuse'");
    expect(await error({ ...pass, after: 'lower' })).toBe(
      "unknown-pass: pass 'scales' is to run after 'lower', but there is no graph pass of that name",
    );
    expect(await error({ ...pass, name: 'a b' })).toBe("bad-pass: 'a b' is not a valid name for a pass");
    expect(await error({ name: 'a' })).toContain('bad-pass: a pass is { name, after');
    expect(caught(() => registerPass({ name: 'a' } as never))).toContain('bad-pass');
  });

  test('run once in every compilation, if registered', async () => {
    const noted: GraphPass = { name: 'noted', after: 'update', run: (m) => m };
    expect(registerPass(noted)).toBe(noted);
    expect(registerPass(noted)).toBe(noted);
    expect(caught(() => registerPass({ ...noted }))).toContain("another pass named 'noted' is registered");
    const { stages } = await compile(twice, { passes: [noted] });
    expect(stages.filter((s) => s === 'noted')).toHaveLength(1);
    expect((await compile(twice)).stages).toContain('noted');
  });

  test('are named if they break a graph', async () => {
    const bug = async (run: GraphPass['run']) => {
      const e = await compile(twice, { passes: [{ name: 'broken', after: 'update', run }] }).catch((e) => e);
      expect(e).toBeInstanceOf(PassFault);
      expect(e.loc.file).toBe(import.meta.filename);
      expect(e.before).toContain('test.scaled');
      return e.message;
    };
    expect(await bug(() => undefined as never)).toBe(
      "pass 'broken', which is not Tapeout's own: run() must return a module",
    );
    expect(await bug((m) => ({ ...m, graphs: [] }))).toBe(
      "pass 'broken', which is not Tapeout's own: graph @forward is gone",
    );
    expect(await bug((m) => ({ ...m, graphs: m.graphs.map((g) => ({ ...g, results: [] })) }))).toBe(
      "pass 'broken', which is not Tapeout's own: graph @forward has no result 'output' any more",
    );
    const summed = (v: Parameters<typeof op.reduceSum>[0]) => op.reduceSum(v, { dims: [1] });
    expect(
      await bug((m) => ({
        ...m,
        graphs: m.graphs.map((g) => ({ ...g, results: g.results.map((r) => ({ ...r, value: summed(r.value) })) })),
      })),
    ).toBe("pass 'broken', which is not Tapeout's own: graph @forward: its result 'output' was f32[N,4] and is f32[N]");
  });
});

test('a model file may bring its own ops and passes on the command line too', async () => {
  const cwd = folderOf({
    'net.ts': `
      import { apply, defineModel, nn, type Tensor } from 'tapeout';
      import { defineOp, expr, type Op, registerOp } from 'tapeout/ir';
      import { registerPass } from 'tapeout/passes';
      const twice: Op<['x']> = registerOp(defineOp({
        name: 'file.twice', doc: '2 * x.', operands: ['x'], attrs: {},
        infer: ({ x }) => x,
        compute: ({ x }, at) => expr.add(x(...at), x(...at)),
        vjp: (_, g) => ({ x: twice(g) }),
      }));
      registerPass({ name: 'mine', after: 'canonicalize', run: (m) => m });
      class Net extends nn.Module {
        forward(x: Tensor) { return apply(twice, x); }
      }
      export default defineModel({ model: Net, input: { shape: ['N', 2] } });`,
  });
  const { stdout, stderr, code } = await cli(['compile', 'net.ts', '--print-after', 'all', '--verify'], { cwd });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toMatch(/; ---- after mine ----\n(.*\n)*.*file\.twice\(%x\)/);
  expect(stdout).toMatch(/^mine +1 /m);
});
