/** The arguments of run.mjs. */
import { fail, readArguments } from './arguments.mjs';
import { inputs } from './nets.mjs';

/** Batches that are timed unless told. */
const usual = { lenet: [1, 8, 32, 64, 256], mlp: [1, 8, 64], convnet: [1, 8, 64] };

const usage = `npm run bench -- [options]

Times the training step and inference of Tapeout against PyTorch, where there is one.

  --model NETS      some of ${Object.keys(inputs).join(', ')}, with commas between; all unless told
  --batches N,…     samples a step; of each net ${usual.lenet.join(', ')} or fewer unless told
  --modes MODES     train, infer or both, with a comma between; both unless told
  --threads N,…     threads of both; 1 unless told
  --rounds N        turns that all of them take; 5 unless told
  --budget-ms MS    milliseconds of one turn; 200 unless told
  --json            a line of JSON for each case`;

/** Ends the process with a message where an argument is wrong. */
export function readOptions() {
  const { values } = readArguments(usage, {
    options: {
      json: { type: 'boolean', default: false },
      model: { type: 'string', default: Object.keys(inputs).join() },
      batches: { type: 'string' },
      modes: { type: 'string', default: 'train,infer' },
      threads: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '5' },
      'budget-ms': { type: 'string', default: '200' },
    },
  });
  const among = (flag, known) => {
    const names = values[flag].split(',');
    const unknown = names.find((n) => !known.includes(n));
    if (unknown !== undefined) fail(`--${flag}: there is no '${unknown}'; there are ${known.join(', ')}`);
    return names;
  };
  const whole = (flag, text) => {
    const n = Number(text);
    return Number.isInteger(n) && n >= 1 ? n : fail(`--${flag}: '${text}' is not a whole number of at least 1`);
  };
  const wholes = (flag) => values[flag].split(',').map((text) => whole(flag, text));
  const models = among('model', Object.keys(inputs));
  const told = values.batches === undefined ? null : wholes('batches');
  return {
    json: values.json,
    models,
    batches: Object.fromEntries(models.map((net) => [net, told ?? usual[net]])),
    modes: among('modes', ['train', 'infer']),
    threads: wholes('threads'),
    rounds: whole('rounds', values.rounds),
    budgetMs: whole('budget-ms', values['budget-ms']),
  };
}
