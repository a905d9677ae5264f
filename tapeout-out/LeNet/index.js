/** LeNet, compiled: 61,706 parameters, batches of 1 to 64. Written by Tapeout: compile again instead of editing. */

class SafetensorsError extends Error {
    name = 'SafetensorsError';
}
const arrays = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array, U8: Uint8Array };
const prefixBytes = 8;
const metadataKey = '__metadata__';
function readSafetensors(bytes, source = 'these bytes') {
    const { header, body } = readHeader(bytes, source);
    const slots = Object.entries(header)
        .filter(([name]) => name !== metadataKey)
        .map(([name, entry]) => readSlot(name, entry, body.length, source));
    verifyCover(slots, body.length, source);
    return new Map(slots.map(({ name, dtype, shape, begin, end }) => [name, stored(dtype, shape, copy(body, begin, end))]));
}
function readSafetensorsMetadata(bytes, source = 'these bytes') {
    const metadata = readHeader(bytes, source).header[metadataKey] ?? {};
    if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string'))
        throw new SafetensorsError(`${source}: '${metadataKey}' must map text to text. Write the file again.`);
    return metadata;
}
function writeSafetensors(tensors, metadata) {
    const entries = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
    const fields = metadata ? [field(metadataKey, metadata)] : [];
    const seen = new Set([metadataKey]);
    let size = 0;
    for (const [name, tensor] of entries) {
        if (seen.has(name))
            throw new SafetensorsError(`two tensors are called '${name}'. Give each a name of its own.`);
        seen.add(name);
        verifyTensor(name, tensor);
        const { dtype, shape, data } = tensor;
        fields.push(field(name, { dtype, shape, data_offsets: [size, size + data.byteLength] }));
        size += data.byteLength;
    }
    const json = new TextEncoder().encode(`{${fields.join(',')}}`);
    const headerBytes = Math.ceil(json.length / 8) * 8;
    const file = new Uint8Array(prefixBytes + headerBytes + size);
    new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
    file.set(json, prefixBytes);
    file.fill(0x20, prefixBytes + json.length, prefixBytes + headerBytes);
    let at = prefixBytes + headerBytes;
    for (const [, { data }] of entries) {
        file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
        at += data.byteLength;
    }
    return file;
}
function readHeader(bytes, source) {
    if (bytes.length < prefixBytes)
        throw new SafetensorsError(`${source}: not a safetensors file: it has ${bytes.length} bytes and the header's length alone takes ${prefixBytes}. ` +
            'The file is empty or cut short; fetch or save it again.');
    const length = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes).getBigUint64(0, true);
    const available = bytes.length - prefixBytes;
    if (length > BigInt(available))
        throw new SafetensorsError(`${source}: the header should take ${length} bytes, but only ${available} follow. ` +
            'Either the file is cut short or it is not a safetensors file.');
    const bodyAt = prefixBytes + Number(length);
    const header = parseJson(copy(bytes, prefixBytes, bodyAt), source);
    if (!isRecord(header))
        throw new SafetensorsError(`${source}: the header is JSON, but not an object of tensors by name.`);
    return { header, body: bytes.subarray(bodyAt) };
}
function parseJson(bytes, source) {
    try {
        return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    }
    catch (error) {
        throw new SafetensorsError(`${source}: the header is not valid JSON (${error.message}). ` +
            'Either the file is damaged or it is not a safetensors file.');
    }
}
function readSlot(name, entry, bodyBytes, source) {
    const fail = (problem) => new SafetensorsError(`${source}: tensor '${name}': ${problem}`);
    if (!isRecord(entry))
        throw fail('its header entry is not an object with dtype, shape and data_offsets.');
    const { dtype, shape, data_offsets: offsets } = entry;
    if (!isDtype(dtype))
        throw fail(`dtype ${JSON.stringify(dtype)} is not one that Tapeout reads (${Object.keys(arrays).join(', ')}).`);
    if (!isCounts(shape))
        throw fail(`shape ${JSON.stringify(shape)} is not a list of whole numbers from 0.`);
    if (!isCounts(offsets) || offsets.length !== 2)
        throw fail(`data_offsets ${JSON.stringify(offsets)} is not a pair of whole numbers [begin, end].`);
    const [begin = 0, end = 0] = offsets;
    if (begin > end || end > bodyBytes)
        throw fail(`its data should lie at bytes ${begin} to ${end}, but the file holds ${bodyBytes} bytes of data.`);
    const expected = count(shape) * arrays[dtype].BYTES_PER_ELEMENT;
    if (end - begin !== expected)
        throw fail(`${dtype}[${shape}] takes ${expected} bytes, but its data_offsets span ${end - begin}.`);
    return { name, dtype, shape, begin, end };
}
function verifyCover(slots, bodyBytes, source) {
    const sorted = [...slots].sort((a, b) => a.begin - b.begin || a.end - b.end);
    let reached = 0;
    for (const { name, begin, end } of sorted) {
        if (begin < reached)
            throw new SafetensorsError(`${source}: tensor '${name}' begins at byte ${begin}, inside the tensor before it, which ends at ${reached}.`);
        if (begin > reached)
            throw new SafetensorsError(`${source}: tensor '${name}' begins at byte ${begin}, but the data before it end at ${reached}: ` +
                'the bytes between belong to no tensor.');
        reached = end;
    }
    if (reached < bodyBytes)
        throw new SafetensorsError(`${source}: the tensors end at byte ${reached}, but the file holds ${bodyBytes} bytes of data. ` +
            'Something was added to it, or its header belongs to another file.');
}
function verifyTensor(name, { dtype, shape, data }) {
    if (!(data instanceof arrays[dtype]))
        throw new SafetensorsError(`tensor '${name}': dtype ${dtype} needs a ${arrays[dtype].name}.`);
    if (!isCounts(shape) || count(shape) !== data.length)
        throw new SafetensorsError(`tensor '${name}': shape [${shape}] and its ${data.length} elements do not fit together.`);
}
function stored(dtype, shape, buffer) {
    switch (dtype) {
        case 'F32':
            return { dtype, shape, data: new Float32Array(buffer) };
        case 'I32':
            return { dtype, shape, data: new Int32Array(buffer) };
        case 'I64':
            return { dtype, shape, data: new BigInt64Array(buffer) };
        case 'U8':
            return { dtype, shape, data: new Uint8Array(buffer) };
        default:
            return dtype;
    }
}
function copy(bytes, begin, end) {
    const out = new Uint8Array(end - begin);
    out.set(bytes.subarray(begin, end));
    return out.buffer;
}
const field = (name, value) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
const count = (shape) => shape.reduce((product, extent) => product * extent, 1);
const isRecord = (x) => typeof x === 'object' && x !== null && !Array.isArray(x);
const isDtype = (x) => typeof x === 'string' && Object.hasOwn(arrays, x);
const isCounts = (x) => Array.isArray(x) && x.every((n) => Number.isSafeInteger(n) && n >= 0);

class TapeoutError extends Error {
    name = 'TapeoutError';
    code;
    constructor(code, message, options) {
        super(message, options);
        this.code = code;
    }
}
const arrayOf = { f32: Float32Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array };
const pageBytes = 65536;
const manifestVersion = 1;
function checkArray(data, { name, dtype }) {
    const wanted = arrayOf[dtype];
    if (data instanceof wanted)
        return;
    if (ArrayBuffer.isView(data) && data.constructor.name === wanted.name)
        return;
    throw wrongArray(data, name, wanted.name);
}
function wrongArray(data, name, wanted) {
    const got = kindOf(data);
    const convert = ArrayBuffer.isView(data) || Array.isArray(data)
        ? ` Convert it once, outside the loop: ${wanted}.from(${name}).`
        : '';
    const first = data === undefined ? ` Pass ${name}, or only the batch size once model.input('${name}') is filled.` : '';
    return new TapeoutError('wrong-array', `${name} must be a ${wanted}, but it is ${got}.${convert}${first}`);
}
function kindOf(x) {
    if (x === undefined)
        return 'missing';
    if (x === null)
        return 'null';
    if (Array.isArray(x))
        return 'a plain array';
    const name = typeof x === 'object' ? x.constructor?.name : typeof x;
    return `${/^[AEIOU]/i.test(name ?? '') ? 'an' : 'a'} ${name ?? 'object'}`;
}
function checkBatch(n, maxBatch) {
    if (Number.isInteger(n) && n >= 1 && n <= maxBatch)
        return;
    if (n === 0)
        throw new TapeoutError('empty-batch', 'the batch is empty: it must hold at least one sample.');
    if (n > maxBatch)
        throw new TapeoutError('batch-too-large', `a batch of ${n} samples is over the maximum of ${maxBatch} that this module was compiled for. ` +
            'Pass fewer at a time, or compile again with a larger maxBatch.');
    throw new TapeoutError('wrong-length', `the batch size must be a whole number from 1 to ${maxBatch}, not ${n}.`);
}
function samplesIn(data, each, maxBatch, tensor) {
    const n = data.length / each;
    if (Number.isInteger(n))
        checkBatch(n, maxBatch);
    else
        throw new TapeoutError('wrong-length', `${tensor.name} has ${data.length} values, which is not a whole number of samples: ` +
            `one sample of ${showShape(tensor.shape)} takes ${each}.`);
    return n;
}
function checkLength(data, wanted, n, tensor, given) {
    if (data.length === wanted)
        return;
    const batched = tensor.shape.some((d) => typeof d !== 'number');
    const why = batched
        ? `${given} holds ${n} ${n === 1 ? 'sample' : 'samples'}, for which ${tensor.name} needs`
        : 'it needs';
    throw new TapeoutError('wrong-length', `${tensor.name} has ${data.length} ${data.length === 1 ? 'value' : 'values'}, but ${why} ${wanted}: ` +
        `its shape is ${showShape(tensor.shape)}.`);
}
function checkLabels(labels, count, { name, range = 0, ignoreIndex }) {
    for (let i = 0; i < count; i++) {
        const label = labels[i];
        if (label >= 0 && label < range)
            continue;
        if (label !== ignoreIndex)
            throw labelError(name, label, i, range, ignoreIndex);
    }
}
function labelError(name, label, i, range, ignoreIndex) {
    const except = ignoreIndex === undefined ? '' : `, or ${ignoreIndex} for a sample to ignore`;
    const from1 = label === range ? ' If the labels count from 1, subtract 1.' : '';
    return new TapeoutError('label-range', `${name}[${i}] is ${label}, but the labels of ${range} classes go from 0 to ${range - 1}${except}.${from1}`);
}
function checkScalar(name, value) {
    if (typeof value === 'number' && Number.isFinite(Math.fround(value)))
        return;
    const what = name === 'lr' ? 'the learning rate (lr)' : `the scalar '${name}'`;
    const shown = typeof value === 'number' ? String(value) : kindOf(value);
    throw new TapeoutError('not-finite', `${what} must be a finite number that fits float32, but it is ${shown}.`);
}
function unknownName(what, name, known) {
    const near = nearest(name, known);
    const list = known.length <= 12 ? known.join(', ') : `${known.slice(0, 12).join(', ')}, … (${known.length})`;
    const hint = near ? `Did you mean '${near}'?` : known.length > 0 ? `There are: ${list}.` : 'There are none.';
    return new TapeoutError('unknown-name', `unknown ${what} '${name}'. ${hint}`);
}
function nearest(name, known) {
    let best = null;
    let least = Math.max(2, Math.ceil(name.length / 3)) + 1;
    for (const candidate of known) {
        const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
        if (distance < least)
            [best, least] = [candidate, distance];
    }
    return best;
}
function editDistance(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++)
            next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        row = next;
    }
    return row[b.length];
}
const showShape = (shape) => `[${shape.map((d) => (typeof d === 'number' ? d : d.batch === 1 ? 'N' : `${d.batch}N`)).join(',')}]`;
const elementsAt = (shape, n) => shape.reduce((product, d) => product * (typeof d === 'number' ? d : d.batch * n), 1);
const mustReturn = {
    forward: ['output'],
    evaluate: ['loss', 'output'],
    train_step: ['loss'],
    backward: ['loss'],
};
const isStatistic = (name) => name === 'loss' || name === 'correct';
function checkManifest(manifest) {
    const fail = (problem) => {
        throw new TapeoutError('bad-manifest', `the manifest ${problem}`);
    };
    if (typeof manifest !== 'object' || manifest === null)
        fail(`must be an object, but it is ${kindOf(manifest)}.`);
    const version = manifest.tapeout;
    if (version !== manifestVersion)
        fail(version === undefined
            ? "has no version: is it Tapeout's manifest.json, parsed?"
            : `has version ${String(version)}, but this runtime reads version ${manifestVersion}. ` +
                'Compile the model again with the Tapeout that this runtime comes from.');
    if (!Array.isArray(manifest.tensors) || !Array.isArray(manifest.entries))
        fail('lacks its tensors or its entries.');
    if (!Number.isInteger(manifest.maxBatch) || manifest.maxBatch < 1)
        fail(`has the maxBatch ${manifest.maxBatch}.`);
    const names = new Set();
    for (const { name, dtype, shape, offset } of manifest.tensors) {
        if (!Object.hasOwn(arrayOf, dtype))
            fail(`gives '${name}' the dtype '${dtype}', which this runtime does not know.`);
        const array = arrayOf[dtype];
        const end = offset + elementsAt(shape, manifest.maxBatch) * array.BYTES_PER_ELEMENT;
        if (!(offset >= 0 && end <= manifest.pages * pageBytes) || offset % array.BYTES_PER_ELEMENT !== 0)
            fail(`puts '${name}' at bytes ${offset} to ${end}, outside the memory of ${manifest.pages} pages or unaligned.`);
        names.add(name);
    }
    for (const { name, inputs, outputs } of manifest.entries) {
        for (const port of [...inputs, ...outputs])
            if (!names.has(port))
                fail(`lists '${port}' for the entry '${name}', but has no such tensor.`);
        for (const port of mustReturn[name] ?? [])
            if (port === 'output' ? outputs.every(isStatistic) : !outputs.includes(port))
                fail(`gives the entry '${name}' no result '${port}'.`);
    }
}
function checkModule(module, { entries }) {
    const fail = (problem) => {
        throw new TapeoutError('bad-wasm', `the WebAssembly does not match the manifest: ${problem} Take both from the same compilation.`);
    };
    const wanted = WebAssembly.Module.imports(module)[0];
    if (wanted)
        fail(`it imports ${wanted.module}.${wanted.name}.`);
    const exported = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
    if (exported.get('memory') !== 'memory')
        fail('it exports no memory.');
    for (const { name } of entries)
        if (exported.get(name) !== 'function')
            fail(`it exports no function '${name}'.`);
}

async function instantiate(wasm, manifest, weights) {
    checkManifest(manifest);
    const module = await compiled(wasm);
    checkModule(module, manifest);
    const model = new Model(await WebAssembly.instantiate(module, {}), manifest);
    if (weights)
        model.loadStateDict(weights);
    return model;
}
async function compiled(wasm) {
    if (wasm instanceof WebAssembly.Module)
        return wasm;
    try {
        return await WebAssembly.compile(wasm);
    }
    catch (cause) {
        const problem = cause instanceof Error ? cause.message : String(cause);
        throw new TapeoutError('bad-wasm', `these bytes are not a WebAssembly module: ${problem}`, { cause });
    }
}
class Port {
    tensor;
    whole;
    batched;
    each;
    #views;
    constructor(memory, tensor, maxBatch) {
        this.tensor = tensor;
        this.whole = new arrayOf[tensor.dtype](memory, tensor.offset, elementsAt(tensor.shape, maxBatch));
        this.batched = tensor.shape.some((d) => typeof d !== 'number');
        this.each = elementsAt(tensor.shape, 1);
        this.#views = new Array(maxBatch + 1).fill(undefined);
    }
    count(n) {
        return this.batched ? this.each * n : this.each;
    }
    at(n) {
        if (!this.batched)
            return this.whole;
        let view = this.#views[n];
        if (!view) {
            view = this.whole.subarray(0, this.count(n));
            this.#views[n] = view;
        }
        return view;
    }
}
const methods = {
    forward: 'forward',
    evaluate: 'evaluate',
    train_step: 'trainStep',
    backward: 'backward',
    vjp: 'vjp',
    zero_grad: 'zeroGrad',
    step: 'step',
};
class Model {
    manifest;
    maxBatch;
    parameters;
    gradients;
    state;
    inputs;
    outputs;
    scalars;
    #ports = new Map();
    #entries = {};
    #evaluation = { loss: 0, correct: null, output: new Float32Array(0) };
    #disposed = false;
    constructor(instance, manifest) {
        const memory = instance.exports.memory.buffer;
        if (memory.byteLength < manifest.pages * pageBytes)
            throw new TapeoutError('bad-wasm', `the WebAssembly has ${memory.byteLength / pageBytes} pages of memory, but the manifest counts on ` +
                `${manifest.pages}. Take both from the same compilation.`);
        this.manifest = manifest;
        this.maxBatch = manifest.maxBatch;
        for (const tensor of manifest.tensors) {
            const port = new Port(memory, tensor, manifest.maxBatch);
            this.#ports.set(tensor.name, port);
            if (tensor.initial)
                port.whole.fill(tensor.initial);
        }
        for (const entry of manifest.entries)
            this.#entries[entry.name] = this.#entry(entry, instance.exports);
        this.parameters = this.#views('parameter');
        this.gradients = this.#views('gradient', (name) => name.replace(/\.grad$/, ''));
        this.state = this.#views('state');
        this.inputs = this.#views('input');
        this.outputs = this.#views('output');
        this.scalars = this.#scalars();
    }
    trainStep(x, y) {
        const entry = this.#get('train_step');
        entry.run(this.#feed(entry, x, y));
        return entry.loss[0];
    }
    forward(x) {
        const entry = this.#get('forward');
        const n = this.#feed(entry, x, undefined);
        entry.run(n);
        return entry.output.at(n);
    }
    evaluate(x, y) {
        const entry = this.#get('evaluate');
        const n = this.#feed(entry, x, y);
        entry.run(n);
        const result = this.#evaluation;
        result.loss = entry.loss[0];
        result.correct = entry.correct ? entry.correct[0] : null;
        result.output = entry.output.at(n);
        return result;
    }
    backward(x, y) {
        const entry = this.#get('backward');
        entry.run(this.#feed(entry, x, y));
        return entry.loss[0];
    }
    vjp(x, cotangent) {
        const entry = this.#get('vjp');
        entry.run(this.#feed(entry, x, cotangent));
    }
    zeroGrad() {
        this.#get('zero_grad').run(this.maxBatch);
    }
    step() {
        this.#get('step').run(1);
    }
    get lr() {
        return this.#scalar('lr');
    }
    set lr(value) {
        this.#scalar('lr');
        this.scalars.lr = value;
    }
    input(name, n = this.maxBatch) {
        return this.#view('input', name, n);
    }
    output(name, n = this.maxBatch) {
        return this.#view('output', name, n);
    }
    parameter(name) {
        return this.#view('parameter', name, 1);
    }
    stateDict({ state = false } = {}) {
        this.#alive();
        return new Map(this.#saved(state).map(({ tensor, whole }) => [tensor.name, whole.slice()]));
    }
    loadStateDict(source, { strict = true } = {}) {
        this.#alive();
        const given = entriesOf(source);
        for (const [name, value] of given)
            this.#checkStored(name, value);
        const missing = Object.keys(this.parameters).filter((name) => !given.has(name));
        if (strict && missing.length > 0)
            throw new TapeoutError('missing-parameter', `these parameters are missing: ${missing.join(', ')}. Pass { strict: false } to keep their values.`);
        for (const [name, value] of given)
            this.#ports.get(name).whole.set(dataOf(value));
    }
    toSafetensors({ state = false } = {}) {
        this.#alive();
        return writeSafetensors(this.#saved(state).map(({ tensor: { name, shape, dtype }, whole }) => [
            name,
            { dtype: storedAs[dtype], shape, data: whole },
        ]));
    }
    dispose() {
        this.#disposed = true;
        for (const name of Object.keys(this.#entries))
            delete this.#entries[name];
    }
    #entry({ name, inputs, outputs }, exports) {
        const ports = (names) => names.map((port) => this.#ports.get(port));
        const results = ports(outputs);
        const named = (name) => results.find((port) => port.tensor.name === name) ?? null;
        const [loss, correct] = [named('loss'), named('correct')];
        return {
            name,
            run: exports[name],
            inputs: ports(inputs),
            outputs: results,
            loss: loss?.whole ?? null,
            correct: correct?.whole ?? null,
            output: results.find((port) => port !== loss && port !== correct) ?? null,
        };
    }
    #get(name) {
        const entry = this.#entries[name];
        if (entry)
            return entry;
        this.#alive();
        const have = this.manifest.entries.map((e) => e.name).join(',');
        throw new TapeoutError('missing-entry', `this module has no ${methods[name]}(): it was compiled with the entries ${have}. ` +
            `Compile it with --entries ${have},${name}.`);
    }
    #feed(entry, a, b) {
        const [first, second] = [entry.inputs[0], entry.inputs[1]];
        if (typeof a === 'number') {
            checkBatch(a, this.maxBatch);
            for (let i = 0; i < entry.inputs.length; i++)
                checkRange(entry.inputs[i], entry.inputs[i].whole, a);
            return a;
        }
        if (!first || entry.inputs.length > 2)
            throw callWithBatch(entry);
        checkArray(a, first.tensor);
        const n = samplesIn(a, first.each, this.maxBatch, first.tensor);
        checkRange(first, a, n);
        if (second) {
            checkArray(b, second.tensor);
            checkLength(b, second.count(n), n, second.tensor, first.tensor.name);
            checkRange(second, b, n);
            second.whole.set(b);
        }
        first.whole.set(a);
        return n;
    }
    #view(purpose, name, n) {
        this.#alive();
        const port = this.#ports.get(name);
        if (port?.tensor.purpose !== purpose)
            throw unknownName(purpose, name, this.#names(purpose));
        checkBatch(n, this.maxBatch);
        return port.at(n);
    }
    #saved(state) {
        return [...this.#ports.values()].filter(({ tensor: { purpose } }) => isSaved(purpose) && (state || purpose !== 'state'));
    }
    #checkStored(name, value) {
        const port = this.#ports.get(name);
        if (!port || !isSaved(port.tensor.purpose))
            throw unknownName('parameter', name, this.#names('parameter'));
        const { shape } = port.tensor;
        const [what, data] = [`the ${port.tensor.purpose} '${name}'`, dataOf(value)];
        checkArray(data, port.tensor);
        const given = ArrayBuffer.isView(value) ? null : value.shape;
        if (given && `${given}` !== `${shape}`)
            throw new TapeoutError('wrong-shape', `${what} has the shape ${showShape(shape)}, but ${showShape(given)} was given.`);
        if (data.length !== port.each)
            throw new TapeoutError('wrong-length', `${what} takes ${port.each} values, shape ${showShape(shape)}, but ${data.length} were given.`);
    }
    #scalar(name) {
        this.#alive();
        if (!Object.hasOwn(this.scalars, name))
            throw unknownName('scalar', name, Object.keys(this.scalars));
        return this.scalars[name];
    }
    #scalars() {
        const scalars = {};
        for (const name of this.#names('scalar')) {
            const memory = this.#ports.get(name).whole;
            Object.defineProperty(scalars, name, {
                enumerable: true,
                get: () => memory[0],
                set: (value) => {
                    this.#alive();
                    checkScalar(name, value);
                    memory[0] = value;
                },
            });
        }
        return Object.freeze(scalars);
    }
    #views(purpose, rename = (name) => name) {
        return Object.freeze(Object.fromEntries(this.#names(purpose).map((name) => [rename(name), this.#ports.get(name).whole])));
    }
    #names(purpose) {
        return this.manifest.tensors.filter((t) => t.purpose === purpose).map((t) => t.name);
    }
    #alive() {
        if (this.#disposed)
            throw new TapeoutError('disposed', 'this model was disposed of. Instantiate it again to use it.');
    }
}
function checkRange(port, data, n) {
    if (port.tensor.range !== undefined)
        checkLabels(data, port.count(n), port.tensor);
}
function callWithBatch({ name, inputs }) {
    const names = inputs.map((port) => port.tensor.name);
    return new TapeoutError('wrong-array', `${name} takes ${names.length} inputs (${names.join(', ') || 'none'}). Write them with model.input(name), ` +
        'then call it with the batch size alone.');
}
function entriesOf(source) {
    if (source instanceof Uint8Array)
        return readSafetensors(source, 'the weights');
    return source instanceof Map ? source : new Map(Object.entries(source));
}
const dataOf = (value) => (ArrayBuffer.isView(value) ? value : value?.data);
const storedAs = { f32: 'F32', i32: 'I32', u8: 'U8', bool: 'U8' };
const isSaved = (purpose) => purpose === 'parameter' || purpose === 'state';

export { instantiate, Model, readSafetensors, SafetensorsError, TapeoutError, writeSafetensors };

export const manifest = {
  "tapeout": 1,
  "name": "LeNet",
  "hash": "sha256-0feaadce13b0e13996ccd16076c70f6878edee7f9d61506d2dd8c5345d3526b8",
  "maxBatch": 64,
  "pages": 52,
  "arenaBytes": 3382288,
  "entries": [
    {"name":"forward","inputs":["x"],"outputs":["output"]},
    {"name":"evaluate","inputs":["x","y"],"outputs":["loss","output","correct"]},
    {"name":"train_step","inputs":["x","y"],"outputs":["loss"]}
  ],
  "tensors": [
    {"name":"conv1.weight","purpose":"parameter","dtype":"f32","shape":[6,1,5,5],"offset":64},
    {"name":"conv1.bias","purpose":"parameter","dtype":"f32","shape":[6],"offset":672},
    {"name":"conv2.weight","purpose":"parameter","dtype":"f32","shape":[16,6,5,5],"offset":704},
    {"name":"conv2.bias","purpose":"parameter","dtype":"f32","shape":[16],"offset":10304},
    {"name":"fc1.weight","purpose":"parameter","dtype":"f32","shape":[120,400],"offset":10368},
    {"name":"fc1.bias","purpose":"parameter","dtype":"f32","shape":[120],"offset":202368},
    {"name":"fc2.weight","purpose":"parameter","dtype":"f32","shape":[84,120],"offset":202848},
    {"name":"fc2.bias","purpose":"parameter","dtype":"f32","shape":[84],"offset":243168},
    {"name":"fc3.weight","purpose":"parameter","dtype":"f32","shape":[10,84],"offset":243504},
    {"name":"fc3.bias","purpose":"parameter","dtype":"f32","shape":[10],"offset":246864},
    {"name":"conv1.weight.momentum_buffer","purpose":"state","dtype":"f32","shape":[6,1,5,5],"offset":246912,"initial":0},
    {"name":"conv1.bias.momentum_buffer","purpose":"state","dtype":"f32","shape":[6],"offset":247520,"initial":0},
    {"name":"conv2.weight.momentum_buffer","purpose":"state","dtype":"f32","shape":[16,6,5,5],"offset":247552,"initial":0},
    {"name":"conv2.bias.momentum_buffer","purpose":"state","dtype":"f32","shape":[16],"offset":257152,"initial":0},
    {"name":"fc1.weight.momentum_buffer","purpose":"state","dtype":"f32","shape":[120,400],"offset":257216,"initial":0},
    {"name":"fc1.bias.momentum_buffer","purpose":"state","dtype":"f32","shape":[120],"offset":449216,"initial":0},
    {"name":"fc2.weight.momentum_buffer","purpose":"state","dtype":"f32","shape":[84,120],"offset":449696,"initial":0},
    {"name":"fc2.bias.momentum_buffer","purpose":"state","dtype":"f32","shape":[84],"offset":490016,"initial":0},
    {"name":"fc3.weight.momentum_buffer","purpose":"state","dtype":"f32","shape":[10,84],"offset":490352,"initial":0},
    {"name":"fc3.bias.momentum_buffer","purpose":"state","dtype":"f32","shape":[10],"offset":493712,"initial":0},
    {"name":"lr","purpose":"scalar","dtype":"f32","shape":[],"offset":493760,"initial":0.01},
    {"name":"x","purpose":"input","dtype":"f32","shape":[{"batch":1},1,32,32],"offset":493776},
    {"name":"y","purpose":"input","dtype":"i32","shape":[{"batch":1}],"offset":755920,"range":10},
    {"name":"output","purpose":"output","dtype":"f32","shape":[{"batch":1},10],"offset":756176},
    {"name":"loss","purpose":"output","dtype":"f32","shape":[],"offset":758736},
    {"name":"correct","purpose":"output","dtype":"f32","shape":[],"offset":758752}
  ]
};

export const shapes = {
  'conv1.weight': [6, 1, 5, 5],
  'conv1.bias': [6],
  'conv2.weight': [16, 6, 5, 5],
  'conv2.bias': [16],
  'fc1.weight': [120, 400],
  'fc1.bias': [120],
  'fc2.weight': [84, 120],
  'fc2.bias': [84],
  'fc3.weight': [10, 84],
  'fc3.bias': [10],
  x: ['N', 1, 32, 32],
  y: ['N'],
  output: ['N', 10],
  loss: [],
  correct: [],
};

export async function load({ wasm, weights } = {}) {
  const [code, values] = await Promise.all([
    wasm ?? bytesAt(new URL('./model.wasm', import.meta.url)),
    weights ?? bytesAt(new URL('./weights.safetensors', import.meta.url)),
  ]);
  return instantiate(code, manifest, values);
}
export default load;

async function bytesAt(url) {
  if (url.protocol === 'file:') {
    // Bundlers for the web must not look for this one.
    const fs = 'node:fs/promises';
    const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ fs);
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new TapeoutError('bad-wasm', `${url} cannot be loaded: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
