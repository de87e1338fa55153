"""
The method (Shen et al., arXiv 2605.11609) as AntiSD Lab has it in src/antisd: divergences, gate, lambda, token advantages.

u = t - s per token, in nats; a divergence's slope shapes it; the gate looks at the teacher's certainty; each arm is a
row of switches that the lab writes into run.json. float64 on the host, one rollout's columns at a time.
"""

import math

import torch

EXPONENT = 5  # exponents are clamped here
LARGEST_PERPLEXITY = 3  # above it a text is not the teacher's
LEAST_PERPLEXITY = 1.01  # as good as certainty

DELTAS = {
    "jensen-shannon": lambda u, _: 0.5 * (torch.logaddexp(u, torch.zeros_like(u)) - math.log(2)),
    "reverse-kl": lambda u, _: u,
    "forward-kl": lambda u, _: torch.expm1(u.clamp(-EXPONENT, EXPONENT)),
    "hellinger": lambda u, _: torch.expm1((u / 2).clamp(-EXPONENT, EXPONENT)),
    "total-variation": lambda u, _: 0.5 * torch.sign(u),
    "alpha": lambda u, a: u if a == 0 else torch.expm1((a * u).clamp(-EXPONENT, EXPONENT)) / a,
}


def mean(x):
    return sum(x) / len(x) if len(x) else 0.0


def median(x):
    """The middle value; of an even number, the mean of the two in the middle."""
    x = sorted(x)
    half = len(x) // 2
    return 0.0 if not x else x[half] if len(x) % 2 else (x[half - 1] + x[half]) / 2


def group_advantages(rewards, std):
    """(r - mean) / (std + eps) over one group; equal rewards give exact zeros. `std`: sample, population or None."""
    if all(r == rewards[0] for r in rewards):
        return [0.0] * len(rewards)
    m = mean(rewards)
    squares = sum((r - m) ** 2 for r in rewards)
    scale = {
        None: 1.0,
        "sample": math.sqrt(squares / (len(rewards) - 1)) + 1e-4,
        "population": math.sqrt(squares / len(rewards)) + 1e-6,
    }[std]
    return [(r - m) / scale for r in rewards]


def perplexity(t):
    return math.exp(-t.mean().item())


def batch_perplexity(rows):
    """Mean over the sequences, those above 3 left out; None where none is left."""
    seen = [p for p in (perplexity(row["t"]) for row in rows) if p <= LARGEST_PERPLEXITY]
    return mean(seen) if seen else None


def gate_statistic(kind, rows):
    if kind == "perplexity":
        return batch_perplexity(rows)
    if kind == "median-rollouts":
        return median([row["H_T"].mean().item() for row in rows])
    tokens = torch.cat([row["H_T"] for row in rows]).tolist()
    return median(tokens) if kind == "median-tokens" else mean(tokens)


def new_gate():
    return {"steps": 0, "warm": [], "smoothed": None, "reference": None, "closed": False, "state": "warm-up"}


def thresholds(level, g):
    least = LEAST_PERPLEXITY if g["kind"] == "perplexity" else 0
    return max(g["down"] * level, least), g["up"] * level


def update_gate(gate, h, g):
    """The gate after a step whose statistic is h; a step without one leaves it as it is."""
    if h is None:
        return gate
    steps = gate["steps"] + 1
    smooth = g["smoothing"] if gate["smoothed"] is not None else 0
    smoothed = smooth * gate["smoothed"] + (1 - smooth) * h if smooth else h
    if g["kind"] == "off":
        return {**gate, "steps": steps, "smoothed": smoothed, "closed": False, "state": "off"}
    warming = steps <= g["warmup"]
    warm = [*gate["warm"], h] if warming else gate["warm"]
    reference = gate["reference"]
    if g["kind"] == "peak":
        reference = max(reference or 0, smoothed)
    elif reference is None and steps >= g["warmup"]:
        reference = median(warm or [h])
    after = {"steps": steps, "warm": warm, "smoothed": smoothed, "reference": reference, "closed": False}
    if warming or (reference or 0) < g["floor"]:
        return {**after, "state": "warm-up" if warming else "inert"}
    closes_below, opens_above = thresholds(reference, g)
    closed = smoothed < (opens_above if gate["closed"] else closes_below)
    return {**after, "closed": closed, "state": "closed" if closed else "open"}


def shown_thresholds(gate, g):
    """None while there are none: off, warming up, or inert."""
    acts = gate["reference"] is not None and gate["state"] in ("open", "closed")
    return thresholds(gate["reference"], g) if acts else (None, None)


def term_acts(before, after, g):
    if g["kind"] == "off" or (g["lag"] == 1 and before["steps"] == 0):
        return True
    return (before if g["lag"] == 1 else after)["state"] in ("open", "inert", "off")


def rollout_lambda(row, reward, m, lam, target):
    """Lambda of one rollout: the step's, or by the teacher's perplexity where the method says so."""
    if not lam > 0 or m["sign"] == 0 or (m["correctOnly"] and reward != 1):
        return 0.0
    if m["longest"] > 0 and len(row["t"]) > m["longest"]:
        return 0.0
    if m["lambdaFrom"] == "constant":
        return lam
    p = perplexity(row["t"])
    if p > LARGEST_PERPLEXITY:
        return 0.0
    return lam / m["lambda"] * min(0.5, max(0.0, 0.2 * math.log(min(3, max(0.5, p / target)))))


def token_advantages(row, A, m, lam, sigma):
    """Advantage and term of each token of a rollout, and how many are masked; A is the rollout's own in its group."""
    u = row["t"] - row["s"]
    mask = min(m["maskNats"] or math.inf, m["maskSigma"] * sigma if m["maskSigma"] else math.inf)
    bound = m["clampNats"] or math.inf
    masked = u.abs() > mask
    kept = torch.where(masked, 0.0, u.clamp(-bound, bound))
    if m["evidence"] == "ratio":
        sign = (A > 0) - (A < 0)
        a = torch.exp(m["sign"] * sign * kept).clamp(1 - m["ratioClip"], 1 + m["ratioClip"]) - 1
    else:
        a = m["sign"] * DELTAS[m["divergence"]](kept, m["alpha"])
    if m["standardise"]:
        deviation = a.std(correction=0)
        a = ((a - a.mean()) / deviation).clamp(-5, 5) if deviation > 0 else torch.zeros_like(a)
    added = lam * a if lam > 0 else torch.zeros_like(a)
    base = A if m["base"] == "reward" else 0.0
    if m["combine"] == "multiply":
        added = added * base
    added = added - m["entropyBeta"] * row["s"]
    return base + added, added, masked.sum().item()


def new_state():
    return {"step": 0, "gate": new_gate(), "deviations": [], "perplexities": [], "totalTokens": 0}


def shape(rows, rewards, m, before, group):
    """Advantages, state and figures of a step; rows: s, t and H_T (float64) of every rollout of all processes."""
    g, step = m["gate"], before["step"] + 1
    h = gate_statistic(g["statistic"], rows)
    state = {**before, "step": step, "gate": update_gate(before["gate"], h, g)}
    state["totalTokens"] += sum(len(row["s"]) for row in rows)
    if before["gate"]["steps"] < max(1, m["measured"]):
        u = torch.cat([row["t"] - row["s"] for row in rows])
        state["deviations"] = [*before["deviations"], u.std(correction=0).item()]
        p = batch_perplexity(rows)
        state["perplexities"] = before["perplexities"] + ([] if p is None else [p])
    left = max(0.0, 1 - (step - 1) / m["lambdaSteps"]) if m["lambdaSteps"] > 0 else 1.0
    asked = m["lambda"] * left if term_acts(before["gate"], state["gate"], g) else 0.0
    sigma = mean(state["deviations"])
    target = max(0.93 * median(before["perplexities"]), LEAST_PERPLEXITY)
    A = [a for i in range(0, len(rows), group) for a in group_advantages(rewards[i : i + group], m["std"])]
    lambdas = [rollout_lambda(row, r, m, asked, target) for row, r in zip(rows, rewards, strict=True)]
    shaped = [token_advantages(row, a, m, lam, sigma) for row, a, lam in zip(rows, A, lambdas, strict=True)]
    found = {
        "h": h,
        "lambda": mean(lambdas) if m["lambdaFrom"] == "perplexity" else asked,
        "equal": mean([float(not any(A[i : i + group])) for i in range(0, len(A), group)]),
        "masked": sum(masked for _, _, masked in shaped),
        "term": sum(term.abs().sum().item() for _, term, _ in shaped),
    }
    return [advantage for advantage, _, _ in shaped], state, found
