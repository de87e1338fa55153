"""
Anti-Self-Distillation on TRL's GRPOTrainer. TRL samples, grades and updates; between the two, the live model scores every
completion once more behind a prompt that shows a privileged context (the teacher), and each token gets the advantage
that antisd.py makes of both scores. Scores of all processes are gathered, so that any number of processes finds the
same gate, the same lambda and the same advantages.
"""

import json
import os
import random

import torch
from accelerate.utils import gather_object
from antisd import mean, new_state, shape, shown_thresholds
from torch.optim.lr_scheduler import LambdaLR
from trl import GRPOTrainer
from trl.models.utils import disable_gradient_checkpointing

STATE_FILE = "antisd_state.json"


class AntiSDTrainer(GRPOTrainer):
    """`method` and `warmup` (steps) are run.json's, `task` has prompts and contexts, `record` is the file the lab reads."""

    def __init__(self, *args, method, warmup, task, record, **kwargs):
        super().__init__(*args, **kwargs)
        self.method, self.warmup, self.task, self.record = method, warmup, task, record
        self.antisd = new_state()
        self._told = None  # the step's figures, until TRL has logged its loss
        self._held = []  # (rewards, lengths) of the held-out groups

    def create_scheduler(self, num_training_steps, optimizer=None):
        """The lab's rate: step / warm-up, then constant; all updates of a batch have the same."""
        steps = max(1, self.warmup)
        self.lr_scheduler = LambdaLR(
            optimizer or self.optimizer, lambda update: min(1, (update // self.num_iterations + 1) / steps)
        )
        return self.lr_scheduler

    def _calculate_rewards(self, inputs, prompts, completions, completion_ids_list):
        rewards = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        self._seen = gather_object([list(ids) for ids in completion_ids_list]), rewards.nansum(dim=1).tolist()
        return rewards

    def _generate_and_score_completions(self, inputs):
        output = super()._generate_and_score_completions(inputs)
        if self.model.training:
            output["advantages"] = self._advantages(inputs, output, *self._seen)
        else:
            ids, rewards = self._seen
            k = self.num_generations_eval
            self._held += [(rewards[i : i + k], [len(x) for x in ids[i : i + k]]) for i in range(0, len(ids), k)]
        return output

    def _scores(self, prompts, output):
        """Log-probabilities and entropies of the completions behind these prompts (lists of ids), at sampling's temperature."""
        ids, mask = output["completion_ids"], output["completion_mask"]
        longest, pad = max(len(p) for p in prompts), self._tokenizer.pad_token_id
        before = torch.tensor([[pad] * (longest - len(p)) + list(p) for p in prompts], device=ids.device)
        seen = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts], device=ids.device)
        with torch.no_grad(), disable_gradient_checkpointing(self.model, self.args.gradient_checkpointing_kwargs):
            logps, entropies, _ = self._get_per_token_logps_and_entropies(
                self.model,
                torch.cat([before, ids], dim=1),
                torch.cat([seen, mask], dim=1),
                ids.size(1),
                self.args.per_device_train_batch_size,
                compute_entropy=True,
            )
        return logps, entropies

    def _everywhere(self, x):
        """A (rollouts, tokens) tensor of all processes, in their order, on the host."""
        return self.accelerator.gather(self.accelerator.pad_across_processes(x.contiguous(), dim=1)).cpu()

    def _advantages(self, inputs, output, ids, rewards):
        """(rollouts, tokens) of this process, from the scores of all."""
        m, mask = self.method, output["completion_mask"]
        own = slice(self.accelerator.process_index * len(inputs), (self.accelerator.process_index + 1) * len(inputs))
        rows = gather_object(inputs)
        rng = random.Random(f"{self.args.seed}/{self.antisd['step']}")
        contexts = self.task.contexts(rows, ids, rewards, self.num_generations, m["context"], m["wrongShare"], rng)
        prompts = [p[n.bool()].tolist() for p, n in zip(output["prompt_ids"], output["prompt_mask"], strict=True)]
        s, H_S = self._scores(prompts, output)
        t, H_T = torch.zeros_like(s), torch.zeros_like(s)
        shown = [self.task.teacher(row, c) for row, c in zip(rows[own], contexts[own], strict=True)]
        if m["teacher"]:
            t, H_T = self._scores(self._tokenize_prompts(shown)[0], output)
        present = self._everywhere(mask).bool()
        columns = {name: self._everywhere(x.double()) for name, x in dict(s=s, t=t, H_S=H_S, H_T=H_T).items()}
        table = [{name: x[i][present[i]] for name, x in columns.items()} for i in range(len(rows))]
        advantages, self.antisd, found = shape(table, rewards, m, self.antisd, self.num_generations)
        self._told = self._figures(table, rewards, contexts, ids, found)
        padded = torch.zeros(mask.shape)
        for i, row in enumerate(advantages[own]):
            padded[i, : len(row)] = row
        return padded.to(mask.device)

    def _figures(self, table, rewards, contexts, ids, found):
        """A step as the lab tells it (src/runs/events.ts, StepFigures)."""
        gate, tokens = self.antisd["gate"], sum(len(x) for x in ids)
        closes_below, opens_above = shown_thresholds(gate, self.method["gate"])
        over = {name: torch.cat([row[name] for row in table]) for name in table[0]}
        ends = (self._tokenizer.eos_token_id, self._tokenizer.pad_token_id)
        sources = [c["source"] for c in contexts]
        return {
            "step": self.antisd["step"],
            "reward": mean(rewards),
            "accuracy": mean(rewards),
            "responseLength": tokens / len(ids),
            "truncatedShare": mean([float(x[-1] not in ends) for x in ids]),
            "equalGroupShare": found["equal"],
            "studentEntropy": over["H_S"].mean().item(),
            "teacherEntropy": over["H_T"].mean().item(),
            "gateStatistic": found["h"],
            "gateState": gate["state"],
            "gateClosesBelow": closes_below,
            "gateOpensAbove": opens_above,
            "lambda": found["lambda"],
            "meanU": (over["t"] - over["s"]).mean().item(),
            "sumAbsTerm": found["term"],
            "maskedShare": found["masked"] / tokens,
            "contextShares": {name: sources.count(name) / len(sources) for name in sorted(set(sources))},
            "tokens": tokens,
            "totalTokens": self.antisd["totalTokens"],
        }

    def log(self, logs, start_time=None):
        super().log(logs, start_time)
        if self._told and "loss" in logs:
            own = {"loss": "loss", "gradNorm": "grad_norm", "lr": "learning_rate", "kl": "kl", "seconds": "step_time"}
            clip = logs.get("clip_ratio/region_mean")
            self._write("step", {**self._told, **{a: logs.get(b) for a, b in own.items()}, "clipFraction": clip})
            self._told = None
        if self._held and not self.model.training:
            right, lengths = [r for r, _ in self._held], [n for _, n in self._held]
            told = {"step": self.antisd["step"], "k": self.num_generations_eval, "problems": len(right)}
            told["accuracy"] = mean([mean(r) for r in right])
            told["passAtK"] = mean([float(max(r) > 0) for r in right])
            told["meanLength"] = mean([mean(n) for n in lengths])
            self._write("eval", {**told, "samples": told["k"]})
            self._held = []

    def _write(self, kind, figures):
        if self.accelerator.is_main_process:
            with open(self.record, "a") as file:
                file.write(json.dumps({"type": kind, **figures}) + "\n")

    def _save_checkpoint(self, model, trial):
        super()._save_checkpoint(model, trial)
        if self.args.should_save:
            folder = os.path.join(self.args.output_dir, f"checkpoint-{self.state.global_step}")
            with open(os.path.join(folder, STATE_FILE), "w") as file:
                json.dump(self.antisd, file)

    def _load_optimizer_and_scheduler(self, checkpoint):
        super()._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is not None:
            with open(os.path.join(checkpoint, STATE_FILE)) as file:
                self.antisd = json.load(file)
