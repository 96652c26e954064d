/** How far something is that has several stages. */

export type Progress = (done: number, total: number) => void;

/** A reporter for each stage in turn, whose parts of the whole are these. */
export function stages(onProgress: Progress, parts: readonly number[]): () => Progress {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  let stage = -1;
  return () => {
    stage++;
    const before = parts.slice(0, stage).reduce((sum, part) => sum + part, 0);
    const part = parts[stage]!;
    return (done, total) => onProgress(Math.round((1000 * (before + (part * done) / total)) / whole), 1000);
  };
}
