"""The cells that are timed: the same thing said in each kernel's language.

`{n}` is a number that no other round, kernel or run uses, so that nothing compiled before can answer. A kind that a
language has no words for is left out of it.
"""

from dataclasses import dataclass

WICK, EVCXR, PYTHON = "wick", "rust", "python3"
KERNELS = (WICK, EVCXR, PYTHON)


@dataclass(frozen=True)
class Kind:
    """One kind of cell, in each language."""

    name: str
    tensors: bool  # whether it counts as a tensor cell
    wick: str
    rust: str
    python3: str

    def cell(self, kernel: str, n: int) -> str:
        return getattr(self, kernel).replace("{n}", str(n))


# Crates and imports. For evcxr this compiles candle, which is not what is timed here.
SETUP = {
    WICK: [],
    EVCXR: [
        ':dep candle-core = "0.11.1"\n:dep candle-nn = "0.11.1"',
        "use candle_core::{DType, Device, Module as _, Tensor};",
    ],
    PYTHON: ["import torch\nfrom torch import nn"],
}

# The first tensor of a session, shown.
FIRST_TENSOR = {
    WICK: "let t = Tensor::ones([2, 3]);\n&t * 2.0",
    EVCXR: "let t = Tensor::ones((2, 3), DType::F32, &Device::Cpu)?;\n(&t * 2.0)?",
    PYTHON: "import torch\nt = torch.ones(2, 3)\nt * 2.0",
}

# A crate that is small to build, and its nearest relative in Python.
DEPENDENCY = {
    WICK: ':dep itoa = "1"',
    EVCXR: ':dep itoa = "1"',
    PYTHON: "import numpy as np",
}

KINDS = [
    Kind("no tensor", False, "let a{n} = {n};\na{n} % 7 + 1", "let a{n} = {n};\na{n} % 7 + 1", "a{n} = {n}\na{n} % 7 + 1"),
    Kind("one op", True, "&t * {n}.5", "(&t * {n}.5)?", "t * {n}.5"),
    Kind(
        "three statements",
        True,
        "let b{n} = Tensor::ones([2, {n}]);\nlet c{n} = b{n}.sum();\n&c{n} + {n}.0",
        "let b{n} = Tensor::ones((2, {n}), DType::F32, &Device::Cpu)?;\nlet c{n} = b{n}.sum_all()?;\n(&c{n} + {n}.0)?",
        "b{n} = torch.ones(2, {n})\nc{n} = b{n}.sum()\nc{n} + {n}.0",
    ),
    Kind(
        "struct with impl",
        False,
        "struct P{n} { x: i32 }\nimpl P{n} { fn twice(&self) -> i32 { self.x * 2 } }\nP{n} { x: {n} }.twice()",
        "pub struct P{n} { x: i32 }\nimpl P{n} { fn twice(&self) -> i32 { self.x * 2 } }\nP{n} { x: {n} }.twice()",
        "class P{n}:\n    def __init__(self, x): self.x = x\n    def twice(self): return self.x * 2\nP{n}({n}).twice()",
    ),
    # evcxr cannot keep a closure.
    Kind(
        "closure",
        False,
        "let f{n} = |x: f64| x * {n}.5;\nf{n}(2.0)",
        "{ let f{n} = |x: f64| x * {n}.5;\nf{n}(2.0) }",
        "f{n} = lambda x: x * {n}.5\nf{n}(2.0)",
    ),
    Kind(
        "model",
        True,
        """#[derive(Module)]
struct Net{n} { first: Linear, second: Linear }
impl Net{n} {
    fn new() -> Self { Net{n} { first: Linear::new(3, 8), second: Linear::new(8, 2) } }
}
impl Forward for Net{n} {
    fn forward(&self, x: &Tensor) -> Tensor { self.second.forward(&self.first.forward(x).relu()) + {n}.0 }
}
Net{n}::new().forward(&t).shape()""",
        """pub struct Net{n} { first: candle_nn::Linear, second: candle_nn::Linear }
impl Net{n} {
    pub fn new(vb: candle_nn::VarBuilder) -> candle_core::Result<Self> {
        Ok(Net{n} { first: candle_nn::linear(3, 8, vb.pp("first"))?, second: candle_nn::linear(8, 2, vb.pp("second"))? })
    }
}
impl candle_core::Module for Net{n} {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        self.second.forward(&self.first.forward(x)?.relu()?)? + {n}.0
    }
}
let vars{n} = candle_nn::VarMap::new();
let net{n} = Net{n}::new(candle_nn::VarBuilder::from_varmap(&vars{n}, DType::F32, &Device::Cpu))?;
net{n}.forward(&t)?.shape().clone()""",
        """class Net{n}(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 8), nn.Linear(8, 2)
    def forward(self, x):
        return self.second(self.first(x).relu()) + {n}.0
Net{n}()(t).shape""",
    ),
    Kind(
        "crate user",
        False,
        "itoa::Buffer::new().format({n}_u64).len()",
        "itoa::Buffer::new().format({n}_u64).len()",
        "len(np.base_repr({n}))",
    ),
]
