/** Each form's mathematics, against plain sums. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { channel } from "../../../src/prune/low-rank/channel.js";
import { cp } from "../../../src/prune/low-rank/cp.js";
import { FORMS } from "../../../src/prune/low-rank/forms.js";
import { alternate, refitLast } from "../../../src/prune/low-rank/refine.js";
import { spatial } from "../../../src/prune/low-rank/spatial.js";
import { compose, type FilterShape, lastInputs, type Stage } from "../../../src/prune/low-rank/stage.js";
import { energyOf, missing, type Target } from "../../../src/prune/low-rank/target.js";
import { tucker } from "../../../src/prune/low-rank/tucker.js";
import { missingByHand, noise, SHAPES, weightsOnly, whitened } from "./layers.js";

const test = suite("prune/low-rank/forms");

const KINDS = { "weights only": weightsOnly, whitened } as const;
const EXACT = [channel, spatial, tucker];

function near(actual: number, expected: number, scale: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-8 * scale, `${what}: ${actual}, expected ${expected}`);
}

const missed = (target: Target, stages: readonly Stage[]) => missingByHand(target, compose(stages).filter);

/** Every layer, both metrics, every form that can take it apart. */
function forEach(
  forms: readonly (typeof FORMS)[number][],
  visit: (target: Target, form: (typeof FORMS)[number], where: string) => void,
) {
  for (const [kind, make] of Object.entries(KINDS)) {
    for (const shape of SHAPES) {
      for (const form of forms) {
        if (form.fullRanks(shape)) visit(make(shape), form, `${form.name} of ${shape.join("x")}, ${kind}`);
      }
    }
  }
}

test("what is missing, by plain sums", () => {
  forEach([channel], (target, _form, where) => {
    const filter = noise(target.weights.length, 7);
    near(missing(target, filter), missingByHand(target, filter), energyOf(target), where);
  });
});

test("full ranks reproduce the layer", () => {
  forEach(EXACT, (target, form, where) => {
    const stages = form.factorise(target, form.fullRanks(target.shape)!);
    compose(stages).filter.forEach((v, i) => near(v, target.weights[i]!, 10, where));
  });
});

test("stages have the sizes that were said, and fit the layer", () => {
  forEach(FORMS, (target, form, where) => {
    const ranks = form.fullRanks(target.shape)!.map((rank) => Math.ceil(rank / 2));
    const stages = form.factorise(target, ranks);
    form.stages(target.shape, ranks).forEach(({ shape, groups, slides }, i) => {
      assert.equal([stages[i]!.shape, stages[i]!.groups, stages[i]!.slides], [shape, groups, slides], where);
      assert.is(
        stages[i]!.filter.length,
        shape.reduce((a, b) => a * b),
        where,
      );
    });
    assert.equal(compose(stages).shape, target.shape, where);
    for (const axis of [0, 1]) assert.is(stages.filter(({ slides }) => slides[axis]).length, 1, where);
  });
});

test("a truncated decomposition misses the energy of its tail, no more", () => {
  forEach(EXACT, (target, form, where) => {
    const options = form.options(target);
    let before = Infinity;
    for (const { ranks, missing: tail } of options) {
      const actual = missed(target, form.factorise(target, ranks));
      // The averaged metric of separable filters is not the layer's own; the sum of two tails is Tucker's upper bound.
      if (form === channel || (form === spatial && !target.products))
        near(actual, tail, energyOf(target), `${where}, ${ranks}`);
      if (form === tucker && !target.products)
        assert.ok(actual <= tail + 1e-8 * energyOf(target), `${where}: ${actual}, ${tail}`);
      assert.ok(tail <= before + 1e-9, where);
      before = tail;
    }
    assert.equal(options.at(-1)!.ranks, form.fullRanks(target.shape), where);
    near(before, 0, energyOf(target), where);
  });
});

test("channel: no other pair of this rank is better", () => {
  const target = whitened([4, 3, 3, 3]);
  const [first, last] = channel.factorise(target, [2]) as [Stage, Stage];
  const best = missed(target, [first, last]);
  for (let seed = 1; seed <= 20; seed++) {
    const moved = (stage: Stage): Stage => {
      const step = noise(stage.filter.length, seed);
      return { ...stage, filter: stage.filter.map((v, i) => v + 0.01 * step[i]!) };
    };
    assert.ok(missed(target, [moved(first), last]) >= best);
    assert.ok(missed(target, [first, moved(last)]) >= best);
  }
});

test("the last factor's features are what it reads", () => {
  forEach(FORMS, (target, form, where) => {
    const ranks = form.fullRanks(target.shape)!.map((rank) => Math.ceil(rank / 2));
    const stages = form.factorise(target, ranks);
    const last = stages.at(-1)!;
    const features = lastInputs(stages);
    const [oc, width] = [target.shape[0], last.filter.length / target.shape[0]];
    const size = features.length / width;
    const composed = compose(stages).filter;
    for (let o = 0; o < oc; o++) {
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let f = 0; f < width; f++) sum += last.filter[o * width + f]! * features[f * size + i]!;
        near(sum, composed[o * size + i]!, 10, where);
      }
    }
  });
});

test("a refitted last factor cannot be bettered, and misses no more than before", () => {
  forEach(FORMS, (target, form, where) => {
    const ranks = form.fullRanks(target.shape)!.map((rank) => Math.max(1, Math.floor(rank / 2)));
    const before = form.factorise(target, ranks);
    const after = refitLast(target, before);
    const left = missed(target, after);
    const scale = energyOf(target);
    assert.ok(left <= missed(target, before) + 1e-7 * scale, where);
    const last = after.at(-1)!;
    last.filter.forEach((v, i) => {
      for (const step of [1e-3, -1e-3]) {
        const filter = last.filter.slice();
        filter[i] = v + step;
        assert.ok(missed(target, [...after.slice(0, -1), { ...last, filter }]) >= left - 1e-9 * scale, where);
      }
    });
  });
});

test("rounds of alternating least squares miss less and less, and end where no factor can be bettered", () => {
  for (const shape of [
    [4, 3, 3, 3],
    [6, 2, 5, 3],
  ] as FilterShape[]) {
    const target = whitened(shape);
    const start = spatial.factorise(target, [2]);
    const lefts = [0, 1, 3, 300].map((rounds) => missed(target, alternate(target, start, rounds)));
    lefts.slice(1).forEach((left, i) => assert.ok(left <= lefts[i]! * (1 + 1e-9), `${lefts}`));
    assert.ok(lefts[1]! < 0.999 * lefts[0]!, `${lefts}`);
    const [first, last] = alternate(target, start, 300) as [Stage, Stage];
    first.filter.forEach((v, i) => {
      for (const step of [1e-2, -1e-2]) {
        const filter = first.filter.slice();
        filter[i] = v + step;
        assert.ok(missed(target, [{ ...first, filter }, last]) > lefts[3]! * (1 - 1e-6));
      }
    });
  }
});

test("cp: a sum of few products is found", () => {
  const shape: FilterShape = [5, 4, 3, 3];
  const factors = shape.map((size, axis) => noise(size * 2, axis + 1));
  const weights = new Float64Array(180);
  let at = 0;
  for (let o = 0; o < 5; o++)
    for (let c = 0; c < 4; c++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++, at++)
          for (let r = 0; r < 2; r++)
            weights[at]! += [o, c, i, j].reduce((product, index, axis) => product * factors[axis]![index * 2 + r]!, 1);
  const target = { ...weightsOnly(shape), weights };
  assert.ok(missed(target, cp.factorise(target, [2])) < 1e-4 * energyOf(target));
  assert.ok(missed(target, cp.factorise(target, [1])) > 1e-2 * energyOf(target));
});

test("the same layer gives the same factors", () => {
  forEach(FORMS, (target, form, where) => {
    const ranks = form.fullRanks(target.shape)!.map(() => 1);
    assert.equal(form.factorise(target, ranks), form.factorise(target, ranks), where);
  });
});

test.run();
