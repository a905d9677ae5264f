/** Errors thrown by user code keep their message and line; the original error is the cause. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hintFor } from '../../frontend/hints.ts';
import { CompileError, compile, defineModel, functional, nn, Tensor } from '../../frontend/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: JavaScript has no types
type Any = any;
const input = { shape: ['N', 2] } as const;
const net = (forward: (x: Any, self: Any) => unknown, construct: (self: Any) => void = () => {}) =>
  class Net extends nn.Module {
    layers = nn.ModuleList([nn.Linear(2, 2)]);
    constructor() {
      super();
      construct(this);
    }
    forward(x: Tensor): Tensor {
      return forward(x, this) as Tensor;
    }
  };

async function caught(model: unknown, more: object = {}): Promise<CompileError> {
  try {
    await compile(defineModel({ model, input, ...more } as Any));
  } catch (e) {
    if (e instanceof CompileError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
}
const lineOf = ({ loc }: CompileError): string => readFileSync(loc!.file, 'utf8').split('\n')[loc!.line - 1]!;
const own = new Error('Net wants images');
const thrower = (): never => {
  throw own; // the error's line is that of new Error
};
class Own extends Error {
  override name = 'ShapeError';
}

describe('an error thrown by user code', () => {
  it.each<[string, unknown, object, string, string]>([
    [
      'in forward',
      net(() => {
        throw new Error('no images');
      }),
      {},
      'Error',
      'no images',
    ],
    [
      'in the constructor',
      net(
        (x) => x,
        () => {
          throw new TypeError('no sizes');
        },
      ),
      {},
      'TypeError',
      'no sizes',
    ],
    [
      'of a custom class',
      net(() => {
        throw new Own('not square');
      }),
      {},
      'ShapeError',
      'not square',
    ],
    [
      'in the loss',
      net((x) => x),
      {
        target: input,
        loss: () => {
          throw new Error('no loss');
        },
      },
      'Error',
      'no loss',
    ],
    [
      'in a function that makes the model',
      () => {
        throw new RangeError('depth 0');
      },
      {},
      'RangeError',
      'depth 0',
    ],
    ['by a misspelt layer', net((x, self) => self.fc9(x)), {}, 'TypeError', 'self.fc9 is not a function'],
    [
      'by an index out of range',
      net((x, self) => self.layers[2](x)),
      {},
      'TypeError',
      'self.layers[2] is not a function',
    ],
    ['by an unknown method', net((x) => x.flattn(1)), {}, 'TypeError', 'x.flattn is not a function'],
    [
      'by a getter',
      net((x, self) => x.add(self.gain.value)),
      {},
      'TypeError',
      "Cannot read properties of undefined (reading 'value')",
    ],
    ['by too long an array', net(() => new Array(-1)), {}, 'RangeError', 'Invalid array length'],
    ['by JSON', net(() => JSON.parse('{')), {}, 'SyntaxError', ''],
    ['inside a map', net((x) => [1].map(() => x.nope())), {}, 'TypeError', 'x.nope is not a function'],
    [
      'inside a Sequential',
      () =>
        nn.Sequential(
          new (net(() => {
            throw new Error('deep');
          }))(),
        ),
      {},
      'Error',
      'deep',
    ],
  ])('%s', async (_, model, more, code, message) => {
    const e = await caught(model, more);
    expect(e.code).toBe(code);
    expect(message === '' ? message : e.message).toBe(message);
    expect(e.cause).toBeInstanceOf(Error);
    expect((e.cause as Error).message).toBe(e.message);
    expect(e.loc?.file).toBe(import.meta.filename);
    expect(e.notes[0]?.message).toMatch(/^thrown while /);
    const [, called] = /^(\S+) is not a function$/.exec(message) ?? [];
    if (called) expect(lineOf(e)).toContain(called);
  });

  it('is the cause, the same object', async () => {
    const e = await caught(net(thrower));
    expect(e.cause).toBe(own);
    expect(e.message).toBe('Net wants images');
    expect(lineOf(e)).toContain('const own = new Error');
  });

  it.each<[string, unknown]>([
    ['a text', 'no'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an object', { code: 3 }],
    ['a symbol', Symbol('s')],
    [
      'a proxy',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('trap');
          },
        },
      ),
    ],
    ['an error of an odd stack', Object.assign(new Error('odd'), { stack: 42 })],
    ['an error without a stack', Object.assign(new Error('none'), { stack: undefined })],
    ['an error of an odd message', Object.assign(new Error('x'), { message: null, name: '\n' })],
    ['an error whose stack throws', Object.defineProperty(new Error('bad'), 'stack', { get: thrower })],
  ])('may be %s, and is reported at the line of the model', async (_, thrown) => {
    const e = await caught(
      net(() => {
        throw thrown;
      }),
    );
    expect(e.loc?.file).toBe(import.meta.filename);
    expect(e.cause).toBe(thrown);
    expect(e.message).not.toMatch(/^$|bug/);
  });

  it('a promise that is rejected later is handled', async () => {
    const later = async (): Promise<never> => {
      await null;
      throw new Error('later');
    };
    expect((await caught(net(later))).code).toBe('async-forward');
    expect((await caught(later)).message).toContain('it made a promise');
    expect(
      (
        await caught(
          net((x) => x),
          { target: input, loss: later },
        )
      ).message,
    ).toContain('it returned a promise');
  });

  it('in the rule of an optimizer', async () => {
    const optimizer = {
      name: 'odd',
      scalars: {},
      update: () => {
        throw new Error('no rule');
      },
    };
    const e = await caught(
      net((x, self) => self.layers[0](x)),
      { target: input, loss: nn.MSELoss(), optimizer },
    );
    expect(e.message).toBe('no rule');
    expect(lineOf(e)).toContain("new Error('no rule')");
  });

  it('a class that is no module, as a model or a loss', async () => {
    class Plain {}
    expect((await caught(Plain)).message).toBe('model is the class Plain, which does not extend nn.Module');
    expect(
      (
        await caught(
          net((x) => x),
          { loss: Plain },
        )
      ).message,
    ).toContain('got the class Plain');
  });
});

describe('a property that a tensor does not have is an error that says so', () => {
  it.each<[string, (x: Any) => unknown, string]>([
    ['item', (x) => x.item(), 'no numbers'],
    ['data', (x) => x.data, 'no numbers'],
    ['numpy', (x) => x.numpy(), 'no numbers'],
    ['T', (x) => x.T, 'x.t()'],
    ['cuda', (x) => x.cuda(), 'no devices'],
    ['backward', (x) => x.sum().backward(), 'trainStep'],
    [
      'rows',
      (x) => {
        for (const row of x) return row;
      },
      'x.select(0, i)',
    ],
    ['an element', (x) => x[0], 'x.select(0, i)'],
    ['masked_fill', (x) => x.log_softmax(1), 'it is called logSoftmax here'],
    ['a function', (x) => x.max_pool2d(2), "import { maxPool2d } from 'tapeout'"],
    ['dim()', (x) => x.view(x.dim()), 'x.dim'],
    ['nn.functional', (x) => (nn as Any).functional.max_pool2d(x), "import { functional as F } from 'tapeout'"],
    ['nn.Conv2D', () => (nn as Any).Conv2D(1, 2, 3), 'did you mean nn.Conv2d? nn has '],
    ['pad by one number', (x) => functional.pad(x, 1 as Any), 'an amount for each side: [1, 1, 1, 1]'],
    ['pad by a value', (x) => functional.pad(x, [1, 1], 3 as Any), 'pad takes x, amounts, mode and value'],
    ['stack of tensors', (x) => (functional as Any).stack(x, x), 'give them in one list: [a, b]'],
  ])('%s', async (_, f, help) => {
    const e = await caught(net(f));
    expect(e.help).toContain(help);
    expect(e.loc?.file).toBe(import.meta.filename);
  });

  it.each([
    "Constructors for derived classes must contain a 'super' call.",
    "Must call super constructor in derived class before accessing 'this' or returning from derived constructor",
  ])('a constructor without super(): %s', (message) => expect(hintFor(message)).toContain('super().__init__()'));

  it('a field of such a name in a user’s class is theirs', () => {
    class Labelled extends Tensor {
      data = 3;
    }
    expect(new Labelled({ dtype: 'f32', shape: [] }).data).toBe(3);
  });

  it.each<[string, string]>([
    ["Operator '>' cannot be applied to types 'Tensor' and 'number'.", 'where(x.gt(0), a, b)'],
    ["Operator '+' cannot be applied to types 'Tensor' and 'Tensor'.", 'x.add(y)'],
    ['The left-hand side of an arithmetic operation must be of type ...', 'x.mul(y)'],
    ["Property 'item' does not exist on type 'Tensor'.", 'no numbers'],
    ["Property 'log_softmax' does not exist on type 'Tensor'. Did you mean 'logSoftmax'?", 'logSoftmax'],
    ["Type 'Tensor' must have a '[Symbol.iterator]()' method that returns an iterator.", 'x.select(0, i)'],
    ["Module '\"tapeout\"' has no exported member 'Linear'.", 'nn.Linear'],
    ["Module '\"tapeout\"' has no exported member 'max_pool2d'. Did you mean 'maxPool2d'?", 'maxPool2d'],
    ["Module '\"tapeout\"' has no exported member 'SGD'.", 'optim.SGD'],
    ["'\"tapeout\"' has no exported member named 'Linear'. Did you mean 'linear'?", 'nn.Linear'],
    ["'\"tapeout\"' has no exported member named 'Conv2D'. Did you mean 'conv2d'?", 'nn.Conv2d'],
    ["Cannot find name 'MSEloss'.", 'nn.MSELoss'],
    ["'\"tapeout\"' has no exported member named 'Rprop'. Did you mean 'prod'?", 'optim.Rprop'],
    ["Cannot find name 'F'.", 'functional as F'],
    ["Cannot find name 'relu'.", "import { relu } from 'tapeout'"],
    ["Cannot find module 'torch' or its corresponding type declarations.", "from 'tapeout'"],
    ["Property 'functional' does not exist on type 'typeof import(\"/a/nn/index\")'.", 'functional as F'],
    ["Property 'max_pool2d' does not exist on type 'typeof import(\"/a/functional/index\")'.", 'maxPool2d'],
    ["Property 'relu' does not exist on type 'typeof import(\"/a/nn/index\")'.", "import { relu } from 'tapeout'"],
  ])('TypeScript’s %s', (message, help) => expect(hintFor(message)).toContain(help));
});

it.each([
  ['defineModell', 'did you mean defineModel?'],
  ['maxPol2d', 'did you mean maxPool2d?'],
  ['manualseed', 'did you mean manualSeed?'],
  ['Linear', 'nn.Linear'],
])('a wrong import in JavaScript: %s', (name, help) =>
  expect(hintFor(`The requested module 'tapeout' does not provide an export named '${name}'`)).toContain(help),
);
