"""
Trains what run.json describes:

    accelerate launch --config_file accelerate/one-gpu.yaml train.py
    accelerate launch --config_file accelerate/one-node.yaml train.py --vllm colocate
    accelerate launch --config_file accelerate/deepspeed-zero3.yaml train.py --resume

out/ gets checkpoints, out/final the model or adapter, and out/antisd.jsonl the steps, which the lab imports.
"""

import argparse
import json
import os

from accelerate import PartialState
from antisd_trainer import AntiSDTrainer
from datasets import Dataset, load_dataset
from peft import LoraConfig
from task import TASKS
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.trainer_utils import get_last_checkpoint
from trl import GRPOConfig

HERE = os.path.dirname(os.path.abspath(__file__))


def problems(data, task):
    """Rows from a file of the lab, or from the Hub (columns by name; words of its own around a question are taken off)."""
    if "file" in data:
        with open(os.path.join(HERE, data["file"])) as file:
            return Dataset.from_list([task.row(json.loads(line)) for line in file])
    rows = load_dataset(data["hub"], data.get("config"), split=data["split"], revision=data.get("revision"))

    def problem(row):
        question = row[data["question"]]
        for words in data.get("strip", []):
            question = question.replace(words, "")
        return task.row({"question": question.strip(), "answer": row[data["answer"]], "solution": None})

    return rows.map(problem, remove_columns=rows.column_names).shuffle(seed=data.get("seed", 0))


def arguments(run, asked):
    """run.json's settings as TRL's; the batch is shared out over the processes."""
    total, world = run["rollouts"], PartialState().num_processes
    each = asked.per_device or run["perDevice"]
    while each > 1 and total % (world * each):
        each -= 1
    if total % (world * each):
        raise SystemExit(f"{total} rollouts a step cannot be shared out over {world} processes.")
    steps = total // (world * each)
    samples = run["trl"].get("num_generations_eval", 1)
    return GRPOConfig(
        output_dir=asked.out,
        per_device_train_batch_size=each,
        gradient_accumulation_steps=steps,
        steps_per_generation=steps,
        per_device_eval_batch_size=samples * max(1, each // samples),
        logging_steps=1,
        shuffle_dataset=False,
        report_to=asked.report_to,
        use_vllm=asked.vllm is not None,
        vllm_mode=asked.vllm or "colocate",
        **run["trl"] | ({"use_cpu": True, "bf16": False} if asked.cpu else {}),
    )


def asked(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="out")
    parser.add_argument("--vllm", choices=["colocate", "server"], help="sample with vLLM, as TRL does")
    parser.add_argument("--per-device", type=int, help="rollouts that a process works on at once")
    parser.add_argument("--cpu", action="store_true", help="on the processor, in float32: to try it out")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    parser.add_argument("--report-to", default="none", help="where TRL logs to besides: wandb, trackio, tensorboard")
    return parser.parse_args(argv)


def build(run, asked):
    """The trainer that run.json describes."""
    model = run["model"]
    name = os.path.join(HERE, model["folder"]) if "folder" in model else model["name"]
    dtype = "float32" if asked.cpu else model["dtype"]
    tokenizer = AutoTokenizer.from_pretrained(name, revision=model.get("revision"))
    task = TASKS[run["task"]["kind"]](run["task"], tokenizer)

    def reward(completion_ids, **columns):
        return task.reward(completion_ids, **columns)

    return AntiSDTrainer(
        model=AutoModelForCausalLM.from_pretrained(name, revision=model.get("revision"), dtype=dtype),
        processing_class=tokenizer,
        args=arguments(run, asked),
        reward_funcs=reward,
        train_dataset=problems(run["data"], task),
        eval_dataset=run["heldOut"] and problems(run["heldOut"], task),
        peft_config=run["lora"] and LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, **run["lora"]),
        method=run["method"],
        warmup=run["warmupSteps"],
        task=task,
        record=os.path.join(asked.out, "antisd.jsonl"),
    )


def main():
    flags = asked()
    with open(os.path.join(HERE, "run.json")) as file:
        run = json.load(file)
    os.makedirs(flags.out, exist_ok=True)
    trainer = build(run, flags)
    trainer.train(resume_from_checkpoint=get_last_checkpoint(flags.out) if flags.resume else None)
    trainer.save_model(os.path.join(flags.out, "final"))


if __name__ == "__main__":
    main()
