"""The PyTorch twin of cnn.rs; what it prints is in cnn.txt."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)

# Noisy images in which one quarter is brighter; which one, the network is to find.
images = torch.randn(640, 1, 16, 16)
labels = torch.randint(0, 4, (640,))
for i in range(640):
    row, column = labels[i].item() // 2 * 8, labels[i].item() % 2 * 8
    images[i, 0, row : row + 8, column : column + 8].add_(0.5)

net = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),
    nn.BatchNorm2d(8),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Dropout(0.1),
    nn.Linear(256, 4),
)
loader = DataLoader(TensorDataset(images, labels), batch_size=32, shuffle=True)
optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)

step = 0
for epoch in range(5):
    for x, y in loader:
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        print(f"step {step} loss {loss.item():.4f}")
