"""Train a small translation model from scratch and record the run for Bloom.

A sequence-to-sequence model (gated recurrent units with attention) learns to translate the messages of
Django's user interface, which every copy of Django carries in many languages. Nothing is downloaded::

    pip install bloom-blender torch django
    python train_translation.py --out translation_en_fr.bloom

It takes some minutes on two processor cores. The recording is two lines of `train`: ``with record(…)``
and the snapshots of the word vectors after each epoch.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import itertools
import math
import random
import re
import struct
import sys
import time
import unicodedata
from pathlib import Path

import torch  # noqa: TID253 (an example of its own, not part of the package)
from torch import nn  # noqa: TID253

from bloom_blender.record import Recorder, record

UNKNOWN, BLANK, BEGIN, END = range(4)
SPECIAL = ("<unk>", "<blank>", "<s>", "</s>")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdir]|%[sdir]|\{\w*\}")
WORDS = re.compile(r"%s|\w+|[^\w\s]")


# The text: pairs of sentences from the message catalogues.


def django_folder() -> Path:
    """Where Django is installed; it need not be imported, and its catalogues are read as they are."""
    spec = importlib.util.find_spec("django")
    if spec is None or spec.origin is None:
        sys.exit("The sentences come with Django: pip install django")
    return Path(spec.origin).parent


def read_catalogue(path: Path) -> dict[str, str]:
    """Messages and their translations in a .mo file (format: GNU gettext manual, section 10.3)."""
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, originals, translations = struct.unpack(f"{order}3I", data[8:20])

    def text(table: int, index: int) -> str:
        length, start = struct.unpack_from(f"{order}2I", data, table + 8 * index)
        return data[start : start + length].decode("utf-8")

    return {text(originals, i): text(translations, i) for i in range(count)}


def read_pairs(language: str, longest: int) -> list[tuple[str, str]]:
    """Sentence pairs (English, other language), lower case, without doubles, at most `longest` words."""
    pairs: dict[str, str] = {}
    catalogues = sorted(django_folder().glob(f"**/locale/{language}/LC_MESSAGES/*.mo"))
    if not catalogues:
        sys.exit(f"Django has no messages in the language {language!r}: choose another, such as fr or de")
    for catalogue in catalogues:
        for message, translation in read_catalogue(catalogue).items():
            # A context comes before \x04, and the plural form after \0.
            source = clean(message.split("\x04")[-1].split("\0")[0])
            target = clean(translation.split("\0")[0])
            lengths = len(split_words(source)), len(split_words(target))
            if min(lengths) > 0 and max(lengths) <= longest:
                pairs.setdefault(source, target)
    return sorted(pairs.items())


def clean(text: str) -> str:
    """One line of lower-case text, with every placeholder written %s."""
    text = unicodedata.normalize("NFC", PLACEHOLDER.sub("%s", text)).replace("’", "'").lower()
    return " ".join(text.split())


def split_words(text: str) -> list[str]:
    """Words, placeholders and punctuation marks."""
    return WORDS.findall(text)


class Vocabulary:
    """Subword units by byte-pair encoding (Sennrich, Haddow and Birch 2016), learned from sentences.

    A unit that does not end its word is written with ``@@`` behind it.
    """

    def __init__(self, sentences: list[str], size: int):
        counts = collections.Counter(word for sentence in sentences for word in split_words(sentence))
        self.merges: dict[tuple[str, str], int] = {}
        pieces = {word: self.letters(word) for word in counts}
        letters = collections.Counter()
        for word, parts in pieces.items():
            letters.update(dict.fromkeys(parts, counts[word]))
        units = [letter for letter, count in letters.most_common() if count > 1]
        while len(SPECIAL) + len(units) < size:
            pairs = collections.Counter()
            for word, parts in pieces.items():
                for pair in itertools.pairwise(parts):
                    pairs[pair] += counts[word]
            if not pairs:
                break
            pair = max(pairs, key=lambda pair: (pairs[pair], pair))
            self.merges[pair] = len(self.merges)
            units.append(self.join(pair))
            pieces = {word: self.merge(parts, pair) for word, parts in pieces.items()}
        self.words = (*SPECIAL, *units)
        self.index = {word: i for i, word in enumerate(self.words)}

    @staticmethod
    def letters(word: str) -> list[str]:
        if word == "%s":
            return [word]
        return [letter + "@@" for letter in word[:-1]] + [word[-1]]

    @staticmethod
    def join(pair: tuple[str, str]) -> str:
        return pair[0].removesuffix("@@") + pair[1]

    @classmethod
    def merge(cls, parts: list[str], pair: tuple[str, str]) -> list[str]:
        merged: list[str] = []
        for part in parts:
            if merged and (merged[-1], part) == pair:
                merged[-1] = cls.join(pair)
            else:
                merged.append(part)
        return merged

    def encode(self, sentence: str) -> list[int]:
        indices = []
        for word in split_words(sentence):
            parts = self.letters(word)
            while known := [p for p in itertools.pairwise(parts) if p in self.merges]:
                parts = self.merge(parts, min(known, key=self.merges.__getitem__))
            indices += [self.index.get(part, UNKNOWN) for part in parts]
        return indices

    def decode(self, indices: list[int]) -> str:
        return " ".join(self.words[i] for i in indices).replace("@@ ", "").removesuffix("@@")


# The model.


class WordVectors(nn.Embedding):
    """A table of word vectors that starts near zero, so that its shape is what it learns.

    The model sees them √width times as long (Vaswani and others 2017, section 3.4).
    """

    def __init__(self, words: int, width: int):
        super().__init__(words, width, padding_idx=BLANK)

    def reset_parameters(self) -> None:
        nn.init.uniform_(self.weight, -0.1, 0.1)
        nn.init.zeros_(self.weight.data[BLANK])

    def forward(self, indices: torch.Tensor) -> torch.Tensor:
        return super().forward(indices) * math.sqrt(self.embedding_dim)


class Encoder(nn.Module):
    """Reads the source sentence in both directions."""

    def __init__(self, words: int, width: int, hidden: int):
        super().__init__()
        self.embedding = WordVectors(words, width)
        self.first = nn.GRU(width, hidden // 2, batch_first=True, bidirectional=True)
        self.second = nn.GRU(hidden, hidden, batch_first=True)

    def forward(self, source: torch.Tensor, dropout: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
        lengths = (source != BLANK).sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(
            dropout(self.embedding(source)), lengths, batch_first=True, enforce_sorted=False
        )
        states, _ = self.first(packed)
        states, last = self.second(states)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=source.shape[1])
        return dropout(states), last


class Attention(nn.Module):
    """Scaled dot-product attention of the decoder's states over the encoder's."""

    def __init__(self, hidden: int):
        super().__init__()
        self.query = nn.Linear(hidden, hidden, bias=False)
        self.key = nn.Linear(hidden, hidden, bias=False)
        self.value = nn.Linear(hidden, hidden, bias=False)

    def forward(self, states: torch.Tensor, memory: torch.Tensor, is_blank: torch.Tensor) -> torch.Tensor:
        scores = self.query(states) @ self.key(memory).transpose(1, 2) / math.sqrt(memory.shape[-1])
        scores = scores.masked_fill(is_blank[:, None, :], -math.inf)
        return scores.softmax(-1) @ self.value(memory)


class Decoder(nn.Module):
    """Writes the target sentence."""

    def __init__(self, words: int, width: int, hidden: int):
        super().__init__()
        self.embedding = WordVectors(words, width)
        self.first = nn.GRU(width, hidden, batch_first=True)
        self.second = nn.GRU(hidden, hidden, batch_first=True)
        self.combine = nn.Linear(2 * hidden, hidden)
        self.output = nn.Linear(hidden, words)


class Translator(nn.Module):
    """Encoder, attention and decoder (after Luong, Pham and Manning 2015)."""

    def __init__(self, source_words: int, target_words: int, width: int, hidden: int, dropout: float):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.encoder = Encoder(source_words, width, hidden)
        self.bridge = nn.Linear(hidden, 2 * hidden)
        self.attention = Attention(hidden)
        self.decoder = Decoder(target_words, width, hidden)

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Scores (batch, length, words) of the word after each word of `target`."""
        memory, last = self.encoder(source, self.dropout)
        start = torch.tanh(self.bridge(last)).chunk(2, dim=-1)
        states, _ = self.decoder.first(self.dropout(self.decoder.embedding(target)), start[0].contiguous())
        states, _ = self.decoder.second(self.dropout(states), start[1].contiguous())
        context = self.attention(states, memory, source == BLANK)
        combined = torch.tanh(self.decoder.combine(torch.cat([context, states], -1)))
        return self.decoder.output(self.dropout(combined))

    @torch.no_grad()
    def translate(self, sentences: list[list[int]], longest: int = 60) -> list[list[int]]:
        """For each sentence the likeliest word, again and again, until it ends."""
        self.eval()
        source = pad(sentences)
        words = torch.full((len(sentences), 1), BEGIN)
        while words.shape[1] < longest and not (words == END).any(1).all():
            words = torch.cat([words, self(source, words)[:, -1:].argmax(-1)], 1)
        lines = [[*line, END] for line in words[:, 1:].tolist()]
        return [line[: line.index(END)] for line in lines]


# The training.


def make_batches(pairs: list, size: int, shuffler: random.Random) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Batches in random order, each of sentences of about the same length."""
    pairs = shuffler.sample(pairs, len(pairs))
    chunk = 8 * size
    for start in range(0, len(pairs), chunk):
        pairs[start : start + chunk] = sorted(pairs[start : start + chunk], key=lambda pair: len(pair[1]))
    batches = [pairs[start : start + size] for start in range(0, len(pairs), size)]
    shuffler.shuffle(batches)
    return [(pad([s for s, _ in batch]), pad([[BEGIN, *t, END] for _, t in batch])) for batch in batches]


def pad(sentences: list[list[int]]) -> torch.Tensor:
    """Sentences as one (batch, longest) tensor, filled up with blanks."""
    return nn.utils.rnn.pad_sequence(
        [torch.tensor(sentence) for sentence in sentences], batch_first=True, padding_value=BLANK
    )


def loss_of(model: Translator, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy per subword, in nats."""
    scores = model(source, target[:, :-1])
    return nn.functional.cross_entropy(scores.flatten(0, 1), target[:, 1:].flatten(), ignore_index=BLANK)


@torch.no_grad()
def count_right(model: Translator, source: torch.Tensor, target: torch.Tensor) -> int:
    """How many sentences `translate` would give exactly: at each word the next is the likeliest."""
    likeliest = model(source, target[:, :-1]).argmax(-1)
    return int(((likeliest == target[:, 1:]) | (target[:, 1:] == BLANK)).all(1).sum())


def snapshot(recorder: Recorder, model: Translator, source: Vocabulary, target: Vocabulary) -> None:
    """Record the word vectors of both languages."""
    recorder.snapshot("source", source.words, model.encoder.embedding.weight)
    recorder.snapshot("target", target.words, model.decoder.embedding.weight)


def train(options: argparse.Namespace) -> None:
    """Train, record, and show what the model has learned."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    shuffler = random.Random(options.seed)

    pairs = read_pairs(options.language, options.longest)
    source = Vocabulary([pair[0] for pair in pairs], options.words)
    target = Vocabulary([pair[1] for pair in pairs], options.words)
    encoded = [(source.encode(english), target.encode(other)) for english, other in pairs]
    held_out = set(shuffler.sample(range(len(pairs)), len(pairs) // 20))
    training = [pair for i, pair in enumerate(encoded) if i not in held_out]
    validation = make_batches([encoded[i] for i in sorted(held_out)], len(held_out), shuffler)
    steps = options.epochs * math.ceil(len(training) / options.batch)
    print(
        f"{len(training)} sentence pairs, {len(source.words)} and {len(target.words)} subwords, {steps} steps"
    )

    model = Translator(len(source.words), len(target.words), options.width, options.hidden, options.dropout)
    optimizer = torch.optim.Adam(model.parameters(), lr=options.rate, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    every = math.ceil(steps / 800)  # the file keeps about that many steps
    metadata = {
        "title": f"Translation, English to {options.language}",
        "data": "Message catalogues of Django (BSD-3-Clause), https://www.djangoproject.com",
        "script": "examples/train_translation.py",
    }

    begin = time.monotonic()
    with record(
        model, optimizer, options.out, every, seed=0, metadata=metadata, embedding_dtype="float16"
    ) as recorder:
        snapshot(recorder, model, source, target)
        for epoch in range(options.epochs):
            model.train()
            total = 0.0
            batches = make_batches(training, options.batch, shuffler)
            for batch in batches:
                loss = loss_of(model, *batch)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                recorder.log(loss=loss, learning_rate=schedule.get_last_lr()[0])
                total += float(loss.detach())
            model.eval()
            with torch.no_grad():
                validation_loss = float(loss_of(model, *validation[0]))
            recorder.log(epoch_loss=total / len(batches), validation_loss=validation_loss)
            snapshot(recorder, model, source, target)
            print(
                f"epoch {epoch + 1:3d}/{options.epochs}  loss {total / len(batches):.3f}  "
                f"held out {validation_loss:.3f}  {time.monotonic() - begin:.0f} s",
                flush=True,
            )

    print(f"recorded {options.out} ({Path(options.out).stat().st_size / 1e6:.2f} MB)")
    learned = shuffler.sample([i for i in range(len(pairs)) if i not in held_out], options.show)
    unseen = shuffler.sample(sorted(held_out), options.show)
    for title, chosen in (("seen in training", learned), ("never seen", unseen)):
        print(f"\n{title}:")
        for i, translation in zip(chosen, model.translate([encoded[i][0] for i in chosen]), strict=True):
            print(f"  {pairs[i][0]}\n    model:     {target.decode(translation)}")
            print(f"    reference: {' '.join(split_words(pairs[i][1]))}")
    same = sum(count_right(model, *batch) for batch in make_batches(training, 64, shuffler))
    print(f"\n{same} of {len(training)} training sentences are translated word for word")


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--out", default="translation_en_fr.bloom", help="the file to record (default: %(default)s)")
    add("--language", default="fr", help="a locale of Django (default: %(default)s)")
    add("--epochs", type=int, default=30, help="default: %(default)s")
    add("--batch", type=int, default=18, help="sentences in a batch (default: %(default)s)")
    add("--rate", type=float, default=5e-3, help="learning rate at the start (default: %(default)s)")
    add("--words", type=int, default=300, help="size of each vocabulary (default: %(default)s)")
    add("--width", type=int, default=32, help="dimensions of the word vectors (default: %(default)s)")
    add("--hidden", type=int, default=192, help="width of the hidden layers (default: %(default)s)")
    add("--dropout", type=float, default=0.15, help="default: %(default)s")
    add("--longest", type=int, default=30, help="leave out longer sentences, in words (default: %(default)s)")
    add("--seed", type=int, default=1, help="default: %(default)s")
    add(
        "--threads",
        type=int,
        default=1,
        help="more may be faster, and round differently (default: %(default)s)",
    )
    add("--show", type=int, default=5, help="sentences to translate at the end (default: %(default)s)")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
