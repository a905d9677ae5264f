/** Members that PyTorch's objects have and those here do not, and what to write instead. */

const noNumbers =
  'a recorded tensor has a shape but no numbers: read results from the compiled model, as forward() returns them';
const noDevice = 'there are no devices to move to: the model is compiled for one, by target';
const onlyFloat = 'leave it out: parameters are f32';
const noTape =
  'gradients are made when the model is compiled: give defineModel a loss and an optimizer, and call trainStep';
export const dims = 'dim, shape and dtype are properties, not methods: x.dim, x.shape, x.dtype, and x.size(0)';
const rows = 'a recorded tensor has no rows to loop over: take x.select(0, i), for a dimension whose extent is known';
const noLayout = 'leave it out: a recorded tensor has no layout and is never changed in place';
const frozen =
  'a parameter is frozen before the model is recorded, this.fc.weight.requiresGrad = false, or all of a module, ' +
  'this.fc.requiresGrad_(false); where forward uses a tensor, x.detach() has no gradient';
const separate =
  'a whole step is trainStep(x, y) of the compiled model; for separate ones compile with --entries ' +
  'forward,zero_grad,backward,step, and call model.zeroGrad(), model.backward(x, y) and model.step()';
const noLoading =
  'weights are loaded into the compiled model: load({ weights }), or model.loadStateDict(…); initial values are the data of parameters';
const noHooks = 'there are no hooks: return from forward what you want to see; tapeout print shows what it computes';

/** Members that tensors do not have, and what to write. */
export const ofTensors: Readonly<Record<string, string>> = {
  item: noNumbers,
  data: noNumbers,
  numpy: noNumbers,
  tolist: noNumbers,
  cpu: noDevice,
  cuda: noDevice,
  device: noDevice,
  grad: noTape,
  backward: noTape,
  zeroGrad: separate,
  zero_grad: separate,
  requires_grad: frozen,
  requiresGrad: frozen,
  requires_grad_: frozen,
  T: 'a matrix is transposed by x.t(), other tensors by x.transpose(0, 1) and x.permute(…)',
  float: "write x.to('f32')",
  double: "there is no f64: leave it out, or write x.to('f32')",
  half: "there is no f16 in a model: leave it out, or write x.to('f32')",
  int: "write x.to('i32')",
  long: "write x.to('i32')",
  bool: 'write x.ne(0)',
  type: "write x.to('f32') or x.to('i32')",
  contiguous: noLayout,
  copy_: noLayout,
  expand_as: 'write x.expandAs(y)',
  ndim: 'write x.dim',
  numel: 'the extents are in x.shape',
  length: "write x.size(0), which is a number, or 'N' for the batch",
  forEach: rows,
  map: rows,
};
/** The same for models and layers. */
export const ofModules: Readonly<Record<string, string>> = {
  registerParameter:
    'assign it to a field, whose name it gets: this.m = nn.Parameter([3], [1, 2, 3]), a shape and initial values',
  addModule: 'assign it to a field, whose name it gets: this.fc = nn.Linear(2, 3)',
  registerModule: 'assign it to a field, whose name it gets: this.fc = nn.Linear(2, 3)',
  namedModules: 'modules() lists them, and namedChildren() those of the fields with their names',
  namedBuffers: 'stateDict() has parameters and buffers by name',
  buffers: 'stateDict() has parameters and buffers by name',
  zeroGrad: separate,
  backward: noTape,
  loadStateDict: noLoading,
  to: noDevice,
  cuda: noDevice,
  cpu: noDevice,
  float: onlyFloat,
  half: onlyFloat,
  double: onlyFloat,
  requiresGrad: frozen,
  registerForwardHook: noHooks,
  registerForwardPreHook: noHooks,
  registerFullBackwardHook: noHooks,
};
/** The same for optimizers. */
export const ofOptimizers: Readonly<Record<string, string>> = {
  zeroGrad: separate,
  step: separate,
  paramGroups: 'there is one group, all parameters of the model; the learning rate is lr of the compiled model',
  stateDict: 'the state is in the compiled model: model.stateDict({ state: true })',
  loadStateDict: 'the state is loaded into the compiled model: model.loadStateDict(…)',
};
/** Names of PyTorch's that are neither functions nor layers, in camelCase, whatever module they are in there. */
export const ofTorch: Readonly<Record<string, string>> = {
  noGrad:
    'leave it out: forward and evaluate of the compiled model compute no gradients; in forward x.detach() stops one, and ' +
    'this.fc.requiresGrad_(false) freezes parameters',
  inferenceMode: 'leave it out: forward and evaluate of the compiled model compute no gradients',
  lrScheduler: 'set the rate between steps: model.lr = 0.01, of the compiled model',
  utils:
    'to clip gradients compile with --entries forward,zero_grad,backward,step, and change model.gradients before model.step()',
  device: noDevice,
  cuda: noDevice,
  DataLoader:
    'write the loop over batches where the compiled model is called: model.trainStep(x, y) takes typed arrays',
  save: 'the compiled model saves itself: writeFile(path, model.toSafetensors())',
  load: noLoading,
};
/** What to write in place of JavaScript's operators and functions of numbers. */
export const onOperators =
  'write x.add(y) for x + y, x.mul(y) for x * y, x.neg() for -x, x.gt(y) for x > y, x.sin() for Math.sin(x), and ' +
  'where(x.gt(0), a, b) for a choice that depends on the data';
/** For an extent in place of a number. */
export const onExtent =
  "the batch 'N' is known only when a step runs: x.mean(0) divides by it, and ones('N').sum() is its size as a tensor; another " +
  'extent is x.size(1) as number';
/** For several tensors where one is wanted, as a recurrent layer or `max(dim)` returns them. */
export const onSeveral = 'take one of them: const [y] = this.lstm(x), or x.max(1).values';
/** For undefined in place of a tensor. */
export const onUndefined = 'a list has no element at such an index: the last one is list.at(-1)';
const elements: Readonly<Record<string, string>> = {
  ...{ float32: 'f32', float: 'f32', float64: 'f32', double: 'f32', f64: 'f32' },
  ...{ int32: 'i32', int: 'i32', int64: 'i32', long: 'i32', i64: 'i32', uint8: 'i32' },
};
/** A hint for PyTorch's name of an element type. */
export const onDType = (name: unknown): string | null => {
  const plain = String(name).replace(/^torch\./, '');
  return Object.hasOwn(elements, plain) ? `write dtype: '${elements[plain]}'` : null;
};
/** For the argument of `x.to`. */
export const onConversion = (to: unknown): string | null => {
  if (typeof to !== 'string') return null;
  const plain = to.replace(/^torch\./, '');
  if (/^(cpu|cuda(:\d+)?|mps|xpu|device)$/.test(plain)) return noDevice;
  return Object.hasOwn(elements, plain) ? `write x.to('${elements[plain]}')` : null;
};
