"""The second half of micro's pretraining, in PyTorch: what `pretrain --task stories` computes, on a CPU without a GPU's adapter.

    node scripts/micro-base.mjs 128000 corpus
    python3 scripts/micro-base.py RUN/final corpus STEPS OUT [PEAK]

RUN/final is the model that `npm run lab -- pretrain --task stories --steps 1200 --batch 32 --lr 0.0025` leaves.
As there: AdamW (betas .9 and .98, decay .01 on matrices alone), 100 steps of warm-up, a cosine to 3 % of the peak, gradients
clipped to norm 1, the loss the mean over tokens whose mask is 1. Batches are padded here and hold texts of like length;
the lab packs them end to end. Needs torch 2.13.0, transformers 5.17.0 and numpy.
"""

import math
import sys

import numpy as np
import torch
from transformers import Qwen3ForCausalLM

WARM_UP, FINAL, BATCH, BUCKETS, PAD = 100, 0.03, 32, 16, 256
model_folder, corpus, steps, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
peak = float(sys.argv[5]) if len(sys.argv) > 5 else 0.002

ids = np.fromfile(f"{corpus}.ids", np.uint16)
mask = np.fromfile(f"{corpus}.mask", np.uint8)
starts = np.fromfile(f"{corpus}.starts", np.uint32).astype(np.int64)
lengths = np.diff(starts)


def batches():
    """Batches of BATCH examples; of each BATCH * BUCKETS in order, those of like length lie together."""
    order = np.random.default_rng(0)
    for first in range(0, 1 << 60, BATCH * BUCKETS):
        some = [(first + i) % len(lengths) for i in range(BATCH * BUCKETS)]
        some.sort(key=lambda i: lengths[i])
        cut = [some[k * BATCH : (k + 1) * BATCH] for k in range(BUCKETS)]
        order.shuffle(cut)
        yield from reversed(cut)


def padded(batch):
    """(BATCH, longest) token ids, and 1 where a token has loss."""
    width = max(lengths[i] for i in batch)
    tokens = np.full((len(batch), width), PAD, np.int64)
    has_loss = np.zeros((len(batch), width), np.float32)
    for row, i in enumerate(batch):
        tokens[row, : lengths[i]] = ids[starts[i] : starts[i + 1]]
        has_loss[row, : lengths[i]] = mask[starts[i] : starts[i + 1]]
    return torch.from_numpy(tokens), torch.from_numpy(has_loss)


torch.manual_seed(0)
torch.set_num_threads(1)
model = Qwen3ForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
matrices = [p for p in model.parameters() if p.ndim > 1]
norms = [p for p in model.parameters() if p.ndim <= 1]
groups = [{"params": matrices, "weight_decay": 0.01}, {"params": norms, "weight_decay": 0}]
optimizer = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.98), fused=True)

for step, batch in zip(range(1, steps + 1), batches()):
    tokens, has_loss = padded(batch)
    cosine = 0.5 * (1 + math.cos(math.pi * max(0, step - WARM_UP) / (steps - WARM_UP)))
    for group in optimizer.param_groups:
        group["lr"] = peak * min(1, step / WARM_UP) * (FINAL + (1 - FINAL) * cosine)
    logits = model(tokens).logits[:, :-1].flatten(0, 1)
    losses = torch.nn.functional.cross_entropy(logits, tokens[:, 1:].flatten(), reduction="none")
    counted = has_loss[:, 1:].flatten()
    loss = (losses * counted).sum() / counted.sum()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
    optimizer.step()
    if step % 50 == 0:
        print(step, round(loss.item(), 4), flush=True)
model.save_pretrained(out)
