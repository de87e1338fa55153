"""
Runs exported folders in TRL on the CPU and records what the lab must find too (test/trl/trl.gpu.test.ts):

    node bin/lab.mjs export-trl … --out FOLDER           # make.sh beside this has the settings
    python check_trl.py FOLDER OUT.json                          # one process
    python -m torch.distributed.run --nproc_per_node 2 check_trl.py FOLDER OUT.json    # two, over gloo

Of every step: token ids, rewards, contexts, prompts, advantages, the gate. Of the first step whose term acts, the
gradient of the update, beside OUT.json as safetensors. Other methods (OTHER/run.json …) take the recorded scores.
With --parity the reward is the parity of the ids' sum: a random model is never right.
"""

import argparse
import json
import os
import sys

import torch
from accelerate.utils import gather_object
from safetensors.torch import save_file
from transformers import TrainerCallback


def exact_angles(model):
    """Rotary angles in float64: transformers makes them in float32, which is off by 1e-5 after 170 positions."""
    for module in model.modules():
        if hasattr(module, "inv_freq"):
            half = module.inv_freq.numel()
            turns = model.config.rope_parameters["rope_theta"] ** (-torch.arange(half, dtype=torch.float64) / half)

            def forward(x, position_ids, turns=turns):
                angles = (position_ids[..., None] * turns).repeat(1, 1, 2)
                return angles.cos().to(x.dtype), angles.sin().to(x.dtype)

            module.forward = forward


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("out")
    parser.add_argument("--others", nargs="*", default=[], help="exported folders whose methods take the same scores")
    parser.add_argument("--parity", action="store_true")
    parser.add_argument("--gradient-of", type=int, default=0, help="the step whose gradient is kept; 0 for none")
    asked = parser.parse_args()
    sys.path.insert(0, os.path.abspath(asked.folder))
    import antisd
    import antisd_trainer
    import train

    run = json.load(open(os.path.join(asked.folder, "run.json")))
    run["trl"] |= {"bf16": False, "use_cpu": True, "max_grad_norm": 1e9, "eval_strategy": "no", "save_strategy": "no"}
    run["trl"].pop("eval_on_start", None)
    run["model"]["dtype"] = "float64"
    methods = {m["name"]: m for m in ({"name": f, **json.load(open(f"{f}/run.json"))["method"]} for f in asked.others)}
    states = {name: antisd.new_state() for name in methods}
    steps = []

    class Recorded(antisd_trainer.AntiSDTrainer):
        def _advantages(self, inputs, output, ids, rewards):
            advantages = super()._advantages(inputs, output, ids, rewards)
            present = output["completion_mask"].bool()
            told = gather_object([row[n].tolist() for row, n in zip(advantages, present, strict=True)])
            prompts = gather_object(
                [p[n.bool()].tolist() for p, n in zip(output["prompt_ids"], output["prompt_mask"], strict=True)]
            )
            steps.append({
                "ids": ids, "rewards": rewards, "prompts": prompts, "problems": [row["id"] for row in self.rows],
                "contexts": self.shown, "teacher": gather_object(self.teacher_prompts), "advantages": told,
                "gate": self.antisd["gate"], "lambda": self._told["lambda"],
                "meanU": self._told["meanU"], "maskedShare": self._told["maskedShare"],
                "others": {name: self.other(name) for name in methods},
            })  # fmt: skip
            return advantages

        def _figures(self, table, rewards, contexts, ids, found):
            self.table, self.rewards, self.shown = table, rewards, contexts
            return super()._figures(table, rewards, contexts, ids, found)

        def _tokenize_prompts(self, prompts):
            made = super()._tokenize_prompts(prompts)
            self.teacher_prompts = [list(ids) for ids in made[0]]  # the teacher's come last
            return made

        def other(self, name):
            seen = self.table
            if not methods[name]["teacher"]:
                seen = [{**row, "t": torch.zeros_like(row["t"]), "H_T": torch.zeros_like(row["t"])} for row in seen]
            rows, states[name], found = antisd.shape(
                seen, self.rewards, methods[name], states[name], self.num_generations
            )
            return {"advantages": [r.tolist() for r in rows], "gate": states[name]["gate"], "lambda": found["lambda"]}

    class Gradient(TrainerCallback):
        def on_pre_optimizer_step(self, args, state, control, model=None, **_):
            if len(steps) == asked.gradient_of and state.is_world_process_zero:
                inner = getattr(model, "module", model)
                found = {n: p.grad.float().contiguous() for n, p in inner.named_parameters() if p.grad is not None}
                save_file(found, asked.out.removesuffix(".json") + ".safetensors")

    chosen = antisd_trainer.AntiSDTrainer.__init__
    train.AntiSDTrainer = Recorded
    flags = train.asked(["--out", "/tmp/trl-check"])
    trainer = train.build(run, flags)
    assert Recorded.__init__ is chosen
    contexts = trainer.task.contexts

    def watched(rows, *rest):
        trainer.rows = rows
        return contexts(rows, *rest)

    trainer.task.contexts = watched
    if asked.parity:
        trainer.task.reward = lambda completion_ids, **_: [float(sum(ids) % 2 == 0) for ids in completion_ids]
    exact_angles(trainer.model)
    trainer.add_callback(Gradient())
    trainer.train()
    if trainer.accelerator.is_main_process:
        def short(x):
            if isinstance(x, float):
                return float(f"{x:.8g}")
            if isinstance(x, dict):
                return {k: short(v) for k, v in x.items()}
            return [short(v) for v in x] if isinstance(x, list) else x

        record = {"config": run["config"], "others": {n: json.load(open(f"{n}/run.json"))["config"] for n in methods}}
        with open(asked.out, "w") as file:
            json.dump({**record, "steps": short(steps)}, file, separators=(",", ":"))
        print([(round(s["gate"]["smoothed"], 5), s["gate"]["state"], s["lambda"], s["meanU"], s["maskedShare"]) for s in steps])
        u = torch.cat([r["t"] - r["s"] for r in trainer.table])
        print("u", u.abs().quantile(torch.tensor([0.5, 0.9, 0.99]).double()).tolist())


main()
