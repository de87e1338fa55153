#!/bin/bash
# Records test/fixtures/trl: exports settings with the lab, runs them in TRL on the CPU, in one process and in two.
#     PYTHON=python3 test/trl/make.sh       # with trl 1.13, peft, accelerate; a few minutes
set -e
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
WORK=$(mktemp -d)
OUT=$PWD/test/fixtures/trl
mkdir -p "$OUT"
CHECK=$PWD/test/trl/check_trl.py
python_files=(trl/*.py test/trl/*.py)
$PYTHON -m py_compile "${python_files[@]}"

CHAT=(--model test/fixtures/tiny-chat --task test/fixtures/tiny-chat/problems.jsonl --problems 3 --group 4 --max-new-tokens 10)
NANO=(--min-depth 1 --problems 3 --group 4 --max-new-tokens 40)
lab() { node bin/lab.mjs export-trl --lr 0 --steps 4 --gate-warmup 1 --out "$WORK/$1" "${@:2}" 2>/dev/null; }
# A gate that moves within four steps: against its peak or its warm-up, with no slack.
lab chat "${CHAT[@]}" --method antisd --gate-statistic mean-tokens --gate-smoothing 0.3 --gate-down 1
lab nano "${NANO[@]}" --method antisd-code
for method in antisd-paper sd sd-jsd grpo antisd-correct antisd-mult no-teacher no-context antisd-only entropy-bonus rlrt rlsd; do
  lab $method "${CHAT[@]}" --method $method --gate-statistic median-tokens --gate-down 1
done
for divergence in forward-kl hellinger total-variation alpha; do
  lab $divergence "${CHAT[@]}" --method antisd-paper --divergence $divergence --alpha 0.25 --lambda-schedule linear --lambda-steps 6
done
lab standardised "${CHAT[@]}" --method antisd --standardise on --mask-sigma 1 --mask-nats 0 --clamp-nats 2 --group-std population
lab plain "${CHAT[@]}" --method antisd --advantage-std false --gate paper --gate-lag 1 --gate-up 1.001
lab nano-antisd "${NANO[@]}" --method antisd --gate-down 1
lab nano-paper "${NANO[@]}" --method antisd-paper --gate-statistic median-rollouts
cd "$WORK"
CHATS=(antisd-paper sd sd-jsd grpo antisd-correct antisd-mult no-teacher no-context antisd-only entropy-bonus rlrt rlsd
  forward-kl hellinger total-variation alpha standardised plain)
$PYTHON "$CHECK" chat "$OUT/chat.json" --parity --gradient-of 2 --others "${CHATS[@]}"
$PYTHON "$CHECK" nano "$OUT/nano.json" --others nano-antisd nano-paper
$PYTHON -m torch.distributed.run --nproc_per_node 2 "$CHECK" chat "$OUT/chat-two-processes.json" --parity --gradient-of 2 \
  --others antisd-paper alpha standardised plain # of all kinds of state: the gates, λ's schedule, σ over the batch
# Machines' folders are not the fixture's.
sed -i "s#\"[^\"]*/test/fixtures/#\"test/fixtures/#g" "$OUT"/*.json
rm -rf "$WORK"
