#!/bin/sh
# Times the nets through WebGPU, and in PyTorch on CUDA where there is one. VK_DRIVER_FILES names the driver's ICD file, if it
# stands where Vulkan does not look.
cd "$(dirname "$0")" || exit 1
date -u +%Y-%m-%d
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null
./node time.mjs || exit 1
if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
  python3 pytorch.py
else
  echo 'no PyTorch with CUDA here: nothing to compare with'
fi
