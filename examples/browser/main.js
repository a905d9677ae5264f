/** The page: starts runs in workers, and shows how they go. All that computes is in worker.js. */
import { drawCurves } from './curve.js';

const form = document.querySelector('#options');
const [train, stop] = [document.querySelector('#train'), document.querySelector('#stop')];
const canvas = document.querySelector('#curve');
const table = document.querySelector('#runs');
const colours = ['#2563eb', '#dc2626', '#16a34a', '#9333ea', '#ea580c', '#0891b2'];

/** A run's losses and what is told of it. */
const runs = [];
let drawn = true;

/** What the last run learnt: a safetensors file, which every backend reads. */
let learnt = null;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const options = Object.fromEntries(Array.from(form.elements, (field) => [field.name, field.valueAsNumber]));
  start({ ...options, backend: form.elements.backend.value, weights: form.elements.goOn.checked ? learnt : null });
});

/** Once a frame, however many messages come. */
function draw() {
  drawn = true;
  drawCurves(canvas, runs);
}

function start(options) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  const last = options.weights && runs.at(-1);
  const run = {
    from: last ? last.from + last.losses.length : 0,
    losses: [],
    accuracies: [],
    colour: colours[runs.length % colours.length],
    row: row(runs.length + 1),
  };
  runs.push(run);
  run.row.tell({ where: 'loading …' });
  const end = (state) => {
    worker.terminate();
    run.row.element.dataset.state = state;
    train.disabled = false;
    stop.disabled = true;
  };
  const heard = {
    ready: ({ where }) => run.row.tell({ where }),
    steps({ losses, rate }) {
      run.losses.push(...losses);
      run.row.tell({ step: run.losses.length, loss: losses.at(-1).toFixed(4), rate: Math.round(rate) });
      if (drawn) requestAnimationFrame(draw);
      drawn = false;
    },
    epoch({ accuracy }) {
      run.accuracies.push(`${(100 * accuracy).toFixed(1)}%`);
      run.row.tell({ accuracy: run.accuracies.join(', ') });
    },
    done({ weights }) {
      learnt = weights;
      form.elements.goOn.disabled = false;
      end('done');
    },
    error({ message }) {
      run.row.tell({ where: message });
      end('failed');
    },
  };
  worker.onmessage = ({ data }) => heard[data.kind](data);
  worker.onerror = ({ message }) => heard.error({ message: message || 'the worker cannot be loaded' });
  worker.postMessage({ ...options, base: document.baseURI });
  train.disabled = true;
  stop.disabled = false;
  stop.onclick = () => end('stopped');
}

/** A row of the table; `tell` fills the cells that it is given. */
function row(number) {
  const element = table.insertRow();
  const cells = Object.fromEntries(
    ['run', 'step', 'loss', 'accuracy', 'rate', 'where'].map((name) => [name, element.insertCell()]),
  );
  for (const [name, cell] of Object.entries(cells)) cell.dataset.name = name;
  cells.run.textContent = `${number}`;
  cells.run.style.color = colours[(number - 1) % colours.length];
  const tell = (values) => {
    for (const [name, value] of Object.entries(values)) cells[name].textContent = `${value}`;
  };
  return { element, tell };
}
