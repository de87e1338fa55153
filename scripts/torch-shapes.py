"""The shapes of `gpu-check` in PyTorch, on the same card: called by src/cli/gpu-check/torch.ts with one JSON argument,
prints one JSON object {device, torch, rows: [{name, ms}]}. A Qwen3 decoder from its parts in bfloat16, random weights:
RMSNorm, QK-norm, rotary angles, grouped heads, SwiGLU, tied head; rank-r adapters on every projection.
--device cpu is for trying it out."""

import json
import sys
import time

import torch
import torch.nn.functional as F

shapes = json.loads(sys.argv[1])
device = sys.argv[sys.argv.index("--device") + 1] if "--device" in sys.argv else "cuda"
if device == "cuda" and not torch.cuda.is_available():
    sys.exit("PyTorch sees no CUDA device")
end = time.monotonic() + shapes["seconds"]
DTYPE = torch.bfloat16
D, KV, V = shapes.get("head_dim", 128), shapes.get("kv_heads", 8), shapes.get("vocabulary", 151936)
rows = []


def wait():
    if device == "cuda":
        torch.cuda.synchronize()


def fastest(work, times):
    """Milliseconds of one call, the least of `times` after one that warms up."""
    best = float("inf")
    for i in range(times + 1):
        wait()
        start = time.perf_counter()
        work()
        wait()
        if i > 0:
            best = min(best, time.perf_counter() - start)
    return best * 1000


def drawn(*shape):
    return torch.randn(*shape, device=device, dtype=DTYPE) * 0.02


class Linear:
    """A frozen matrix, with adapters where a rank is given."""

    def __init__(self, rows_, columns, rank):
        self.w = drawn(rows_, columns)
        self.a = drawn(rank, columns).requires_grad_() if rank else None
        self.b = torch.zeros(rows_, rank, device=device, dtype=DTYPE).requires_grad_() if rank else None

    def __call__(self, x):
        y = F.linear(x, self.w)
        return y if self.a is None else y + 2 * F.linear(F.linear(x, self.a), self.b)


def eager(q, k, v, causal):
    """Attention with its scores written out; k and v repeated over their group."""
    g = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(g, 1), v.repeat_interleave(g, 1)
    s = q @ k.transpose(-1, -2) / D**0.5
    if causal:
        s = s.masked_fill(torch.ones(s.shape[-2:], device=device, dtype=torch.bool).triu(1), float("-inf"))
    return torch.softmax(s.float(), -1).to(DTYPE) @ v


def sdpa(q, k, v, causal):
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=True)


ATTENTION = {"eager": eager, "sdpa": sdpa}


class Model:
    def __init__(self, hidden, layers, heads, mlp, rank=0):
        self.heads, one = heads, lambda n: torch.ones(n, device=device, dtype=DTYPE)
        self.embed, self.norm = drawn(V, hidden), one(hidden)
        self.layers = [
            {
                "n1": one(hidden), "n2": one(hidden), "qn": one(D), "kn": one(D),
                "q": Linear(heads * D, hidden, rank), "k": Linear(KV * D, hidden, rank),
                "v": Linear(KV * D, hidden, rank), "o": Linear(hidden, heads * D, rank),
                "gate": Linear(mlp, hidden, rank), "up": Linear(mlp, hidden, rank), "down": Linear(hidden, mlp, rank),
            }
            for _ in range(layers)
        ]  # fmt: skip
        angles = torch.arange(8192, device=device)[:, None] / 1e6 ** (torch.arange(0, D, 2, device=device) / D)
        self.cos, self.sin = (f(angles).to(DTYPE).repeat(1, 2) for f in (torch.cos, torch.sin))

    def turned(self, x, at):
        """Rotary angles of positions at … at + T − 1; x (B,H,T,D)."""
        T = x.shape[2]
        half = torch.cat([-x[..., D // 2 :], x[..., : D // 2]], -1)
        return x * self.cos[at : at + T] + half * self.sin[at : at + T]

    def __call__(self, ids, attention, cache=None, at=0):
        x = self.embed[ids]
        B, T, C = x.shape
        split = lambda y, n: y.view(B, T, n, D).transpose(1, 2)
        for i, w in enumerate(self.layers):
            h = F.rms_norm(x, (C,), w["n1"], 1e-6)
            q = self.turned(F.rms_norm(split(w["q"](h), self.heads), (D,), w["qn"], 1e-6), at)
            k = self.turned(F.rms_norm(split(w["k"](h), KV), (D,), w["kn"], 1e-6), at)
            v = split(w["v"](h), KV)
            if cache is not None:
                cache[i][0][:, :, at : at + T], cache[i][1][:, :, at : at + T] = k, v
                k, v = cache[i][0][:, :, : at + T], cache[i][1][:, :, : at + T]
            y = ATTENTION[attention](q, k, v, causal=T > 1)
            x = x + w["o"](y.transpose(1, 2).reshape(B, T, -1))
            h = F.rms_norm(x, (C,), w["n2"], 1e-6)
            x = x + w["down"](F.silu(w["gate"](h)) * w["up"](h))
        return F.linear(F.rms_norm(x, (C,), self.norm, 1e-6), self.embed)


def lora_step(shape, size):
    model = Model(**shape, rank=shapes["rank"])
    tokens = shapes["tokens"]
    ids = torch.randint(V, (1, tokens + 1), device=device)
    parameters = [p for w in model.layers for m in w.values() if isinstance(m, Linear) for p in (m.a, m.b)]
    adamw = torch.optim.AdamW(parameters, lr=1e-4)
    for attention in ATTENTION:

        def step():
            adamw.zero_grad()
            logits = model(ids[:, :-1], attention)
            F.cross_entropy(logits.float().view(-1, V), ids[0, 1:]).backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            adamw.step()

        rows.append({"name": f"{size} bf16, LoRA step, {tokens} tokens, {attention}", "ms": fastest(step, 2)})


@torch.no_grad()
def decoding(shape, size):
    model = Model(**shape)
    for batch in (1, 8):
        room = lambda: torch.zeros(batch, KV, 64, D, device=device, dtype=DTYPE)
        cache = [(room(), room()) for _ in range(shape["layers"])]
        for attention in ATTENTION:

            def tokens():
                ids = torch.zeros(batch, 1, device=device, dtype=torch.long)
                for at in range(4, 20):
                    logits = model(ids, attention, cache, at)
                    ids = torch.multinomial(torch.softmax(logits[:, -1].float(), -1), 1)

            rows.append({"name": f"{size} bf16, decoding, batch {batch}, {attention}", "ms": fastest(tokens, 1) / 16})


def contexts():
    H = 16
    for T in shapes["contexts"]:
        if time.monotonic() > end:
            return
        q, k, v = (torch.randn(1, n, T, D, device=device, dtype=DTYPE, requires_grad=True) for n in (H, KV, KV))
        for attention in ATTENTION:
            forward = lambda: ATTENTION[attention](q, k, v, causal=True)
            name = f"1 × {T}, {H} heads of {D} on {KV}, {attention}"
            rows.append({"name": f"forward, {name}", "ms": fastest(forward, 4), "note": "bf16 here, f32 in this lab"})
            y, g = forward(), torch.randn(1, H, T, D, device=device, dtype=DTYPE)
            back = lambda: torch.autograd.grad(y, (q, k, v), g, retain_graph=True)
            rows.append({"name": f"backward, {name}", "ms": fastest(back, 4), "note": "bf16 here, f32 in this lab"})


contexts()
for size, shape in shapes["sizes"].items():
    for measure in (decoding, lora_step):
        if time.monotonic() < end:
            measure(shape, size)
name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
print(json.dumps({"device": name, "torch": torch.__version__, "rows": rows}))
