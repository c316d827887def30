"""Long and hard use: see tests/soak.sh."""
