/** Loss curves on a canvas: the mean of the steps behind each pixel, so that a long run draws as fast as a short one. */

const edge = { left: 70, right: 20, top: 20, bottom: 50 };

export function drawCurves(canvas, runs) {
  const context = canvas.getContext('2d');
  const { width, height } = canvas;
  const ink = getComputedStyle(canvas).color;
  const steps = Math.max(1, ...runs.map((run) => run.from + run.losses.length));
  const curves = runs.map((run) => ({ colour: run.colour, points: binned(run, 300) }));
  const most = Math.max(0.1, ...curves.flatMap(({ points }) => points.map((p) => p.loss)));
  const x = (step) => edge.left + (step / steps) * (width - edge.left - edge.right);
  const y = (loss) => height - edge.bottom - (loss / most) * (height - edge.top - edge.bottom);

  context.clearRect(0, 0, width, height);
  context.font = '22px system-ui, sans-serif';
  context.fillStyle = context.strokeStyle = ink;
  context.lineWidth = 1;
  for (let i = 0; i <= 4; i++) {
    const loss = (most * i) / 4;
    context.globalAlpha = 0.15;
    context.strokeRect(edge.left, y(loss), width - edge.left - edge.right, 0);
    context.globalAlpha = 1;
    context.textAlign = 'right';
    context.fillText(loss.toFixed(2), edge.left - 10, y(loss) + 7);
    context.textAlign = i === 4 ? 'right' : 'center';
    context.fillText(`${Math.round((steps * i) / 4)}`, x((steps * i) / 4), height - 15);
  }
  context.lineWidth = 3;
  for (const { colour, points } of curves) {
    context.strokeStyle = colour;
    context.beginPath();
    for (const { step, loss } of points) context.lineTo(x(step), y(loss));
    context.stroke();
  }
}

function binned({ losses, from }, bins) {
  const size = Math.max(1, Math.ceil(losses.length / bins));
  const points = [];
  for (let at = 0; at < losses.length; at += size) {
    const part = losses.slice(at, at + size);
    points.push({ step: from + at + part.length / 2, loss: part.reduce((a, b) => a + b, 0) / part.length });
  }
  return points;
}
