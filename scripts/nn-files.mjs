/** The files of frontend/model/nn that define parameters, layers and losses, by name without `.ts`. */
import { readdirSync } from 'node:fs';

const others = ['index', 'module', 'callable', 'layer'];
export const nnFiles = readdirSync(new URL('../frontend/model/nn/', import.meta.url))
  .map((name) => name.replace(/\.ts$/, ''))
  .filter((name) => !others.includes(name))
  .sort();
