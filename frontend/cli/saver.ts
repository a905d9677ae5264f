/** The files of `tapeout train`. A signal, a full disk or a diverging loss costs at most the steps since the last checkpoint. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unreadable } from '../../runtime/data/error.ts';
import { readSafetensors } from '../../runtime/safetensors.ts';
import { brokenWeight, checkSame, type Run, readCheckpoint, writeCheckpoint } from '../checkpoint.ts';
import { OutputError, whyUnwritable } from '../files/output.ts';
import { WriteError, writeWhole } from '../files/whole-files.ts';
import { showPath } from '../report/diagnostics.ts';
import { count } from '../report/table.ts';
import type { AnyModel, Position } from '../training.ts';
import type { Io } from './io.ts';

const checkpointName = 'checkpoint.safetensors';

interface Saved {
  readonly folder: string;
  readonly run: Run;
  /** The model's name. */
  readonly name: string;
  readonly initial: ReadonlyMap<string, Float32Array | Int32Array>;
  /** Names of the buffers of the model and of the loss, which no step changes. */
  readonly buffers: readonly string[];
}

export class Saver {
  readonly #of: Saved;
  readonly #io: Io;
  readonly #file: string;
  /** The file and the step of the last checkpoint. */
  #last: { readonly file: string; readonly step: number } | null = null;
  #told = false;

  constructor(of: Saved, io: Io) {
    this.#of = of;
    this.#io = io;
    this.#file = join(of.folder, checkpointName);
  }

  /** Loads a checkpoint into the model. Throws DataError or TapeoutError if it does not belong to this model or run. */
  resume(asked: string | true, model: AnyModel): Position {
    const file = asked === true ? this.#file : resolve(this.#io.cwd, asked);
    const path = showPath(file, this.#io.cwd);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      throw unreadable(path, error, 'Name the checkpoint with --resume, or its folder with --out.');
    }
    const { run, position } = readCheckpoint(bytes, path);
    checkSame(run, this.#of.run, path);
    model.loadStateDict(bytes);
    this.#tellChanged(bytes, path);
    this.#last = { file, step: position.losses.length };
    return position;
  }

  /** Replaces the last checkpoint, unless the weights are broken. A full disk does not end the training. */
  async checkpoint(model: AnyModel, position: Position): Promise<void> {
    if (await this.broken(model)) return;
    try {
      writeWhole(this.#file, await this.#bytes(model, position));
      this.#last = { file: this.#file, step: position.losses.length };
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      if (!this.#told)
        this.#io.stderr.write(
          `note: the checkpoint cannot be written: ${whyUnwritable(error.cause)}; the training continues${this.#last ? `, and the checkpoint from step ${count(this.#last.step)} stays` : ''}\n`,
        );
      this.#told = true;
    }
  }

  /** A weight that is no longer a number, or null. */
  async broken(model: AnyModel): Promise<ReturnType<typeof brokenWeight>> {
    return brokenWeight(await model.toSafetensors(), this.#of.initial);
  }

  /** Writes the results with a last checkpoint. If that fails, saves the checkpoint alone wherever there is room, and throws an
   *  OutputError that says where. */
  async finish(
    model: AnyModel,
    position: Position,
    results: () => Promise<(more: ReadonlyMap<string, Uint8Array>) => void>,
  ): Promise<void> {
    const bytes = await this.#bytes(model, position);
    const write = await results();
    try {
      write(new Map([[checkpointName, bytes]]));
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      const kept = this.#keep(bytes, position.losses.length);
      throw new OutputError(`${error.message} ${kept}`, { cause: error });
    }
  }

  /** A sentence that names the last checkpoint. */
  describeLast(): string {
    if (!this.#last) return 'Nothing was saved.';
    return `The last checkpoint, from step ${count(this.#last.step)}, is in ${showPath(this.#last.file, this.#io.cwd)}.`;
  }

  /** Prints the last checkpoint, for errors that do not mention it. */
  tellLast(): void {
    if (this.#last) this.#io.stderr.write(`note: ${this.describeLast()} --resume continues from it\n`);
  }

  /** Prints which buffers the checkpoint has other values of than the source. As in PyTorch, those that are loaded are kept. */
  #tellChanged(bytes: Uint8Array, path: string): void {
    const { initial, buffers } = this.#of;
    const saved = readSafetensors(bytes, path);
    const isSame = (name: string): boolean => {
      const given = initial.get(name);
      return given === undefined || saved.get(name)?.data.every((v, i) => Object.is(Number(v), given[i])) !== false;
    };
    const changed = buffers.filter((name) => !isSame(name));
    if (changed.length > 0)
      this.#io.stderr.write(
        `note: the checkpoint has other values of ${changed.join(', ')} than the model file, and they are kept; ` +
          "train from the start, without --resume, for the model file's\n",
      );
  }

  #keep(bytes: Uint8Array, step: number): string {
    const spare = `tapeout-${this.#of.name.replace(/[^\w-]/g, '_')}-${process.pid}.safetensors`;
    const isSaved = this.#last?.step === step;
    for (const file of isSaved ? [] : [this.#file, join(tmpdir(), spare), resolve(this.#io.cwd, spare)])
      try {
        writeWhole(file, bytes);
        this.#last = { file, step };
        break;
      } catch (error) {
        if (!(error instanceof WriteError)) throw error;
      }
    if (!this.#last) return 'The weights could not be saved anywhere else.';
    const { file, step: saved } = this.#last;
    const path = showPath(file, this.#io.cwd);
    if (saved !== step)
      return `The weights could not be saved anywhere else. The earlier checkpoint, from step ${count(saved)}, is still in ${path}.`;
    const resume = file === this.#file ? '--resume' : `--resume ${file}`;
    const where = isSaved ? `were saved before, as the checkpoint ${path}` : `are saved in ${path}`;
    return `The weights ${where}: ${resume} writes the results from it, without training again.`;
  }

  async #bytes(model: AnyModel, { epoch, samples, losses, epochs }: Position): Promise<Uint8Array> {
    const position = { epoch, samples, losses, epochs };
    return writeCheckpoint({ run: this.#of.run, position, model: await model.toSafetensors({ state: true }) });
  }
}
