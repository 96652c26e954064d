/** Backward elimination against fitting again by the normal equations after every removal. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eliminate, type Problem } from "../../src/linalg/elimination.js";
import { solvePositive, submatrix } from "../../src/linalg/solve.js";
import { normal } from "../../src/random.js";

const test = suite("linalg/elimination");

/** A problem of correlated inputs in blocks of three. */
function drawProblem(blocks: number, outputs: number, seed: number, weight = 1, size = 3): Problem {
  const next = normal(seed);
  const inputs = blocks * size;
  const rows = Array.from({ length: 4 * inputs }, () => {
    const hidden = Array.from({ length: 4 }, () => next());
    return Array.from({ length: inputs }, (_, i) => next() + hidden[i % 4]!);
  });
  const filter = Array.from({ length: inputs * outputs }, () => next());
  const y = rows.map((row) =>
    Array.from({ length: outputs }, (_, o) => row.reduce((sum, x, i) => sum + x * filter[i * outputs + o]!, next())),
  );
  const products = Float64Array.from({ length: inputs * inputs }, (_, at) =>
    rows.reduce((sum, row) => sum + row[Math.floor(at / inputs)]! * row[at % inputs]!, 0),
  );
  const targets = Float64Array.from({ length: inputs * outputs }, (_, at) =>
    rows.reduce((sum, row, r) => sum + row[Math.floor(at / outputs)]! * y[r]![at % outputs]!, 0),
  );
  const list = Array.from({ length: blocks }, (_, b) => Int32Array.from({ length: size }, (_at, i) => b * size + i));
  return { inputs, outputs, products, targets, weight, blocks: list };
}

/** How much of the outputs' energy a fit on some blocks explains, by weight. Inputs of no block are always there. */
function explained({ inputs, outputs, products, targets, weight, blocks }: Problem, kept: readonly number[]): number {
  const gone = new Set(blocks.flatMap((block, b) => (kept.includes(b) ? [] : [...block])));
  const support = [...Array(inputs).keys()].filter((i) => !gone.has(i));
  const right = Float64Array.from(support.flatMap((i) => [...targets.subarray(i * outputs, (i + 1) * outputs)]));
  const fitted = solvePositive(submatrix(products, inputs, support), support.length, right)!;
  return weight * fitted.reduce((sum, w, at) => sum + w * right[at]!, 0);
}

function checkSteps(problems: readonly Problem[], steps = Infinity): void {
  const count = problems[0]!.blocks.length;
  const { order, errors } = eliminate(problems, steps);
  assert.is(order.length, Math.min(count - 1, steps));
  let left = Array.from({ length: count }, (_, i) => i);
  const all = problems.reduce((sum, problem) => sum + explained(problem, left), 0);
  order.forEach((gone, step) => {
    const without = left.map((candidate) => {
      const kept = left.filter((i) => i !== candidate);
      return all - problems.reduce((sum, problem) => sum + explained(problem, kept), 0);
    });
    const least = Math.min(...without);
    assert.ok(Math.abs(without[left.indexOf(gone)]! - least) < 1e-6 * all, `step ${step} removes ${gone}`);
    assert.ok(Math.abs(errors[step]! - least) < 1e-6 * all, `step ${step}: ${errors[step]}, expected ${least}`);
    left = left.filter((i) => i !== gone);
  });
}

test("each step removes what fitting again misses least, and says how much", () => {
  checkSteps([drawProblem(6, 2, 1)]);
  checkSteps([drawProblem(5, 7, 2, 0.01)]);
  checkSteps([drawProblem(9, 1, 3, 1, 1)]);
  checkSteps([drawProblem(6, 3, 4)], 2);
});

test("several problems with the same channels: their errors add up by weight", () => {
  checkSteps([drawProblem(5, 2, 1, 2), drawProblem(5, 3, 2, 0.5, 2)]);
});

test("a channel that one of the problems does not read", () => {
  const other = drawProblem(5, 2, 7);
  const partly = { ...other, blocks: other.blocks.map((block, b) => (b === 1 ? new Int32Array(0) : block)) };
  const { order } = eliminate([partly]);
  assert.is(order[0], 1);
  checkSteps([drawProblem(5, 2, 1), partly]);
});

test("a channel that others make up for goes first, and costs nothing", () => {
  const problem = drawProblem(4, 2, 5, 1, 1);
  const twin = (i: number) => (i === 3 ? 0 : i);
  const products = Float64Array.from({ length: 16 }, (_, at) => {
    const [i, j] = [Math.floor(at / 4), at % 4];
    return problem.products[twin(i) * 4 + twin(j)]! * (1 + (i === j ? 1e-9 : 0));
  });
  const targets = Float64Array.from(
    { length: 8 },
    (_, at) => problem.targets[twin(Math.floor(at / 2)) * 2 + (at % 2)]!,
  );
  const { order, errors } = eliminate([{ ...problem, products, targets }]);
  assert.ok(order[0] === 0 || order[0] === 3);
  assert.ok(errors[0]! < 1e-4 * errors[1]!);
});

test("nothing varies: everything goes for nothing", () => {
  const problem = drawProblem(4, 2, 6);
  const still = { ...problem, products: new Float64Array(144), targets: new Float64Array(24) };
  const { order, errors } = eliminate([still]);
  assert.equal([...order], [0, 1, 2]);
  assert.equal([...errors], [0, 0, 0]);
  assert.equal(eliminate([]), { order: [], errors: new Float64Array(0) });
});

test.run();
