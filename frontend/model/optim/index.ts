/** Optimizers: each builds the graph of an update, which is compiled into the training step. */

export { Adadelta, type AdadeltaOptions } from './adadelta.ts';
export { Adagrad, type AdagradOptions } from './adagrad.ts';
export { Adam, type AdamOptions, AdamW } from './adam.ts';
export { RMSprop, type RMSpropOptions } from './rmsprop.ts';
export { SGD, type SGDOptions } from './sgd.ts';
