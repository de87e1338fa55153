"""Prompts, privileged contexts and rewards, as AntiSD Lab makes them (src/data). `spec` is run.json's "task"."""

import re

# What JavaScript's trim() takes off: the lab's texts and these are the same.
WHITE = " \t\n\r\v\f\xa0\ufeff\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
ANNOUNCED = re.compile(r"(?:\banswer(?:\s+is|\s*:)\s*:?|^####)\s*\$?([^\n]*?)\$?(?:[.!?](?=\s|$)|$)", re.I | re.M)


def boxed(text):
    """The last \\boxed{...} of a text, with what stands around it; None without one, or where it was cut off."""
    at = text.rfind("\\boxed{")
    depth = 0
    for i in range(at + 6, len(text)) if at >= 0 else ():
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return at, i + 1, text[at + 7 : i].strip()
    return None


def final_answer(text):
    """The last answer that is boxed, else the last that is announced ("The answer is ...", "#### 42"); None without one."""
    box = boxed(text)
    if box:
        return box[2]
    stated = [m.group(1).strip() for m in ANNOUNCED.finditer(text)]
    return stated[-1] or None if stated else None


def same_answer(given, right):
    def plain(x):
        return re.sub(r"\\(?:text|mathrm)\{([^{}]*)\}|[\s$,]|\\[,;!]", r"\1", x).rstrip(".").lower()

    if plain(given) == plain(right):
        return True
    try:
        from math_verify import parse, verify
    except ImportError:
        return False
    return bool(verify(parse(f"${right}$"), parse(f"${given}$")))


def without_thoughts(text):
    return re.sub(r"<think>.*?</think>", "", text, flags=re.S).rsplit("</think>", 1)[-1].split("<think>", 1)[0].strip(WHITE)


def cut_after_answer(text):
    """Up to the end of the sentence that states the final answer."""
    answer, cut = final_answer(text), len(text)
    if answer is None:
        return text
    for end in reversed([m.end() for m in re.finditer(r"[.!?](?=\s)|\n", text)][-256:]):
        if final_answer(text[:end]) != answer or final_answer(text[end:]) is not None:
            break
        cut = end
    return text[:cut].strip(WHITE)


class Contexts:
    """What the teacher is shown about each rollout (method.md, "The privileged context"); never the rollout itself."""

    def contexts(self, rows, ids, rewards, group, mode, wrong_share, rng):
        """One {source, solution, sibling, feedback} a rollout; rows, ids and rewards are those of all processes."""
        shown = []
        for i, row in enumerate(rows):
            first = i - i % group
            own = range(first, first + group)
            right = [j for j in own if rewards[j] == 1 and j != i] if mode in SIBLINGS else []
            context = {"source": "none", "solution": None, "sibling": None}
            if right:
                j = rng.choice(right)
                context = {"source": "sibling", "solution": self.solution_of(row, ids[j]), "sibling": j}
            elif mode in DATASET and row.get("solution"):
                context = {"source": "dataset", "solution": row["solution"], "sibling": None}
            elif mode == "answer":
                context = {"source": "answer", "solution": row["answer"], "sibling": None}
            elif mode == "other-problem":
                others = [r for r in rows if r["question"] != row["question"] and r.get("solution")]
                if others:
                    context = {"source": mode, "solution": rng.choice(others)["solution"], "sibling": None}
            if mode == "shuffled" and context["solution"]:
                sentences = re.split(r"(?<=[.!?])\s+|\s*\n\s*|\s+(?=(?:Wait|So)\b)", context["solution"])
                context["solution"] = " ".join(rng.sample(sentences, len(sentences)))
            is_right = context["solution"] is not None and context["source"] != "other-problem"
            if is_right and rng.random() < wrong_share:
                context = {"source": "wrong", "solution": self.wrong_solution(row, rows, rng), "sibling": None}
            feedback = None if mode == "none" else "correct" if rewards[i] == 1 else "incorrect"
            shown.append({**context, "feedback": feedback})
        return shown


SIBLINGS = ("sibling-then-dataset", "sibling", "shuffled")
DATASET = ("sibling-then-dataset", "dataset", "shuffled")


class ChatTask(Contexts):
    """Problems in words, asked in the model's chat template; answers are judged by math-verify."""

    def __init__(self, spec, tokenizer):
        self.wording, self.budget, self.tokenizer = spec["wording"], spec["solutionTokens"], tokenizer

    def row(self, problem):
        question = problem["question"]
        content = self.wording["student"].replace("{question}", question)
        return {**problem, "prompt": [{"role": "user", "content": content}]}

    def teacher(self, row, context):
        if context["solution"] is None and context["feedback"] is None:
            return row["prompt"]  # without a context the teacher is the student, to the letter
        solution = context["solution"] and self.to_budget(without_thoughts(context["solution"]))
        values = {
            "question": row["question"],
            "solution": solution,
            "feedback": context["feedback"] and self.wording[context["feedback"]],
        }
        names = re.compile(r"\{(question|solution|feedback)\}")
        parts = [
            names.sub(lambda m: values[m.group(1)], part)
            for part in self.wording["teacher"]
            if all(values[name] is not None for name in names.findall(part))
        ]
        return [{"role": "user", "content": "\n\n".join(parts)}]

    def to_budget(self, text):
        """At most so many tokens: of a longer text its head (25 %) and its tail (75 %)."""
        ids = self.tokenizer.encode(text, add_special_tokens=False)
        if len(ids) <= self.budget:
            return text
        head = self.budget // 4
        start, end = self.tokenizer.decode(ids[:head]), self.tokenizer.decode(ids[len(ids) - (self.budget - head) :])
        return f"{start.rstrip(chr(0xFFFD)).rstrip(WHITE)} … {end.lstrip(chr(0xFFFD)).lstrip(WHITE)}"

    def text(self, ids):
        ends = (self.tokenizer.eos_token_id, self.tokenizer.pad_token_id)
        return without_thoughts(self.tokenizer.decode([i for i in ids if i not in ends]))

    def solution_of(self, row, ids):
        return cut_after_answer(self.text(ids))

    def wrong_solution(self, row, rows, rng):
        foreign = [r["solution"] for r in rows if r.get("solution") and not same_answer(r["answer"], row["answer"])]
        if foreign:
            return rng.choice(foreign)
        changed = f"{row['answer']}{rng.randrange(1, 10)}"
        return f"{(row.get('solution') or '').replace(row['answer'], changed)}\nThe answer is \\boxed{{{changed}}}.".strip(WHITE)

    def reward(self, completion_ids, answer, **_):
        given = [final_answer(self.text(ids)) for ids in completion_ids]
        return [float(g is not None and same_answer(g, a)) for g, a in zip(given, answer, strict=True)]


class TwoCards(Contexts):
    """The lab's built-in task: which two of six cards sum to the target? The teacher reads the pair as a hint."""

    def __init__(self, spec, tokenizer):
        self.tokenizer = tokenizer

    def row(self, problem):
        return {**problem, "prompt": f"<bos> {' '.join(map(str, problem['cards']))} make {problem['target']} Think"}

    def teacher(self, row, context):
        if context["solution"] is None:
            return row["prompt"]
        pair = context["solution"].split("Answer")[-1].split()[:2]
        return row["prompt"].removesuffix("Think") + f"Hint {' '.join(pair)} Think"

    def solution_of(self, row, ids):
        words = self.tokenizer.convert_ids_to_tokens(list(ids))
        end = max((i for i, word in enumerate(words) if word == "Answer"), default=len(words))
        return " ".join(words[: end + 3])

    def wrong_solution(self, row, rows, rng):
        cards = row["cards"]
        pairs = [(a, b) for i, a in enumerate(cards) for b in cards[i + 1 :] if a + b != row["target"]]
        return "So Answer {} {}".format(*rng.choice(pairs))

    def reward(self, completion_ids, cards, target, **_):
        def judge(ids, own, total):
            words = self.tokenizer.convert_ids_to_tokens(list(ids))[-5:]
            if len(words) < 5 or words[:2] != ["So", "Answer"] or words[4] != "<eos>":
                return 0.0
            x, y = (int(word) if word.isdecimal() else -1 for word in words[2:4])
            return float(x != y and x in own and y in own and x + y == total)

        return [judge(*each) for each in zip(completion_ids, cards, target, strict=True)]


TASKS = {"chat": ChatTask, "two-cards": TwoCards}
