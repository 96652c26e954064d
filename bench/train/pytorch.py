"""PyTorch trains what bench/train/task.ts wrote into a folder.

    pytorch.py race FOLDER THREADS    stays; a line {"steps": N} on standard input is answered by {"ms": ..., "cpuMs": ..., "loss": ...}
    pytorch.py step FOLDER PRECISION  a step on each batch, in float32 or float64; what it gave goes into FOLDER/PRECISION.bin
"""

import json
import sys
import time
from array import array
from pathlib import Path

import torch
import torch.nn.functional as F

MOMENTUM_OF_STATISTICS = 0.1
LOSSES_TO_SHOW = 3
TRIAL_STEPS = 3


class Task:
    """The network's numbers as tensors of one precision and layout."""

    def __init__(self, folder, dtype=torch.float32, layout=torch.contiguous_format):
        self.spec = json.loads((folder / "task.json").read_text())
        self.numbers = bytearray((folder / "numbers.bin").read_bytes())
        self.layout = layout
        self.constants, self.decaying, self.spared = {}, [], []
        for each in self.spec["constants"]:
            tensor = self.read(each).to(dtype).contiguous(memory_format=self.layout_of(each)).clone()
            self.constants[each["name"]] = tensor
            if each["role"] in ("weight", "bias", "norm"):
                tensor.requires_grad_()
                (self.decaying if each["role"] == "weight" else self.spared).append(tensor)
        self.batches = [
            (
                self.read(batch["images"]).to(dtype).contiguous(memory_format=self.layout_of(batch["images"])),
                self.read(batch["labels"], torch.int32).long(),
            )
            for batch in self.spec["batches"]
        ]
        self.network = Network(self.spec, self.constants)
        rule = self.spec["rule"]
        self.optimiser = torch.optim.SGD(
            [{"params": self.decaying, "weight_decay": rule["weightDecay"]}, {"params": self.spared}],
            lr=rule["learningRate"],
            momentum=rule["momentum"],
        )

    def read(self, stretch, dtype=torch.float32):
        count = 1
        for size in stretch["shape"]:
            count *= size
        return torch.frombuffer(self.numbers, dtype=dtype, count=count, offset=4 * stretch["offset"]).reshape(
            stretch["shape"]
        )

    def layout_of(self, stretch):
        return self.layout if len(stretch["shape"]) == 4 else torch.contiguous_format

    def step(self, batch):
        images, labels = self.batches[batch]
        self.optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.network(images), labels)
        loss.backward()
        self.optimiser.step()
        return loss.item()


class Network:
    """The nodes in running order, each a function of its inputs."""

    def __init__(self, spec, constants):
        self.constants = constants
        self.input, self.logits = spec["input"], spec["logits"]
        readers = {}
        for node in spec["nodes"]:
            for name in node["inputs"]:
                readers[name] = readers.get(name, 0) + 1
        self.steps = []
        for node in spec["nodes"]:
            if node["op"] not in OPS:
                raise SystemExit(f"pytorch.py has no {node['op']}")
            # What one reader clamps need not be kept.
            attrs = {**node["attrs"], "inplace": readers[node["inputs"][0]] == 1 and node["inputs"][0] != self.input}
            self.steps.append((OPS[node["op"]], attrs, node["inputs"], node["outputs"][0]))
            if node["outputs"][0] == self.logits:
                break

    def __call__(self, images):
        values = {**self.constants, self.input: images}
        for compute, attrs, inputs, output in self.steps:
            values[output] = compute(attrs, *(values[name] for name in inputs))
        return values[self.logits]


def padded(x, attrs, value=0.0):
    """The input and what a window's own symmetric padding is; other padding is added before."""
    top, left, bottom, right = attrs["pads"]
    if (top, left) == (bottom, right):
        return x, (top, left)
    return F.pad(x, (left, right, top, bottom), value=value), (0, 0)


def conv(attrs, x, w, b=None):
    x, padding = padded(x, attrs)
    return F.conv2d(x, w, b, attrs["strides"], padding, attrs["dilations"], attrs["groups"])


def batch_norm(attrs, x, gamma, beta, mean, variance):
    return F.batch_norm(x, mean, variance, gamma, beta, True, MOMENTUM_OF_STATISTICS, attrs["epsilon"])


def max_pool(attrs, x):
    x, padding = padded(x, attrs, float("-inf"))
    return F.max_pool2d(x, attrs["kernel"], attrs["strides"], padding, attrs["dilations"], attrs["ceil"])


def slice_(attrs, x):
    index = [slice(None)] * x.dim()
    for axis, start, end, step in zip(attrs["axes"], attrs["starts"], attrs["ends"], attrs["steps"]):
        index[axis] = slice(start, end, step)
    return x[tuple(index)]


def pad(attrs, x):
    pairs = list(zip(attrs["before"], attrs["after"]))
    return F.pad(x, [size for pair in reversed(pairs) for size in pair], value=attrs["value"])


def clip(attrs, x):
    return F.hardtanh(x, attrs["min"], attrs["max"], attrs["inplace"])


OPS = {
    "conv": conv,
    "batch-norm": batch_norm,
    "relu": lambda attrs, x: F.relu(x, attrs["inplace"]),
    "clip": clip,
    "add": lambda attrs, x, y: x + y,
    "concat": lambda attrs, *values: torch.cat(values, attrs["axis"]),
    "slice": slice_,
    "pad": pad,
    "max-pool": max_pool,
    "global-average-pool": lambda attrs, x: x.mean((2, 3), True),
    "flatten": lambda attrs, x: x.flatten(attrs["axis"]),
    "gemm": lambda attrs, x, w, b=None: F.linear(x, w, b),
}


def say(answer):
    print(json.dumps(answer), flush=True)


def timed(task, steps):
    start, cpu_start = time.perf_counter(), time.process_time()
    for _ in range(steps):
        loss = task.step(0)
    cpu = time.process_time() - cpu_start
    return {"ms": 1000 * (time.perf_counter() - start), "cpuMs": 1000 * cpu, "loss": loss}


def race(folder, threads):
    """In the faster of both orders of axes, which is looked for first."""
    torch.set_num_threads(threads)
    layouts = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    trials = {}
    for name, layout in layouts.items():
        task = Task(folder, layout=layout)
        task.step(0)
        trials[name] = min(timed(task, 1)["ms"] for _ in range(TRIAL_STEPS))
    best = min(trials, key=trials.get)
    task = Task(folder, layout=layouts[best])
    losses = [task.step(0) for _ in range(LOSSES_TO_SHOW)]
    say({"version": torch.__version__, "threads": torch.get_num_threads(), "layout": best, "losses": losses})
    for line in sys.stdin:
        say(timed(task, json.loads(line)["steps"]))


def step(folder, precision):
    """For each batch: the loss, and of each constant in turn its gradient, if it has one, and its numbers behind the update."""
    task = Task(folder, dtype=getattr(torch, precision))
    results = array("d")
    for batch in range(len(task.batches)):
        results.append(task.step(batch))
        for tensor in task.constants.values():
            if tensor.requires_grad:
                results.extend(tensor.grad.flatten().tolist())
            results.extend(tensor.detach().flatten().tolist())
    (folder / f"{precision}.bin").write_bytes(results.tobytes())
    say({"version": torch.__version__})


if __name__ == "__main__":
    what, folder, how = sys.argv[1:]
    if what == "race":
        race(Path(folder), int(how))
    else:
        step(Path(folder), how)
