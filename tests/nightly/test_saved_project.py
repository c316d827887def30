"""A session that was saved as a cargo project builds, and does what the session did."""

import os
import subprocess

import pytest


@pytest.mark.parametrize("dependency", [False, True], ids=["of its own", "with a dependency"])
def test_a_saved_session_builds_and_runs(kernel, tmp_path, dependency):
    if dependency:
        kernel.ok(':dep either = "1"', timeout=300)
        kernel.ok("use either::Either;\nlet side: Either<u8, u8> = Either::Left(3);")
    kernel.ok("#[derive(Debug)]\nstruct Point { x: f32 }\nimpl Point { fn twice(&self) -> f32 { self.x * 2. } }")
    kernel.ok("let point = Point { x: 1.5 };\nlet weights = Tensor::ones([2, 2]);")
    kernel.ok('println!("{} {}", point.twice(), (&weights * 2.).sum().item::<f32>());')
    kernel.ok("weights")
    kernel.ok(":save project")
    folder = tmp_path / "project"
    built = subprocess.run(
        ["cargo", "run", "--quiet"], cwd=folder, capture_output=True, text=True, env={**os.environ, "CARGO_TARGET_DIR": str(tmp_path / "target")}
    )
    assert built.returncode == 0, built.stderr
    assert built.stdout == "3 8\ntensor([[1., 1.],\n        [1., 1.]])\n"
