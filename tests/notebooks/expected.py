"""What the code cells of the primer show on a machine without a GPU, in their order.

This is what PyTorch prints for the same cells; the numbers after `manual_seed(0)` are PyTorch's own.
"""

CPU = "device(type='cpu')"
SEEDED = [["0.4963", "0.7682", "0.0885"], ["0.1320", "0.3074", "0.6341"]]
FLAT = ", ".join(SEEDED[0] + SEEDED[1])
TRANSPOSED = "tensor([[0.4963, 0.1320],\n        [0.7682, 0.3074],\n        [0.0885, 0.6341]])"

PARAMETER_SHAPES = [
    [64, 3, 3, 3], [64], [64],
    [128, 64, 3, 3], [128], [128],
    [128, 128, 3, 3], [128], [128],
    [128, 128, 3, 3], [128], [128],
    [256, 128, 3, 3], [256], [256],
    [256, 256, 3, 3], [256], [256],
    [256, 256, 3, 3], [256], [256],
    [256, 256, 3, 3], [256], [256],
    [10, 1024], [10],
]  # fmt: skip

OUTPUTS = [
    # 1 Tensors
    "",
    f"({CPU}, {CPU}, {CPU})",
    f"({CPU}, {CPU}, {CPU})",
    "tensor([[0.4963, 0.7682, 0.0885],\n        [0.1320, 0.3074, 0.6341]])",
    f"(torch.Size([2, 3]), torch.float32, {CPU})",
    f"tensor([[{FLAT}]])",
    TRANSPOSED,
    TRANSPOSED,
    f"tensor([[{FLAT}],\n        [{FLAT}],\n        [{FLAT}]])",
    f"tensor([{FLAT}])",
    "tensor([[0.4963],\n        [0.7682],\n        [0.0885],\n        [0.1320],\n        [0.3074],\n        [0.6341]])",
    "tensor([[3, 3, 3],\n        [3, 3, 3]])",
    "tensor([[ 7,  7],\n        [14, 14]])",
    "tensor([[3, 3],\n        [8, 8]])",
    "tensor([[4, 4],\n        [6, 6]])",
    "tensor([[-2, -2],\n        [-2, -2]])",
    "array([2., 2., 2., 2., 2.], dtype=float32)",
    "tensor([2., 2., 2., 2., 2.], dtype=torch.float64)",
    # 2 Autograd
    "",
    "",
    "tensor(True)",
    "tensor(True)",
    "",
    "tensor([[1.],\n        [1.],\n        [1.]])",
    "tensor(True)",
    "",
    # 3 Modules
    "torch.Size([1, 128, 24, 24])",
    "torch.Size([1, 128, 24, 24])",
    "None\n" * 26 + "".join(f"torch.Size({shape})\n" for shape in PARAMETER_SHAPES),
]
